"""What became of each operator between two networks."""

from __future__ import annotations

from hypothesis import given, reject, settings

import archdsl
from archdsl.compare import Change, changes, compare
from archdsl.diagnostics import SpecError
from archdsl.graph import Graph
from archdsl.ops import Identity
from tests.strategies import networks
from tests.trees import Net

BEFORE = """net n {
  input 32x32x3
  conv 3x3 16 as first
  concat { conv 1x1 8; conv 3x3 8 -> conv 3x3 8 } as mixed
  avgpool global
  linear 10
}"""


def found(before: str, after: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the changes by path without the net, as words."""
    sides = changes(compare(archdsl.load(before).ir, archdsl.load(after).ir))
    first, second = (
        {id.partition(".")[2]: change.value for id, change in side.items()} for side in sides
    )
    return first, second


def test_another_argument_changes_the_operator_in_both() -> None:
    first, second = found(BEFORE, BEFORE.replace("3x3 16", "5x5 16"))
    assert first == second == {"first": "changed"}


def test_a_new_branch_is_added_with_all_that_is_in_it() -> None:
    after = BEFORE.replace("} as mixed", "; maxpool 3x3 -> conv 1x1 8 } as mixed")
    first, second = found(BEFORE, after)
    assert first == {}
    assert second == {"mixed.branch2.maxpool": "added", "mixed.branch2.conv": "added"}


def test_a_step_that_is_left_out_is_removed() -> None:
    first, second = found(BEFORE, BEFORE.replace("-> conv 3x3 8 }", "}"))
    assert list(first.values()) == ["removed"]
    assert second == {}


def test_the_activation_that_only_one_has_is_added_alone() -> None:
    first, second = found(BEFORE, BEFORE.replace("conv 3x3 16", "conv 3x3 16 act=relu"))
    assert first == {}
    assert second == {"first.act": "added"}


def test_a_value_that_only_one_returns_is_changed() -> None:
    after = BEFORE.replace("linear 10", "linear 10 as last\n  output @last @first")
    first, second = found(BEFORE.replace("linear 10", "linear 10 as last"), after)
    assert first == {}
    assert second == {"first": "changed"}


def graph_of(net: Net) -> Graph:
    try:
        return archdsl.load(net.text()).ir
    except SpecError:
        reject()


@settings(max_examples=60)
@given(networks(), networks())
def test_every_operator_has_a_counterpart_or_is_added_or_removed(one: Net, other: Net) -> None:
    a, b = graph_of(one), graph_of(other)
    comparison = compare(a, b)
    first, second = changes(comparison)
    assert changes(compare(a, a)) == ({}, {})
    assert comparison.same == (not first and not second)
    kept = [
        sum(not isinstance(node.op, Identity) and side.get(node.id) not in gone for node in graph)
        for graph, side, gone in (
            (a, first, (Change.REMOVED,)),
            (b, second, (Change.ADDED,)),
        )
    ]
    assert kept[0] == kept[1] == len(comparison.pairs)
