"""Single operators in nothing but torch, written from the language reference.

There are none of archdsl's checks here. What cannot run, torch refused; the few refusals of this
module's own are where there is nothing that torch could be asked to run.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from tests import own_rules
from tests.trees import Args, Ref


class Nothing(Exception):
    """There is nothing that torch could be asked to run."""


REFUSALS = (RuntimeError, ValueError, IndexError, ZeroDivisionError, Nothing)


def apply(op: str, args: Args, *xs: Tensor) -> Tensor:
    """Run one operator on NCHW or NC tensors; a batch of more than one is trained on.

    Raises one of REFUSALS where torch refuses, and `own_rules.Refused` where only archdsl does.
    """
    y = RAW[op](dict(args), *xs)
    if y.numel() == 0:
        raise Nothing("the result holds no numbers")
    own_rules.check(op, args, *xs)
    return y


def pair(value: Any) -> tuple[int, int]:
    return value if isinstance(value, tuple) else (value, value)


def same(length: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    """TensorFlow's SAME: ceil(n/s) windows, the odd cell of their padding after the map."""
    output = math.ceil(length / stride)
    reach = dilation * (kernel - 1) + 1
    total = max((output - 1) * stride + reach - length, 0)
    return total // 2, total - total // 2


def sides(args: dict[str, Any], x: Tensor) -> tuple[int, int, int, int]:
    """Return the padding as `F.pad` takes it: left, right, top, bottom."""
    pad = args.get("pad", "same")
    if pad == "valid":
        return 0, 0, 0, 0
    if pad == "same":
        kernel, stride = pair(args["kernel"]), pair(args.get("stride", 1))
        dilation = pair(args.get("dilation", 1))
        height, width = x.shape[-2:]
        return (
            *same(width, kernel[1], stride[1], dilation[1]),
            *same(height, kernel[0], stride[0], dilation[0]),
        )
    return explicit(pad)


def explicit(pad: Any) -> tuple[int, int, int, int]:
    if isinstance(pad, list):
        top, bottom, left, right = pad
        return left, right, top, bottom
    rows, columns = pair(pad)
    return columns, columns, rows, rows


def followed(args: dict[str, Any], y: Tensor) -> Tensor:
    """Run the `norm` and the `act` of a convolution or a linear layer."""
    for name in ("norm", "act"):
        follower = args.get(name)
        if isinstance(follower, Ref):
            y = apply(follower.op, follower.args, y)
    return y


def conv(args: dict[str, Any], x: Tensor) -> Tensor:
    groups = args.get("groups", 1)
    if args["channels"] % groups:
        raise Nothing("the meta device lets this pass; a real one does not")
    weight = x.new_zeros(args["channels"], x.shape[1] // groups, *pair(args["kernel"]))
    padded = F.pad(x, sides(args, x)) if x.ndim == 4 else x
    y = F.conv2d(
        padded,
        weight,
        stride=pair(args.get("stride", 1)),
        dilation=pair(args.get("dilation", 1)),
        groups=groups,
    )
    return followed(args, y)


def upconv(args: dict[str, Any], x: Tensor) -> Tensor:
    groups, stride = args.get("groups", 1), pair(args.get("stride", 1))
    if args["channels"] % groups:
        raise Nothing("torch's weights hold whole groups of filters")
    weight = x.new_zeros(x.shape[1], args["channels"] // groups, *pair(args["kernel"]))
    dilation = pair(args.get("dilation", 1))
    y = F.conv_transpose2d(x, weight, stride=stride, dilation=dilation, groups=groups)
    pad = args.get("pad", "same")
    if pad == "same":
        cuts: list[int] = []
        for axis in (3, 2):
            surplus = y.shape[axis] - x.shape[axis] * stride[axis - 2]
            before = max(surplus, 0) // 2
            cuts += [-before, -(surplus - before)]
        y = F.pad(y, cuts)
    elif pad != "valid":
        y = F.pad(y, [-side for side in explicit(pad)])
    return followed(args, y)


def the_window(args: dict[str, Any]) -> str:
    given = [name for name in ("kernel", "global", "to") if args.get(name)]
    if len(given) != 1:
        raise Nothing(f"a pool with {given}")
    return given[0]


def maxpool(args: dict[str, Any], x: Tensor) -> Tensor:
    window = the_window(args)
    if window != "kernel":
        return F.adaptive_max_pool2d(x, pair(args.get("to", 1)))
    kernel, stride = pair(args["kernel"]), pair(args.get("stride", 1))
    pad, ceil = args.get("pad", "same"), args.get("ceil", False)
    if isinstance(pad, int | tuple) or pad == "valid":
        amount = 0 if pad == "valid" else pair(pad)
        return F.max_pool2d(x, kernel, stride, amount, ceil_mode=ceil)
    padded = F.pad(x, sides(args, x), value=-math.inf) if x.ndim == 4 else x
    return F.max_pool2d(padded, kernel, stride, ceil_mode=ceil)


def avgpool(args: dict[str, Any], x: Tensor) -> Tensor:
    window = the_window(args)
    if window != "kernel":
        return F.adaptive_avg_pool2d(x, pair(args.get("to", 1)))
    kernel, stride = pair(args["kernel"]), pair(args.get("stride", 1))
    pad, ceil = args.get("pad", "same"), args.get("ceil", False)
    counted = args.get("count_include_pad", False)
    if isinstance(pad, int | tuple) or pad == "valid":
        amount = 0 if pad == "valid" else pair(pad)
        return F.avg_pool2d(x, kernel, stride, amount, ceil, counted)
    if x.ndim != 4:
        return F.avg_pool2d(x, kernel)
    total = F.avg_pool2d(F.pad(x, sides(args, x)), kernel, stride, 0, ceil, True)
    share = F.avg_pool2d(F.pad(torch.ones_like(x), sides(args, x)), kernel, stride, 0, ceil)
    return total if counted else total / share


def batchnorm(args: dict[str, Any], x: Tensor) -> Tensor:
    mean, var = x.new_zeros(x.shape[1]), x.new_ones(x.shape[1])
    return F.batch_norm(x, mean, var, training=len(x) > 1, eps=args.get("eps", 1e-5))


def layernorm(args: dict[str, Any], x: Tensor) -> Tensor:
    last = x.movedim(1, -1)
    return F.layer_norm(last, last.shape[-1:], eps=args.get("eps", 1e-5)).movedim(-1, 1)


def lrn(args: dict[str, Any], x: Tensor) -> Tensor:
    return F.local_response_norm(
        x,
        args.get("size", 5),
        alpha=args.get("alpha", 1e-4),
        beta=args.get("beta", 0.75),
        k=args.get("k", 1.0),
    )


def affine(args: dict[str, Any], x: Tensor) -> Tensor:
    shape = (-1, 1, 1) if x.ndim == 4 else (-1,)
    for name, join in (("scale", torch.mul), ("shift", torch.add)):
        numbers = args.get(name, [0.0])
        numbers = numbers if isinstance(numbers, list) else [numbers]
        x = join(x, torch.tensor(numbers, device=x.device).view(shape))
    return x


def linear(args: dict[str, Any], x: Tensor) -> Tensor:
    return followed(args, F.linear(x.flatten(1), x.new_zeros(args["features"], x.shape[1])))


def share(args: dict[str, Any], x: Tensor) -> Tensor:
    return F.dropout(x, args.get("rate", 0.5), training=False)


def pad(args: dict[str, Any], x: Tensor) -> Tensor:
    if isinstance(args["amount"], str):
        raise Nothing("padding by a rule, with no window to pad for")
    mode = {"zero": "constant"}.get(args.get("edge", "zero"), args.get("edge", ""))
    return F.pad(x, explicit(args["amount"]), mode=mode)


def crop(args: dict[str, Any], x: Tensor) -> Tensor:
    if isinstance(args["amount"], str):
        raise Nothing("cropping by a rule, with no window to crop for")
    left, right, top, bottom = explicit(args["amount"])
    return F.pad(x, (-left, -right, -top, -bottom))


def layerscale(args: dict[str, Any], x: Tensor) -> Tensor:
    return torch.einsum("nc...,c->nc...", x, x.new_full((x.shape[1],), args.get("init", 1e-6)))


def resize(args: dict[str, Any], x: Tensor) -> Tensor:
    if ("factor" in args) == ("to" in args):
        raise Nothing("no target, or two")
    size = None if "to" not in args else pair(args["to"])
    blend = args.get("blend", "nearest")
    return F.interpolate(x, size, args.get("factor"), mode=blend)


def prelu(args: dict[str, Any], x: Tensor) -> Tensor:
    count = 1 if args.get("shared", True) else x.shape[1]
    return F.prelu(x, x.new_full((count,), args.get("init", 0.25)))


def total(args: dict[str, Any], first: Tensor, *others: Tensor) -> Tensor:
    for other in others:
        first = first + other
    return first


def product(args: dict[str, Any], first: Tensor, *others: Tensor) -> Tensor:
    for other in others:
        first = first * other
    return first


RAW: Mapping[str, Callable[..., Tensor]] = {
    "conv": conv,
    "upconv": upconv,
    "maxpool": maxpool,
    "avgpool": avgpool,
    "batchnorm": batchnorm,
    "groupnorm": lambda a, x: F.group_norm(x, a["groups"], eps=a.get("eps", 1e-5)),
    "layernorm": layernorm,
    "lrn": lrn,
    "l2norm": lambda a, x: F.normalize(x, dim=1, eps=a.get("eps", 1e-12)),
    "affine": affine,
    "linear": linear,
    "flatten": lambda a, x: x.flatten(1),
    "dropout": share,
    "droppath": share,
    "scale": lambda a, x: x * a["factor"],
    "identity": lambda a, x: x,
    "pad": pad,
    "crop": crop,
    "slice": lambda a, x: torch.narrow(x, 1, a["start"], a["stop"] - a["start"]),
    "layerscale": layerscale,
    "resize": resize,
    "shuffle": lambda a, x: torch.channel_shuffle(x, a["groups"]),
    "relu": lambda a, x: F.relu(x),
    "relu6": lambda a, x: F.relu6(x),
    "leaky_relu": lambda a, x: F.leaky_relu(x, a.get("slope", 0.01)),
    "prelu": prelu,
    "elu": lambda a, x: F.elu(x, a.get("alpha", 1.0)),
    "gelu": lambda a, x: F.gelu(x, approximate="tanh" if a.get("tanh") else "none"),
    "silu": lambda a, x: F.silu(x),
    "sigmoid": lambda a, x: torch.sigmoid(x),
    "hard_sigmoid": lambda a, x: F.hardsigmoid(x),
    "hard_swish": lambda a, x: F.hardswish(x),
    "hard_tanh": lambda a, x: F.hardtanh(x),
    "tanh": lambda a, x: torch.tanh(x),
    "softmax": lambda a, x: F.softmax(x, dim=1),
    "concat": lambda a, *xs: torch.cat(xs, dim=1),
    "add": total,
    "mul": product,
}
