"""Holds a network that archdsl accepted against what torch makes of its module."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from archdsl.graph import Graph, Node
from archdsl.network import Network
from archdsl.ops import Input
from archdsl.pytorch.torch_module import NetworkModule, resolve

META = torch.device("meta")

BATCH_NORM = ("running_mean", "running_var", "num_batches_tracked")


def agree(network: Network) -> NetworkModule:
    """Assert that every shape, count and name of ``network`` is torch's own; return the module.

    Built on the meta device: torch computes shapes and nothing else.
    """
    graph = network.ir
    module = network.module(META)
    inputs = images(graph, META)
    with watched(module, graph) as seen, FlopCounterMode(display=False) as flops:
        outputs = as_tuple(module.eval()(*inputs))
    main = {node.id: node for node in modules_of(graph) if node.aux is None}
    assert_seen(seen, main)
    assert_shapes(outputs, [graph.nodes[id] for id in graph.outputs])
    assert flops.get_total_flops() == 4 * network.totals.macs, "2 images, 2 FLOPs per MAC"

    with watched(module, graph) as seen, FlopCounterMode(display=False) as flops:
        outputs = as_tuple(module.train()(*inputs))
    assert_seen(seen, {node.id: node for node in modules_of(graph)})
    ends = [*graph.outputs, *(head.output for head in graph.aux)]
    assert_shapes(outputs, [graph.nodes[id] for id in ends])
    totals = network.totals
    assert flops.get_total_flops() == 4 * (totals.macs + totals.aux_macs)

    for node in graph:
        assert_function(node, graph)
    for node in modules_of(graph):
        layer = module.get_submodule(node.id.removeprefix(f"{graph.name}."))
        assert tuple(name for name, _ in layer.named_parameters()) == node.op.learned
    assert count(module.parameters()) == totals.params + totals.aux_params
    assert set(module.state_dict()) == expected_keys(graph, module)
    return module


def images(graph: Graph, device: torch.device, batch: int = 2) -> list[Tensor]:
    shapes = [graph.nodes[id].shape.torch for id in graph.inputs]
    return [torch.zeros(batch, *shape, device=device) for shape in shapes]


def as_tuple(outputs: object) -> tuple[Tensor, ...]:
    return outputs if isinstance(outputs, tuple) else (outputs,)


def relative(node: Node, graph: Graph) -> str:
    return node.id.removeprefix(f"{graph.name}.")


def modules_of(graph: Graph) -> Iterator[Node]:
    """Yield the nodes that are torch modules; the others are functions or inputs."""
    for node in graph:
        if isinstance(node.op, Input):
            continue
        if node.op.lower(graph.shapes_into(node), node.shape).module:
            yield node


@contextmanager
def watched(module: nn.Module, graph: Graph) -> Iterator[Counter[tuple[str, tuple[int, ...]]]]:
    """Count what each node's module returns, by path and shape without the batch."""
    seen: Counter[tuple[str, tuple[int, ...]]] = Counter()
    handles = []
    for node in modules_of(graph):

        def note(_: nn.Module, __: object, output: Tensor, path: str = node.id) -> None:
            seen[path, tuple(output.shape[1:])] += 1

        handles.append(module.get_submodule(relative(node, graph)).register_forward_hook(note))
    yield seen
    for handle in handles:
        handle.remove()


def assert_seen(seen: Counter[tuple[str, tuple[int, ...]]], nodes: dict[str, Node]) -> None:
    assert seen == Counter({(path, node.shape.torch): 1 for path, node in nodes.items()})


def assert_shapes(outputs: tuple[Tensor, ...], nodes: list[Node]) -> None:
    assert [tuple(one.shape) for one in outputs] == [(2, *node.shape.torch) for node in nodes]


def assert_function(node: Node, graph: Graph) -> None:
    """Run a node that is a function; those that are modules were watched."""
    if isinstance(node.op, Input):
        return
    call = node.op.lower(graph.shapes_into(node), node.shape)
    if call.module:
        return
    operands = [torch.zeros(2, *shape.torch, device=META) for shape in graph.shapes_into(node)]
    arguments = (operands,) if call.listed else operands
    y = resolve(call.target)(*arguments, *call.positional, **dict(call.keywords))
    assert tuple(y.shape) == (2, *node.shape.torch), node.id


def count(parameters: Iterator[Tensor]) -> int:
    return sum(parameter.numel() for parameter in parameters)


def expected_keys(graph: Graph, module: nn.Module) -> set[str]:
    """Return each node's path with the names of its numbers; only batch norm keeps averages."""
    keys: set[str] = set()
    for node in modules_of(graph):
        path = relative(node, graph)
        names = [name for name, _ in module.get_submodule(path).named_parameters()]
        assert all("." not in name for name in names), f"{path} hides a submodule"
        if node.op.name == "batchnorm":
            names += BATCH_NORM
        keys |= {f"{path}.{name}" for name in names}
    return keys
