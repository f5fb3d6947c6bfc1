"""The smallest input a network can take."""

from __future__ import annotations

from archdsl.graph import Graph, NodeId
from archdsl.ops import Blame, Input, Operator, Shape, Size

LARGEST_SEARCHED = 4096
STEPS_UP = 64


def smallest_input(graph: Graph) -> int | None:
    """Return the side of the smallest square input that passes through in evaluation.

    Operators stay as they are; only the grid changes. None where the network has several
    inputs, a vector as input, or no square that fits.
    """
    if len(graph.inputs) != 1 or graph.nodes[graph.inputs[0]].shape.is_vector:
        return None
    probe = _Probe(graph)
    low, high = 1, LARGEST_SEARCHED
    if not probe.windows_fit(high):
        return None
    while low < high:
        middle = (low + high) // 2
        if probe.windows_fit(middle):
            high = middle
        else:
            low = middle + 1
    # Windows fit from here on; branches may still disagree at single sizes.
    for side in range(low, low + STEPS_UP):
        if probe.passes(side):
            return side
    return None


class _Probe:
    """Runs shape inference again for other input sizes."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.known: dict[tuple[Operator, tuple[Shape, ...]], Shape | Blame] = {}
        self.learned = {
            node.id: inputs[0].channels
            for node in graph
            if (inputs := graph.shapes_into(node)) and node.op.cost(inputs, node.shape).params
        }

    def passes(self, side: int) -> bool:
        return self._first_blame(side) is None

    def windows_fit(self, side: int) -> bool:
        blame = self._first_blame(side)
        return blame is None or blame.code != "kernel-too-large"

    def _first_blame(self, side: int) -> Blame | None:
        shapes: dict[NodeId, Shape] = {}
        for node in self.graph:
            if node.aux is not None:
                continue
            if isinstance(node.op, Input):
                shapes[node.id] = Shape(node.shape.channels, Size(side, side))
                continue
            inputs = tuple(shapes[operand] for operand in node.operands)
            channels = self.learned.get(node.id, inputs[0].channels)
            if inputs[0].channels != channels:
                # Weights keep their size, and behind `flatten` the channels follow the grid.
                fewer = inputs[0].channels < channels
                return Blame("kernel-too-large" if fewer else "too-large", "")
            result = self._infer(node.op, inputs)
            if isinstance(result, Blame):
                return result
            shapes[node.id] = result
        return None

    def _infer(self, op: Operator, inputs: tuple[Shape, ...]) -> Shape | Blame:
        key = (op, inputs)
        if key not in self.known:
            try:
                self.known[key] = op.infer(*inputs)
            except Blame as blame:
                self.known[key] = blame
        return self.known[key]
