"""From a module to an ONNX model: written by torch, then given the spec's names and blocks."""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Generator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

from archdsl.export.broken import BrokenExport, first_line, need_numbers
from archdsl.export.form import OPSET_OF_BFLOAT16, Form
from archdsl.export.held import Held
from archdsl.export.onnx.blocks import constants_apart, fold_blocks
from archdsl.export.onnx.proof import prove
from archdsl.export.onnx.simplify import simplify
from archdsl.export.onnx.tidy import tell_places, tidy
from archdsl.export.onnx.versions import OLDEST_WRITTEN, lower, oldest_file
from archdsl.export.onnx.windows import Grids, grids_of, round_down
from archdsl.export.onnx.written_out import written_out
from archdsl.export.sizes import examples, free_axes, tried
from archdsl.graph import Graph, NodeId
from archdsl.graph.sizes import Steps
from archdsl.pytorch.torch_module import NetworkModule, dtype_of, example_inputs

LARGEST = 2**31 - 1
"""Bytes of a protobuf message, which an ONNX model with its weights inside is."""

PRODUCER = "archdsl"


class MissingExtra(Exception):
    """The libraries of an optional target are not installed."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a file tells of where it comes from."""

    version: str
    remarks: Mapping[str, str]


NOTHING_SAID = Said("", {})
DEFAULT = Form()


def export(
    graph: Graph,
    module: NetworkModule,
    dtype: torch.dtype | None = None,
    form: Form = DEFAULT,
) -> bytes:
    """Return the ONNX model of a module in evaluation as one file, its weights inside.

    As :func:`export_files` has it, which see; raises
    :class:`archdsl.export.broken.BrokenExport` where there are more than 2 GB of weights.
    """
    data, *others = export_files(graph, module, dtype, form).values()
    if others:
        raise BrokenExport(f"the weights of {graph.name} need a file of their own")
    return data


def export_files(
    graph: Graph,
    module: NetworkModule,
    dtype: torch.dtype | None = None,
    form: Form = DEFAULT,
    *,
    steps: Mapping[NodeId, Steps] | None = None,
    said: Said = NOTHING_SAID,
    name: str = "model.onnx",
) -> dict[str, bytes]:
    """Return the files of the ONNX model of a module in evaluation, the model's own first.

    It is called ``name``. Weights are inside, or in a file of their own beside it where they are
    to be or where there are more than 2 GB of them. Inputs and outputs bear the names of the
    spec's; the second of a name gets a number. Inputs are of ``dtype``, or else of that of the
    module's numbers. ``steps`` are those of :func:`archdsl.graph.sizes.steps` with the same
    windows, for a model whose size is free. Raises :class:`MissingExtra` where `onnx` or
    `onnxscript` is not installed, and :class:`archdsl.export.broken.BrokenExport` where torch
    cannot write the model, or the checker or onnxruntime will not have it.
    """
    need_extra()
    need_numbers(graph, module)
    dtype = dtype or dtype_of(module)
    if dtype is torch.bfloat16 and form.opset is not None and form.opset < OPSET_OF_BFLOAT16:
        raise BrokenExport(
            f"bfloat16 needs opset {OPSET_OF_BFLOAT16}: older pools and convolutions do not take it"
        )
    free = None if form.dynamic == "batch" else steps or {}
    was_training = module.training
    module.eval()
    try:
        cases = [] if free is None else tried(graph, module, free, dtype)
        image = example_inputs(graph, module, dtype=dtype)
        grids: Grids = {} if free is None else grids_of(module, image)
        with written_out(module):
            given = examples(graph, module, dtype, cases)
            model = _program(graph, module, given, form, free or {}).model
    finally:
        module.train(was_training)
    round_down(model, grids)
    simplify(model)
    constants_apart(model)
    places = tidy(model, graph)
    if form.opset is not None and form.opset < OLDEST_WRITTEN:
        lower(model, form.opset)
    tell_places(model, places)
    model.ir_version = oldest_file(model)
    if not form.inline:
        fold_blocks(model, places)
    model.producer_name, model.producer_version = PRODUCER, said.version
    model.metadata_props.update(said.remarks)
    size = sum(one.numel() * one.element_size() for one in module.state_dict().values())
    files = _files(model, name, external=form.external or size > LARGEST)
    prove(files, graph, dtype, cases)
    return files


def need_extra() -> None:
    """Raise :class:`MissingExtra` unless what ONNX needs is installed."""
    absent = [name for name in ("onnx", "onnxscript") if find_spec(name) is None]
    if absent:
        raise MissingExtra(
            f"ONNX export needs {' and '.join(absent)}: `pip install 'archdsl[onnx]'`"
        )


def _program(
    graph: Graph,
    module: NetworkModule,
    inputs: tuple[torch.Tensor, ...],
    form: Form,
    steps: Mapping[NodeId, Steps],
) -> torch.onnx.ONNXProgram:
    opset = form.opset
    if opset is None:
        opset = OPSET_OF_BFLOAT16 if inputs[0].dtype is torch.bfloat16 else None
    elif opset < OLDEST_WRITTEN:
        opset = OLDEST_WRITTEN
    try:
        with _quiet():
            program = torch.onnx.export(
                Held(module),
                inputs,
                dynamo=True,
                dynamic_shapes=(free_axes(graph, steps),),
                opset_version=opset,
                optimize=False,
                verbose=False,
            )
    except RuntimeError as error:
        cause = error.__cause__ or error
        free = " with free heights and widths" if steps else ""
        raise BrokenExport(
            f"torch cannot write {graph.name} as ONNX{free}: {first_line(cause)}"
        ) from error
    assert program is not None, "the dynamo exporter returns a program"
    return program


@contextmanager
def _quiet() -> Generator[None]:
    """Keep an exporter's own remarks to itself."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def _files(model: Any, name: str, *, external: bool) -> dict[str, bytes]:
    """Return a model's bytes by the names of their files."""
    import onnx_ir  # not before the extra is known to be there

    if not external:
        return {name: onnx_ir.to_proto(model).SerializeToString()}
    data = f"{name}.data"
    with TemporaryDirectory(prefix="archdsl-") as folder:
        onnx_ir.save(model, Path(folder, name), external_data=data)
        return {one: Path(folder, one).read_bytes() for one in (name, data)}
