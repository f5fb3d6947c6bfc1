"""Statements of generated source that are longer than an expression."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archdsl.pytorch.python_source.expressions import INDENT, WIDEST

BODY = INDENT * 2


def for_each(name: str, items: Sequence[str]) -> Iterator[str]:
    """Open a loop over some values; an item ``*values`` stands for several."""
    if len(items) == 1 and items[0].startswith("*"):
        yield f"{BODY}for {name} in {items[0][1:]}:"
        return
    end = "," if len(items) == 1 else ""
    flat = f"{BODY}for {name} in ({', '.join(items)}{end}):"
    if len(flat) <= WIDEST:
        yield flat
        return
    yield f"{BODY}for {name} in ("
    yield from (f"{BODY}{INDENT}{item}," for item in items)
    yield f"{BODY}):"
