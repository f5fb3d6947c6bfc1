"""AlexNet, VGG-16, Network in Network and ResNet-50: counts as printed, outputs as released."""

from __future__ import annotations

import pytest
import torch
import torchvision
from torch import nn

from tests.networks.released import (
    META,
    SPECS,
    counted,
    difference,
    give_equal_weights,
    load,
)

# Parameters and multiply-accumulates of one image. torch's own counts of torchvision's models
# agree where there is one; the others follow from the papers' tables layer by layer.
ROWS = {
    "alexnet": (60_965_224, 724_406_816),
    "vgg16": (138_357_544, 15_470_264_320),
    "nin": (7_595_176, 1_100_188_800),
    "nin_227": (7_595_176, 1_105_996_320),
    "nin_cifar10": (966_986, 222_486_528),
    "resnet50": (25_557_032, 3_857_973_248),
    "released/alexnet_torchvision": (61_100_840, 714_188_480),
    "released/resnet50_torchvision": (25_557_032, 4_089_184_256),
    "released/resnet50_keras": (25_583_592, 3_857_973_248),
}

RELEASES = {
    "released/alexnet_torchvision": torchvision.models.alexnet,
    "released/resnet50_torchvision": torchvision.models.resnet50,
    "vgg16": torchvision.models.vgg16,
}


@pytest.mark.parametrize("spec", ROWS)
def test_counts_are_the_published_ones(spec: str) -> None:
    totals = load(spec).totals
    assert (totals.params, totals.macs) == ROWS[spec]


@pytest.mark.parametrize("spec", ROWS)
def test_torch_counts_the_same(spec: str) -> None:
    side = {"nin_cifar10": 32, "nin_227": 227, "alexnet": 227}.get(spec, 224)
    assert counted(load(spec).module(META), 3, side, side) == ROWS[spec]


@pytest.mark.parametrize("spec", ROWS)
def test_counts_and_stages_are_claimed_in_the_spec(spec: str) -> None:
    text = (SPECS / f"{spec}.arch").read_text()
    params, macs = ROWS[spec]
    assert f"expect params = {params:_} macs = {macs:_}" in text
    assert text.count("=>") >= 4


def test_vgg16_takes_at_most_20_lines() -> None:
    assert len((SPECS / "vgg16.arch").read_text().splitlines()) <= 20


@pytest.mark.parametrize(
    ("spec", "params", "release"),
    [
        ("vgg16", {"deep": 4}, torchvision.models.vgg19),
        ("released/resnet50_torchvision", {"n4": 23}, torchvision.models.resnet101),
        ("released/resnet50_torchvision", {"classes": 10}, None),
    ],
)
def test_families_are_set_by_parameters(spec: str, params: dict[str, int], release: object) -> None:
    totals = load(spec, **params).totals
    if release is None:  # a classifier of 10 instead of 1000: 2048 weights and a bias each
        assert totals.params == ROWS[spec][0] - 990 * 2049
        return
    with META:
        reference = release()
    assert (totals.params, totals.macs) == counted(reference, 3, 224, 224)


@pytest.mark.parametrize(
    ("spec", "sizes"),
    [
        ("released/alexnet_torchvision", ((3, 3, 224, 224), (1, 3, 231, 260))),
        # Its pool ends at 7x7 whatever comes in, the paper's does not: only 224 is the same.
        ("vgg16", ((1, 3, 224, 224),)),
        ("released/resnet50_torchvision", ((1, 3, 224, 224), (3, 3, 97, 160))),
    ],
)
def test_outputs_are_torchvisions(spec: str, sizes: tuple[tuple[int, ...], ...]) -> None:
    with META:
        reference = RELEASES[spec]()
    module = load(spec).module(META)
    give_equal_weights(module, reference)
    assert max(difference(module, reference, *extents) for extents in sizes) <= 1e-5


def test_paper_and_release_of_resnet50_differ_in_their_strides_alone() -> None:
    with META:
        reference = torchvision.models.resnet50()
    for convolution in reference.modules():
        if isinstance(convolution, torchvision.models.resnet.Bottleneck):
            convolution.conv1.stride, convolution.conv2.stride = convolution.conv2.stride, (1, 1)
    module = load("resnet50").module(META)
    give_equal_weights(module, reference)
    assert difference(module, reference, 1, 3, 224, 224) <= 1e-5


def test_alexnet_of_the_paper_against_layers_written_out() -> None:
    module = load("alexnet").module(META)
    reference = nn.Sequential(
        *(nn.Conv2d(3, 96, 11, 4), nn.ReLU(), PrintedResponseNorm(), nn.MaxPool2d(3, 2)),
        *(nn.Conv2d(96, 256, 5, 1, 2, groups=2), nn.ReLU(), PrintedResponseNorm()),
        *(nn.MaxPool2d(3, 2), nn.Conv2d(256, 384, 3, 1, 1), nn.ReLU()),
        *(nn.Conv2d(384, 384, 3, 1, 1, groups=2), nn.ReLU()),
        *(nn.Conv2d(384, 256, 3, 1, 1, groups=2), nn.ReLU(), nn.MaxPool2d(3, 2), nn.Flatten()),
        *(nn.Linear(9216, 4096), nn.ReLU(), nn.Linear(4096, 4096), nn.ReLU()),
        nn.Linear(4096, 1000),
    )
    give_equal_weights(module, reference)
    assert difference(module, reference, 1, 3, 227, 227) <= 1e-5


class PrintedResponseNorm(nn.Module):
    """Section 3.3 of the paper, channel by channel as its formula is printed."""

    def forward(self, a: torch.Tensor) -> torch.Tensor:
        count = a.shape[1]
        b = []
        for i in range(count):
            near = a[:, max(0, i - 2) : min(count - 1, i + 2) + 1]
            b.append(a[:, i] / (2 + 1e-4 * near.pow(2).sum(1)) ** 0.75)
        return torch.stack(b, 1)


@pytest.mark.parametrize(("spec", "side"), [("nin", 224), ("nin_227", 227)])
def test_nin_against_layers_written_out(spec: str, side: int) -> None:
    def mlpconv(into: int, c: int, k: int, last: int, stride: int = 1, pad: int = 0) -> list:
        return [
            *(nn.Conv2d(into, c, k, stride, pad), nn.ReLU()),
            *(nn.Conv2d(c, c, 1), nn.ReLU(), nn.Conv2d(c, last, 1), nn.ReLU()),
        ]

    reference = nn.Sequential(
        *(*mlpconv(3, 96, 11, 96, 4), nn.MaxPool2d(3, 2, ceil_mode=True)),
        *(*mlpconv(96, 256, 5, 256, 1, 2), nn.MaxPool2d(3, 2, ceil_mode=True)),
        *(*mlpconv(256, 384, 3, 384, 1, 1), nn.MaxPool2d(3, 2, ceil_mode=True)),
        *(*mlpconv(384, 1024, 3, 1000, 1, 1), nn.AvgPool2d(6), nn.Flatten()),
    )
    module = load(spec).module(META)
    give_equal_weights(module, reference)
    assert difference(module, reference, 1, 3, side, side) <= 1e-5
