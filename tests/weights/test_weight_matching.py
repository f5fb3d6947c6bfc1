"""Which layer of a checkpoint is which: equal outputs, or an error that says what decides."""

from __future__ import annotations

import re

import pytest
import torch
from torch import Tensor, nn

import archdsl
from archdsl.weights import MatchError
from tests.weights.pyramid import PYRAMID, Projected, Pyramid, conv, filled, same, taken


class Chain(nn.Module):
    """Registers its last two layers the wrong way round."""

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.b, self.a = conv(), conv(), conv()

    def forward(self, x: Tensor) -> Tensor:
        return self.b(self.a(self.stem(x)).relu()).relu()


def test_equal_names_settle_it_in_whatever_order_a_file_has_them() -> None:
    other = filled(Chain())
    text = """
    net chain {
      input 6x6x4
      conv 3x3 4 as stem
      conv 3x3 4 act=relu as a
      conv 3x3 4 act=relu as b
    }
    """
    state = other.state_dict()
    for ordered in (state, dict(sorted(state.items())), dict(reversed(state.items()))):
        assert same(taken(text, ordered), other, 2, 4, 6, 6)


def test_an_order_of_registration_alone_decides_nothing() -> None:
    other = Chain().state_dict()
    text = "net chain { input 6x6x4; conv 3x3 4; conv 3x3 4; conv 3x3 4 }"
    with pytest.raises(MatchError, match="ambiguous"):
        taken(text, other)


BRANCHES = ("{ conv 3x3 4; conv 3x3 4 } as body", "{ conv 3x3 4 } as proj")


@pytest.mark.parametrize("turned", [False, True])
def test_branches_called_alike_on_both_sides_are_the_same(turned: bool) -> None:
    other = filled(Projected())
    branches = "; ".join(reversed(BRANCHES) if turned else BRANCHES)
    text = f"net n {{ input 6x6x4; conv 3x3 4 as stem; add {{ {branches} }}; relu }}"
    for ordered in (True, False):
        assert same(taken(text, other.state_dict(), ordered=ordered), other, 2, 4, 6, 6)


def test_layers_under_one_prefix_are_not_torn_apart() -> None:
    """With no name of the spec's to go by, `body` still is the branch with two kernels in a row."""
    other = filled(Projected())
    text = "net n { input 6x6x4; conv 3x3 4; add { conv 3x3 4; { conv 3x3 4; conv 3x3 4 } }; relu }"
    # `stem` and `proj` can change places by shape, but nothing of `body` moves.
    with pytest.raises(MatchError, match="ambiguous") as refused:
        taken(text, other.state_dict())
    assert "body" not in str(refused.value)
    assert same(taken(text, other.state_dict(), pins={"stem": "conv"}), other, 2, 4, 6, 6)


class Bottleneck(nn.Module):
    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, 8, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(8)
        self.conv2 = nn.Conv2d(8, 8, 3, padding=1, groups=4, bias=False)
        self.bn2 = nn.BatchNorm2d(8)
        self.conv3 = nn.Conv2d(8, 8, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(8)
        if inputs == 8:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, 8, 1, bias=False), nn.BatchNorm2d(8))

    def forward(self, x: Tensor) -> Tensor:
        y = self.bn1(self.conv1(x)).relu()
        y = self.bn2(self.conv2(y)).relu()
        return (self.bn3(self.conv3(y)) + self.downsample(x)).relu()


@pytest.mark.parametrize("first", ["body", "shortcut"])
@pytest.mark.parametrize("by_name", [False, True])
def test_a_shortcut_may_be_written_before_the_body(first: str, by_name: bool) -> None:
    """All four kernels are 1x1 from 8 to 8 but for the grouped one."""
    other = filled(nn.Sequential(Bottleneck(8), Bottleneck(8)))
    body = "{ conv 1x1 8 act=relu; conv 3x3 8 groups=4 act=relu; conv 1x1 8 }"
    branches = f"{body}; conv 1x1 8" if first == "body" else f"conv 1x1 8; {body}"
    text = f"""
    net n {{ input 6x6x8; default conv norm=batchnorm; 2 x block_a }}
    block block_a {{ add {{ {branches} }}; relu }}
    """
    state = other.state_dict()
    state = dict(sorted(state.items())) if by_name else state
    assert same(taken(text, state, ordered=not by_name), other, 2, 8, 6, 6)


def test_a_pyramid_that_runs_against_its_numbers_is_right_or_refused() -> None:
    other = filled(Pyramid())
    state = other.state_dict()
    assert same(taken(PYRAMID, state), other, 2, 4, 8, 8)
    nameless = re.sub(r"inner_\d|layer_(?=\d)", lambda m: m[0].replace("layer", "out"), PYRAMID)
    nameless = nameless.replace("inner", "lift")
    for ordered in (True, False):
        with pytest.raises(MatchError, match="ambiguous"):
            taken(nameless, state, ordered=ordered)


def test_archdsls_own_names_are_taken_sorted_as_well() -> None:
    network = archdsl.load(PYRAMID)
    module = filled(network.module())
    by_name = dict(sorted(module.state_dict().items()))
    assert same(taken(PYRAMID, by_name, ordered=False), module, 2, 4, 8, 8)


def test_equal_names_need_no_choice_of_the_authors() -> None:
    text = "net n { input 6x6x4; conv 3x3 4; conv 3x3 4 act=relu; conv 3x3 4 }"
    module = filled(archdsl.load(text).module())
    turned = dict(reversed(module.state_dict().items()))
    assert same(taken(text, turned, ordered=False), module, 2, 4, 6, 6)


def test_numbers_that_the_models_own_order_contradicts_are_not_believed() -> None:
    text = "net n { input 6x6x4; conv 3x3 4 act=relu; conv 3x3 4 }"
    registered = nn.ModuleDict({"conv2": conv(), "conv1": conv()}).state_dict()
    with pytest.raises(MatchError, match="ambiguous"):
        taken(text, registered, ordered=True)
    assert taken(text, dict(sorted(registered.items())), ordered=True)


TWINS = "net twins { input 4x4x2; concat { conv 1x1 2; conv 1x1 2 } }"


def twins(left: str, right: str) -> dict[str, Tensor]:
    found = {f"{left}.weight": torch.zeros(2, 2, 1, 1), f"{left}.bias": torch.zeros(2)}
    return {**found, f"{right}.weight": torch.ones(2, 2, 1, 1), f"{right}.bias": torch.ones(2)}


def value(module: nn.Module, path: str) -> float:
    return float(module.state_dict()[f"{path}.bias"].mean())


@pytest.mark.parametrize("ordered", [True, False])
def test_where_two_readings_remain_both_are_shown_with_the_pin_that_decides(ordered: bool) -> None:
    with pytest.raises(MatchError) as refused:
        taken(TWINS, twins("left", "right"), ordered=ordered)
    text = str(refused.value)
    assert "`concat.branch0.conv` is `left` | `right`" in text
    assert "`concat.branch1.conv` is `right` | `left`" in text
    prefix, path = re.findall(r"--pin (\S+)=([\w.]+)", text)[0]
    module = taken(TWINS, twins("left", "right"), ordered=ordered, pins={prefix: path})
    assert value(module, path) == (0.0 if prefix == "left" else 1.0)


def test_branches_that_are_counted_are_stacked_as_they_are_counted() -> None:
    module = taken(TWINS, twins("branch1", "branch0"), ordered=False)
    assert value(module, "concat.branch0.conv") == 1.0


def test_what_computes_the_same_either_way_is_not_asked_about() -> None:
    text = TWINS.replace("concat", "add")
    assert taken(text, twins("left", "right"))


@pytest.mark.parametrize("left", [0, 1])
def test_pins_are_believed(left: int) -> None:
    pins = {"left": f"concat.branch{left}"}
    module = taken(TWINS, twins("left", "right"), pins=pins)
    assert value(module, f"concat.branch{left}.conv") == 0.0
    # Also against what the names would say.
    pins = {"branch0": f"concat.branch{left}"}
    module = taken(TWINS, twins("branch0", "branch1"), pins=pins)
    assert value(module, f"concat.branch{left}.conv") == 0.0


def test_a_pin_to_nothing_is_refused() -> None:
    for pins in ({"middle": "concat.branch0"}, {"left": "concat.branch7"}):
        with pytest.raises(MatchError, match="has no layer"):
            taken(TWINS, twins("left", "right"), pins=pins)
