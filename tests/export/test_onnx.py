"""ONNX files load wherever ONNX is read, under the names of the spec, with the same numbers."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import onnx as onnx_library
import onnxruntime
import openvino
import pytest
import torch
from click.testing import CliRunner
from onnx.inliner import inline_local_functions

import archdsl
from archdsl.cli import main
from archdsl.export import onnx
from archdsl.export.broken import BrokenExport
from archdsl.export.onnx import proof
from archdsl.export.onnx.tidy import tidy
from archdsl.network import Network
from archdsl.pytorch.torch_module import example_inputs
from tests.hostile import FEW, accepted

BRANCHES = "input 6x6x3; conv 3x3 4 as NAME; relu; conv 3x3 4; add { identity; @NAME }; sigmoid"
INNER = "block b { conv 1x1 3; relu }"

HARD = {
    "an output called as an inner value": f"net t {{ input 6x6x3; b; conv 1x1 4; relu }} {INNER}",
    "an input called as an inner value": f"net t {{ input 6x6x3 as relu; b; relu }} {INNER}",
    "an output called as exporters call values": (
        "net t { input 6x6x3; conv 3x3 4 as val_0; relu; conv 3x3 4; sigmoid; output @val_0 }"
    ),
    "one value twice, under names that numbers lead to": (
        "net t { input 6x6x3; conv 1x1 3 as out; relu as out_0; output @out @out @out_0 }"
    ),
    "an output that is an input": "net t { input 6x6x3 as a; relu as b; output @a @b @a }",
    "a last window that is dropped": "net t { input 5x5x3; maxpool 2x2/5 pad=1 ceil }",
    "a last window dropped on one side": "net t { input 5x6x3; avgpool 2x3/5x2 pad=1 ceil }",
    "a window that sticks out": "net t { input 6x6x3; avgpool 3x3/2 valid ceil }",
    "maxima of windows that adapt": "net t { input 7x9x3; maxpool to=3x4 }",
    "maxima of windows that adapt and overlap": "net t { input 5x5x3; maxpool to=7x3; relu }",
    "means of windows of which one side drops its last": (
        "net t { input 7x5x2; avgpool 2x4 stride=5 pad=1 ceil }"
    ),
    "maxima of such windows": "net t { input 7x5x2; maxpool 2x4 stride=5 pad=1 ceil }",
    "means of such windows that count padding": (
        "net t { input 7x5x2; avgpool 2x4 stride=5 pad=1 ceil count_include_pad=yes }"
    ),
    "means that count padding, beyond it": (
        "net t { input 6x6x2; avgpool 3x3/2 pad=1 ceil count_include_pad=yes }"
    ),
    "cells that lie just on the border of two": "net t { input 21x17x2; resize to=12x10 }",
    "means of windows that adapt": "net t { input 7x7x3; avgpool to=3x3 }",
}


def _names(model: Any) -> set[str]:
    return {name for one in model.inputs for name in one.names}


def _inlined(data: bytes) -> bytes:
    """Return a model without functions, which OpenVINO does not know."""
    return inline_local_functions(onnx_library.load_from_string(data)).SerializeToString()


def numbers(network: Network, data: bytes, inputs: tuple[torch.Tensor, ...]) -> Any:
    """Return what torch, onnxruntime and OpenVINO give."""
    module = network.module(seed=1).eval()
    with torch.no_grad():
        made = module(*inputs)
    arrays = [one.numpy() for one in inputs]
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    names = [one.name for one in session.get_inputs()]
    core = openvino.Core()
    exact = {"INFERENCE_PRECISION_HINT": "f32"}
    other = core.compile_model(core.read_model(_inlined(data)), "CPU", exact)
    # OpenVINO leaves out inputs that nothing reads.
    read = {name: one for name, one in zip(names, arrays, strict=True) if name in _names(other)}
    return (
        [one.numpy() for one in (made if isinstance(made, tuple) else (made,))],
        session.run(None, dict(zip(names, arrays, strict=True))),
        [other(read)[place] for place in range(len(other.outputs))],
    )


@pytest.mark.parametrize("text", HARD.values(), ids=HARD)
def test_onnxruntime_and_openvino_give_the_numbers_of_torch(text: str) -> None:
    network = archdsl.load(text.replace(INNER, f"\n{INNER}"))
    data = onnx.export(network.ir, network.module(seed=1))
    inputs = example_inputs(network.ir, network.module(), batch=3)
    for found in zip(*numbers(network, data, inputs), strict=True):
        for other in found[1:]:
            assert other.shape == found[0].shape
            np.testing.assert_allclose(other, found[0], rtol=1e-4, atol=1e-5)


def ends(network: Network) -> tuple[list[str], list[str]]:
    model = onnx_library.load_from_string(onnx.export(network.ir, network.module()))
    return [one.name for one in model.graph.input], [one.name for one in model.graph.output]


def test_names_that_people_gave_are_kept_wherever_they_can_be() -> None:
    text = HARD["one value twice, under names that numbers lead to"]
    assert ends(archdsl.load(text)) == (["input"], ["out", "out_2", "out_0"])
    text = HARD["an output that is an input"]
    assert ends(archdsl.load(text)) == (["a"], ["a_2", "b", "a_3"])


def test_ends_of_any_name_give_the_same_numbers() -> None:
    """Many at once, each with an inner value beside it that could be called alike."""
    text = "net n { input 2x2x3 as NAME; input 2x2x3 as other_one; relu as end_; output @end_ }"
    names = accepted(text, FEW)
    assert {"val_0", "lambda", "relu_1", "getitem", "main_graph"} & {*names}
    inputs = "; ".join(f"input 2x2x3 as {name}" for name in names[::2])
    steps = "\n".join(f"conv 1x1 3 as {name}; sigmoid" for name in names[1::2])
    outputs = " ".join(f"@{name}" for name in names[1::2])
    network = archdsl.load(
        f"net n {{ {inputs}\nadd {{ @{names[0]}; @{names[2]} }}\n{steps}\noutput {outputs} }}"
    )
    data = onnx.export(network.ir, network.module(seed=1))
    model = onnx_library.load_from_string(data)
    assert [one.name for one in model.graph.input] == list(names[::2])
    assert [one.name for one in model.graph.output] == list(names[1::2])
    inputs_ = example_inputs(network.ir, network.module(), batch=2)
    for found in zip(*numbers(network, data, inputs_), strict=True):
        for other in found[1:]:
            np.testing.assert_allclose(other, found[0], rtol=1e-4, atol=1e-5)


KINDS = {"float32": 1, "float16": 10, "float64": 11, "bfloat16": 16}


@pytest.mark.parametrize("dtype", KINDS)
@pytest.mark.parametrize(
    "steps",
    [
        "relu; maxpool 2x2/1",
        "affine scale=[0.5, 1, 2]; relu",
        "conv 3x3 4; avgpool 2x2/1 valid; linear 3",
    ],
)
def test_files_are_in_the_dtype_that_was_asked_for(dtype: str, steps: str) -> None:
    steps = steps.replace("linear", "flatten; linear")
    network = archdsl.load(f"net t {{ input 6x6x3; {steps} }}")
    kind: torch.dtype = getattr(torch, dtype)
    data = onnx.export(network.ir, network.module(dtype=kind), kind)
    graph = onnx_library.load_from_string(data).graph
    assert {one.type.tensor_type.elem_type for one in (*graph.input, *graph.output)} == {
        KINDS[dtype]
    }


def test_a_model_that_does_not_load_is_not_written(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = tmp_path / "t.arch"
    spec.write_text("net t { input 6x6x3; conv 1x1 4; relu }")

    def spoilt(model: Any, graph: Any) -> Any:
        places = tidy(model, graph)
        first, *_ = model.graph
        first.outputs[0].name = model.graph.inputs[0].name
        return places

    monkeypatch.setattr(sys.modules["archdsl.export.onnx.write"], "tidy", spoilt)
    done = CliRunner().invoke(main, ["compile", str(spec), "-o", str(tmp_path / "t.onnx")])
    assert done.exit_code == 1
    assert "the ONNX checker does not take the ONNX model of t" in done.output
    assert not (tmp_path / "t.onnx").exists()


def test_what_onnxruntime_gives_is_held_against_the_spec() -> None:
    wide = archdsl.load("net t { input 6x6x3; conv 1x1 4; relu }")
    data = onnx.export(wide.ir, wide.module())
    other = archdsl.load("net t { input 6x6x3; conv 1x1 5; relu }")
    with pytest.raises(
        BrokenExport, match=r"the shape \(1, 4, 6, 6\), and the spec \(1, 5, 6, 6\)"
    ):
        proof.prove({"wide.onnx": data}, other.ir, torch.float32)
