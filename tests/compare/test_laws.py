"""What holds for any two networks: nothing differs from itself, every change is found, and the
other way round it is the same."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, replace
from typing import Any

from hypothesis import given, reject, settings
from hypothesis import strategies as st

import archdsl
from archdsl.compare import Comparison, compare
from archdsl.compare.spelling import value_text
from archdsl.diagnostics import SpecError
from archdsl.graph import Graph, Node, NodeId
from archdsl.ops import Blame, Operator, PadRule, Sides, Size
from tests.strategies import networks
from tests.trees import Net


def loaded(net: Net) -> Graph:
    """Return the graph of a drawn network; a few are refused, for reasons that torch has not."""
    try:
        return archdsl.load(net.text()).ir
    except SpecError:
        reject()


def mutated(graph: Graph, id: NodeId, op: Operator) -> Graph | None:
    """Return the graph with another operator at a node, None where the rest does not fit it."""
    nodes: dict[NodeId, Node] = {}
    try:
        for node in graph:
            inputs = tuple(nodes[operand].shape for operand in node.operands)
            changed = op if node.id == id else node.op
            nodes[node.id] = replace(node, op=changed, shape=changed.infer(*inputs))
    except Blame:
        return None
    return replace(graph, nodes=nodes)


def other_value(value: object) -> Any:
    """Return a value of the same kind that is not ``value``."""
    match value:
        case bool():
            return not value
        case int():
            return value * 2
        case float():
            return value / 2 if value else 0.25
        case Size():
            return Size(value.height + 1, value.width)
        case PadRule():
            return PadRule.VALID if value is PadRule.SAME else Sides(1, 1, 1, 1)
        case Sides():
            return PadRule.SAME
        case _:
            return None


def calls(graph: Graph, id: NodeId) -> object:
    node = graph.nodes[id]
    return node.op.lower(graph.shapes_into(node), node.shape)


def names(found: Comparison, old: str, new: str) -> bool:
    """Return whether one difference has the old value on the one side, the new on the other."""
    return any(
        one.a is not None and one.b is not None and old in one.a and new in one.b
        for one in found.differences
    )


def reversed_differences(found: Comparison) -> Counter[object]:
    return Counter(one.swapped for one in found.differences)


@settings(max_examples=100)
@given(networks())
def test_nothing_differs_from_itself(net: Net) -> None:
    graph = loaded(net)
    found = compare(graph, graph)
    assert found.same
    assert found.differences == found.shapes == ()


@settings(max_examples=60)
@given(networks(), networks())
def test_the_other_way_round_it_is_the_same(first: Net, second: Net) -> None:
    a, b = loaded(first), loaded(second)
    one, other = compare(a, b), compare(b, a)
    assert Counter(one.differences) == reversed_differences(other)
    assert len(one.statements) == 0 or not one.same


@settings(max_examples=60)
@given(networks(), networks())
def test_networks_that_are_the_same_cost_the_same(first: Net, second: Net) -> None:
    found = compare(loaded(first), loaded(second))
    differing = [one for one in found.totals if one.a != one.b and one.name != "nodes"]
    assert not (found.same and differing)


def test_every_changed_argument_is_named() -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=200)
    @given(networks(), st.data())
    def check(net: Net, data: st.DataObject) -> None:
        graph = loaded(net)
        choices = [
            (node.id, field.name)
            for node in graph
            if node.operands
            for field in fields(node.op)  # type: ignore[arg-type]
            if other_value(getattr(node.op, field.name)) is not None
        ]
        if not choices:
            return
        id, name = data.draw(st.sampled_from(choices))
        old = graph.nodes[id].op
        value = other_value(getattr(old, name))
        new = replace(old, **{name: value})  # type: ignore[type-var]
        changed = mutated(graph, id, new)
        if changed is None or calls(graph, id) == calls(changed, id):
            return
        found = compare(graph, changed)
        assert not found.same
        assert names(found, value_text(getattr(old, name)), value_text(value)), found.differences
        seen[f"{old.name}.{name}"] += 1

    check()
    assert seen.total() >= 60
    assert len(seen) >= 20, seen
