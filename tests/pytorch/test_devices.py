"""Modules on devices, in number types, and in the hands of compilers."""

from __future__ import annotations

import copy
from collections.abc import Iterator
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
from archdsl.pytorch.device import DeviceError, pick_device
from archdsl.pytorch.torch_module import NetworkModule, build
from tests.pytorch.small import SMALL, picture

SPECS = Path(__file__).parents[2] / "specs"


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
