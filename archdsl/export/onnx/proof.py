"""Whether an ONNX model loads: the checker's answer, and onnxruntime's where it is installed."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

import torch

from archdsl.export.broken import BrokenExport, first_line
from archdsl.export.onnx.tidy import NAMES
from archdsl.graph import Graph
from archdsl.safe_names import distinct


def prove(data: bytes, graph: Graph, dtype: torch.dtype) -> None:
    """Raise :class:`BrokenExport` unless the model is sound, and runs on one image."""
    onnx = import_module("onnx")
    try:
        onnx.checker.check_model(data, full_check=True)
        onnx.shape_inference.infer_shapes(data, check_type=True, strict_mode=True, data_prop=True)
    except (
        onnx.checker.ValidationError,
        onnx.shape_inference.InferenceError,
        RuntimeError,
    ) as error:
        raise _broken(graph, "the ONNX checker", error) from error
    if find_spec("onnxruntime") is not None:
        _run(data, graph, dtype)


def _run(data: bytes, graph: Graph, dtype: torch.dtype) -> None:
    """Run a model on one image of zeros, and hold what comes out against the graph."""
    runtime: Any = import_module("onnxruntime")
    state: Any = import_module("onnxruntime.capi.onnxruntime_pybind11_state")
    options = runtime.SessionOptions()
    options.log_severity_level = 4
    try:
        session = runtime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
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
    feed = {
        name: torch.zeros(1, *graph.nodes[id].shape.torch, dtype=dtype).numpy()
        for name, id in zip(names, graph.inputs, strict=False)
    }
    try:
        outputs = session.run(None, feed)
    except Exception as error:
        raise _broken(graph, "onnxruntime", error) from error
    for id, name, output in zip(graph.outputs, names[len(feed) :], outputs, strict=True):
        if tuple(output.shape) != (1, *graph.nodes[id].shape.torch):
            raise BrokenExport(
                f"onnxruntime gives {name} of {graph.name} the shape {tuple(output.shape)}, "
                f"and the spec {(1, *graph.nodes[id].shape.torch)}"
            )


def _broken(graph: Graph, who: str, error: BaseException) -> BrokenExport:
    return BrokenExport(f"{who} does not take the ONNX model of {graph.name}: {first_line(error)}")
