"""Holds a spec against the implementation it describes: counts, and outputs for the same weights.

Both modules begin without memory and are then given the very same tensors, so that nothing but
the wiring can make their outputs differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import prod
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

import archdsl
from archdsl import Network

SPECS = Path(__file__).parents[2] / "specs"
META = torch.device("meta")
SEED = 7

State = Mapping[str, Tensor]


def load(spec: str, **params: float) -> Network:
    """Return the network of a file in `specs/`; its claims have then been checked."""
    return archdsl.load(SPECS / f"{spec}.arch", **params)


def counted(module: nn.Module, *extents: int) -> tuple[int, int]:
    """Return the parameters and MACs torch counts for one image of the given C, H, W."""
    flops = FlopCounterMode(display=False)
    with flops:
        module.to(META).eval()(torch.empty(1, *extents, device=META))
    return sum(weight.numel() for weight in module.parameters()), flops.get_total_flops() // 2


def give_equal_weights(
    module: nn.Module, reference: nn.Module, order: Iterable[str] | None = None
) -> None:
    """Give two modules the same random numbers.

    Tensors are paired in the order both register them, and must be equal in shape. ``order``
    lists the reference's keys anew where it registers some in another order than its data flows;
    a matrix may then stand for the 1x1 kernel it multiplies by.
    """
    theirs = reference.state_dict()
    keys = list(theirs) if order is None else list(order)
    ours = module.state_dict()
    assert sorted(keys) == sorted(theirs), "every tensor of the reference, once"
    assert len(ours) == len(keys)
    generator = torch.Generator().manual_seed(SEED)
    new_ours: dict[str, Tensor] = {}
    for (own, target), key in zip(ours.items(), keys, strict=True):
        assert squeezed(target.shape) == squeezed(theirs[key].shape), f"{own} for {key}"
        assert kind(own) == kind(key), f"{own} for {key}"
        theirs[key] = numbers(key, theirs[key], generator)
        new_ours[own] = theirs[key].view(target.shape)
    module.load_state_dict(new_ours, assign=True)
    reference.load_state_dict(theirs, assign=True)


def squeezed(shape: torch.Size) -> tuple[int, ...]:
    """Return a shape without trailing ones: a matrix is the kernel of a 1x1 convolution."""
    extents = list(shape)
    while extents and extents[-1] == 1:
        extents.pop()
    return tuple(extents)


def kind(key: str) -> str:
    name = key.rpartition(".")[2]
    return {"layer_scale": "weight"}.get(name, name)


def numbers(key: str, like: Tensor, generator: torch.Generator) -> Tensor:
    """Return numbers that keep values of about one size from layer to layer.

    Every number matters in the output: averages, variances and scales differ between channels.
    """
    if not like.is_floating_point():
        return torch.zeros(like.shape, dtype=like.dtype)
    if kind(key) in ("running_var", "weight") and len(squeezed(like.shape)) < 2:
        return torch.empty(like.shape).uniform_(0.5, 1.5, generator=generator)
    fan_in = prod(like.shape[1:])
    share = 0.1 if like.ndim < 2 else (2 / fan_in) ** 0.5
    return torch.randn(like.shape, generator=generator) * share


def difference(module: nn.Module, reference: nn.Module, *extents: int) -> float:
    """Return the largest difference of the outputs in evaluation, relative to the largest."""
    generator = torch.Generator().manual_seed(SEED)
    image = torch.randn(extents, generator=generator)
    with torch.no_grad():
        wanted = reference.eval()(image)
        made = module.eval()(image)
    assert made.shape == wanted.shape
    spread = (wanted - wanted.mean(0)).abs().max() if len(wanted) > 1 else wanted.std()
    assert spread > 1e-3 * wanted.abs().max(), "the outputs depend on the image"
    return float((made - wanted).abs().max() / wanted.abs().max())
