"""Torch's own tools take the modules that archdsl builds."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, fx, nn
from torch.ao.quantization import get_default_qconfig_mapping, quantize_dynamic
from torch.ao.quantization.quantize_fx import convert_fx, prepare_fx
from torchvision.models.feature_extraction import create_feature_extractor

import archdsl
from archdsl.pytorch.torch_module import NetworkModule, example_inputs
from tests.samples import SAMPLES

pytestmark = pytest.mark.filterwarnings("ignore")
"""Torch warns that some of these tools are to be replaced."""


@pytest.fixture(params=SAMPLES)
def case(request: pytest.FixtureRequest) -> tuple[NetworkModule, tuple[Tensor, ...]]:
    network = archdsl.load(SAMPLES[request.param])
    module = network.module(seed=0).eval()
    return module, example_inputs(network.ir, module, batch=2)


def assert_same(found: Any, expected: Any) -> None:
    left = found if isinstance(found, tuple | list) else (found,)
    right = expected if isinstance(expected, tuple) else (expected,)
    assert len(left) == len(right)
    for a, b in zip(left, right, strict=True):
        torch.testing.assert_close(a, b)


Case = tuple[NetworkModule, tuple[Tensor, ...]]


@pytest.mark.parametrize("training", [False, True])
def test_fx_traces_it(case: Case, training: bool) -> None:
    module, inputs = case
    traced = fx.symbolic_trace(module.train(training))
    torch.manual_seed(1)
    found = traced(*inputs)
    torch.manual_seed(1)
    assert len(as_tuple(found)) == len(as_tuple(module(*inputs)))
    if not training:
        assert_same(found, module(*inputs))


def as_tuple(made: Any) -> tuple[Any, ...]:
    return made if isinstance(made, tuple) else (made,)


@pytest.mark.parametrize("training", [False, True])
def test_torchscript_compiles_it(case: Case, training: bool) -> None:
    module, inputs = case
    scripted: Any = torch.jit.script(module.train(training))
    torch.manual_seed(1)
    expected = module(*inputs)
    torch.manual_seed(1)
    assert_same(tuple(as_tuple(scripted(*inputs))), tuple(as_tuple(expected)))
    # TorchScript also keeps constants that a state dict leaves out.
    assert scripted.state_dict().keys() >= module.state_dict().keys()


@torch.no_grad()
def test_torch_exports_it_with_any_batch(case: Case) -> None:
    module, inputs = case
    batch = torch.export.Dim("batch", min=1, max=64)
    program = torch.export.export(module, inputs, dynamic_shapes=tuple({0: batch} for _ in inputs))
    more = tuple(torch.cat([x, x[:1]]) for x in inputs)
    exported: Any = program.module()
    assert_same(exported(*more), module(*more))


@pytest.mark.parametrize("training", [False, True])
@torch.no_grad()
def test_torch_compiles_it_in_one_graph(case: Case, training: bool) -> None:
    module, inputs = case
    torch._dynamo.reset()
    compiled = torch.compile(module.train(training), fullgraph=True, backend="eager")
    torch.manual_seed(1)
    found = compiled(*inputs)
    assert type(found) is type(module(*inputs))
    if not training:
        assert_same(found, module(*inputs))


def test_torchvision_extracts_features_by_their_paths() -> None:
    module = archdsl.load(SAMPLES["inception"]).module(seed=0).eval()
    wanted = {"stem.lrn": "fine", "mixed_b": "coarse"}
    extractor = create_feature_extractor(module, wanted)
    made = extractor(torch.zeros(1, 3, 20, 20))
    assert {name: tuple(y.shape) for name, y in made.items()} == {
        "fine": (1, 8, 10, 10),
        "coarse": (1, 15, 10, 10),
    }


def test_linear_layers_are_found_to_be_quantised() -> None:
    module = archdsl.load(SAMPLES["chain"]).module(seed=0).eval()
    quantised = quantize_dynamic(module, {nn.Linear}, dtype=torch.qint8)
    assert "quantized" in type(quantised.linear).__module__
    x = torch.randn(2, 3, 16, 16)
    torch.testing.assert_close(quantised(x), module(x), rtol=0.2, atol=0.05)


def test_fx_quantises_convolutions_with_their_norms() -> None:
    module = archdsl.load(SAMPLES["residual"]).module(seed=0).eval()
    x = torch.randn(4, 3, 16, 16)
    prepared = prepare_fx(module, get_default_qconfig_mapping("fbgemm"), (x,))
    prepared(x)
    converted = convert_fx(prepared)
    assert not any(isinstance(part, nn.BatchNorm2d) for part in converted.modules())
    assert converted(x).shape == module(x).shape


@torch.no_grad()
def test_children_of_a_chain_are_its_trunk_in_a_row() -> None:
    module = archdsl.load(SAMPLES["residual"]).module(seed=0).eval()
    trunk = nn.Sequential(*list(module.children())[:-1])
    x = torch.randn(2, 3, 16, 16)
    before = module.forward_head(module.forward_features(x), pre_logits=True)
    assert torch.equal(trunk(x).flatten(1), before)
