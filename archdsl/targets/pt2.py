"""A network as a ``.pt2`` program (torch.export), with any batch size."""

from __future__ import annotations

import io
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from archdsl.graph import Graph
from archdsl.targets.torch_module import NetworkModule, example_inputs


def export(graph: Graph, module: NetworkModule) -> bytes:
    """Return the exported program of a module in evaluation, its weights inside.

    The batch is free, heights and widths are those of the spec. Auxiliary heads are left out with
    their weights. The module is put back into the mode it was in.
    """
    was_training = module.training
    module.eval()
    try:
        # Two images: torch.export would take a batch of one for a constant.
        examples = example_inputs(graph, module, batch=2)
        batch = torch.export.Dim("batch", min=1)
        shapes = tuple({0: batch} for _ in examples)
        with _without_heads(graph, module):
            program = torch.export.export(module, examples, dynamic_shapes=shapes)
    finally:
        module.train(was_training)
    buffer = io.BytesIO()
    torch.export.save(program, buffer)
    return buffer.getvalue()


@contextmanager
def _without_heads(graph: Graph, module: NetworkModule) -> Generator[None]:
    """Take the auxiliary heads off a module for a while; torch would export their idle weights."""
    taken: list[tuple[dict[str, Any], dict[str, nn.Module]]] = []
    for head in graph.aux:
        parent, _, name = head.path.removeprefix(f"{graph.name}.").rpartition(".")
        parts = vars(module.get_submodule(parent))
        children: dict[str, nn.Module] = parts["_modules"]
        taken.append((parts, children))
        parts["_modules"] = {key: child for key, child in children.items() if key != name}
    try:
        yield
    finally:
        for parts, children in reversed(taken):
            parts["_modules"] = children
