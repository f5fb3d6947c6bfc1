"""Every graph keeps the rules, and each rule notices the graph that breaks it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

import archdsl
from archdsl.check import check
from archdsl.graph import Graph, ScopeKind, verify
from archdsl.graph.verify import RULES
from archdsl.ops import Shape
from archdsl.syntax import read_project
from tests.reading import graph as graph_of
from tests.strategies import networks
from tests.trees import Net

ZOO = sorted((Path(__file__).parents[2] / "specs").glob("**/*.arch"))

SAMPLE = graph_of("""\
net n {
  input 32x32x8
  conv 3x3 8 act=relu
  concat { relu; tanh -> tanh } as c
  2 x relu as r
  aux side weight=0.3 { tanh; relu }
  relu as last
}
""")


def test_every_graph_of_the_zoo_keeps_the_rules() -> None:
    count = 0
    for path in ZOO:
        project, _ = read_project(path, str(path))
        for net in project.nets:
            checked, _ = check(project, net)
            assert checked is not None
            assert verify(checked.graph) == (), path
            count += 1
    assert count >= len(ZOO) // 2


@settings(max_examples=100)
@given(networks())
def test_random_graphs_keep_the_rules(net: Net) -> None:
    assert verify(archdsl.load(net.text()).ir) == ()


def node(path: str, /, **changes: Any) -> Graph:
    made = replace(SAMPLE.nodes[path], **changes)
    return replace(SAMPLE, nodes={**SAMPLE.nodes, path: made})


def scope(path: str, /, **changes: Any) -> Graph:
    made = replace(SAMPLE.scopes[path], **changes)
    return replace(SAMPLE, scopes={**SAMPLE.scopes, path: made})


def renamed(old: str, new: str) -> Graph:
    """Give a node another path, here and where it is read."""
    nodes = {}
    for one in SAMPLE:
        id = new if one.id == old else one.id
        operands = tuple(new if operand == old else operand for operand in one.operands)
        nodes[id] = replace(one, id=id, operands=operands)
    return replace(SAMPLE, nodes=nodes)


def moved(path: str, behind: str) -> Graph:
    """Put a node elsewhere in the order."""
    ids = [id for id in SAMPLE.nodes if id != path]
    ids.insert(ids.index(behind) + 1, path)
    return replace(SAMPLE, nodes={id: SAMPLE.nodes[id] for id in ids})


def reversed_scopes() -> Graph:
    return replace(SAMPLE, scopes=dict(reversed(SAMPLE.scopes.items())))


HEAD = SAMPLE.aux[0]

# The rule, the path that is named, a word of what is said, and the graph.
BROKEN: list[tuple[str, str, str, Callable[[], Graph]]] = [
    ("keys", "n.last", "n.first", lambda: node("n.last", id="n.first")),
    ("keys", "n.c", "n.d", lambda: scope("n.c", path="n.d")),
    ("names", "n.", "no name", lambda: renamed("n.last", "n.")),
    ("root", "n.c", "None", lambda: scope("n.c", parent=None)),
    ("root", "m", "no scope", lambda: replace(SAMPLE, name="m")),
    ("nesting", "n.c.branch0", "n.r", lambda: scope("n.c.branch0", parent="n.r")),
    ("nesting", "n.c.branch0", "before", reversed_scopes),
    ("membership", "n.last", "n.nowhere", lambda: node("n.last", scope="n.nowhere")),
    ("membership", "n.last", "n.c", lambda: node("n.last", scope="n.c")),
    ("membership", "n.r", "has its path", lambda: renamed("n.last", "n.r")),
    ("extent", "n.conv.act", "n.conv", lambda: moved("n.conv.act", "n.c")),
    ("extent", "n.c.branch1.tanh1", "n.c", lambda: moved("n.c", "n.c.branch1.tanh")),
    ("copies", "n.r", "3", lambda: scope("n.r", copies=3)),
    ("copies", "n.c", "2", lambda: scope("n.c", copies=2)),
    ("operands", "n.last", "n.gone", lambda: node("n.last", operands=("n.gone",))),
    ("operands", "n.last", "2 values", lambda: node("n.last", operands=("n.r.0", "n.r.1"))),
    ("operands", "n.c", "0 values", lambda: node("n.c", operands=())),
    ("operands", "n.input", "1 values", lambda: node("n.input", operands=("n.last",))),
    ("order", "n.r.0", "n.r.1", lambda: node("n.r.0", operands=("n.r.1",))),
    ("order", "n.last", "n.last", lambda: node("n.last", operands=("n.last",))),
    ("shapes", "n.last", "makes 32×32×16", lambda: node("n.last", shape=Shape(3))),
    ("shapes", "n.input", "takes", lambda: node("n.input", shape=Shape(3))),
    ("shapes", "n.c", "does not take", lambda: node("n.c.branch0.relu", shape=Shape(3))),
    ("inputs", "n", "none", lambda: replace(SAMPLE, inputs=())),
    ("outputs", "n", "nothing", lambda: replace(SAMPLE, outputs=(), output_names=())),
    ("outputs", "n", "2 names", lambda: replace(SAMPLE, output_names=("a", "b"))),
    ("outputs", "n", "n.gone", lambda: replace(SAMPLE, outputs=("n.gone",))),
    ("outputs", HEAD.output, "side", lambda: replace(SAMPLE, outputs=(HEAD.output,))),
    ("heads", "n", "none", lambda: replace(SAMPLE, aux=())),
    ("heads", "n.side", "n.last", lambda: replace(SAMPLE, aux=(replace(HEAD, output="n.last"),))),
    ("heads", "n.side", "nan", lambda: replace(SAMPLE, aux=(replace(HEAD, weight=float("nan")),))),
    ("aux", "n.last", "n.side", lambda: node("n.last", aux="n.side")),
    ("aux", "n.side.tanh", "None", lambda: node("n.side.tanh", aux=None)),
    ("aux", "n.last", "reads", lambda: node("n.last", operands=(HEAD.output,))),
    ("origins", "n.last", "nowhere", lambda: node("n.last", origin=())),
]


@pytest.mark.parametrize(
    ("rule", "path", "word", "make"),
    [pytest.param(*row, id=f"{at}-{row[0]}") for at, row in enumerate(BROKEN)],
)
def test_a_graph_that_breaks_a_rule_is_found(
    rule: str, path: str, word: str, make: Callable[[], Graph]
) -> None:
    assert verify(SAMPLE) == ()
    found = [one for one in verify(make()) if one.rule == rule and one.path == path]
    assert any(word in one.text for one in found), verify(make())
    assert str(found[0]).startswith(f"{path}: ")


def test_each_rule_is_broken_here() -> None:
    rules: Mapping[str, Any] = RULES
    assert {row[0] for row in BROKEN} == set(rules)
    assert all(find.__doc__ for find in rules.values())


def test_a_circle_of_scopes_is_found() -> None:
    scopes = {**SAMPLE.scopes, "n.c": replace(SAMPLE.scopes["n.c"], parent="n.c.branch0")}
    found = verify(replace(SAMPLE, scopes=scopes))
    assert ("nesting", "n.c") in {(one.rule, one.path) for one in found}


def test_a_repeat_without_a_count_is_found() -> None:
    assert SAMPLE.scopes["n.r"].kind is ScopeKind.REPEAT
    assert [one.rule for one in verify(scope("n.r", copies=None))] == ["copies"]
