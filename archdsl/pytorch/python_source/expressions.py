"""The expressions of generated source, and how they are laid out.

Lines are broken as `ruff format` breaks them at its default width, so that formatting the source
changes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from archdsl.escaping import python_text
from archdsl.light import light
from archdsl.ops import Plain

WIDEST = 88
INDENT = "    "


@light
class Slot:
    """A constant of a class body, by its number; instances of the class may differ in it."""

    number: int


@light
class Text:
    """Something short that stands as it is: a value's name, or a number."""

    text: str


@light
class New:
    """A call: ``nn.Conv2d(192, 64, 1)``. Arguments without a name stand by position."""

    target: str
    arguments: tuple[tuple[str | None, Expr], ...]


@dataclass(frozen=True, slots=True)
class Copies:
    """``*[expr for _ in range(count)]``."""

    expr: Expr
    count: Slot


@dataclass(frozen=True, slots=True)
class Listing:
    """``[a, b]``."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Infix:
    """``a + b``, as a whole statement."""

    sign: str
    operands: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class InTraining:
    """``expr if self.training else None``, as a whole statement."""

    expr: Expr


@dataclass(frozen=True, slots=True)
class Fork:
    """What has a name by then: it was constructed in one way or in the other."""

    name: str
    first: Expr
    second: Expr


Expr = Slot | Text | New | Copies | Listing | Infix | InTraining | Fork


def forks(expr: Expr) -> Iterator[Fork]:
    """Yield the forks in a construction."""
    if isinstance(expr, Fork):
        yield expr
    elif isinstance(expr, New):
        for _, argument in expr.arguments:
            yield from forks(argument)


Fill = Callable[[Slot], str | None]
"""What is written for a slot; None leaves the argument out."""


def layout(expr: Expr, fill: Fill, indent: int, used: int) -> str:
    """Return an expression's text, broken over lines where it would be too wide.

    ``indent`` is the depth of the line it stands in, ``used`` how much of the line is taken.
    """
    flat = _flat(expr, fill)
    if used + len(flat) <= WIDEST:
        return flat
    outer, inner = INDENT * indent, INDENT * (indent + 1)
    match expr:
        case Slot() | Text() | Fork():
            return flat
        case Copies():
            made = layout(expr.expr, fill, indent + 1, len(inner))
            return f"*[\n{inner}{made}\n{inner}for _ in range({fill(expr.count)})\n{outer}]"
        case Infix():
            texts = [layout(one, fill, indent + 1, len(inner) + 2) for one in expr.operands]
            lines = f"\n{inner}{expr.sign} ".join(texts)
            return f"(\n{inner}{lines}\n{outer})"
        case InTraining():
            if len(inner) + len(flat) <= WIDEST:
                return f"(\n{inner}{flat}\n{outer})"
            made = layout(expr.expr, fill, indent + 1, len(inner))
            return f"(\n{inner}{made}\n{inner}if self.training\n{inner}else None\n{outer})"
        case Listing():
            parts = [(None, item) for item in expr.items]
            return _broken("[", parts, "]", fill, indent)
        case New():
            parts = _written(expr, fill)
            return _broken(f"{expr.target}(", parts, ")", fill, indent) if parts else flat


def _broken(
    head: str, parts: Iterable[tuple[str | None, Expr]], tail: str, fill: Fill, indent: int
) -> str:
    """Return a call or a list with each part on a line of its own."""
    inner = INDENT * (indent + 1)
    lines = [head]
    for name, part in parts:
        prefix = "" if name is None else f"{name}="
        text = layout(part, fill, indent + 1, len(inner) + len(prefix) + 1)
        lines.append(f"{inner}{prefix}{text},")
    return "\n".join([*lines, f"{INDENT * indent}{tail}"])


def _written(call: New, fill: Fill) -> list[tuple[str | None, Expr]]:
    """Return the arguments of a call that are not left out."""
    return [
        (name, argument)
        for name, argument in call.arguments
        if not isinstance(argument, Slot) or fill(argument) is not None
    ]


def _flat(expr: Expr, fill: Fill) -> str:
    match expr:
        case Slot():
            return fill(expr) or ""
        case Text():
            return expr.text
        case Fork():
            return expr.name
        case Copies():
            return f"*[{_flat(expr.expr, fill)} for _ in range({fill(expr.count)})]"
        case Infix():
            return f" {expr.sign} ".join(_flat(one, fill) for one in expr.operands)
        case InTraining():
            return f"{_flat(expr.expr, fill)} if self.training else None"
        case Listing():
            return f"[{', '.join(_flat(item, fill) for item in expr.items)}]"
        case New():
            parts = [
                _flat(part, fill) if name is None else f"{name}={_flat(part, fill)}"
                for name, part in _written(expr, fill)
            ]
            return f"{expr.target}({', '.join(parts)})"


def written(value: Plain) -> Plain:
    """Return what is written for a constant: for a square pair a single number."""
    return value[0] if isinstance(value, tuple) and _is_square(value) else value


def literal(value: Plain) -> str:
    """Return a constant as Python writes it."""
    value = written(value)
    if isinstance(value, tuple):
        inside = ", ".join(literal(item) for item in value)
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    if isinstance(value, str):
        return f'"{python_text(value)}"'
    return repr(value)


def annotation(values: Iterable[Plain]) -> str:
    """Return the type of what is written for some constants, as Python writes types."""
    found = dict.fromkeys(_type(value) for value in values)
    if "float" in found:
        found.pop("int", None)
    if "tuple[float, ...]" in found:
        found = {name: None for name in found if not name.startswith("tuple[int")}
    return " | ".join(sorted(found, key=lambda name: name == "None"))


def _type(value: Plain) -> str:
    if value is None:
        return "None"
    if not isinstance(value, tuple):
        return type(value).__name__
    if _is_square(value):
        return "int"
    if all(isinstance(item, int) for item in value):
        return f"tuple[{', '.join('int' for _ in value)}]"
    return "tuple[float, ...]"


def _is_square(value: tuple[int, ...] | tuple[float, ...]) -> bool:
    return len(value) == 2 and value[0] == value[1] and isinstance(value[0], int)
