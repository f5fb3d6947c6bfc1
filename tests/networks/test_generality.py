"""Networks of other families than Inception: torchvision's, number by number, and a U-Net."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
import torch
import torchvision
from torch import nn
from torch.nn import functional as F

import archdsl
from tests.networks.released import (
    META,
    SPECS,
    counted,
    difference,
    give_equal_weights,
    load,
)

models = torchvision.models

RELEASES: dict[str, Callable[..., nn.Module]] = {
    "convnext_tiny": models.convnext_tiny,
    "densenet121": models.densenet121,
    "efficientnet_b0": models.efficientnet_b0,
    "mnasnet1_0": models.mnasnet1_0,
    "mobilenet_v2": models.mobilenet_v2,
    "regnet_y_400mf": models.regnet_y_400mf,
    "shufflenet_v2_x1_0": models.shufflenet_v2_x1_0,
    "squeezenet1_1": models.squeezenet1_1,
}

FAMILIES: list[tuple[str, dict[str, float], Callable[[], nn.Module]]] = [
    ("convnext_tiny", {"n3": 27, "path": 0.4}, models.convnext_small),
    ("convnext_tiny", {"n3": 27, "c": 128, "path": 0.5}, models.convnext_base),
    ("densenet121", {"growth": 48, "first": 96, "d3": 36, "d4": 24}, models.densenet161),
    ("densenet121", {"d3": 48, "d4": 32}, models.densenet201),
    ("efficientnet_b0", {"d": 1.1}, models.efficientnet_b1),
    (
        "efficientnet_b0",
        {"w": 1.6, "d": 2.2, "drop": 0.4, "path": 0.2, "eps": 0.001, "momentum": 0.01},
        models.efficientnet_b5,
    ),
    ("mnasnet1_0", {"alpha": 0.5}, models.mnasnet0_5),
    ("mnasnet1_0", {"alpha": 1.3}, models.mnasnet1_3),
    ("mobilenet_v2", {"alpha": 0.35}, lambda: models.mobilenet_v2(width_mult=0.35)),
    ("mobilenet_v2", {"alpha": 1.4}, lambda: models.mobilenet_v2(width_mult=1.4)),
    (
        "regnet_y_400mf",
        {"group": 16, "d4": 2, "d3": 8, "w1": 64, "w2": 144, "w3": 320, "w4": 784},
        models.regnet_y_800mf,
    ),
    ("shufflenet_v2_x1_0", {"c2": 48, "c3": 96, "c4": 192}, models.shufflenet_v2_x0_5),
    ("squeezenet1_1", {"classes": 10}, lambda: models.squeezenet1_1(num_classes=10)),
]


def network(name: str, **params: float) -> archdsl.Network:
    return load(f"released/{name}_torchvision", **params)


def on_meta(release: Callable[[], nn.Module]) -> nn.Module:
    if release in (models.regnet_y_400mf, models.regnet_y_800mf):
        return release()  # computes its widths with tensors
    with META:
        return release()


def in_order_of_use(reference: nn.Module) -> list[str]:
    """Return the reference's keys, ConvNeXt's layer scales behind the block they scale."""
    keys = list(reference.state_dict())
    last = {key.rpartition(".block.")[0]: key for key in keys if ".block." in key}
    order: list[str] = []
    for key in keys:
        block = key.rpartition(".block.")[0]
        if not key.endswith(".layer_scale"):
            order.append(key)
        if last.get(block) == key:
            order.append(f"{block}.layer_scale")
    return order


@pytest.mark.parametrize("name", RELEASES)
def test_counts_are_torchvisions(name: str) -> None:
    ours = network(name)
    totals = (ours.totals.params, ours.totals.macs)
    assert totals == counted(on_meta(RELEASES[name]), 3, 224, 224)
    text = (SPECS / f"released/{name}_torchvision.arch").read_text()
    assert f"expect params = {totals[0]:_} macs = {totals[1]:_}" in text


@pytest.mark.parametrize(
    ("name", "params", "release"), FAMILIES, ids=[f"{n}-{p}" for n, p, _ in FAMILIES]
)
def test_parameters_give_the_rest_of_the_family(
    name: str, params: dict[str, float], release: Callable[[], nn.Module]
) -> None:
    ours = network(name, **params)
    reference = on_meta(release)
    assert settings(ours.module(META)) == settings(reference)
    assert (ours.totals.params, ours.totals.macs) == counted(reference, 3, 224, 224)


@pytest.mark.parametrize("name", RELEASES)
def test_outputs_are_torchvisions(name: str) -> None:
    reference = on_meta(RELEASES[name])
    module = network(name).module(META)
    order = in_order_of_use(reference) if name == "convnext_tiny" else None
    give_equal_weights(module, reference, order)
    # Odd and oblong images tell the sides of a padding apart.
    for extents in ((3, 3, 64, 97), (1, 3, 256, 231)):
        assert difference(module, reference, *extents) <= 1e-5


@pytest.mark.parametrize("name", RELEASES)
def test_what_training_needs_is_torchvisions(name: str) -> None:
    assert settings(network(name).module(META)) == settings(on_meta(RELEASES[name]))


def settings(module: nn.Module) -> list[tuple[str, ...]]:
    """Return the constants of norms and of what drops values, in order; a rate of 0 is none."""
    return list(_settings(module))


def _settings(module: nn.Module) -> Iterator[tuple[str, ...]]:
    for part in module.modules():
        match part:
            case nn.BatchNorm2d():
                yield "batch norm", f"{part.eps:.9g}", f"{part.momentum:.9g}"
            case nn.LayerNorm():
                yield "layer norm", f"{part.eps:.9g}"
            case nn.Dropout():
                yield "dropout", f"{part.p:.9g}"
            case _:
                rate = getattr(part, "rate", None) or stochastic_depth(part)
                if rate:
                    yield "drop path", f"{rate:.9g}"


def stochastic_depth(part: nn.Module) -> float | None:
    """Return the rate at which torchvision drops a block; MBConv keeps one it does not use."""
    if isinstance(part, torchvision.ops.StochasticDepth):
        return None if getattr(part, "idle", False) else part.p
    if not getattr(part, "use_res_connect", True) and hasattr(part, "stochastic_depth"):
        part.stochastic_depth.idle = True
    return None


class UNet(nn.Module):
    """Figure 1 of the paper, written out: 23 convolutional layers, none padded."""

    def __init__(self, first: int = 64) -> None:
        super().__init__()
        widths = (1, *(first * 2**level for level in range(5)))
        self.down = nn.ModuleList(pair(a, b) for a, b in pairwise(widths))
        up: list[nn.Module] = []
        for c in widths[4:0:-1]:
            up += [nn.ConvTranspose2d(2 * c, c, 2, 2), pair(2 * c, c)]
        self.up = nn.ModuleList(up)
        self.head = nn.Conv2d(first, 2, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        skips: list[torch.Tensor] = []
        for level, convolutions in enumerate(self.down):
            x = convolutions(x if level == 0 else F.max_pool2d(x, 2))
            skips.append(x)
        skips.pop()
        for enlarge, convolutions in zip(self.up[::2], self.up[1::2], strict=True):
            x, skip = enlarge(x), skips.pop()
            top, left = (skip.shape[2] - x.shape[2]) // 2, (skip.shape[3] - x.shape[3]) // 2
            skip = skip[:, :, top : top + x.shape[2], left : left + x.shape[3]]
            x = convolutions(torch.cat((skip, x), 1))
        return self.head(x)


def pair(a: int, b: int) -> nn.Module:
    return nn.Sequential(nn.Conv2d(a, b, 3), nn.ReLU(), nn.Conv2d(b, b, 3), nn.ReLU())


def test_u_net_of_the_paper() -> None:
    ours = load("u_net")
    # 31,030,593 is the count public summaries give for one class; a second one adds 64 + 1.
    assert ours.totals.params == 31_030_593 + 65
    assert (ours.totals.params, ours.totals.macs) == counted(on_meta(UNet), 1, 572, 572)


def test_u_net_against_layers_written_out() -> None:
    # The whole figure at an eighth of its widths, which take seconds.
    module, reference = load("u_net", c=8).module(META), UNet(8).to(META)
    give_equal_weights(module, reference)
    assert difference(module, reference, 1, 1, 572, 572) <= 1e-5


@pytest.mark.parametrize("spec", ["u_net", *(f"released/{name}_torchvision" for name in RELEASES)])
def test_specs_stay_short(spec: str) -> None:
    assert len((SPECS / f"{spec}.arch").read_text().splitlines()) <= 60


@pytest.mark.parametrize(
    ("spec", "side"),
    [("released/shufflenet_v2_x1_0_torchvision", 64), ("released/convnext_tiny_torchvision", 64)],
)
def test_emitted_source_computes_the_same(spec: str, side: int) -> None:
    """Slices, shuffles and layer scales also as generated Python."""
    ours = load(spec)
    space: dict[str, Any] = {"__name__": "emitted"}
    exec(compile(ours.source(), spec, "exec"), space)
    module = ours.module(META)
    made = space[type(module).__name__]()
    give_equal_weights(module, made)
    assert set(module.state_dict()) == set(made.state_dict())
    assert difference(module, made, 1, 3, side, side) == 0
