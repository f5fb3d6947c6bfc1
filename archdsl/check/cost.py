"""Learned numbers and multiply-accumulates, per node and in total."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from archdsl.graph import Graph, Node, NodeId
from archdsl.ops import Cost


@dataclass(frozen=True, slots=True)
class Totals:
    """Costs of the main network and, apart from it, of its auxiliary heads; one image, no batch.

    ``macs`` counts convolutions and linear layers only, as the papers do: biases, norms, pools
    and sums count nothing.
    """

    main: Cost
    aux: Cost

    @property
    def params(self) -> int:
        return self.main.params

    @property
    def macs(self) -> int:
        return self.main.macs

    @property
    def aux_params(self) -> int:
        return self.aux.params

    @property
    def aux_macs(self) -> int:
        return self.aux.macs


def costs(graph: Graph) -> Mapping[NodeId, Cost]:
    """Return the cost of every node."""
    known: dict[tuple[int, ...], Cost] = {}
    found: dict[NodeId, Cost] = {}
    for node in graph:
        # By identity: the graph's operators and shapes are shared, and comparing them is slow.
        key = (id(node.op), *[id(graph.nodes[operand].shape) for operand in node.operands])
        if key not in known:
            known[key] = node.op.cost(graph.shapes_into(node), node.shape)
        found[node.id] = known[key]
    return found


FLOAT_BYTES = 4
"""Bytes of a number in float32."""


def memory(graph: Graph) -> Mapping[NodeId, int]:
    """Return the bytes of the feature map that every node writes, in float32 for one image.

    Inputs, which are given, and other views of what is there already write nothing.
    """
    return {node.id: node.shape.elements * FLOAT_BYTES if node.op.writes else 0 for node in graph}


def totals(graph: Graph) -> Totals:
    """Return what the whole network costs."""
    by_node = costs(graph)
    return Totals(
        add_up(by_node[node.id] for node in graph if node.aux is None),
        add_up(by_node[node.id] for node in graph if node.aux is not None),
    )


def add_up(parts: Iterable[Cost]) -> Cost:
    weights = params = macs = 0
    for part in parts:
        weights += part.weights
        params += part.params
        macs += part.macs
    return Cost(weights, params, macs)


def weighted_depth(graph: Graph, nodes: Iterable[Node] | None = None) -> int:
    """Return how many weight layers the longest path through ``nodes`` (or all) has.

    A separable convolution, a depthwise and a pointwise one with nothing between them, is one.
    """
    inside = tuple(graph) if nodes is None else tuple(nodes)
    depth: dict[NodeId, int] = {}
    for node in inside:
        before = max((depth.get(operand, 0) for operand in node.operands), default=0)
        has_weights = node.op.cost(graph.shapes_into(node), node.shape).weights > 0
        depth[node.id] = before + (has_weights and not _completes(graph, node, depth))
    return max(depth.values(), default=0)


def _completes(graph: Graph, node: Node, inside: Container[NodeId]) -> bool:
    """Return whether a node belongs to the layer of the node it follows."""
    if len(node.operands) != 1 or node.operands[0] not in inside:
        return False
    before = graph.nodes[node.operands[0]]
    alone = len(graph.readers[before.id]) == 1 and before.id not in graph.outputs
    if len(before.operands) != 1 or not alone:
        return False
    return node.op.completes(before.op, graph.nodes[before.operands[0]].shape)
