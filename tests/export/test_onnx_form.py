"""An ONNX file has the blocks of its spec, the opset and the sizes that are asked for."""

from __future__ import annotations

import inspect
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import onnx as onnx_library
import onnxruntime
import openvino
import pytest
import torch
from click.testing import CliRunner

import archdsl
from archdsl.cli import main
from archdsl.export.broken import BrokenExport
from archdsl.export.files import onnx_files
from archdsl.export.form import OPSETS, Form
from archdsl.export.onnx import write
from archdsl.graph import in_net
from archdsl.network import Network
from archdsl.ops import operators
from archdsl.pytorch.torch_module import NetworkModule, example_inputs
from tests.differential import randomised
from tests.samples import SAMPLES

EVERY = """
net every {
  input 16x16x8
  conv 3x3 8 norm=batchnorm act=relu
  conv 3x3/2 8 groups=2 act=relu6
  leaky_relu; prelu; elu; gelu; silu; hard_sigmoid; hard_swish; hard_tanh; tanh
  layernorm; lrn 3; groupnorm 2; affine scale=[1, 2, 3, 4, 5, 6, 7, 8]; layerscale
  shuffle 2; dropout; droppath 0.1; scale 0.5
  concat { conv 1x1 4; maxpool 3x3; avgpool 3x3; identity }
  add { identity; conv 1x1 28 } -> relu
  mul { identity; { avgpool global; conv 1x1 28; sigmoid } }
  upconv 2x2/2 8; resize 2; resize 3 blend=bilinear; l2norm
  crop 40x40; pad 1; slice 0 4
  softmax
  avgpool 3x3/2 valid ceil; maxpool 3x3/2 valid ceil
  avgpool to=3x3; maxpool to=2x2
  flatten; linear 4
}
"""
"""Every operator, most of them as ONNX has changed them over the years."""


def made(network: Network, module: NetworkModule, form: Form, name: str = "n.onnx") -> bytes:
    (data,) = onnx_files(network.ir, network.texts, module, name, form).values()
    return data


def ran(model: bytes | str, inputs: tuple[torch.Tensor, ...]) -> list[Any]:
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    names = [one.name for one in session.get_inputs()]
    return session.run(None, {name: one.numpy() for name, one in zip(names, inputs, strict=True)})


def assert_numbers(found: list[Any], module: NetworkModule, inputs: Any) -> None:
    with torch.no_grad():
        expected = module.eval()(*inputs)
    several = expected if isinstance(expected, tuple) else (expected,)
    for one, other in zip(found, several, strict=True):
        np.testing.assert_allclose(one, other.numpy(), rtol=1e-3, atol=1e-5)


# ---- blocks


@pytest.fixture(scope="module")
def residual() -> Network:
    return archdsl.load(SAMPLES["residual"])


def test_each_call_of_a_block_is_a_node_of_its_function(residual: Network) -> None:
    model = onnx_library.load_from_string(made(residual, residual.module(), Form()))
    calls = {node.name: node.op_type for node in model.graph.node if node.domain == "archdsl"}
    # The first of the four has a projection, the third a stride as well; the last is one of two.
    assert {path: name for path, name in calls.items() if "bottleneck" in path} == {
        "bottleneck.0": "bottleneck",
        "bottleneck.1": "bottleneck_2",
        "bottleneck1.0": "bottleneck_3",
        "bottleneck1.1": "bottleneck_3",
    }
    functions = {one.name: one for one in model.functions}
    assert {*functions} == {*calls.values()}
    assert Counter(node.op_type for node in functions["bottleneck_2"].node) == {
        "Conv": 3,
        "BatchNormalization": 3,
        "Relu": 3,
        "Add": 1,
    }


def test_blocks_inside_of_blocks_are_functions_that_call_functions() -> None:
    network = archdsl.load(
        "net n { input 8x8x3; 2 x outer 4 }\n"
        "block outer(c) { inner c; inner (2 * c) }\nblock inner(c) { conv 3x3 c act=relu }"
    )
    module = network.module(seed=0)
    data = made(network, module, Form())
    model = onnx_library.load_from_string(data)
    assert [node.op_type for node in model.graph.node] == ["outer", "outer"]
    bodies = {one.name: [node.op_type for node in one.node] for one in model.functions}
    assert bodies == {"outer": ["inner", "inner"], "inner": ["Conv", "Relu"]}
    inputs = example_inputs(network.ir, module, batch=2)
    assert_numbers(ran(data, inputs), module, inputs)


def test_blocks_that_begin_alike_keep_what_they_compute_to_themselves() -> None:
    network = archdsl.load(
        "net n { input 8x8x3; concat { b; b; b } }\nblock b { maxpool 3x3; conv 1x1 3 }"
    )
    model = onnx_library.load_from_string(made(network, network.module(), Form()))
    assert [node.op_type for node in model.graph.node] == ["b", "b", "b", "Concat"]
    assert [len(node.output) for node in model.graph.node] == [1, 1, 1, 1]
    assert [one.name for one in model.functions] == ["b"]


def test_inline_leaves_functions_out_for_runtimes_that_know_none(residual: Network) -> None:
    module = residual.module(seed=0)
    data = made(residual, module, Form(inline=True))
    model = onnx_library.load_from_string(data)
    assert not model.functions
    assert {node.domain for node in model.graph.node} == {""}
    compiled = openvino.Core().compile_model(openvino.Core().read_model(data), "CPU")
    inputs = example_inputs(residual.ir, module, batch=2)
    assert_numbers([compiled(inputs[0].numpy())[0]], module, inputs)


def test_nodes_tell_which_step_of_the_spec_they_compute(residual: Network) -> None:
    model = onnx_library.load_from_string(made(residual, residual.module(), Form(inline=True)))
    told = {
        node.op_type: entry.value
        for node in model.graph.node
        for entry in node.metadata_props
        if entry.key == "archdsl.path"
    }
    known = {in_net(path) for path in (*residual.ir.nodes, *residual.ir.scopes)}
    assert {*told.values()} <= known
    assert {"Conv", "BatchNormalization", "Relu", "Add", "Gemm"} <= {*told}


def test_files_tell_their_network_and_the_version_that_wrote_them(residual: Network) -> None:
    model = onnx_library.load_from_string(made(residual, residual.module(), Form()))
    assert (model.producer_name, model.producer_version) == ("archdsl", archdsl.__version__)
    told = {entry.key: entry.value for entry in model.metadata_props}
    assert told["archdsl.network"] == "residual_net"
    assert len(told["archdsl.spec"]) == 64


def _structure(model: Any) -> Any:
    model = onnx_library.load_from_string(model)
    for one in model.graph.initializer:
        one.ClearField("raw_data")
    return model.SerializeToString(deterministic=True)


@pytest.mark.parametrize("name", ["residual", "inception", "own_layers"])
def test_fresh_and_trained_weights_give_one_structure(name: str) -> None:
    network = archdsl.load(SAMPLES[name])
    fresh, trained = network.module(seed=0), randomised(network.module(), 1)
    still = network.module(seed=0)
    with torch.no_grad():
        for one in still.parameters():
            one.zero_()
    texts = {_structure(made(network, one, Form())) for one in (fresh, trained, still)}
    assert len(texts) == 1


# ---- opsets


def every() -> Network:
    """Return the network, with the example calls of operators that it does not know yet."""
    known = {type(node.op) for node in archdsl.load(EVERY).ir}
    new = [inspect.cleandoc(one.__doc__ or "") for one in operators().values() if one not in known]
    calls = "; ".join(text.splitlines()[-1] for text in new)
    return archdsl.load(
        EVERY.replace("  softmax\n", f"  softmax; {calls}\n" if new else "  softmax\n")
    )


def test_the_network_of_every_operator_has_every_operator() -> None:
    assert {type(node.op) for node in every().ir} >= {*operators().values()}


@pytest.mark.parametrize("opset", [13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25])
def test_every_operator_gives_its_numbers_in_each_opset(opset: int) -> None:
    assert opset in OPSETS
    network = every()
    module = randomised(network.module(), 3)
    data = made(network, module, Form(opset))
    model = onnx_library.load_from_string(data)
    assert {one.domain: one.version for one in model.opset_import}[""] == opset
    assert model.ir_version <= (7 if opset < 15 else 8 if opset < 19 else 13)
    inputs = example_inputs(network.ir, module, batch=2)
    assert_numbers(ran(data, inputs), module, inputs)


def test_other_opsets_are_refused(residual: Network, tmp_path: Path) -> None:
    for opset in (12, 26):
        with pytest.raises(ValueError, match="one of 13 to 25"):
            residual.onnx(residual.module(), tmp_path / "n.onnx", opset=opset)
    with pytest.raises(BrokenExport, match="bfloat16 needs opset 22"):
        onnx_files(
            residual.ir, residual.texts, residual.module(dtype=torch.bfloat16), "n.onnx", Form(18)
        )
    assert not [*tmp_path.iterdir()]


# ---- sizes

SIZED = {
    "global pools": ("input 32x32x3; conv 3x3/2 4 valid; avgpool global; linear 5", ""),
    "strides that keep": ("input 32x24x3; conv 3x3/2 4; maxpool 2x2/2; conv 1x1 5", "4*"),
    "windows that are rounded up": ("input 30x30x2; maxpool 3x3/2 valid ceil; conv 1x1 5", "2*"),
    "more than whole steps": ("input 13x15x2; conv 3x3/4 3; relu", "4*"),
    "one cell": ("input 1x1x2; conv 1x1 3; relu", ""),
}


@pytest.mark.parametrize("case", SIZED)
@pytest.mark.parametrize("kind", ["onnx", "pt2"])
def test_sizes_are_free_where_the_network_allows(kind: str, case: str, tmp_path: Path) -> None:
    text, step = SIZED[case]
    network = archdsl.load(f"net n {{ {text} }}")
    module = randomised(network.module(), 1).eval()
    path = tmp_path / f"n.{kind}"
    getattr(network, kind)(module, path, dynamic="size")
    (id,) = network.ir.inputs
    channels, height, width = network.ir.nodes[id].shape.torch
    stride = int(step.removesuffix("*") or 1)
    for rows, columns in ((0, 0), (1, 0), (0, 3), (7, 5)):
        image = torch.randn(2, channels, height + rows * stride, width + columns * stride)
        if kind == "onnx":
            found = ran(str(path), (image,))
        else:
            with torch.no_grad():
                found = [torch.export.load(path).module()(image).numpy()]
        assert_numbers(found, module, (image,))
    if kind == "onnx":
        shape = onnx_library.load(path).graph.input[0].type.tensor_type.shape
        batch, _, first, second = (one.dim_param for one in shape.dim)
        assert batch == "batch"
        assert first.startswith(f"{step}height")
        assert second.startswith(f"{step}width")


FIXED = {
    "input 8x8x3; flatten; linear 4": r"no other sizes: at 9x8 torch says",
    "input 8; linear 4": "no other sizes: its inputs are vectors",
    "input 8x8x3; conv 3x3 (height)": "no other sizes: its spec computes with heights and widths",
}


@pytest.mark.parametrize("text", FIXED)
@pytest.mark.parametrize("kind", ["onnx", "pt2"])
def test_a_network_of_one_size_has_no_others(kind: str, text: str, tmp_path: Path) -> None:
    network = archdsl.load(f"net n {{ {text} }}")
    module = network.module()
    with pytest.raises(BrokenExport, match=FIXED[text]):
        getattr(network, kind)(module, tmp_path / "n", dynamic="size")
    assert module.training
    assert not [*tmp_path.iterdir()]


def test_other_numbers_at_another_size_are_an_error() -> None:
    """A pad that is right at the spec's size and at no other, as if nobody had asked."""
    network = archdsl.load("net n { input 30x30x2; maxpool 3x3/3 valid ceil; conv 1x1 5 }")
    free = dict.fromkeys(network.ir.inputs, (0, 1, 1))
    with pytest.raises(BrokenExport, match=r"onnxruntime gives n the shape .* at 31x30"):
        write.export_files(network.ir, network.module(), None, Form(dynamic="size"), steps=free)


# ---- weights beside the model


def test_weights_lie_beside_the_model_where_they_are_to(residual: Network, tmp_path: Path) -> None:
    module = residual.module(seed=0)
    residual.onnx(module, tmp_path / "n.onnx", external_data=True)
    assert {one.name for one in tmp_path.iterdir()} == {"n.onnx", "n.onnx.data"}
    inputs = example_inputs(residual.ir, module, batch=2)
    assert_numbers(ran(str(tmp_path / "n.onnx"), inputs), module, inputs)


def test_weights_too_large_for_one_file_get_one_of_their_own(
    residual: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write, "LARGEST", 1000)
    residual.onnx(residual.module(), tmp_path / "n.onnx")
    assert {one.name for one in tmp_path.iterdir()} == {"n.onnx", "n.onnx.data"}
    with pytest.raises(BrokenExport, match="need a file of their own"):
        write.export(residual.ir, residual.module())


# ---- the command line


def run(*arguments: object) -> Any:
    return CliRunner().invoke(main, ["compile", *map(str, arguments)])


def test_the_command_line_has_each_choice(tmp_path: Path) -> None:
    spec = tmp_path / "n.arch"
    spec.write_text("net n { input 8x8x3; b; avgpool global }\nblock b { conv 3x3 4 }")
    path = tmp_path / "n.onnx"
    chosen = ("--opset", 17, "--dynamic", "size", "--inline", "--external-data")
    done = run(spec, "-o", path, *chosen)
    assert (done.exit_code, done.output) == (0, "")
    model = onnx_library.load(path, load_external_data=False)
    assert not model.functions
    assert model.opset_import[0].version == 17
    assert model.graph.input[0].type.tensor_type.shape.dim[2].dim_param == "height"
    assert (tmp_path / "n.onnx.data").exists()
    assert run(spec, "-o", tmp_path / "n.pt2", "--dynamic", "size").exit_code == 0


@pytest.mark.parametrize(
    ("suffix", "options", "said"),
    [
        ("pt2", ["--opset", 18], "`--opset` is about ONNX"),
        ("py", ["--inline"], "`--inline` is about ONNX"),
        ("safetensors", ["--external-data"], "`--external-data` is about ONNX"),
        ("py", ["--dynamic", "size"], "`--dynamic size` is about `.onnx` and `.pt2`"),
        ("onnx", ["--opset", 12], "12 is not in the range 13<=x<=25"),
    ],
)
def test_choices_that_mean_nothing_are_refused(
    tmp_path: Path, suffix: str, options: list[Any], said: str
) -> None:
    spec = tmp_path / "n.arch"
    spec.write_text("net n { input 8x8x3; relu }")
    done = run(spec, "-o", tmp_path / f"n.{suffix}", *options)
    assert done.exit_code == 2
    assert said in done.output
    assert not (tmp_path / f"n.{suffix}").exists()
