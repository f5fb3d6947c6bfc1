"""An operator that is printed is read back as itself."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from archdsl.check import check
from archdsl.compare import call_text
from archdsl.graph import Graph
from archdsl.ops import Operator, Shape
from archdsl.syntax import read_project
from tests import trees
from tests.reading import reading
from tests.strategies import calls

ROOT = Path(__file__).parents[2]
ZOO = sorted(ROOT.glob("specs/**/*.arch"))


def operators_of(graph: Graph) -> dict[Operator, Shape]:
    """The operators of one input, each with a shape that it takes."""
    return {
        node.op: graph.nodes[node.operands[0]].shape
        for node in graph
        if node.operands and not node.op.joins
    }


def is_read_back(op: Operator, shape: Shape) -> bool:
    text = call_text(op, exact=True)
    nets, found = reading(f"net n {{\ninput {shape.source}\n{text}\n}}")
    assert nets, (text, found)
    return [node.op for node in nets[0].graph if node.operands] == [op]


def test_every_operator_of_the_zoo_is_read_back() -> None:
    seen: dict[Operator, Shape] = {}
    for path in ZOO:
        project, _ = read_project(path, str(path))
        for net in project.nets:
            checked, _ = check(project, net)
            assert checked is not None
            seen |= operators_of(checked.graph)
    assert len(seen) > 300
    assert [call_text(op) for op, shape in seen.items() if not is_read_back(op, shape)] == []


@given(st.sampled_from(sorted(calls)).flatmap(calls.__getitem__))
def test_random_operators_are_read_back(call: trees.Call) -> None:
    for shape in ("12x12x24", "24"):
        text = trees.call_text(call.op, call.args)
        nets, _ = reading(f"net n {{\ninput {shape}\n{text}\n}}")
        for checked in nets:
            for op, own in operators_of(checked.graph).items():
                assert is_read_back(op, own), (text, call_text(op, exact=True))
