"""What differs between two recipes, line by line and argument by argument."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from archdsl.compare.spelling import line_text, value_text
from archdsl.ops import signature
from archdsl.recipe import Ingredient, Recipe, registered


@dataclass(frozen=True, slots=True)
class LineDifference:
    """One way in which a line of two recipes differs.

    ``a`` and ``b`` are what each recipe has, as a spec would write it, or None where it has
    nothing: the values of an ``argument``, or without one the whole lines.
    """

    statement: str
    argument: str | None
    a: str | None
    b: str | None

    @property
    def what(self) -> str:
        """The difference in words, as seen from the first recipe."""
        if self.argument is not None:
            return f"{self.argument} {self.b} instead of {self.a}"
        if self.a is None:
            return f"B only: `{self.b}`"
        if self.b is None:
            return f"A only: `{self.a}`"
        return f"`{self.b}` instead of `{self.a}`"


def compare_recipes(a: Recipe, b: Recipe) -> tuple[LineDifference, ...]:
    """Return what differs, statement by statement, with first weights at the end.

    The order of lines counts only among those of one statement, of which the later ones win.
    """
    return tuple(
        one
        for statement in sorted(registered(), key=_repeats)
        for one in _statement(_of(a, statement), _of(b, statement))
    )


def _repeats(statement: str) -> bool:
    return any(kind.repeats for kind in registered()[statement].values())


def _of(recipe: Recipe, statement: str) -> list[Ingredient]:
    lines = (line.ingredient for line in recipe.lines)
    return [one for one in lines if one.statement == statement]


def _statement(a: Sequence[Ingredient], b: Sequence[Ingredient]) -> Iterator[LineDifference]:
    changes = SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    for tag, start_a, end_a, start_b, end_b in changes:
        if tag != "equal":
            for x, y in zip_longest(a[start_a:end_a], b[start_b:end_b]):
                yield from _line(x, y)


def _line(a: Ingredient | None, b: Ingredient | None) -> Iterator[LineDifference]:
    one = a or b
    assert one is not None
    if a is None or b is None or type(a) is not type(b):
        texts = (None if line is None else line_text(line) for line in (a, b))
        yield LineDifference(one.statement, None, *texts)
        return
    for argument in signature(type(a)):
        x, y = getattr(a, argument.field), getattr(b, argument.field)
        if x != y:
            yield LineDifference(str(a), argument.name, value_text(x), value_text(y))
