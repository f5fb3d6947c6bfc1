"""Activations: shape in, same shape out."""

from __future__ import annotations

from dataclasses import dataclass

from archdsl.ops.operator import (
    TAKEN,
    Call,
    Cost,
    Kind,
    Operator,
    Picture,
    Role,
    argument,
    module,
    operator,
)
from archdsl.ops.shapes import Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Activation(Operator):
    """What activations share: the picture."""

    def picture(self) -> Picture:
        title = self.name.replace("_", " ")
        return Picture(title, Role.ACTIVATION, printed=f"{title.capitalize()} activation")


@operator("relu")
@dataclass(frozen=True, slots=True, kw_only=True)
class ReLU(Activation):
    """Keep what is positive: max(x, 0).

    relu
    """

    def lower(self, inputs: tuple[Shape, ...], output: Shape) -> Call:
        return module("torch.nn.ReLU")


@operator("relu6")
@dataclass(frozen=True, slots=True, kw_only=True)
class ReLU6(Activation):
    """Keep what is positive, up to six: min(max(x, 0), 6).

    relu6
    """

    def lower(self, inputs: tuple[Shape, ...], output: Shape) -> Call:
        return module("torch.nn.ReLU6")


@operator("leaky_relu")
@dataclass(frozen=True, slots=True, kw_only=True)
class LeakyReLU(Activation):
    """Keep what is positive, and a share of what is negative.

    leaky_relu 0.1
    """

    slope: float = argument(Kind.NUMBER, "share kept below zero", default=0.01, positional=True)

    def lower(self, inputs: tuple[Shape, ...], output: Shape) -> Call:
        return module("torch.nn.LeakyReLU", self.slope).called("negative_slope")


@operator("prelu")
@dataclass(frozen=True, slots=True, kw_only=True)
class PReLU(Activation):
    """Keep what is positive, and a learned share of what is negative.

        prelu shared=no

    One share for the whole map, or with `shared=no` one per channel.
    """

    shared: bool = argument(Kind.SWITCH, "one learned share for all channels", default=True)
    init: float = argument(Kind.NUMBER, "share at the start", default=0.25)

    def _count(self, x: Shape) -> int:
        return 1 if self.shared else x.channels

    @property
    def learned(self) -> tuple[str, ...]:
        return ("weight",)

    def cost(self, inputs: tuple[Shape, ...], output: Shape) -> Cost:
        return Cost(params=self._count(output))

    def lower(self, inputs: tuple[Shape, ...], output: Shape) -> Call:
        call = module("torch.nn.PReLU", self._count(output), init=self.init)
        return call.called("num_parameters").meaning(num_parameters=TAKEN)


@operator("elu")
@dataclass(frozen=True, slots=True, kw_only=True)
class ELU(Activation):
    """Exponential linear unit: alpha (exp(x) - 1) below zero.

    elu alpha=1.0
    """

    alpha: float = argument(Kind.NUMBER, "size of the negative limit", default=1.0)

    def lower(self, inputs: tuple[Shape, ...], output: Shape) -> Call:
        return module("torch.nn.ELU", alpha=self.alpha)


@operator("gelu")
@dataclass(frozen=True, slots=True, kw_only=True)
class GELU(Activation):
    """Gaussian error linear unit; `tanh` for the approximation.

    gelu
    """

    tanh: bool = argument(Kind.SWITCH, "use the tanh approximation", default=False, positional=True)

    def lower(self, inputs: tuple[Shape, ...], output: Shape) -> Call:
        return module("torch.nn.GELU", approximate="tanh" if self.tanh else "none")


@operator("silu")
@dataclass(frozen=True, slots=True, kw_only=True)
class SiLU(Activation):
    """Sigmoid-weighted linear unit, also called swish: x sigmoid(x).

    silu
    """

    def lower(self, inputs: tuple[Shape, ...], output: Shape) -> Call:
        return module("torch.nn.SiLU")


@operator("sigmoid")
@dataclass(frozen=True, slots=True, kw_only=True)
class Sigmoid(Activation):
    """Squash to between 0 and 1.

    sigmoid
    """

    def lower(self, inputs: tuple[Shape, ...], output: Shape) -> Call:
        return module("torch.nn.Sigmoid")


@operator("hard_sigmoid")
@dataclass(frozen=True, slots=True, kw_only=True)
class HardSigmoid(Activation):
    """A sigmoid of straight pieces: relu6(x + 3) / 6.

    hard_sigmoid
    """

    def lower(self, inputs: tuple[Shape, ...], output: Shape) -> Call:
        return module("torch.nn.Hardsigmoid")


@operator("hard_swish")
@dataclass(frozen=True, slots=True, kw_only=True)
class HardSwish(Activation):
    """A swish of straight pieces: x relu6(x + 3) / 6.

    hard_swish
    """

    def lower(self, inputs: tuple[Shape, ...], output: Shape) -> Call:
        return module("torch.nn.Hardswish")


@operator("hard_tanh")
@dataclass(frozen=True, slots=True, kw_only=True)
class HardTanh(Activation):
    """Clip to between -1 and 1.

    hard_tanh
    """

    def lower(self, inputs: tuple[Shape, ...], output: Shape) -> Call:
        return module("torch.nn.Hardtanh")


@operator("tanh")
@dataclass(frozen=True, slots=True, kw_only=True)
class Tanh(Activation):
    """Squash to between -1 and 1.

    tanh
    """

    def lower(self, inputs: tuple[Shape, ...], output: Shape) -> Call:
        return module("torch.nn.Tanh")


@operator("softmax")
@dataclass(frozen=True, slots=True, kw_only=True)
class Softmax(Activation):
    """Turn the channels at each cell into shares that add up to 1.

    softmax
    """

    def picture(self) -> Picture:
        return Picture("softmax", Role.ACTIVATION)

    def lower(self, inputs: tuple[Shape, ...], output: Shape) -> Call:
        return module("torch.nn.Softmax", dim=1)
