"""The module in memory: its submodules and names, its modes, its weights, and where it runs."""

from __future__ import annotations

import copy
import io
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch._dynamo.utils import counters
from torch._subclasses.fake_tensor import (
    DataDependentOutputException,
    FakeTensor,
    FakeTensorMode,
)

import archdsl
from archdsl.graph.names import MODULE_ATTRIBUTES
from archdsl.pytorch.device import DeviceError, pick_device
from archdsl.pytorch.torch_module import NetworkModule, build

SPECS = Path(__file__).parents[2] / "specs"

SMALL = """
net small(classes = 10, drop = 0.2) {
  input 32x32x3
  default conv norm=batchnorm act=relu
  stem { conv 3x3/2 8; maxpool 3x3/2 }
  2 x unit 4
  aux side weight=0.3 { avgpool global -> linear classes }
  residual scale=0.5 { conv 3x3 8 linear } -> relu
  conv 3x3/2 16 as last
  avgpool global
  dropout drop
  linear classes as fc
}
block unit(c) { concat { conv 1x1 c; maxpool 3x3 -> conv 1x1 c } }
"""


def small(**params: int) -> NetworkModule:
    return archdsl.load(SMALL, **params).module(seed=0)


def picture(batch: int = 2) -> Tensor:
    return torch.randn(batch, 3, 32, 32, generator=torch.Generator().manual_seed(1))


# Names and structure


def test_one_submodule_per_block_group_and_copy_named_as_in_the_spec() -> None:
    names = {name for name, _ in small().named_modules()}
    assert {"stem", "stem.conv.norm", "unit.0", "unit.1", "unit.1.branch1.conv", "fc"} <= names
    assert {"side", "side.linear", "residual.conv", "last.act"} <= names


def test_submodules_are_shown_by_the_names_of_their_blocks() -> None:
    shown = str(small())
    assert shown.startswith("Small(")
    assert "(stem): Stem(" in shown
    assert "(0): Unit(" in shown


def test_state_dict_keys_are_paths_without_the_name_of_the_net() -> None:
    network = archdsl.load(SMALL)
    learned = {key.rpartition(".")[0] for key in network.module().state_dict()}
    paths = {id.removeprefix("small.") for id in network.ir.nodes}
    assert learned <= paths


def test_every_attribute_of_torch_modules_is_a_reserved_name() -> None:
    public = {name for name in dir(nn.Module) if not name.startswith("_")}
    ours = {"forward_features", "forward_head", "get_classifier", "reset_classifier"}
    assert public | ours <= MODULE_ATTRIBUTES | {"dump_patches", "training"}


# Features and head


@pytest.mark.parametrize("drop", [0, 1])
def test_head_of_features_is_forward(drop: int) -> None:
    module = small(drop=drop).eval()
    features = module.forward_features(picture())
    assert features.shape == (2, 16, 4, 4)
    assert torch.equal(module.forward_head(features), module(picture()))


def test_classifier_is_replaced_and_nothing_else() -> None:
    module = archdsl.load(SMALL).module(dtype=torch.float64, seed=0).eval()
    before = {name: x.clone() for name, x in module.state_dict().items()}
    assert module.get_classifier() is module.fc
    module.reset_classifier(3)
    y, side = module.train()(picture().double())
    assert y.shape == side.shape == (2, 3)
    assert module.fc.weight.dtype == torch.float64
    after = module.state_dict()
    assert list(after) == list(before)
    changed = {name for name in after if not torch.equal(after[name], before[name])}
    kept = changed - {name for name in after if "num_batches" in name or "running" in name}
    assert kept == {"fc.weight", "fc.bias", "side.linear.weight", "side.linear.bias"}


def test_reset_keeps_the_classifier_on_its_device() -> None:
    module = archdsl.load(SMALL).module(torch.device("meta"))
    module.reset_classifier(5)
    assert module.fc.weight.device.type == "meta"
    assert module.fc.weight.shape == (5, 16)


def test_a_network_without_classifier_says_so() -> None:
    pooled = archdsl.load("net n { input 8x8x3; maxpool 2x2/2 }").module()
    with pytest.raises(LookupError, match="does not end in a classifier"):
        pooled.get_classifier()
    with pytest.raises(LookupError):
        pooled.reset_classifier(2)


# Training and evaluation


def test_auxiliary_outputs_come_in_training_and_get_gradients() -> None:
    module = small()
    y, side = module.train()(picture())
    assert y.shape == side.shape == (2, 10)
    (y.sum() + 0.3 * side.sum()).backward()
    assert all(x.grad is not None for x in module.parameters())


def test_auxiliary_heads_are_not_computed_in_evaluation() -> None:
    module = small().eval()
    called: list[str] = []
    module.side.register_forward_hook(lambda *_: called.append("side"))
    assert isinstance(module(picture()), Tensor)
    assert called == []
    module.train()(picture())
    assert called == ["side"]


# Several inputs and outputs, and values that leave their group

TWO_WAYS = """
net two_ways {
  input 8x8x3 as left
  input 8x8x3 as right
  concat { @left -> conv 3x3 4; @right -> conv 3x3 4 } as both
  conv 1x1 2 as near
  @both -> avgpool global -> linear 5 as far
  output @far @near
}
"""

U_NET = """
net u_net {
  input 16x16x3
  down { conv 3x3 4 act=relu as fine; maxpool 2x2/2; conv 3x3 8 act=relu as coarse; maxpool 2x2/2 }
  conv 3x3 8
  up {
    upconv 2x2/2 8; concat { identity; @coarse }; conv 3x3 4 act=relu
    upconv 2x2/2 4; concat { identity; @fine }; conv 3x3 4
  }
  conv 1x1 2
}
"""

GATED = """
net gated {
  input 8x8x16
  mul { identity; avgpool global -> conv 1x1 (channels / 4) act=relu -> conv 1x1 16 act=sigmoid }
}
"""


def test_inputs_and_outputs_stand_in_the_order_of_the_spec() -> None:
    module = archdsl.load(TWO_WAYS).module().eval()
    left, right = torch.randn(2, 2, 3, 8, 8).unbind()
    far, near = module(left, right)
    assert far.shape == (2, 5)
    assert near.shape == (2, 2, 8, 8)
    assert not torch.allclose(near, module(right, left)[1])
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'right'"):
        module(left)


def test_values_cross_from_one_group_into_another() -> None:
    module = archdsl.load(U_NET).module().eval()
    x = torch.randn(2, 3, 16, 16)
    down, up = module.down, module.up
    fine = down.fine(x)
    coarse = down.coarse(down.maxpool(fine))
    y = module.conv(down.maxpool1(coarse))
    y = up.conv(torch.cat([up.upconv(y), coarse], dim=1))
    y = up.conv1(torch.cat([up.upconv1(y), fine], dim=1))
    assert torch.equal(module(x), module.conv1(y))


def test_a_gate_scales_channels() -> None:
    module = archdsl.load(GATED).module().eval()
    x = torch.randn(2, 16, 8, 8)
    gate = module(torch.ones_like(x))[:, :, :1, :1]
    assert ((gate > 0) & (gate < 1)).all()
    squeezed = x.mean((2, 3), keepdim=True)
    weights = squeezed
    for layer in module.mul.branch1.children():
        weights = layer(weights) if not isinstance(layer, nn.AdaptiveAvgPool2d) else weights
    torch.testing.assert_close(module(x), x * weights)


# Copies and weights


def pickled(module: NetworkModule) -> NetworkModule:
    return pickle.loads(pickle.dumps(module))


def saved(module: NetworkModule) -> NetworkModule:
    file = io.BytesIO()
    torch.save(module.state_dict(), file)
    file.seek(0)
    fresh = archdsl.load(SMALL).module(seed=99)
    assert not torch.equal(fresh.fc.weight, module.fc.weight)
    fresh.load_state_dict(torch.load(file))
    return fresh


@pytest.mark.parametrize("copied", [pickled, copy.deepcopy, saved])
def test_copies_give_the_same_numbers(copied: Callable[[NetworkModule], NetworkModule]) -> None:
    module = small()
    module.train()(picture())  # moves the running averages
    other = copied(module).eval()
    assert torch.equal(other(picture()), module.eval()(picture()))
    nn.init.zeros_(other.fc.weight)
    assert module.fc.weight.abs().sum() > 0


def test_a_seed_gives_the_same_weights_and_leaves_the_callers_randomness_alone() -> None:
    network = archdsl.load(SMALL)
    torch.manual_seed(5)
    before = torch.get_rng_state()
    one, two, other = network.module(seed=3), network.module(seed=3), network.module(seed=4)
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))
    assert not torch.equal(one.fc.weight, other.fc.weight)


def test_without_a_seed_weights_come_from_torchs_own_randomness() -> None:
    network = archdsl.load(SMALL)
    torch.manual_seed(5)
    first = network.module().fc.weight
    assert not torch.equal(first, network.module().fc.weight)
    torch.manual_seed(5)
    assert torch.equal(first, network.module().fc.weight)


# Number types and devices


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16, torch.float16])
def test_dtype_is_that_of_all_weights_and_of_the_output(dtype: torch.dtype) -> None:
    module = archdsl.load(SMALL).module(dtype=dtype, seed=0)
    assert {x.dtype for x in module.parameters()} == {dtype}
    assert module.eval()(picture().to(dtype)).dtype == dtype


SCALED = "net n { input 4x4x2; affine scale=[0.1, 0.458] shift=[-0.03, 0.7] as rescale }"


def rescaled(dtype: torch.dtype) -> torch.Tensor:
    """What the constants of SCALED make of ones, each constant rounded once to the dtype."""
    pairs = torch.tensor([[0.1, -0.03], [0.458, 0.7]], dtype=dtype)
    ones = torch.ones(1, 2, 4, 4, dtype=dtype)
    return ones * pairs[:, :1, None] + pairs[:, 1:, None]


@pytest.mark.parametrize("emitted", [False, True], ids=["module", "source"])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16])
def test_constants_are_those_of_the_spec_in_every_dtype(emitted: bool, dtype: torch.dtype) -> None:
    network = archdsl.load(SCALED)
    if emitted:
        space: dict[str, Any] = {"__name__": "emitted"}
        exec(network.source(), space)
        module = space["N"]()
    else:
        module = network.module()
    ones = torch.ones(1, 2, 4, 4)
    for way in (module.to(dtype), module.half().to(dtype), copy.deepcopy(module).to(dtype)):
        assert torch.equal(way(ones.to(dtype)), rescaled(dtype))
    assert module.state_dict() == {}
    if not emitted:
        assert torch.equal(network.module(dtype=dtype)(ones.to(dtype)), rescaled(dtype))


def test_constants_come_back_from_the_meta_device() -> None:
    module = archdsl.load(SCALED).module(torch.device("meta"))
    assert all(x.is_meta for x in module.buffers())
    ones = torch.ones(1, 2, 4, 4, dtype=torch.float64)
    assert torch.equal(module.to_empty(device="cpu").double()(ones), rescaled(torch.float64))


def test_meta_device_holds_shapes_and_no_numbers() -> None:
    module = archdsl.load(SMALL).module(torch.device("meta")).eval()
    assert all(x.is_meta for x in module.state_dict().values())
    assert module(picture().to("meta")).shape == (2, 10)


@pytest.mark.parametrize("seed", [None, 3])
def test_a_device_around_the_call_is_where_the_module_is_built(seed: int | None) -> None:
    network = archdsl.load(SMALL)
    with torch.device("meta"):
        inside, named = network.module(seed=seed), network.module("cpu", seed=seed)
    assert all(x.is_meta for x in inside.state_dict().values())
    assert {x.device.type for x in named.state_dict().values()} == {"cpu"}


@pytest.mark.parametrize("seed", [None, 3])
def test_a_module_can_be_built_of_fake_tensors(seed: int | None) -> None:
    with FakeTensorMode():
        module = archdsl.load(SMALL).module(seed=seed).eval()
        y = module(torch.empty(2, 3, 32, 32))
    assert all(isinstance(x, FakeTensor) for x in module.state_dict().values())
    assert isinstance(y, FakeTensor)
    assert y.shape == (2, 10)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
@pytest.mark.parametrize("name", ["cuda", "cuda:0", "cuda:3"])
def test_a_cuda_device_that_is_not_there_is_an_error(name: str) -> None:
    with pytest.raises(DeviceError, match=f"`{name}` is not there"):
        archdsl.load(SMALL).module(name)


@pytest.mark.skipif(torch.backends.mps.is_available(), reason="there is an MPS device")
def test_an_mps_device_that_is_not_there_is_an_error() -> None:
    with pytest.raises(DeviceError, match="no MPS device"):
        pick_device("mps")


@pytest.mark.parametrize("name", ["gpu", "cuda:", "cuda:x", "", "cpu:0"])
def test_unknown_devices_are_errors_that_list_the_known(name: str) -> None:
    with pytest.raises(DeviceError, match="auto, cpu, cuda, cuda:N or mps"):
        pick_device(name)


@pytest.mark.skipif(
    torch.cuda.is_available() or torch.backends.mps.is_available(), reason="there is a GPU"
)
def test_auto_says_that_it_fell_back_to_the_cpu() -> None:
    choice = pick_device("auto")
    assert choice.device.type == "cpu"
    assert choice.said == "running on the CPU: no GPU was found"


# What accelerators and compilers need: no waiting for numbers, no branching on shapes


@pytest.fixture
def fake_cuda() -> Iterator[FakeTensorMode]:
    """Tensors that say they are on a GPU and have shapes but no numbers.

    Whatever asks for a number (`.item()`, `if tensor`, `.cpu()` of a value) has none to get.
    """
    with FakeTensorMode() as mode:
        yield mode


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("name", ["inception_v4", "googlenet"])
def test_forward_on_a_gpu_asks_for_no_number(
    name: str, training: bool, fake_cuda: FakeTensorMode
) -> None:
    network = archdsl.load(SPECS / f"{name}.arch")
    module = build(network.ir, device=torch.device("cuda"))
    assert {x.device.type for x in module.state_dict().values()} == {"cuda"}
    side = 299 if name == "inception_v4" else 224
    y = module.train(training)(torch.empty(2, 3, side, side, device="cuda"))
    first = y[0] if isinstance(y, tuple) else y
    assert isinstance(first, FakeTensor)
    assert first.device.type == "cuda"


def test_convolutions_on_a_gpu_keep_channels_last(fake_cuda: FakeTensorMode) -> None:
    module = build(archdsl.load(SMALL).ir, device="cuda")
    weight = module.get_submodule("stem.conv.conv").weight
    assert weight.is_contiguous(memory_format=torch.channels_last)


class Waits(nn.Module):
    """A module that looks at a number, as none of ours may."""

    def forward(self, x: Tensor) -> Tensor:
        return x * x.sum().item()


def test_the_check_for_numbers_can_fail(fake_cuda: FakeTensorMode) -> None:
    with pytest.raises(DataDependentOutputException):
        Waits()(torch.empty(2, 3, device="cuda"))


# Every layer with a forward of archdsl's own, and every kind of wiring.
ODD = """
net odd {
  input 12x10x4
  affine scale=[1, 2, 3, 4] shift=0.5
  conv 2x2 8 norm=batchnorm(gamma=no) act=prelu
  upconv 3x3/2 8 norm=layernorm
  avgpool 2x2/2
  maxpool 4x3/2
  shuffle 2
  residual { droppath 0.2 -> conv 3x3 8 norm=groupnorm(2) act=gelu }
  mul { identity; avgpool global -> conv 1x1 8 act=sigmoid }
  lrn
  concat { identity; l2norm }
  avgpool to=1x1
  linear 6 norm=batchnorm(beta=no)
}
"""

COMPILED = {
    "odd": (lambda: archdsl.load(ODD), (4, 12, 10)),
    "small": (lambda: archdsl.load(SMALL), (3, 32, 32)),
    "inception_v4": (lambda: archdsl.load(SPECS / "inception_v4.arch", classes=10), (3, 75, 75)),
    "googlenet": (lambda: archdsl.load(SPECS / "googlenet.arch", classes=10), (3, 224, 224)),
}


@pytest.fixture(params=COMPILED)
def compiled_case(request: pytest.FixtureRequest) -> tuple[NetworkModule, Tensor]:
    loaded, shape = COMPILED[request.param]
    return loaded().module(seed=0).eval(), torch.randn(2, *shape)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@torch.no_grad()
def test_torch_compile_takes_the_module_whole(compiled_case: tuple[NetworkModule, Tensor]) -> None:
    module, x = compiled_case
    torch._dynamo.reset()
    counters.clear()
    compiled = torch.compile(module, fullgraph=True, backend="eager")
    torch.testing.assert_close(compiled(x), module(x))
    assert not counters["graph_break"]
    assert counters["stats"]["unique_graphs"] == 1


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
@torch.no_grad()
def test_torch_export_takes_any_batch(compiled_case: tuple[NetworkModule, Tensor]) -> None:
    module, x = compiled_case
    batch = torch.export.Dim("batch", min=1, max=64)
    program = torch.export.export(module, (x,), dynamic_shapes=({0: batch},))
    exported: Any = program.module()
    torch.testing.assert_close(exported(x), module(x))
    three = torch.cat([x, x[:1]])
    torch.testing.assert_close(exported(three), module(three))
