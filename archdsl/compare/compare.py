"""From two graphs to their :class:`Comparison`."""

from __future__ import annotations

from archdsl.check import totals, weighted_depth
from archdsl.compare.difference import Comparison, Findings, Total
from archdsl.compare.gather import gather
from archdsl.compare.recipes import compare_recipes
from archdsl.compare.tree import Forms, tree_of
from archdsl.compare.walk import Walk
from archdsl.graph import Graph
from archdsl.recipe import Recipe


def compare(
    a: Graph, b: Graph, recipes: tuple[Recipe, Recipe] = (Recipe(), Recipe())
) -> Comparison:
    """Return what differs between two networks. The other way round, it is the same differences."""
    found = _find(a, b)
    statements, lines = gather(a, b, found), compare_recipes(*recipes)
    return Comparison(a, b, found.pairs, statements, found.shapes, _totals(a, b), lines)


def _find(a: Graph, b: Graph) -> Findings:
    # Where two alignments are as good, the walk takes one that depends on which network comes
    # first: so that is settled by the networks themselves.
    return _walk(b, a).swapped if _rank(b) < _rank(a) else _walk(a, b)


def _walk(a: Graph, b: Graph) -> Findings:
    forms = Forms()
    return Walk(tree_of(a, forms), tree_of(b, forms)).findings


def _rank(graph: Graph) -> tuple[int, str]:
    return len(graph), repr([(node.op, node.operands) for node in graph])


def _totals(a: Graph, b: Graph) -> tuple[Total, ...]:
    first, second = totals(a), totals(b)
    mains = [[node for node in graph if node.aux is None] for graph in (a, b)]
    rows = [
        ("parameters", first.params, second.params),
        ("MACs", first.macs, second.macs),
        ("parameters in auxiliary heads", first.aux_params, second.aux_params),
        ("MACs in auxiliary heads", first.aux_macs, second.aux_macs),
        ("weight layers deep", weighted_depth(a, mains[0]), weighted_depth(b, mains[1])),
        ("nodes", len(a), len(b)),
    ]
    return tuple(Total(*row) for row in rows if "auxiliary" not in row[0] or any(row[1:]))
