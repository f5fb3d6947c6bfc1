"""From a module to an ONNX model, with any batch size."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Generator
from contextlib import contextmanager, redirect_stdout
from importlib.util import find_spec
from typing import cast

import torch
from torch import Tensor, nn

from archdsl.export.broken import BrokenExport, first_line
from archdsl.export.held import Held
from archdsl.export.onnx.proof import prove
from archdsl.export.onnx.tidy import tidy
from archdsl.export.onnx.windows import round_down
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
        with _windows_written_out(module):
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


@contextmanager
def _windows_written_out(module: nn.Module) -> Generator[None]:
    """Let layers that ONNX has no operator for, or one that is not quite the same, be others.

    Adaptive max pools take their windows one by one. The nearest cells of a grid of any size are
    taken by their numbers: where a cell lies just on the border of two, runtimes round otherwise.
    Averages that count padding, but not what lies beyond it, are corrected where that is.
    """
    written: list[nn.Module] = []
    for layer in module.modules():
        if isinstance(layer, nn.AdaptiveMaxPool2d):
            vars(layer)["forward"] = _windows(layer)
        elif isinstance(layer, nn.Upsample) and layer.mode == "nearest" and layer.size is not None:
            vars(layer)["forward"] = _nearest(layer)
        elif isinstance(layer, nn.AvgPool2d) and layer.ceil_mode and layer.count_include_pad:
            vars(layer)["forward"] = _counted(layer)
        else:
            continue
        written.append(layer)
    try:
        yield
    finally:
        for layer in written:
            del vars(layer)["forward"]


def _nearest(layer: nn.Upsample) -> Callable[[Tensor], Tensor]:
    rows, columns = _pair(cast("int | tuple[int, int]", layer.size))

    def forward(x: Tensor) -> Tensor:
        return _copied(_copied(x, 2, rows), 3, columns)

    return forward


def _counted(pool: nn.AvgPool2d) -> Callable[[Tensor], Tensor]:
    kernel, stride, padding = map(_pair, (pool.kernel_size, pool.stride, pool.padding))

    def forward(x: Tensor) -> Tensor:
        given = (x.shape[2], x.shape[3])
        padded = [n + 2 * p for n, p in zip(given, padding, strict=True)]
        counts = nn.functional.avg_pool2d(
            torch.zeros(1, 1, *given, device="cpu"), kernel, stride, padding, ceil_mode=True
        ).shape[2:]
        beyond = [
            max((m - 1) * s + k - n, 0)
            for m, s, k, n in zip(counts, stride, kernel, padded, strict=True)
        ]
        share = nn.functional.avg_pool2d(
            nn.functional.pad(
                torch.ones(1, 1, *padded, device="cpu"), (0, beyond[1], 0, beyond[0])
            ),
            kernel,
            stride,
        )
        (rows, columns), (more_rows, more_columns) = padding, beyond
        around = (columns, columns + more_columns, rows, rows + more_rows)
        return nn.functional.avg_pool2d(nn.functional.pad(x, around), kernel, stride) / share.to(x)

    return forward


def _copied(x: Tensor, dim: int, count: int) -> Tensor:
    """Return ``count`` cells along a side, each the one that torch takes."""
    length = x.shape[dim]
    if length == count:
        return x
    cells = torch.arange(length, dtype=torch.float32, device="cpu").view(1, 1, length)
    taken = nn.functional.interpolate(cells, size=count, mode="nearest").view(count)
    return x.index_select(dim, taken.to(device=x.device, dtype=torch.int64))


def _pair(size: int | tuple[int, int]) -> tuple[int, int]:
    return (size, size) if isinstance(size, int) else size


def _windows(pool: nn.AdaptiveMaxPool2d) -> Callable[[Tensor], Tensor]:
    rows, columns = _pair(cast("int | tuple[int, int]", pool.output_size))

    def forward(x: Tensor) -> Tensor:
        return _largest(_largest(x, 2, rows), 3, columns)

    return forward


def _largest(x: Tensor, dim: int, count: int) -> Tensor:
    """Return the largest values of ``count`` windows along a side, parted as torch parts it."""
    length = x.shape[dim]
    windows = [(i * length // count, -(-(i + 1) * length // count)) for i in range(count)]
    parts = [x.narrow(dim, a, b - a).amax(dim, keepdim=True) for a, b in windows]
    return torch.cat(parts, dim)
