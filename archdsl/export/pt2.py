"""A network as a ``.pt2`` program (torch.export), for any batch and, where wanted, any size."""

from __future__ import annotations

import io
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.export import ExportedProgram
from torch.fx import GraphModule

from archdsl.export.broken import BrokenExport, first_line, need_numbers
from archdsl.export.held import Held, clashes
from archdsl.export.sizes import Case, examples, free_axes, run, tried
from archdsl.graph import Graph, NodeId, holder_of, in_net, name_of
from archdsl.graph.sizes import Steps
from archdsl.pytorch.torch_module import NetworkModule, dtype_of, example_inputs


def export(
    graph: Graph,
    module: NetworkModule,
    dtype: torch.dtype | None = None,
    steps: Mapping[NodeId, Steps] | None = None,
) -> bytes:
    """Return the exported program of a module in evaluation, its weights inside.

    The batch is free; heights and widths are those of the spec, or with ``steps``, those of
    :func:`archdsl.graph.sizes.steps`, differ from them by whole steps. Auxiliary heads are left
    out with their weights. The module is put back into the mode it was in. Inputs are of
    ``dtype``, or else of that of the module's numbers. Raises
    :class:`archdsl.export.broken.BrokenExport` where torch cannot export the module, or does not
    load what it has written.
    """
    need_numbers(graph, module)
    was_training = module.training
    module.eval()
    try:
        kind = dtype or dtype_of(module)
        image = example_inputs(graph, module, dtype=kind)
        cases = [] if steps is None else tried(graph, module, steps, kind)
        given = examples(graph, module, kind, cases)
        axes = free_axes(graph, steps or {})
        with _without_heads(graph, module):
            held = Held(module) if clashes(module) else None
            program = torch.export.export(
                held or module, given, dynamic_shapes=axes if held is None else (axes,)
            )
    except RuntimeError as error:
        free = "" if steps is None else " with free heights and widths"
        raise BrokenExport(
            f"torch cannot export {graph.name}{free}: {first_line(error)}"
        ) from error
    finally:
        module.train(was_training)
    _forget_places(program)
    buffer = io.BytesIO()
    torch.export.save(program, buffer)
    data = buffer.getvalue()
    _prove(data, graph, image, cases)
    return data


def _forget_places(program: ExportedProgram) -> None:
    """Drop the lines of files that torch notes for each node: they lie on this machine only."""
    for part in program.graph_module.modules():
        if isinstance(part, GraphModule):
            for node in part.graph.nodes:
                node.meta.pop("stack_trace", None)


def _prove(data: bytes, graph: Graph, image: tuple[Tensor, ...], cases: Sequence[Case]) -> None:
    """Load a program, run it on one image, and hold it against the module at other sizes."""
    try:
        program = torch.export.load(io.BytesIO(data)).module()
        shapes = [tuple(one.shape) for one in run(program, image)]
        others = [run(program, tuple(x.to(image[0]) for x in case.inputs)) for case in cases]
    except Exception as error:  # whatever torch finds wrong with it
        raise BrokenExport(
            f"the exported program of {graph.name} does not load: {first_line(error)}"
        ) from error
    if shapes != [(1, *graph.nodes[id].shape.torch) for id in graph.outputs]:
        raise BrokenExport(f"the exported program of {graph.name} gives {shapes}")
    for case, made in zip(cases, others, strict=True):
        if not all(map(_equal, made, case.outputs)):
            raise BrokenExport(
                f"the exported program of {graph.name} gives other numbers at {case.size}"
            )


def _equal(made: Tensor, expected: Tensor) -> bool:
    like = made.to(expected)
    return made.shape == expected.shape and torch.allclose(like, expected, rtol=1e-2, atol=1e-3)


@contextmanager
def _without_heads(graph: Graph, module: NetworkModule) -> Generator[None]:
    """Take the auxiliary heads off a module for a while; torch would export their idle weights."""
    taken: list[tuple[dict[str, Any], dict[str, nn.Module]]] = []
    for head in graph.aux:
        name = name_of(head.path)
        parts = vars(module.get_submodule(holder_of(in_net(head.path))))
        children: dict[str, nn.Module] = parts["_modules"]
        taken.append((parts, children))
        parts["_modules"] = {key: child for key, child in children.items() if key != name}
    try:
        yield
    finally:
        for parts, children in reversed(taken):
            parts["_modules"] = children
