"""Which layer of a checkpoint is which: equal outputs, or an error that says what decides."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy

import pytest
import torch
from torch import Tensor, nn

import archdsl
from archdsl.weights import Checkpoint, MatchError, import_weights
from archdsl.weights.running import wiring_when_run
from archdsl.weights.wiring import Wiring
from tests.other_models import trial


def filled(model: nn.Module) -> nn.Module:
    """Give every number of a model a value that its outputs show."""
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            if tensor.is_floating_point():
                values = torch.rand(tensor.shape, generator=generator)
                if name.endswith("running_var") or tensor.ndim == 1:
                    tensor.copy_(values + 0.5)
                else:
                    tensor.copy_((values - 0.4) / tensor[0].numel() ** 0.5)
    return model.eval()


def taken(
    text: str,
    state: Mapping[str, Tensor],
    *,
    ordered: bool = True,
    pins: Mapping[str, str] | None = None,
    wiring: Wiring | None = None,
) -> nn.Module:
    """Return the spec's module with a state dict's numbers."""
    network = archdsl.load(text)
    module = network.module().eval()
    checkpoint = Checkpoint(dict(state), {}, ordered=ordered, wiring=wiring or Wiring())
    found = import_weights(network.ir, module, checkpoint, pins=pins)
    module.load_state_dict(found.tensors)
    return module


def same(ours: nn.Module, theirs: nn.Module, *extents: int) -> bool:
    x = torch.randn(extents, generator=torch.Generator().manual_seed(6))
    with torch.no_grad():
        mine, wanted = ours(x), theirs(x)
    one, other = (out if isinstance(out, tuple) else (out,) for out in (mine, wanted))
    return all(torch.allclose(a, b, atol=1e-5) for a, b in zip(one, other, strict=True))


def conv(a: int = 4, b: int = 4, k: int = 3) -> nn.Conv2d:
    return nn.Conv2d(a, b, k, padding=k // 2)


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


class Projected(nn.Module):
    """Registers the projection first and runs it beside the body."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = conv()
        self.proj = nn.Sequential(conv())
        self.body = nn.Sequential(conv(), conv())

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        return (self.body(x) + self.proj(x)).relu()


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


class Pyramid(nn.Module):
    """As torchvision's: its lists count from the finest map, and it runs from the coarsest."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.ModuleList(conv(k=1) for _ in range(3))
        self.layer = nn.ModuleList(conv() for _ in range(3))

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        p = nn.functional.max_pool2d
        c = [x, p(x, 2), p(p(x, 2), 2)]
        top = self.inner[2](c[2])
        found = [self.layer[2](top)]
        for at in (1, 0):
            top = self.inner[at](c[at]) + nn.functional.interpolate(top, scale_factor=2.0)
            found.insert(0, self.layer[at](top))
        return tuple(found)


PYRAMID = """
net pyramid {
  input 8x8x4 as c0
  maxpool 2x2/2 as c1
  maxpool 2x2/2 as c2
  conv 1x1 4 as inner_2
  conv 3x3 4 as layer_2
  @inner_2 -> resize 2
  add { identity; @c1 -> conv 1x1 4 as inner_1 } as top_1
  conv 3x3 4 as layer_1
  @top_1 -> resize 2
  add { identity; @c0 -> conv 1x1 4 as inner_0 }
  conv 3x3 4 as layer_0
  output @layer_0 @layer_1 @layer_2
}
"""


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
