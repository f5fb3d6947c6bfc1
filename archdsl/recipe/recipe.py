"""A recipe: everything a spec says about training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from archdsl.ops.plain import arguments_of
from archdsl.recipe.ingredient import Ingredient
from archdsl.recipe.inits import Init
from archdsl.recipe.losses import Loss
from archdsl.recipe.optimizers import Average, Clip, Optimizer, WeightDecay
from archdsl.recipe.schedules import Schedule
from archdsl.source import Span

One = TypeVar("One", bound=Ingredient)


@dataclass(frozen=True, slots=True)
class Line:
    """One ingredient, and where the spec has it."""

    ingredient: Ingredient
    span: Span


@dataclass(frozen=True, slots=True)
class Recipe:
    """The lines of a `recipe` statement, in order; none where a spec has no recipe.

    What a recipe does not mention is None.
    """

    lines: tuple[Line, ...] = ()
    place: Span | None = None

    @property
    def loss(self) -> Loss | None:
        return self._only(Loss)

    @property
    def optimizer(self) -> Optimizer | None:
        return self._only(Optimizer)

    @property
    def schedule(self) -> Schedule | None:
        return self._only(Schedule)

    @property
    def weight_decay(self) -> WeightDecay | None:
        return self._only(WeightDecay)

    @property
    def clip(self) -> Clip | None:
        return self._only(Clip)

    @property
    def average(self) -> Average | None:
        return self._only(Average)

    @property
    def inits(self) -> tuple[Init, ...]:
        """The rules for first weights, in the order they are written."""
        return tuple(line.ingredient for line in self.lines if isinstance(line.ingredient, Init))

    def to_json(self) -> list[dict[str, Any]]:
        """Return the lines as plain data: statement, kind, arguments, file and line of each."""
        return [
            {
                "statement": line.ingredient.statement,
                "kind": line.ingredient.name,
                "arguments": arguments_of(line.ingredient),
                "file": line.span.source.name,
                "line": line.span.line,
            }
            for line in self.lines
        ]

    def _only(self, kind: type[One]) -> One | None:
        for line in self.lines:
            if isinstance(line.ingredient, kind):
                return line.ingredient
        return None
