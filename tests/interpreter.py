"""A network computed step by step from its graph: the witness for the wiring of its source."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from archdsl.graph import Graph
from archdsl.ops import Input
from archdsl.pytorch.torch_module import apply


def interpreted(graph: Graph, module: nn.Module, *inputs: Tensor) -> tuple[Tensor, ...]:
    """Return the outputs, and in training those of the heads, with a copy of the module's layers.

    It follows the operands that each node names, and knows nothing of blocks and forwards.
    """
    layers = copy.deepcopy(module)
    values: dict[str, Tensor] = dict(zip(graph.inputs, inputs, strict=True))
    for node in graph:
        if isinstance(node.op, Input) or (node.aux is not None and not module.training):
            continue
        operands = [values[id] for id in node.operands]
        call = node.op.lower(graph.shapes_into(node), node.shape)
        if not call.module:
            values[node.id] = apply(call, *operands)
            continue
        if call.before is not None:
            operands = [apply(call.before, *operands)]
        layer = layers.get_submodule(node.id.removeprefix(f"{graph.name}."))
        values[node.id] = layer(*operands)
    ends = [*graph.outputs, *(head.output for head in graph.aux if module.training)]
    return tuple(values[id] for id in ends)


def assert_wired(graph: Graph, module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
    """Hold what a module returns, in training and in evaluation, against its graph."""
    for training in (True, False):
        module.train(training)
        torch.manual_seed(7)  # dropout and drop path draw the same
        expected = interpreted(graph, module, *inputs)
        torch.manual_seed(7)
        made = module(*inputs)
        found = made if isinstance(made, tuple) else (made,)
        assert len(found) == len(expected)
        for a, b in zip(found, expected, strict=True):
            # A norm without an eps has NaN for values that are all the same, on both sides.
            torch.testing.assert_close(a, b, rtol=0, atol=0, equal_nan=True)
