"""The expressions of generated source, and how they are laid out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from archdsl.ops import Plain

WIDEST = 96
INDENT = "    "


@dataclass(frozen=True, slots=True)
class Slot:
    """A constant of a class body, by its number; instances of the class may differ in it."""

    number: int


@dataclass(frozen=True, slots=True)
class New:
    """A construction: ``nn.Conv2d(192, 64, 1)``. Arguments without a name stand by position."""

    target: str
    arguments: tuple[tuple[str | None, Expr], ...]


@dataclass(frozen=True, slots=True)
class Copies:
    """``*[expr for _ in range(count)]``."""

    expr: Expr
    count: int


Expr = Slot | New | Copies

Fill = Callable[[Slot], str | None]
"""What is written for a slot; None leaves the argument out."""


def layout(expr: Expr, fill: Fill, indent: int, used: int) -> str:
    """Return an expression's text, broken over lines where it would be too wide.

    ``indent`` is the depth of the line it stands in, ``used`` how much of the line is taken.
    """
    flat = _flat(expr, fill)
    if used + len(flat) <= WIDEST or isinstance(expr, Slot):
        return flat
    inner = INDENT * (indent + 1)
    if isinstance(expr, Copies):
        head, tail = "*[", f" for _ in range({expr.count})]"
        return head + layout(expr.expr, fill, indent, used + len(head)) + tail
    lines = [f"{expr.target}("]
    for name, argument in expr.arguments:
        if isinstance(argument, Slot) and fill(argument) is None:
            continue
        prefix = "" if name is None else f"{name}="
        text = layout(argument, fill, indent + 1, len(inner) + len(prefix) + 1)
        lines.append(f"{inner}{prefix}{text},")
    return "\n".join([*lines, f"{INDENT * indent})"])


def _flat(expr: Expr, fill: Fill) -> str:
    match expr:
        case Slot():
            return fill(expr) or ""
        case Copies():
            return f"*[{_flat(expr.expr, fill)} for _ in range({expr.count})]"
        case New():
            parts: list[str] = []
            for name, argument in expr.arguments:
                text = fill(argument) if isinstance(argument, Slot) else _flat(argument, fill)
                if text is not None:
                    parts.append(text if name is None else f"{name}={text}")
            return f"{expr.target}({', '.join(parts)})"


def literal(value: Plain) -> str:
    """Return a constant as Python writes it; a square pair is a single number."""
    if isinstance(value, tuple):
        if len(value) == 2 and value[0] == value[1] and isinstance(value[0], int):
            return repr(value[0])
        inside = ", ".join(repr(item) for item in value)
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    return repr(value)
