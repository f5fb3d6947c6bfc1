"""A network as a ``.pt2`` program (torch.export), with any batch size."""

from __future__ import annotations

import io
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.export import ExportedProgram
from torch.fx import GraphModule

from archdsl.export.broken import BrokenExport, first_line
from archdsl.export.held import Held, clashes
from archdsl.graph import Graph, holder_of, in_net, name_of
from archdsl.pytorch.torch_module import NetworkModule, example_inputs


def export(graph: Graph, module: NetworkModule, dtype: torch.dtype | None = None) -> bytes:
    """Return the exported program of a module in evaluation, its weights inside.

    The batch is free, heights and widths are those of the spec. Auxiliary heads are left out with
    their weights. The module is put back into the mode it was in. Inputs are of ``dtype``, or else
    of that of the module's numbers. Raises :class:`archdsl.export.broken.BrokenExport` where
    torch cannot export the module, or does not load what it has written.
    """
    was_training = module.training
    module.eval()
    try:
        # Two images: torch.export would take a batch of one for a constant.
        examples = example_inputs(graph, module, batch=2, dtype=dtype)
        batch = torch.export.Dim("batch", min=1)
        shapes = tuple({0: batch} for _ in examples)
        with _without_heads(graph, module):
            held = Held(module) if clashes(module) else None
            program = torch.export.export(
                held or module, examples, dynamic_shapes=shapes if held is None else (shapes,)
            )
    except RuntimeError as error:
        raise BrokenExport(f"torch cannot export {graph.name}: {first_line(error)}") from error
    finally:
        module.train(was_training)
    _forget_places(program)
    buffer = io.BytesIO()
    torch.export.save(program, buffer)
    data = buffer.getvalue()
    _prove(data, graph, tuple(one[:1] for one in examples))
    return data


def _forget_places(program: ExportedProgram) -> None:
    """Drop the lines of files that torch notes for each node: they lie on this machine only."""
    for part in program.graph_module.modules():
        if isinstance(part, GraphModule):
            for node in part.graph.nodes:
                node.meta.pop("stack_trace", None)


def _prove(data: bytes, graph: Graph, image: tuple[torch.Tensor, ...]) -> None:
    """Load a program, and run it on one image."""
    try:
        with torch.inference_mode():
            made: Any = torch.export.load(io.BytesIO(data)).module()(*image)
    except Exception as error:  # whatever torch finds wrong with it
        raise BrokenExport(
            f"the exported program of {graph.name} does not load: {first_line(error)}"
        ) from error
    outputs: tuple[Any, ...] = (made,) if isinstance(made, torch.Tensor) else tuple(made)
    shapes = [tuple(one.shape) for one in outputs]
    if shapes != [(1, *graph.nodes[id].shape.torch) for id in graph.outputs]:
        raise BrokenExport(f"the exported program of {graph.name} gives {shapes}")


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
