"""What a block costs at the least is never more than what it costs."""

from __future__ import annotations

from pathlib import Path

import pytest

import archdsl
from archdsl.graph import Graph, Scope, ScopeKind
from archdsl.graph.least import Least
from archdsl.ops import operators
from tests.reading import codes

ROOT = Path(__file__).parents[2]
SPECS = sorted((*ROOT.glob("specs/*.arch"), *ROOT.glob("specs/released/*.arch")))


def spent(graph: Graph, block: Scope) -> int:
    """Return the nodes, blocks and copies of repeats in a block, itself included."""
    inside = f"{block.path}."
    nodes = sum(id == block.path or id.startswith(inside) for id in graph.nodes)
    scopes = [one for path, one in graph.scopes.items() if f"{path}.".startswith(inside)]
    blocks = sum(one.kind is ScopeKind.BLOCK for one in scopes)
    return nodes + blocks + sum(one.copies or 0 for one in scopes)


def blocks_of(path: Path) -> tuple[Graph, Least, list[Scope]]:
    network = archdsl.load(path)
    least = Least(network.project.blocks, operators())
    found = [one for one in network.ir.scopes.values() if one.kind is ScopeKind.BLOCK]
    return network.ir, least, found


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_no_block_costs_less_than_its_least(path: Path) -> None:
    graph, least, blocks = blocks_of(path)
    for block in blocks:
        assert 1 < least.block(block.title) <= spent(graph, block), block.path


@pytest.mark.parametrize("name", ["inception_v4", "googlenet", "bn_inception"])
def test_the_least_is_no_idle_guess(name: str) -> None:
    graph, least, blocks = blocks_of(ROOT / f"specs/{name}.arch")
    for block in blocks:
        # A convolution is counted as one node, and has a norm and an activation besides.
        assert 4 * least.block(block.title) > spent(graph, block), block.path


def test_a_circle_of_blocks_is_told_as_one() -> None:
    text = "net n { input 8x8x8; a }\nblock a { b; b }\nblock b { relu; a }"
    assert codes(text) == ["recursive-block"]


def test_blocks_that_double_are_refused_before_they_are_expanded() -> None:
    blocks = "".join(f"block b{i} {{ b{i + 1}; b{i + 1} }}\n" for i in range(60))
    text = f"net n {{ input 8x8x8; b0 }}\n{blocks}block b60 {{ relu }}\n"
    assert codes(text) == ["too-many-nodes"]
