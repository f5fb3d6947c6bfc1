"""Whether an ONNX model loads: the checker's answer, and onnxruntime's where it is installed."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch import Tensor

from archdsl.export.broken import BrokenExport, first_line
from archdsl.export.onnx.tidy import NAMES
from archdsl.export.sizes import Case
from archdsl.graph import Graph
from archdsl.safe_names import distinct

OFF = 1e-3
"""How far numbers of a runtime may lie from torch's, beside the largest of an output."""


def prove(
    files: Mapping[str, bytes], graph: Graph, dtype: torch.dtype, cases: Sequence[Case] = ()
) -> None:
    """Raise :class:`BrokenExport` unless the model is sound, and runs.

    It is the first of ``files``, others hold its weights. It runs on an image of zeros, and gives
    torch's numbers in each of ``cases``.
    """
    onnx = import_module("onnx")
    with _on_disk(files) as model:
        try:
            onnx.checker.check_model(model, full_check=True)
            if isinstance(model, bytes):
                onnx.shape_inference.infer_shapes(
                    model, check_type=True, strict_mode=True, data_prop=True
                )
        except (
            onnx.checker.ValidationError,
            onnx.shape_inference.InferenceError,
            RuntimeError,
        ) as error:
            raise _broken(graph, "the ONNX checker", error) from error
        if find_spec("onnxruntime") is not None:
            _run(model, graph, dtype, cases)


@contextmanager
def _on_disk(files: Mapping[str, bytes]) -> Generator[bytes | str]:
    """Give a model as it is, or where it lies with its weights beside it for a while."""
    name, *others = files
    if not others:
        yield files[name]
        return
    with TemporaryDirectory(prefix="archdsl-") as folder:
        for one, data in files.items():
            Path(folder, one).write_bytes(data)
        yield str(Path(folder, name))


def _run(model: bytes | str, graph: Graph, dtype: torch.dtype, cases: Sequence[Case]) -> None:
    """Run a model on one image of zeros, and hold what comes out against the graph."""
    runtime: Any = import_module("onnxruntime")
    state: Any = import_module("onnxruntime.capi.onnxruntime_pybind11_state")
    options = runtime.SessionOptions()
    options.log_severity_level = 4
    try:
        session = runtime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except state.NotImplemented as error:
        if dtype is torch.float32:
            raise _broken(graph, "onnxruntime", error) from error
        return  # its CPU has no kernels for this dtype; other machines may
    except Exception as error:  # its errors share no class
        raise _broken(graph, "onnxruntime", error) from error
    if dtype is torch.bfloat16:
        return  # numpy has no such numbers to give
    names = [one.name for one in (*session.get_inputs(), *session.get_outputs())]
    expected = distinct((*graph.input_names, *graph.output_names), NAMES)
    if tuple(names) != expected:
        raise BrokenExport(f"the ONNX model of {graph.name} calls its ends {', '.join(names)}")
    zeros = tuple(torch.zeros(1, *graph.nodes[id].shape.torch, dtype=dtype) for id in graph.inputs)
    for id, name, output in zip(
        graph.outputs, names[len(zeros) :], _given(session, graph, zeros), strict=True
    ):
        if tuple(output.shape) != (1, *graph.nodes[id].shape.torch):
            raise BrokenExport(
                f"onnxruntime gives {name} of {graph.name} the shape {tuple(output.shape)}, "
                f"and the spec {(1, *graph.nodes[id].shape.torch)}"
            )
    for case in cases:
        _compare(session, graph, case)


def _compare(session: Any, graph: Graph, case: Case) -> None:
    for output, expected in zip(_given(session, graph, case.inputs), case.outputs, strict=True):
        made = torch.from_numpy(output)
        if made.shape != expected.shape:
            raise BrokenExport(
                f"onnxruntime gives {graph.name} the shape {tuple(made.shape)} at {case.size}, "
                f"and torch {tuple(expected.shape)}"
            )
        off = (made - expected).abs().max() / expected.abs().max().clamp_min(1)
        if not bool(off <= OFF):
            raise BrokenExport(
                f"onnxruntime gives {graph.name} other numbers than torch at {case.size}: "
                f"they are off by {float(off):.1e}"
            )


def _given(session: Any, graph: Graph, inputs: Sequence[Tensor]) -> Any:
    names = [one.name for one in session.get_inputs()]
    feed = {name: tensor.numpy() for name, tensor in zip(names, inputs, strict=True)}
    try:
        return session.run(None, feed)
    except Exception as error:
        raise _broken(graph, "onnxruntime", error) from error


def _broken(graph: Graph, who: str, error: BaseException) -> BrokenExport:
    return BrokenExport(f"{who} does not take the ONNX model of {graph.name}: {first_line(error)}")
