"""How weights follow their gradients, and what is done to both around each step."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from archdsl.ops import Blame, Call, Kind
from archdsl.ops.operator import argument, module
from archdsl.recipe.ingredient import (
    Ingredient,
    choice,
    ingredient,
    need_below_one,
    need_positive,
    number,
)


class Optimizer(Ingredient):
    """Base of optimisers. Weight decay is an ingredient of its own."""

    __slots__ = ()

    def lower(self) -> Call:
        """Return the call that makes the optimiser, its parameters to be put in front."""
        raise NotImplementedError(type(self).__name__)


@ingredient("optimizer", "sgd")
@dataclass(frozen=True, slots=True, kw_only=True)
class Sgd(Optimizer):
    """Follow the gradient, with momentum if there is any.

    optimizer sgd lr=0.1 momentum=0.9
    """

    lr: float = number("learning rate")
    momentum: float = number("share of the last step that is taken again", default=0.0)
    nesterov: bool = argument(
        Kind.SWITCH, "look ahead along the momentum", default=False, positional=True
    )

    def check(self) -> None:
        if self.nesterov and self.momentum == 0:
            raise Blame(
                "conflicting-arguments",
                "`nesterov` looks ahead along a momentum, and there is none",
                argument="nesterov",
                help="give one: `momentum=0.9`",
            )

    def lower(self) -> Call:
        return module("torch.optim.SGD", lr=self.lr, momentum=self.momentum, nesterov=self.nesterov)


@ingredient("optimizer", "rmsprop")
@dataclass(frozen=True, slots=True, kw_only=True)
class Rmsprop(Optimizer):
    """Divide the gradient by the root of its running mean square.

        optimizer rmsprop lr=0.045 decay=0.9 momentum=0.9 eps=1.0 tensorflow

    `tensorflow` adds `eps` inside the root and begins the mean square at 1, where torch adds
    it outside and begins at 0; with an `eps` of 1 these are different optimisers. Its momentum
    also holds steps that the learning rate has already scaled.
    """

    lr: float = number("learning rate")
    decay: float = number("share of the mean square that is kept", default=0.9, high=1.0)
    momentum: float = number("share of the last step that is taken again", default=0.0)
    eps: float = number("added to the mean square, or to its root", default=1e-8)
    tensorflow: bool = argument(
        Kind.SWITCH, "`eps` inside the root, as TensorFlow has it", default=False, positional=True
    )

    def lower(self) -> Call:
        if self.tensorflow:
            return module(
                "archdsl.pytorch.training.RMSpropTF",
                lr=self.lr,
                decay=self.decay,
                momentum=self.momentum,
                eps=self.eps,
            )
        return module(
            "torch.optim.RMSprop",
            lr=self.lr,
            alpha=self.decay,
            momentum=self.momentum,
            eps=self.eps,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moments(Optimizer):
    """What Adam and AdamW share."""

    lr: float = number("learning rate", default=1e-3)
    beta1: float = number("share of the mean gradient that is kept", default=0.9, high=1.0)
    beta2: float = number("share of the mean square that is kept", default=0.999, high=1.0)
    eps: float = number("added to the root of the mean square", default=1e-8)

    def check(self) -> None:
        need_below_one(self, "beta1", "beta2")

    def _call(self, target: str) -> Call:
        return module(target, lr=self.lr, betas=(self.beta1, self.beta2), eps=self.eps)


@ingredient("optimizer", "adam")
@dataclass(frozen=True, slots=True, kw_only=True)
class Adam(_Moments):
    """Follow the mean gradient over the root of the mean square; decay joins the gradient.

    optimizer adam lr=0.001
    """

    def lower(self) -> Call:
        return self._call("torch.optim.Adam")


@ingredient("optimizer", "adamw")
@dataclass(frozen=True, slots=True, kw_only=True)
class Adamw(_Moments):
    """Adam with weight decay apart from the gradient.

    optimizer adamw lr=0.004
    """

    def lower(self) -> Call:
        return self._call("torch.optim.AdamW")


@ingredient("weight_decay")
@dataclass(frozen=True, slots=True, kw_only=True)
class WeightDecay(Ingredient):
    """Pull weights towards zero.

        weight_decay 4e-5 weights_only

    `weights_only` spares biases and the numbers of norms.
    """

    amount: float = number("added to the gradient per unit of weight", positional=True)
    weights_only: bool = argument(
        Kind.SWITCH, "spare biases and norms", default=False, positional=True
    )


class Measure(Enum):
    """What a gradient clip bounds."""

    NORM = "norm"
    VALUE = "value"


@ingredient("clip")
@dataclass(frozen=True, slots=True, kw_only=True)
class Clip(Ingredient):
    """Bound the gradients before each step.

        clip 2.0

    `norm` shrinks all gradients together until their joint norm is no larger than this;
    `value` bounds each number by itself.
    """

    limit: float = number("the largest norm or value", positional=True)
    measure: Measure = choice("`norm` or `value`", Measure.NORM)

    def check(self) -> None:
        need_positive(self, "limit")


@ingredient("average")
@dataclass(frozen=True, slots=True, kw_only=True)
class Average(Ingredient):
    """Keep a running average of the weights, to be used in evaluation.

        average 0.9999 warmup

    With `warmup` the decay begins low, (1 + n) / (10 + n) after n steps, as TensorFlow has it.
    """

    decay: float = number("share of the average that a step keeps", high=1.0, positional=True)
    warmup: bool = argument(Kind.SWITCH, "begin with a low decay", default=False, positional=True)

    def check(self) -> None:
        need_below_one(self, "decay")
