"""Exported files hold the whole network: any batch, the same numbers, no auxiliary heads."""

from __future__ import annotations

import io
import json
import re

import numpy as np
import onnx as onnx_library
import onnxruntime
import pytest
import torch
from safetensors.torch import load

import archdsl
from archdsl.export import onnx, pt2
from archdsl.pytorch.torch_module import NetworkModule, example_inputs
from archdsl.weights import spec_hash, to_safetensors
from tests.hostile import accepted
from tests.samples import SAMPLES


def numbers(module: NetworkModule, inputs: tuple[torch.Tensor, ...]) -> list[torch.Tensor]:
    with torch.no_grad():
        made = module.eval()(*inputs)
    return list(made) if isinstance(made, tuple) else [made]


@pytest.mark.parametrize("name", SAMPLES)
def test_pt2_gives_the_same_numbers_for_any_batch(name: str) -> None:
    network = archdsl.load(SAMPLES[name])
    module = network.module(seed=1)
    program = torch.export.load(io.BytesIO(pt2.export(network.ir, module))).module()
    for batch in (1, 2, 5):
        inputs = example_inputs(network.ir, module, batch, seed=batch)
        with torch.no_grad():
            made = program(*inputs)
        outputs = list(made) if isinstance(made, tuple | list) else [made]
        wanted = numbers(module, inputs)
        assert len(outputs) == len(wanted)
        for left, right in zip(outputs, wanted, strict=True):
            torch.testing.assert_close(left, right, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", SAMPLES)
def test_onnx_gives_the_same_numbers_for_any_batch(name: str) -> None:
    network = archdsl.load(SAMPLES[name])
    module = network.module(seed=1)
    data = onnx.export(network.ir, module)
    onnx_library.checker.check_model(onnx_library.load_model_from_string(data), full_check=True)
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    names = [one.name for one in session.get_inputs()]
    assert names == [id.rpartition(".")[2] for id in network.ir.inputs]
    for batch in (1, 3):
        inputs = example_inputs(network.ir, module, batch, seed=batch)
        feed = {name: tensor.numpy() for name, tensor in zip(names, inputs, strict=True)}
        for left, right in zip(session.run(None, feed), numbers(module, inputs), strict=True):
            np.testing.assert_allclose(left, right.numpy(), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("target", [pt2, onnx])
def test_exporting_leaves_the_module_in_its_mode(target: object) -> None:
    network = archdsl.load(SAMPLES["chain"])
    for training in (True, False):
        module = network.module().train(training)
        target.export(network.ir, module)  # type: ignore[attr-defined]
        assert module.training is training


def test_auxiliary_heads_leave_no_trace_in_exports() -> None:
    network = archdsl.load(SAMPLES["inception"])
    module = network.module()
    assert any(key.startswith("side.") for key in module.state_dict())
    program = torch.export.load(io.BytesIO(pt2.export(network.ir, module)))
    used = {node.name for node in program.graph.nodes if node.op == "placeholder" and node.users}
    assert not any("side" in name for name in used)
    assert len(program.graph_signature.user_outputs) == 1


def test_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = {"onnxscript": None}
    monkeypatch.setattr(
        "archdsl.export.onnx.write.find_spec", lambda name: absent.get(name, object())
    )
    network = archdsl.load(SAMPLES["chain"])
    with pytest.raises(
        onnx.MissingExtra, match=r"needs onnxscript: `pip install 'archdsl\[onnx\]'`"
    ):
        onnx.export(network.ir, network.module())


def test_safetensors_hold_the_state_dict_and_say_what_it_belongs_to() -> None:
    network = archdsl.load(SAMPLES["residual"])
    module = network.module(seed=11)
    data = to_safetensors(network.ir, module, seed=11)
    tensors = load(data)
    assert sorted(tensors) == sorted(module.state_dict())
    assert all(torch.equal(tensors[key], value) for key, value in module.state_dict().items())
    length = int.from_bytes(data[:8], "little")
    metadata = json.loads(data[8 : 8 + length])["__metadata__"]
    steps = json.loads(metadata.pop("archdsl.graph"))
    assert {operator for operator, _, _ in steps.values()} >= {"conv", "add", "linear"}
    assert metadata == {
        "archdsl.network": "residual_net",
        "archdsl.seed": "11",
        "archdsl.spec": spec_hash(network.ir),
        "format": "pt",
    }


def test_safetensors_of_one_seed_are_byte_equal() -> None:
    network = archdsl.load(SAMPLES["residual"])
    files = {to_safetensors(network.ir, network.module(seed=5), seed=5) for _ in range(4)}
    assert len(files) == 1
    assert files != {to_safetensors(network.ir, network.module(seed=6), seed=6)}


def test_spec_hash_follows_the_network_not_the_layout() -> None:
    text = SAMPLES["chain"]
    plain = spec_hash(archdsl.load(text).ir)
    assert spec_hash(archdsl.load("# a comment\n\n" + text.replace("  ", "    ")).ir) == plain
    assert spec_hash(archdsl.load(text.replace("conv 3x3/2 8", "conv 3x3/2 9")).ir) != plain
    assert spec_hash(archdsl.load(text.replace("maxpool", "avgpool")).ir) != plain


def test_a_step_may_be_called_as_what_programs_of_torch_have() -> None:
    program = torch.fx.GraphModule(torch.nn.Module(), torch.fx.Graph())
    text = "net t { input 4x4x3; NAME { conv 1x1 2; relu } }"
    known = [name for name in dir(program) if not hasattr(torch.nn.Module(), name)]
    names = accepted(text, (*filter(re.compile("[a-z]|_code|_graph").match, known),))
    assert {"graph", "code", "meta", "recompile"} <= {*names}
    for name in names:
        network = archdsl.load(text.replace("NAME", name))
        module = network.module(seed=1)
        inputs = example_inputs(network.ir, module, 3)
        made = torch.export.load(io.BytesIO(pt2.export(network.ir, module))).module()(*inputs)
        torch.testing.assert_close(made, numbers(module, inputs)[0])
