"""What an argument of a call can evaluate to, and how it is called in messages."""

from __future__ import annotations

from dataclasses import dataclass

from archdsl.ops.shapes import Shape, Size


@dataclass(frozen=True, slots=True)
class Word:
    """A bare name that is no parameter: `valid`, `global`, `relu`."""

    text: str


@dataclass(frozen=True, slots=True)
class Patch:
    """A size with an optional stride, as `3x3/2` writes them."""

    size: Size
    stride: Size | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """An operator named as a value, with the fields given so far: `batchnorm(eps=0.001)`."""

    name: str
    fields: tuple[tuple[str, object], ...] = ()


Value = bool | int | float | Word | Patch | Shape | Reference | tuple["Value", ...]
"""What an argument can evaluate to."""


def operator_of(value: Value) -> tuple[str, tuple[tuple[str, object], ...]]:
    """Return the name and the fields of a value that may be an operator; the name may be none."""
    match value:
        case Word(text=text):
            return text, ()
        case Reference(name=name, fields=fields):
            return name, fields
        case _:
            return "", ()


class Unknown:
    """Stands for a value that is not known yet, as a parameter's before its block is called."""


UNKNOWN = Unknown()


def named(value: Value) -> str:
    match value:
        case bool():
            return "yes or no"
        case int():
            return f"whole number ({value})"
        case float():
            return f"number ({value:g})"
        case Patch():
            return f"size ({value.size.source})"
        case Shape():
            return f"shape ({value.source})"
        case tuple():
            return "list"
        case Word():
            return f"word (`{value.text}`)"
        case Reference():
            return f"operator (`{value.name}`)"


def shown(value: Value) -> str:
    match value:
        case bool():
            return "`yes`" if value else "`no`"
        case int() | float():
            return f"`{value:.12g}`" if isinstance(value, float) else f"`{value}`"
        case Word():
            return f"`{value.text}`"
        case Patch():
            return f"`{value.size.source}`"
        case Shape():
            return f"the shape `{value.source}`"
        case Reference():
            return f"the operator `{value.name}`"
        case tuple():
            return "a list"
