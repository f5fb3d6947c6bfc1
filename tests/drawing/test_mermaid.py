"""Mermaid text, stored for a small network."""

from __future__ import annotations

import re

import pytest

from archdsl.compare import Change
from archdsl.drawing import Direction, Options, Style, arrange, draw
from archdsl.drawing.mermaid import to_mermaid
from tests.conftest import Golden
from tests.drawing.samples import TEXTS, graph_of


def test_residual_network(golden: Golden) -> None:
    golden(draw(graph_of("residual"), "mmd"), "mmd")


def test_signs_of_mermaid_are_written_as_entities() -> None:
    text = draw(graph_of("bottlenecks"), "mmd")
    assert "stage #35;1" in text
    assert "stage #1" not in text


@pytest.mark.parametrize("direction", Direction)
def test_values_flow_where_they_are_asked_to(direction: Direction) -> None:
    text = draw(graph_of("gate"), "mmd", Options(direction=direction))
    assert text.startswith(f"flowchart {direction.value}\n")


@pytest.mark.parametrize("name", TEXTS)
def test_every_edge_joins_boxes_that_are_there(name: str) -> None:
    for options in (Options(), Options(style=Style.FULL), Options(expand=("all",))):
        drawing = arrange(graph_of(name), options)
        text = to_mermaid(drawing)
        declared = re.findall(r"^ +(n\d+)(?=[\[(])", text, re.MULTILINE)
        edges = re.findall(r"^  (n\d+) -\.?->?(?:\|[^|]*\|)? (n\d+)$", text, re.MULTILINE)
        assert len(set(declared)) == len(declared)
        assert {end for edge in edges for end in edge} <= {*declared}
        assert len(edges) == sum(1 for panel in drawing.every_panel() for _ in panel.wires())
        assert text.count("subgraph ") == len(re.findall(r"^ +end$", text, re.MULTILINE))


def test_marked_boxes_have_a_sign_and_a_colour() -> None:
    graph = graph_of("gate")
    marks = {graph.outputs[0]: Change.REMOVED}
    text = to_mermaid(arrange(graph, Options(), marks))
    (name,) = re.findall(r"(n\d+)\(\[\"− #43;\"\]\)", text)
    assert f"style {name} fill:" in text
