"""A network as a ``.pt2`` program (torch.export), with any batch size."""

from __future__ import annotations

import io

import torch

from archdsl.graph import Graph
from archdsl.targets.torch_module import NetworkModule, example_inputs


def export(graph: Graph, module: NetworkModule) -> bytes:
    """Return the exported program of a module in evaluation, its weights inside.

    The batch is free, heights and widths are those of the spec. The module is put back into the
    mode it was in.
    """
    was_training = module.training
    module.eval()
    try:
        # Two images: torch.export would take a batch of one for a constant.
        examples = example_inputs(graph, module, batch=2)
        batch = torch.export.Dim("batch", min=1)
        program = torch.export.export(
            module, examples, dynamic_shapes={"inputs": tuple({0: batch} for _ in examples)}
        )
    finally:
        module.train(was_training)
    buffer = io.BytesIO()
    torch.export.save(program, buffer)
    return buffer.getvalue()
