"""How weights begin. Each rule chooses steps, and says how their weights and biases are drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from archdsl.ops import Blame, Call, Kind, Operator, Role, Size, operators
from archdsl.ops.conv import Convolution
from archdsl.ops.operator import argument, function
from archdsl.recipe.ingredient import Ingredient, choice, ingredient, need_positive, number

AUXILIARY = "aux"
"""The name that stands for all auxiliary heads; the language keeps it from steps."""

SPREAD_AT_TWO = 0.8796256610342398
"""Standard deviation of a normal distribution of deviation 1 whose tails beyond ±2 are cut off."""


@ingredient("init")
@dataclass(frozen=True, slots=True, kw_only=True)
class Init(Ingredient):
    """Give biases a constant, and leave weights as they are.

        init conv bias=0.2

    Where several rules choose a step, the last one that speaks of its weight holds, and the last
    one that speaks of its bias.
    """

    repeats: ClassVar[bool] = True
    op: str | None = argument(
        Kind.WORD,
        "an operator; without one, all convolutions and `linear`",
        default=None,
        positional=True,
        words={name: name for name, cls in operators().items() if cls.cost is not Operator.cost},
        name="operator",
    )
    kernel: Size | None = argument(
        Kind.SIZE, "only convolutions of this size", default=None, positional=True
    )
    at: str | None = argument(
        Kind.NAME,
        "only steps of this name or inside of it; `aux` for auxiliary heads",
        default=None,
    )
    bias: float | None = number("value of the biases", default=None, low=None)

    def selects(self, names: Sequence[str], op: Operator, in_aux: bool) -> bool:
        """Return whether the rule speaks of a step; ``names`` lead to it from the net."""
        chosen = op.picture().role is Role.WEIGHTED if self.op is None else op.name == self.op
        if self.kernel is not None:
            chosen = chosen and isinstance(op, Convolution) and op.kernel == self.kernel
        if self.at == AUXILIARY:
            return chosen and in_aux
        return chosen and (self.at is None or self.at in names)

    @property
    def only_biases(self) -> bool:
        """Whether the rule leaves weights alone."""
        return type(self) is Init

    def check(self) -> None:
        if self.only_biases and self.bias is None:
            raise Blame(
                "missing-argument",
                "`init` needs a way to draw weights, or a `bias`",
                help="for example `init conv truncated_normal std=0.1`",
            )

    def lower(self, flat: bool) -> Call | None:
        """Return the function that fills a weight, or None where the rule leaves it alone.

        ``flat`` weights, as the gamma of norms, have one number for each channel.
        """
        return None


@ingredient("init", "constant")
@dataclass(frozen=True, slots=True, kw_only=True)
class Constant(Init):
    """Give weights one value, such as the gamma of norms.

    init batchnorm constant 1 bias=0
    """

    value: float = number("the value", low=None, positional=True)

    def lower(self, flat: bool) -> Call:
        return function("torch.nn.init.constant_", val=self.value)


@ingredient("init", "normal")
@dataclass(frozen=True, slots=True, kw_only=True)
class Normal(Init):
    """Draw weights from a normal distribution around zero.

    init normal std=0.01
    """

    std: float = number("standard deviation", positional=True)

    def lower(self, flat: bool) -> Call:
        return function("torch.nn.init.normal_", std=self.std)


@ingredient("init", "truncated_normal")
@dataclass(frozen=True, slots=True, kw_only=True)
class TruncatedNormal(Init):
    """Draw weights from a normal distribution, and again those far from zero.

        init conv truncated_normal std=0.1

    `cut` counts standard deviations.
    """

    std: float = number("standard deviation before the cut", positional=True)
    cut: float = number("the farthest a weight lies from zero", default=2.0)

    def check(self) -> None:
        need_positive(self, "std", "cut")

    def lower(self, flat: bool) -> Call:
        return truncated(self.std, self.cut)


def truncated(std: float, cut: float) -> Call:
    reach = cut * std
    return function("torch.nn.init.trunc_normal_", std=std, a=-reach, b=reach)


class Fan(Enum):
    """What the spread of weights is fitted to."""

    IN = "fan_in"
    OUT = "fan_out"
    AVERAGE = "fan_avg"


class Law(Enum):
    """The distribution that weights of a given spread are drawn from."""

    UNIFORM = "uniform"
    NORMAL = "normal"
    TRUNCATED = "truncated"

    def lower(self, variance: float, fan: Fan, flat: bool) -> Call:
        """Return the function that draws with ``variance`` over the fan of each weight.

        The fan of ``flat`` weights is 1. Torch's `xavier` functions know the average of both fans,
        its `kaiming` functions each alone; what they call a gain is the root of the variance.
        """
        if flat:
            return self._of(math.sqrt(variance))
        if self is Law.TRUNCATED:
            target = "archdsl.pytorch.layers.truncated_normal_"
            return function(target, variance=variance, mode=fan.value)
        if fan is Fan.AVERAGE:
            target = f"torch.nn.init.xavier_{self.value}_"
            return function(target) if variance == 1 else function(target, gain=variance**0.5)
        target = f"torch.nn.init.kaiming_{self.value}_"
        nonlinearity = {1.0: "linear", 2.0: "relu"}[variance]
        return function(target, mode=fan.value, nonlinearity=nonlinearity)

    def _of(self, std: float) -> Call:
        """Return the function that draws with standard deviation ``std``."""
        match self:
            case Law.UNIFORM:
                reach = math.sqrt(3) * std
                return function("torch.nn.init.uniform_", a=-reach, b=reach)
            case Law.NORMAL:
                return function("torch.nn.init.normal_", std=std)
            case Law.TRUNCATED:
                return truncated(std / SPREAD_AT_TWO, 2.0)


@ingredient("init", "xavier")
@dataclass(frozen=True, slots=True, kw_only=True)
class Xavier(Init):
    """Draw weights with variance 1 / fan, as Glorot and Bengio do.

        init linear xavier

    Caffe's filler of this name is `xavier fan_in`.
    """

    factor: ClassVar[float] = 1.0
    fan: Fan = choice("`fan_in`, `fan_out` or `fan_avg`", Fan.AVERAGE)
    law: Law = choice("`uniform`, `normal` or `truncated`", Law.UNIFORM)

    def lower(self, flat: bool) -> Call:
        return self.law.lower(self.factor, self.fan, flat)


@ingredient("init", "kaiming")
@dataclass(frozen=True, slots=True, kw_only=True)
class Kaiming(Init):
    """Draw weights with variance 2 / fan, as He and others do for ReLU.

        init conv kaiming fan_out normal

    Keras calls `kaiming fan_in truncated` variance scaling with factor 2.
    """

    factor: ClassVar[float] = 2.0
    fan: Fan = choice("`fan_in`, `fan_out` or `fan_avg`", Fan.IN)
    law: Law = choice("`uniform`, `normal` or `truncated`", Law.NORMAL)

    def lower(self, flat: bool) -> Call:
        return self.law.lower(self.factor, self.fan, flat)
