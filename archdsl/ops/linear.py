"""The fully connected layer."""

from __future__ import annotations

from dataclasses import dataclass, replace

from archdsl.ops.activation import Activation
from archdsl.ops.norm import Norm
from archdsl.ops.operator import (
    TAKEN,
    Blame,
    Call,
    Cost,
    Kind,
    Operator,
    Picture,
    Role,
    argument,
    check_size,
    function,
    module,
    operator,
)
from archdsl.ops.reads import WHOLE, Window
from archdsl.ops.shapes import Shape


@operator("linear")
@dataclass(frozen=True, slots=True, kw_only=True)
class Linear(Operator):
    """Connect every input number with every output number.

        linear 1000

    Takes a vector, or a 1x1 map, which becomes one. Without `bias=` there is a bias exactly
    where no norm follows.
    """

    features: int = argument(Kind.COUNT, "output numbers", positional=True)
    bias: bool | None = argument(Kind.SWITCH, "learned offset per output", default=None)
    norm: Norm | None = argument(
        Kind.OPERATOR, "normalisation that follows", default=None, words={"none": None}, base=Norm
    )
    act: Activation | None = argument(
        Kind.OPERATOR,
        "activation that follows",
        default=None,
        words={"none": None},
        base=Activation,
    )

    @property
    def has_bias(self) -> bool:
        return self.norm is None if self.bias is None else self.bias

    @property
    def learned(self) -> tuple[str, ...]:
        return ("weight", "bias") if self.has_bias else ("weight",)

    def unit(self) -> tuple[tuple[str, Operator], ...]:
        bare = replace(self, bias=self.has_bias, norm=None, act=None)
        return bare.then(("norm", self.norm), ("act", self.act))

    def infer(self, *inputs: Shape) -> Shape:
        (x,) = inputs
        if x.cells > 1:
            raise Blame(
                "not-flattened",
                f"`linear` needs a vector or a 1×1 map, and this is {x}",
                remark=f"gets {x}",
                help=f"`flatten` first for {x.elements:,} inputs, or `avgpool global` for "
                f"{x.channels:,}",
            )
        y = Shape(self.features)
        check_size(y, x.channels * self.features)
        return y

    def cost(self, inputs: tuple[Shape, ...], output: Shape) -> Cost:
        weights = inputs[0].channels * self.features
        return Cost(weights, weights + self.features * self.has_bias, weights)

    def window(self, x: Shape) -> Window:
        return WHOLE

    def lower(self, inputs: tuple[Shape, ...], output: Shape) -> Call:
        x = inputs[0]
        call = module("torch.nn.Linear", x.channels, self.features, bias=self.has_bias)
        call = call.called("in_features", "out_features", bias=True)
        call = call.meaning(in_features=TAKEN, out_features="features")
        return call if x.is_vector else call.after(function("torch.flatten", 1).called("start_dim"))

    def with_width(self, width: int) -> Linear:
        return replace(self, features=width)

    def picture(self) -> Picture:
        return Picture("linear", Role.WEIGHTED, width=str(self.features), printed="Fully connected")
