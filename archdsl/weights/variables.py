"""Variables under Keras' and TensorFlow's names and layouts, as torch's tensors.

Kernels are stored height × width × input × output there and output × input × height × width
here, depthwise ones height × width × channel × multiplier, matrices input × output. The numbers
themselves are not touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import torch

ROLES = {
    "kernel": "weight",
    "weights": "weight",
    "depthwise_kernel": "weight",
    "depthwise_weights": "weight",
    "pointwise_kernel": "weight",
    "pointwise_weights": "weight",
    "gamma": "weight",
    "alpha": "weight",
    "bias": "bias",
    "biases": "bias",
    "beta": "bias",
    "moving_mean": "running_mean",
    "moving_variance": "running_var",
}
"""What torch calls each variable. Source: Keras' and tf-slim's layers; alpha is a PReLU's slope."""

KERNELS = ("kernel", "weights", "pointwise_kernel", "pointwise_weights")
DEPTHWISE = ("depthwise_kernel", "depthwise_weights")
POINTWISE = ("pointwise_kernel", "pointwise_weights")


@dataclass(frozen=True, slots=True)
class Variable:
    """A stored array: its layer's name in parts joined by dots, what it is there, and numbers.

    ``depthwise`` says that the layer's kernel is applied to each channel by itself where the
    variable's own name does not.
    """

    layer: str
    role: str
    values: Any
    depthwise: bool = False


def split(name: str) -> tuple[str, str]:
    """Return the layer and the role in a name such as ``block/conv/kernel:0``."""
    layer, _, role = name.partition(":")[0].rpartition("/")
    return layer.replace("/", "."), role


def to_tensors(variables: Iterable[Variable]) -> dict[str, torch.Tensor]:
    """Return tensors under torch's names for their roles, in its layouts.

    What is none of these roles keeps its name and its layout. A separable convolution, which is
    one layer there, becomes its two: ``depthwise`` and ``pointwise``.
    """
    held = list(variables)
    separable = {one.layer for one in held if one.role in DEPTHWISE} & {
        one.layer for one in held if one.role in POINTWISE
    }
    tensors: dict[str, torch.Tensor] = {}
    for one in held:
        layer = one.layer
        if layer in separable:
            part = "depthwise" if one.role in DEPTHWISE else "pointwise"
            layer = f"{layer}.{part}"
        role = ROLES.get(one.role, one.role)
        name = f"{layer}.{role}" if layer else role
        tensors[name] = _laid_out(one, torch.from_numpy(one.values.copy()))
    return tensors


def _laid_out(variable: Variable, tensor: torch.Tensor) -> torch.Tensor:
    depthwise = variable.depthwise and variable.role in KERNELS
    if (variable.role in DEPTHWISE or depthwise) and tensor.ndim == 4:
        height, width, channels, times = tensor.shape
        moved = tensor.permute(2, 3, 0, 1)
        return moved.reshape(channels * times, 1, height, width).contiguous()
    if variable.role in KERNELS and tensor.ndim >= 2:
        reach = range(tensor.ndim - 2)
        return tensor.permute(tensor.ndim - 1, tensor.ndim - 2, *reach).contiguous()
    if variable.role == "alpha":
        return tensor.flatten() if tensor.numel() == tensor.shape[-1] else tensor
    return tensor


def norms_follow(tensors: Mapping[str, torch.Tensor]) -> tuple[tuple[str, str], ...]:
    """Return the layers whose name holds a norm's, as tf-slim's: the norm reads what they give."""
    layers = list(dict.fromkeys(name.rpartition(".")[0] for name in tensors))
    found: list[tuple[str, str]] = []
    for layer in layers:
        before, _, last = layer.rpartition(".")
        if last == "BatchNorm":
            found += [(one, layer) for one in (f"{before}.pointwise", before) if one in layers][:1]
    return tuple(found)
