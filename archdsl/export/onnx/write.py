"""From a module to an ONNX model, with any batch size."""

from __future__ import annotations

import io
import warnings
from contextlib import redirect_stdout
from importlib.util import find_spec

import torch

from archdsl.export.broken import BrokenExport, first_line
from archdsl.export.held import Held
from archdsl.export.onnx.proof import prove
from archdsl.export.onnx.tidy import tidy
from archdsl.export.onnx.windows import round_down
from archdsl.export.onnx.written_out import written_out
from archdsl.graph import Graph
from archdsl.pytorch.torch_module import NetworkModule, dtype_of, example_inputs

LARGEST = 2**31 - 1
"""Bytes of a protobuf message, which an ONNX model with its weights inside is."""

OPSET_OF_BFLOAT16 = 22
"""The first in which pools and convolutions take bfloat16."""


class MissingExtra(Exception):
    """The libraries of an optional target are not installed."""


def export(graph: Graph, module: NetworkModule, dtype: torch.dtype | None = None) -> bytes:
    """Return the ONNX model of a module in evaluation, its weights inside.

    Inputs and outputs bear the names of the spec's; the second of a name gets a number. Inputs
    are of ``dtype``, or else of that of the module's numbers. Raises :class:`MissingExtra` where
    `onnx` or `onnxscript` is not installed, and :class:`archdsl.export.broken.BrokenExport`
    where torch cannot write the model, or the checker or onnxruntime will not have it.
    """
    absent = [name for name in ("onnx", "onnxscript") if find_spec(name) is None]
    if absent:
        raise MissingExtra(
            f"ONNX export needs {' and '.join(absent)}: `pip install 'archdsl[onnx]'`"
        )
    size = sum(one.numel() * one.element_size() for one in module.state_dict().values())
    if size > LARGEST:
        raise BrokenExport(
            f"{graph.name} has {size:,} bytes of weights; an ONNX file holds {LARGEST:,} at most"
        )
    dtype = dtype or dtype_of(module)
    was_training = module.training
    module.eval()
    try:
        with written_out(module):
            program = _program(graph, module, dtype)
    finally:
        module.train(was_training)
    round_down(program.model)
    tidy(program.model, graph)
    data: bytes = program.model_proto.SerializeToString()
    prove(data, graph, dtype)
    return data


def _program(graph: Graph, module: NetworkModule, dtype: torch.dtype) -> torch.onnx.ONNXProgram:
    # Two images: torch.export would take a batch of one for a constant.
    examples = example_inputs(graph, module, batch=2, dtype=dtype)
    batch = torch.export.Dim("batch", min=1)
    try:
        with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            program = torch.onnx.export(
                Held(module),
                examples,
                dynamo=True,
                dynamic_shapes=(tuple({0: batch} for _ in examples),),
                opset_version=OPSET_OF_BFLOAT16 if dtype is torch.bfloat16 else None,
            )
    except RuntimeError as error:
        cause = error.__cause__ or error
        raise BrokenExport(
            f"torch cannot write {graph.name} as ONNX: {first_line(cause)}"
        ) from error
    assert program is not None, "the dynamo exporter returns a program"
    return program
