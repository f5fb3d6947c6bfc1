"""What is minimised."""

from __future__ import annotations

from dataclasses import dataclass

from archdsl.ops import Call
from archdsl.ops.operator import function
from archdsl.recipe.ingredient import Ingredient, ingredient, number


class Loss(Ingredient):
    """Base of losses: a function of the scores and the target."""

    __slots__ = ()

    def lower(self) -> Call:
        raise NotImplementedError(type(self).__name__)


@ingredient("loss", "cross_entropy")
@dataclass(frozen=True, slots=True, kw_only=True)
class CrossEntropy(Loss):
    """Compare class scores, before any softmax, with the class that is right.

        loss cross_entropy smoothing=0.1

    With label smoothing e over K classes the target is (1 - e) for the right class, plus e / K
    for every class.
    """

    smoothing: float = number("label smoothing e", default=0.0, high=1.0)

    def lower(self) -> Call:
        return function("torch.nn.functional.cross_entropy", label_smoothing=self.smoothing)
