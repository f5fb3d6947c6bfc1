"""Strides: how many pixels of the input lie between neighbouring cells of a value.

The values that are the last of their stride are the ones that detectors and segmenters build on:
those through which all that is computed from the input goes, auxiliary heads aside.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from archdsl.graph.graph import Graph, NodeId
from archdsl.graph.paths import parts_of
from archdsl.ops import Input
from archdsl.ops.growth import SAME_GRID, Grown

Strides = tuple[Fraction, Fraction]
"""Pixels of the input from one row to the next, and from one column to the next."""

_ONE: Strides = (Fraction(1), Fraction(1))


def strides(graph: Graph) -> Mapping[NodeId, Strides | None]:
    """Return the strides of each value; None for vectors and for grids of one fixed size."""
    found: dict[NodeId, Strides | None] = {}
    grown: dict[int, Grown] = {}  # calls that are alike share their operator
    for node in graph:
        if node.shape.is_vector:
            found[node.id] = None
        elif isinstance(node.op, Input):
            found[node.id] = _ONE
        elif len(node.operands) == 1:
            growths = grown.get(id(node.op))
            if growths is None:
                growths = grown[id(node.op)] = _moves(node.op.growth())
            found[node.id] = _moved(found[node.operands[0]], growths)
        else:
            # A gate of one cell has no stride, and stretches over the other's grid.
            known = {found[id] for id in node.operands} - {None}
            found[node.id] = known.pop() if len(known) == 1 else None
    return found


def _moves(growths: Grown) -> Grown:
    """Return the growths, or those of an unchanged grid where strides stay as they are."""
    steady = all(one.fixed is None and one.step == one.times for one in growths)
    return SAME_GRID if steady else growths


def _moved(given: Strides | None, growths: Grown) -> Strides | None:
    if given is None or growths is SAME_GRID:
        return given
    if any(growth.fixed is not None for growth in growths):
        return None
    (rows, down), (columns, across) = zip(given, growths, strict=True)
    return rows * down.step / down.times, columns * across.step / across.times


def narrow_places(graph: Graph) -> Iterator[NodeId]:
    """Yield the values that everything behind them is computed from, auxiliary heads aside."""
    last: dict[NodeId, int] = {}
    nodes = [node for node in graph if node.aux is None]
    for place, node in enumerate(nodes):
        for operand in node.operands:
            last[operand] = place
    for output in graph.outputs:
        last[output] = len(nodes)
    inputs = {id for id in graph.inputs if id in last}
    alive = set(inputs)
    for place, node in enumerate(nodes):
        alive.difference_update(operand for operand in node.operands if last[operand] == place)
        if last.get(node.id, -1) > place:
            alive.add(node.id)
        if alive == {node.id} and node.id not in inputs:
            yield node.id


def by_stride(graph: Graph) -> Mapping[int, NodeId]:
    """Return the last value of each stride, in order, of those that :func:`narrow_places` yields.

    What a block or group gives comes before what stands inside of one, the outermost first. Only
    maps of several cells whose strides are equal in rows and columns count, from the first layer
    with weights on. A stride to which the network comes back, as on the way up of a U-Net, is
    left out: it has two last values.
    """
    known = strides(graph)
    weighted = _behind_weights(graph)
    runs: list[tuple[int, list[NodeId]]] = []
    for id in narrow_places(graph):
        pair = known[id]
        if pair is None or id not in weighted or graph.nodes[id].shape.cells == 1:
            continue
        if pair[0] != pair[1] or pair[0].denominator != 1:
            continue
        stride = int(pair[0])
        if not runs or runs[-1][0] != stride:
            runs.append((stride, []))
        runs[-1][1].append(id)
    seen = [stride for stride, _ in runs]
    # Of values as deep as each other the last one.
    return {
        stride: min(reversed(ids), key=lambda id: _depth(graph, id))
        for stride, ids in runs
        if seen.count(stride) == 1
    }


def _depth(graph: Graph, id: NodeId) -> int:
    """Return how deep the outermost scope lies that gives just this value; else the step itself."""
    return len(parts_of(outermost(graph, id)))


def outermost(graph: Graph, id: NodeId) -> str:
    """Return the path of the outermost scope within the net that gives just this value.

    It is the step's own path where there is none.
    """
    tree, path = graph.tree, id
    for scope in tree.scopes_around(graph.nodes[id]):
        ends_here = tree.extents[scope.path][1] == tree.order[id]
        if scope.parent is None or not ends_here or tree.given_by(scope.path) != (id,):
            break
        path = scope.path
    return path


def _behind_weights(graph: Graph) -> set[NodeId]:
    """Return the values that a layer with weights has gone into."""
    found: set[NodeId] = set()
    for node in graph:
        if node.op.learned or not found.isdisjoint(node.operands):
            found.add(node.id)
    return found
