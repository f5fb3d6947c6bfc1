"""Normalisation, learned or not, and scaling per channel, constant or learned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

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
from archdsl.ops.windows import need_map


class Norm(Operator):
    """Base of the operators that can follow a convolution or a linear layer as its `norm`."""

    __slots__ = ()


@operator("batchnorm")
@dataclass(frozen=True, slots=True, kw_only=True)
class BatchNorm(Norm):
    """Normalise each channel over the batch; with learned scale (gamma) and offset (beta).

        batchnorm eps=0.001

    `gamma=no` keeps only the offset, as tf-slim's Inception models do. `momentum` is torch's:
    the share of the new batch in the running averages. Above a half and below 1, as no one has
    it, it is refused: `0.99` is what Keras and TensorFlow call 0.01.
    """

    only_trains: ClassVar[frozenset[str]] = frozenset({"momentum"})
    # torch trains no batch norm with an eps of 0.
    eps: float = argument(Kind.NUMBER, "added to the variance", default=1e-5, low=1e-12)
    momentum: float = argument(
        Kind.NUMBER, "share of the new batch in the averages", default=0.1, low=0.0, high=1.0
    )
    gamma: bool = argument(Kind.SWITCH, "learn a scale per channel", default=True)
    beta: bool = argument(Kind.SWITCH, "learn an offset per channel", default=True)

    def infer(self, *inputs: Shape) -> Shape:
        if 0.5 < self.momentum < 1:
            raise Blame(
                "ambiguous-argument",
                f"`momentum` is {self.momentum:g}, which Keras and TensorFlow mean as the share of"
                " the old averages; here, as in torch, it is the share of the new batch",
                argument="momentum",
                help=f"write `momentum={1 - self.momentum:.6g}` to keep a share of"
                f" {self.momentum:g}; the new batch gets at most 0.5, or all with `momentum=1`",
            )
        return inputs[0]

    @property
    def learned(self) -> tuple[str, ...]:
        return ("weight",) * self.gamma + ("bias",) * self.beta

    def cost(self, inputs: tuple[Shape, ...], output: Shape) -> Cost:
        return Cost(params=output.channels * (self.gamma + self.beta))

    def lower(self, inputs: tuple[Shape, ...], output: Shape) -> Call:
        rank = 1 if output.is_vector else 2
        common = {"eps": self.eps, "momentum": self.momentum}
        if self.gamma == self.beta:
            target = f"torch.nn.BatchNorm{rank}d"
            call = module(target, output.channels, **common, affine=self.gamma)
            return call.called("num_features", affine=True).meaning(num_features=TAKEN)
        target = f"archdsl.pytorch.layers.PartialBatchNorm{rank}d"
        call = module(target, output.channels, **common, gamma=self.gamma)
        return call.called("num_features").meaning(num_features=TAKEN)

    def picture(self) -> Picture:
        return Picture("batch norm", Role.NORM)


@operator("groupnorm")
@dataclass(frozen=True, slots=True, kw_only=True)
class GroupNorm(Norm):
    """Normalise groups of channels within one image.

    groupnorm 32
    """

    groups: int = argument(Kind.COUNT, "groups the channels are split into", positional=True)
    eps: float = argument(Kind.NUMBER, "added to the variance", default=1e-5, low=0.0)
    affine: bool = argument(Kind.SWITCH, "learn a scale and an offset", default=True)

    def infer(self, *inputs: Shape) -> Shape:
        (x,) = inputs
        if x.channels % self.groups:
            raise Blame(
                "indivisible-groups",
                f"{self.groups} groups do not divide {x.channels} channels",
                argument="groups",
                remark=f"the input has {x.channels} channels",
            )
        if x.elements == self.groups:
            raise Blame(
                "nothing-to-normalise",
                f"each of the {self.groups} groups holds a single number: {x.spoken}",
                argument="groups",
                help="use fewer groups",
            )
        return x

    @property
    def learned(self) -> tuple[str, ...]:
        return ("weight", "bias") if self.affine else ()

    def cost(self, inputs: tuple[Shape, ...], output: Shape) -> Cost:
        return Cost(params=2 * output.channels * self.affine)

    def window(self, x: Shape) -> Window:
        return WHOLE

    def lower(self, inputs: tuple[Shape, ...], output: Shape) -> Call:
        call = module(
            "torch.nn.GroupNorm", self.groups, output.channels, eps=self.eps, affine=self.affine
        )
        return call.called("num_groups", "num_channels", affine=True).meaning(num_channels=TAKEN)

    def picture(self) -> Picture:
        return Picture("group norm", Role.NORM, remark=f"{self.groups} groups")


@operator("layernorm")
@dataclass(frozen=True, slots=True, kw_only=True)
class LayerNorm(Norm):
    """Normalise over the channels, at each cell of the grid by itself.

    layernorm eps=1e-6
    """

    eps: float = argument(Kind.NUMBER, "added to the variance", default=1e-5, low=0.0)
    affine: bool = argument(Kind.SWITCH, "learn a scale and an offset", default=True)

    @property
    def learned(self) -> tuple[str, ...]:
        return ("weight", "bias") if self.affine else ()

    def cost(self, inputs: tuple[Shape, ...], output: Shape) -> Cost:
        return Cost(params=2 * output.channels * self.affine)

    def lower(self, inputs: tuple[Shape, ...], output: Shape) -> Call:
        vector = "torch.nn.LayerNorm"
        target = vector if output.is_vector else "archdsl.pytorch.layers.ChannelLayerNorm"
        call = module(target, output.channels, eps=self.eps, elementwise_affine=self.affine)
        call = call.called("normalized_shape", elementwise_affine=True)
        return call.meaning(normalized_shape=TAKEN)

    def picture(self) -> Picture:
        return Picture("layer norm", Role.NORM)


@operator("lrn")
@dataclass(frozen=True, slots=True, kw_only=True)
class LocalResponseNorm(Norm):
    """Divide by the size of neighbouring channels' responses (AlexNet paper, section 3.3).

        lrn 5 alpha=5e-4 beta=0.75 k=2

    `alpha` is divided by the number of channels summed, as Caffe and torch do; the AlexNet
    paper does not divide, so its 1e-4 over 5 channels is written 5e-4 here.
    """

    size: int = argument(Kind.COUNT, "channels summed over", default=5, positional=True)
    alpha: float = argument(Kind.NUMBER, "weight of the mean square", default=1e-4)
    beta: float = argument(Kind.NUMBER, "exponent", default=0.75)
    k: float = argument(Kind.NUMBER, "constant added", default=1.0)

    def infer(self, *inputs: Shape) -> Shape:
        (x,) = inputs
        # torch pads the channels on both ends before it sums over them.
        check_size(Shape(x.channels + self.size - 1, need_map(x, self.name)), 0)
        return x

    def lower(self, inputs: tuple[Shape, ...], output: Shape) -> Call:
        call = module(
            "torch.nn.LocalResponseNorm", self.size, alpha=self.alpha, beta=self.beta, k=self.k
        )
        return call.called("size")

    def picture(self) -> Picture:
        return Picture("LRN", Role.NORM)


@operator("l2norm")
@dataclass(frozen=True, slots=True, kw_only=True)
class L2Norm(Norm):
    """Scale the channels at each cell to unit length.

    l2norm
    """

    eps: float = argument(Kind.NUMBER, "smallest length divided by", default=1e-12, low=0.0)

    def lower(self, inputs: tuple[Shape, ...], output: Shape) -> Call:
        return function("torch.nn.functional.normalize", dim=1, eps=self.eps)

    def picture(self) -> Picture:
        return Picture("L2 normalise", Role.NORM)


@operator("affine")
@dataclass(frozen=True, slots=True, kw_only=True)
class Affine(Norm):
    """Scale and shift each channel by constants, to adapt an input to what weights expect.

    affine scale=[0.458, 0.448, 0.450] shift=[-0.030, -0.088, -0.188]
    """

    scale: tuple[float, ...] = argument(Kind.NUMBERS, "factor per channel, or one for all")
    shift: tuple[float, ...] = argument(
        Kind.NUMBERS, "offset per channel, or one for all", default=(0.0,)
    )

    def infer(self, *inputs: Shape) -> Shape:
        (x,) = inputs
        for name, values in (("scale", self.scale), ("shift", self.shift)):
            if len(values) not in (1, x.channels):
                raise Blame(
                    "wrong-length",
                    f"`{name}` lists {len(values)} numbers for {x.channels} channels",
                    argument=name,
                    remark=f"the input has {x.channels} channels",
                )
        return x

    def lower(self, inputs: tuple[Shape, ...], output: Shape) -> Call:
        count = output.channels
        scale = self.scale * count if len(self.scale) == 1 else self.scale
        shift = self.shift * count if len(self.shift) == 1 else self.shift
        rank = 0 if output.is_vector else 2
        call = module("archdsl.pytorch.layers.Affine", scale, shift, rank)
        return call.called("scale", "shift", "rank")

    def picture(self) -> Picture:
        return Picture("affine", Role.NORM)


@operator("layerscale")
@dataclass(frozen=True, slots=True, kw_only=True)
class LayerScale(Operator):
    """Multiply each channel by a learned factor, which begins small.

        layerscale 1e-6

    Stands at the end of a residual branch, so that training begins near the identity.
    """

    init: float = argument(Kind.NUMBER, "factor at the start", default=1e-6, positional=True)

    @property
    def learned(self) -> tuple[str, ...]:
        return ("weight",)

    def cost(self, inputs: tuple[Shape, ...], output: Shape) -> Cost:
        return Cost(params=output.channels)

    def lower(self, inputs: tuple[Shape, ...], output: Shape) -> Call:
        rank = 0 if output.is_vector else 2
        target = "archdsl.pytorch.layers.LayerScale"
        call = module(target, output.channels, init=self.init, rank=rank)
        return call.called("channels").meaning(channels=TAKEN)

    def picture(self) -> Picture:
        return Picture("layer scale", Role.NORM)
