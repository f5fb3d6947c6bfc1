"""How the learning rate falls. Times are counted in calls of the scheduler, one an epoch."""

from __future__ import annotations

from dataclasses import dataclass

from archdsl.ops import Call, Kind
from archdsl.ops.operator import argument, module
from archdsl.recipe.ingredient import Ingredient, ingredient, number, out_of_range


class Schedule(Ingredient):
    """Base of schedules."""

    __slots__ = ()

    def lower(self) -> Call:
        """Return the call that makes the scheduler, its optimiser to be put in front."""
        raise NotImplementedError(type(self).__name__)


@ingredient("schedule", "exponential")
@dataclass(frozen=True, slots=True, kw_only=True)
class Exponential(Schedule):
    """Multiply the rate by the same factor again and again.

    schedule exponential 0.94 every=2
    """

    factor: float = number("what the rate is multiplied by", positional=True)
    every: int = argument(Kind.COUNT, "epochs between two multiplications", default=1)

    def lower(self) -> Call:
        return module("torch.optim.lr_scheduler.StepLR", step_size=self.every, gamma=self.factor)


@ingredient("schedule", "milestones")
@dataclass(frozen=True, slots=True, kw_only=True)
class Milestones(Schedule):
    """Multiply the rate by a factor at the epochs that are named.

    schedule milestones 0.1 at=[30, 60, 80]
    """

    factor: float = number("what the rate is multiplied by", positional=True)
    at: tuple[float, ...] = argument(Kind.NUMBERS, "epochs")

    def check(self) -> None:
        if any(epoch < 1 or not epoch.is_integer() for epoch in self.at):
            raise out_of_range("at", "`at` counts epochs, in whole numbers from 1")

    def lower(self) -> Call:
        epochs = tuple(int(epoch) for epoch in self.at)
        return module("torch.optim.lr_scheduler.MultiStepLR", milestones=epochs, gamma=self.factor)


@ingredient("schedule", "cosine")
@dataclass(frozen=True, slots=True, kw_only=True)
class Cosine(Schedule):
    """Let the rate fall along half a cosine.

    schedule cosine epochs=90
    """

    epochs: int = argument(Kind.COUNT, "epochs until the rate is lowest")
    floor: float = number("the lowest rate", default=0.0)

    def lower(self) -> Call:
        return module(
            "torch.optim.lr_scheduler.CosineAnnealingLR", T_max=self.epochs, eta_min=self.floor
        )


@ingredient("schedule", "polynomial")
@dataclass(frozen=True, slots=True, kw_only=True)
class Polynomial(Schedule):
    """Let the rate fall to zero as a power of the time that is left.

    schedule polynomial 0.5 epochs=60
    """

    power: float = number("1 for a straight line", default=1.0, positional=True)
    epochs: int = argument(Kind.COUNT, "epochs until the rate is zero")

    def lower(self) -> Call:
        return module(
            "torch.optim.lr_scheduler.PolynomialLR", total_iters=self.epochs, power=self.power
        )
