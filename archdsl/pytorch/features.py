"""Feature maps from anywhere in a network, as a module."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import nn

from archdsl.graph import Graph, part_for
from archdsl.pytorch.torch_module import NetworkModule, build


def features(graph: Graph, names: Sequence[str], module: nn.Module) -> NetworkModule:
    """Return a module that computes the values of some steps, with copies of a module's weights.

    Raises LookupError and ValueError as :func:`archdsl.graph.part_for` does, and RuntimeError
    where the module's tensors are not those of the network.
    """
    part = part_for(graph, names)
    made: Any = build(part)
    tensors = module.state_dict()
    first = next((x for x in module.parameters() if x.is_floating_point()), None)
    if first is not None:
        made.to(device=first.device, dtype=first.dtype)
    taken = {name: tensors[name].clone() for name in made.state_dict() if name in tensors}
    made.load_state_dict(taken, assign=True)
    made.train(module.training)
    made.feature_shapes = {
        name: part.nodes[id].shape.torch for name, id in zip(names, part.outputs, strict=True)
    }
    return made
