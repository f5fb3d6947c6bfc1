"""Mermaid text, stored for a small network."""

from __future__ import annotations

from archdsl.targets.drawing import draw
from tests.conftest import Golden
from tests.targets.drawing.samples import graph_of


def test_residual_network(golden: Golden) -> None:
    golden(draw(graph_of("residual"), "mmd"), "mmd")


def test_signs_of_mermaid_are_written_as_entities() -> None:
    text = draw(graph_of("bottlenecks"), "mmd")
    assert "stage #35;1" in text
    assert "stage #1" not in text
