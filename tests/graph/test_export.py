"""The graph for networkx: plain values that its writers take, and that come back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import networkx
import pytest

import archdsl
from tests.samples import SAMPLES

NX: Any = networkx


def as_plain(graph: Any) -> tuple[Any, Any]:
    nodes = {id: dict(data) for id, data in graph.nodes(data=True)}
    edges = sorted((a, b, data["position"]) for a, b, data in graph.edges(data=True))
    return nodes, edges


@pytest.mark.parametrize("sample", SAMPLES)
def test_what_networkx_writes_it_reads_again(sample: str, tmp_path: Path) -> None:
    graph = archdsl.load(SAMPLES[sample]).graph
    NX.write_graphml(graph, tmp_path / "a.graphml")
    NX.write_gml(graph, tmp_path / "a.gml")
    NX.write_gexf(graph, tmp_path / "a.gexf")
    data = json.loads(json.dumps(NX.node_link_data(graph, edges="edges")))
    expected = as_plain(graph)
    assert as_plain(NX.read_graphml(tmp_path / "a.graphml", force_multigraph=True)) == expected
    assert as_plain(NX.read_gml(tmp_path / "a.gml")) == expected
    assert as_plain(NX.node_link_graph(data, edges="edges")) == expected


def test_nodes_carry_what_the_spec_says_of_them() -> None:
    graph: Any = archdsl.load(SAMPLES["inception"]).graph
    node = graph.nodes["small_inception.stem.conv.act"]
    assert node["operator"] == "relu"
    assert node["call"] == "conv 5x5/2 8"
    assert (node["height"], node["width"], node["channels"]) == (10, 10, 8)
    assert node["shape"] == "10×10×8"
    assert node["line"] == 5
    assert "aux" not in node
    assert any("aux" in data for _, data in graph.nodes(data=True))


def test_a_file_of_any_name_is_written(tmp_path: Path) -> None:
    try:
        path = tmp_path / "a\udcff.arch"
        path.write_text(SAMPLES["chain"], encoding="utf-8")
    except (OSError, UnicodeError):
        pytest.skip("this file system has no such names")
    graph = archdsl.load(path).graph
    NX.write_graphml(graph, tmp_path / "a.graphml")
    assert len(NX.read_graphml(tmp_path / "a.graphml")) == len(graph)
