"""Weights of models whose run is seen, and of other people's models."""

from __future__ import annotations

import re
from copy import deepcopy

import pytest
import torch
from torch import Tensor, nn

import archdsl
from archdsl.weights import Checkpoint, MatchError, import_weights
from archdsl.weights.running import wiring_when_run
from archdsl.weights.wiring import Wiring
from tests.other_models import trial
from tests.weights.pyramid import PYRAMID, Projected, Pyramid, conv, filled, same, taken


class Res2(nn.Module):
    """As timm's Res2Net: kernels and norms are kept in two lists."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(4, 16, 1, bias=False), nn.BatchNorm2d(16)
        self.convs = nn.ModuleList(nn.Conv2d(4, 4, 3, padding=1, bias=False) for _ in range(3))
        self.bns = nn.ModuleList(nn.BatchNorm2d(4) for _ in range(3))
        self.conv3, self.bn3 = nn.Conv2d(16, 4, 1, bias=False), nn.BatchNorm2d(4)

    def forward(self, x: Tensor) -> Tensor:
        parts = self.bn1(self.conv1(x)).relu().chunk(4, 1)
        found = [parts[0]]
        for at in range(3):
            inner = parts[at] if at == 0 else found[-1] + parts[at]
            found.append(self.bns[at](self.convs[at](inner)).relu())
        return self.bn3(self.conv3(torch.cat([*found[1:], parts[3]], 1)))


RES2 = """
net res2 {
  input 6x6x4
  default conv norm=batchnorm
  conv 1x1 16 act=relu as all
  slice 0 4 -> conv 3x3 4 act=relu as y0
  add { @y0; @all -> slice 4 8 } -> conv 3x3 4 act=relu as y1
  add { @y1; @all -> slice 8 12 } -> conv 3x3 4 act=relu as y2
  concat { @y0; @y1; @y2; @all -> slice 12 16 }
  conv 1x1 4 as end
}
"""


def test_kernels_and_norms_in_two_lists_find_each_other() -> None:
    other = filled(Res2())
    state = other.state_dict()
    assert same(taken(RES2, state), other, 2, 4, 6, 6)
    assert same(taken(RES2, dict(sorted(state.items())), ordered=False), other, 2, 4, 6, 6)
    ours = ["all", "y0", "y1", "y2", "end"]
    kernels = ["conv1", "convs.0", "convs.1", "convs.2", "conv3"]
    norms = ["bn1", "bns.0", "bns.1", "bns.2", "bn3"]
    pins = {kernel: f"{our}.conv" for kernel, our in zip(kernels, ours, strict=True)}
    pins |= {norm: f"{our}.norm" for norm, our in zip(norms, ours, strict=True)}
    shuffled = dict(sorted(state.items(), key=lambda item: item[0][::-1]))
    for ordered in (True, False):
        assert same(taken(RES2, shuffled, ordered=ordered, pins=pins), other, 2, 4, 6, 6)


def seen(model: nn.Module, *extents: int) -> Wiring:
    return wiring_when_run(deepcopy(model).to("meta"), [extents])


def test_how_a_model_runs_settles_what_names_leave_open() -> None:
    other = filled(Projected())
    wiring = seen(other, 2, 4, 6, 6)
    assert wiring.reads == {
        "stem": frozenset(),
        "proj.0": {"stem"},
        "body.0": {"stem"},
        "body.1": {"body.0"},
    }
    text = "net n { input 6x6x4; conv 3x3 4; add { conv 3x3 4; { conv 3x3 4; conv 3x3 4 } }; relu }"
    assert same(taken(text, other.state_dict(), wiring=wiring), other, 2, 4, 6, 6)
    pyramid = filled(Pyramid())
    nameless = re.sub(r" as (inner|layer)_1", "", PYRAMID).replace("@layer_1", "@top_1")
    nameless = nameless.replace("conv 3x3 4\n", "conv 3x3 4 as mid\n").replace("@top_1 @", "@mid @")
    wiring = seen(pyramid, 2, 4, 8, 8)
    nameless = nameless.replace("layer_", "out_").replace("inner_", "lift_")
    assert same(taken(nameless, pyramid.state_dict(), wiring=wiring), pyramid, 2, 4, 8, 8)


def test_a_model_that_is_wired_otherwise_is_refused() -> None:
    other = filled(Projected())
    text = "net n { input 6x6x4; conv 3x3 4; residual { 3 x conv 3x3 4 } }"
    with pytest.raises(MatchError, match="wires its layers in another way"):
        taken(text, other.state_dict(), wiring=seen(other, 2, 4, 6, 6))


class Written(nn.Module):
    """What packages write in many ways: in place, laid out anew, by parts, scaled."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.two, self.three = conv(), nn.Linear(4, 4), conv(2, 4)
        self.gamma = nn.Parameter(torch.ones(4, 1, 1))
        self.norm = nn.GroupNorm(1, 4)

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm(self.one(x)).relu_()
        y = self.two(y.permute(0, 2, 3, 1)).permute(0, 3, 1, 2) * self.gamma
        first, second = y.chunk(2, 1)
        x = x + self.three(first)
        x[:, :2] = x[:, :2] + second
        return nn.functional.max_pool2d(x, 2)


def test_a_model_is_followed_through_whatever_it_does() -> None:
    wiring = seen(Written(), 2, 4, 6, 6)
    assert wiring.reads == {
        "one": frozenset(),
        "norm": {"one"},
        "two": {"norm"},
        "gamma": {"two"},
        "three": {"gamma"},
    }
    assert wiring.active == {"norm"}


POINTWISE = """
net pointwise {
  input 5x5x4
  conv 1x1 6 act=gelu
  conv 1x1 4
  layerscale
  avgpool global
  conv 1x1 3
}
"""


class Pointwise(nn.Module):
    """The same with matrices on channels last, and a bare vector."""

    def __init__(self, classes: int = 3) -> None:
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(4, 6), nn.Linear(6, 4)
        self.gamma = nn.Parameter(torch.ones(4))
        self.head = nn.Linear(4, classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.fc2(nn.functional.gelu(self.fc1(x.permute(0, 2, 3, 1)))) * self.gamma
        return self.head(x.mean((1, 2)))[:, :, None, None]


def test_matrices_stand_for_pointwise_kernels_and_bare_vectors_for_scales() -> None:
    other = filled(Pointwise())
    assert same(taken(POINTWISE, other.state_dict()), other, 2, 4, 5, 5)


def test_a_pointwise_kernel_at_the_end_is_a_classifier() -> None:
    other = filled(Pointwise(classes=7))
    network = archdsl.load(POINTWISE)
    found = import_weights(
        network.ir, network.module(), Checkpoint(other.state_dict(), {}, ordered=True)
    )
    assert [said.partition(":")[0] for said in found.said] == ["conv2.weight", "conv2.bias"]
    assert all("begins anew with 3 classes" in said for said in found.said)
    ours, theirs = found.tensors["conv.conv.weight"], other.state_dict()["fc1.weight"]
    assert torch.equal(ours.squeeze(), theirs)


def test_kernels_over_a_sequence_stand_for_kernels_over_a_map_of_height_one() -> None:
    other = filled(nn.Sequential(nn.Conv1d(4, 4, 3, padding=1), nn.ReLU(), nn.Conv1d(4, 2, 5)))
    ours = taken("net n { input 1x9x4; conv 1x3 4 act=relu; conv 1x5 2 valid }", other.state_dict())
    x = torch.randn(2, 4, 9)
    with torch.no_grad():
        torch.testing.assert_close(ours(x[:, :, None]), other(x)[:, :, None])


@pytest.mark.parametrize("seeds", [range(100), range(100, 200), range(200, 300)])
def test_models_of_other_people_are_imported_with_equal_outputs_or_refused(seeds: range) -> None:
    """Random models, names and orders; `tools/import_sweep.py` tries thousands."""
    found = [trial(seed) for seed in seeds]
    assert not [seed for seed, one in zip(seeds, found, strict=True) if one.verdict == "wrong"]
    assert sum(one.verdict == "equal" for one in found) > 0.3 * len(seeds)
    assert any("--pin" in one.said for one in found if one.verdict == "refused")


def test_models_whose_run_is_seen_are_imported_with_equal_outputs() -> None:
    assert {trial(seed, wired=True).verdict for seed in range(300, 360)} == {"equal"}
