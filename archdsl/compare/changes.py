"""A comparison read off node by node: what became of each operator of the two networks.

In comes a :class:`Comparison`; out go the changes in the first network and those in the second.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from archdsl.compare.difference import Change, Comparison, Relation
from archdsl.graph import Graph, NodeId
from archdsl.ops import Identity

Changes = Mapping[NodeId, Change]


def changes(comparison: Comparison) -> tuple[Changes, Changes]:
    """Return what differs in each network, by node; nodes that are the same are left out.

    What only the first has is removed, what only the second has is added. Operators that stand
    for one another and differ are changed in both, and so are joins that read other values, and
    values that only one network returns.
    """
    a, b = comparison.a, comparison.b
    paired = [pair.place for pair in comparison.pairs]
    removed = _alone(a, {place.a for place in paired}, Change.REMOVED)
    added = _alone(b, {place.b for place in paired}, Change.ADDED)
    for one in comparison.differences:
        if one.place is not None and one.relation is Relation.AT and one.steps == ((), ()):
            removed.setdefault(one.place.a, Change.CHANGED)
            added.setdefault(one.place.b, Change.CHANGED)
    _mark_returned(removed, a, b)
    _mark_returned(added, b, a)
    return _in_order(a, removed), _in_order(b, added)


def _alone(graph: Graph, paired: set[NodeId], change: Change) -> dict[NodeId, Change]:
    """Return a change for each node without a counterpart; one that only hands on needs none."""
    return {
        node.id: change
        for node in graph
        if node.id not in paired and not isinstance(node.op, Identity)
    }


def _mark_returned(found: dict[NodeId, Change], graph: Graph, other: Graph) -> None:
    """Add the outputs and heads that the other network does not return, though it may have them."""
    for mine, theirs in ((graph.outputs, other.outputs), (_heads(graph), _heads(other))):
        for id in mine[len(theirs) :]:
            found.setdefault(id, Change.CHANGED)


def _heads(graph: Graph) -> Sequence[NodeId]:
    return tuple(head.output for head in graph.aux)


def _in_order(graph: Graph, found: Mapping[NodeId, Change]) -> Changes:
    return {id: found[id] for id in graph.nodes if id in found}
