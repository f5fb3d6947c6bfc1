"""A network as an ONNX model, with any batch size. Needs the extra ``archdsl[onnx]``."""

from __future__ import annotations

import io
import warnings
from contextlib import redirect_stdout
from importlib.util import find_spec

import torch

from archdsl.graph import Graph
from archdsl.targets.torch_module import NetworkModule, example_inputs


class MissingExtra(Exception):
    """The libraries of an optional target are not installed."""


def export(graph: Graph, module: NetworkModule) -> bytes:
    """Return the ONNX model of a module in evaluation, its weights inside.

    Inputs and outputs bear the names of the spec's. Raises :class:`MissingExtra` where `onnx` or
    `onnxscript` is not installed.
    """
    absent = [name for name in ("onnx", "onnxscript") if find_spec(name) is None]
    if absent:
        raise MissingExtra(
            f"ONNX export needs {' and '.join(absent)}: `pip install 'archdsl[onnx]'`"
        )
    was_training = module.training
    module.eval()
    try:
        examples = example_inputs(graph, module, batch=2)
        batch = torch.export.Dim("batch", min=1)
        with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            program = torch.onnx.export(
                module,
                examples,
                dynamo=True,
                dynamic_shapes=tuple({0: batch} for _ in examples),
                input_names=list(graph.input_names),
                output_names=_distinct(graph.output_names),
            )
    finally:
        module.train(was_training)
    assert program is not None, "the dynamo exporter returns a program"
    return program.model_proto.SerializeToString()


def _distinct(names: tuple[str, ...]) -> list[str]:
    """Number names that occur twice: labels that `output` lists twice."""
    return [name if names.count(name) == 1 else f"{name}_{i}" for i, name in enumerate(names)]
