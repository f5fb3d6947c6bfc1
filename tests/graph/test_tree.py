"""Paths and the tree of scopes: laws over the networks of specs/ and random ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archdsl
from archdsl.graph import Graph, Member, Node, paths
from tests.reading import body
from tests.strategies import networks
from tests.trees import Net

SPECS = Path(__file__).parents[2] / "specs"
NETWORKS = ("inception_v4", "inception_v3", "googlenet", "resnet50")

names = st.from_regex(r"[a-z][a-z0-9_]{0,3}|[0-9]", fullmatch=True)
dotted = st.lists(names, min_size=1, max_size=4).map(".".join)


@given(dotted, dotted)
def test_a_path_below_a_scope_is_taken_apart_again(scope: str, name: str) -> None:
    path = paths.path_in(scope, name)
    assert paths.is_within(path, scope)
    assert not paths.is_within(scope, path)
    assert paths.relative(path, scope) == name
    assert paths.step_in(scope, path) == paths.path_in(scope, paths.parts_of(name)[0])
    assert paths.parts_of(path) == paths.parts_of(scope) + paths.parts_of(name)


@given(dotted)
def test_a_path_is_its_name_in_what_holds_it(path: str) -> None:
    holder = paths.holder_of(path)
    assert path == (paths.path_in(holder, paths.name_of(path)) if holder else paths.name_of(path))
    assert paths.parts_of(path)[-1] == paths.name_of(path)
    assert paths.in_net(path) == ".".join(paths.parts_of(path)[1:])


@given(dotted, dotted)
def test_a_path_leads_into_a_scope_if_it_has_its_parts(path: str, scope: str) -> None:
    parts = paths.parts_of(scope)
    assert paths.is_within(path, scope) == (paths.parts_of(path)[: len(parts)] == parts)
    if not paths.is_within(path, scope):
        assert paths.relative(path, scope) == path


def test_a_name_that_begins_alike_is_not_inside() -> None:
    assert not paths.is_within("n.conv10", "n.conv1")
    assert paths.relative("n.conv10", "n.conv1") == "n.conv10"


@pytest.mark.parametrize("name", NETWORKS)
def test_the_tree_of_a_known_network(name: str) -> None:
    holds_the_laws(archdsl.load(SPECS / f"{name}.arch").ir)


@settings(max_examples=60)
@given(networks())
def test_the_tree_of_a_random_network(net: Net) -> None:
    holds_the_laws(archdsl.load(net.text()).ir)


def holds_the_laws(graph: Graph) -> None:
    tree = graph.tree
    held = [member for members in tree.members.values() for member in members]
    nodes = [member for member in held if isinstance(member, Node)]
    assert {node.id for node in nodes} == set(graph.nodes), "each node is a member"
    assert len(nodes) == len(graph), "and of one scope only"
    for path, members in tree.members.items():
        assert all(tree.around(member) is graph.scopes[path] for member in members)
        starts = [first_of(graph, member) for member in members]
        assert starts == sorted(starts), "members are in the graph's order"
        inside = [id for member in members for id in ids_of(graph, member)]
        assert [node.id for node in tree.nodes_in(path)] == inside, "and together they are all"
    for path, (first, last) in tree.extents.items():
        within = [at for at, node in enumerate(graph) if is_inside(graph, node, path)]
        assert within == list(range(first, last + 1))
    assert set(tree.extents) == set(tree.members)
    assert [id for id in graph.nodes if tree.ids[tree.order[id]] != id] == []


def is_inside(graph: Graph, node: Node, path: str) -> bool:
    """Told by the chain of scopes, not by the letters of the path."""
    return path in {scope.path for scope in graph.tree.scopes_around(node)}


def ids_of(graph: Graph, member: Member) -> list[str]:
    if isinstance(member, Node):
        return [member.id]
    return [node.id for node in graph if is_inside(graph, node, member.path)]


def first_of(graph: Graph, member: Member) -> int:
    return graph.tree.order[ids_of(graph, member)[0]]


def test_a_join_is_the_last_member_of_the_scope_whose_path_it_bears() -> None:
    graph = body("concat { relu; tanh } as c\nrelu")
    members = graph.tree.members
    assert [(type(m).__name__, m.name) for m in members["n"]] == [
        ("Node", "input"),
        ("Scope", "c"),
        ("Node", "relu"),
    ]
    assert [(type(m).__name__, m.name) for m in members["n.c"]] == [
        ("Scope", "branch0"),
        ("Scope", "branch1"),
        ("Node", "c"),
    ]
    assert [scope.path for scope in graph.tree.scopes_around(graph.nodes["n.c"])] == ["n.c", "n"]
    assert [node.id for node in graph.tree.nodes_in("n.c")] == [
        "n.c.branch0.relu",
        "n.c.branch1.tanh",
        "n.c",
    ]


def test_a_scope_without_nodes_is_no_member() -> None:
    graph = body("relu as a\nconcat { @a; relu } as c")
    assert "n.c.branch0" in graph.scopes
    assert "n.c.branch0" not in graph.tree.members
    assert graph.tree.nodes_in("n.c.branch0") == ()
