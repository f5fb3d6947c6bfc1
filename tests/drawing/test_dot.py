"""DOT text: stored for a small network, and the same in every process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from archdsl.drawing import Direction, Heat, Options, Style, arrange, draw
from archdsl.drawing.dot import columns, to_dot
from archdsl.drawing.engine import find_program
from tests.conftest import Golden
from tests.drawing.samples import SPECS, TEXTS, graph_of


def test_residual_network(golden: Golden) -> None:
    golden(draw(graph_of("residual"), "dot"), "dot")


def test_auxiliary_heads(golden: Golden) -> None:
    golden(draw(graph_of("heads"), "dot"), "dot")


def test_unfolded_repeat(golden: Golden) -> None:
    options = Options(style=Style.PAPER, expand=("all",), heat=Heat.MACS, theme="dark")
    golden(draw(graph_of("residual"), "dot", options), "dot")


@pytest.mark.parametrize("format", ["dot", "mmd", "json"])
def test_text_does_not_depend_on_hash_seeds(format: str) -> None:
    program = (
        "import sys, archdsl\n"
        "from archdsl.drawing import draw\n"
        "sys.stdout.buffer.write(draw(archdsl.load(sys.argv[1]).ir, sys.argv[2]).encode())\n"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", program, str(SPECS / "googlenet.arch"), format],
            env=os.environ | {"PYTHONHASHSEED": seed},
            cwd=SPECS.parent,
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert seen == {draw(graph_of("googlenet"), format).encode()}


def test_columns_hold_every_panel_once_in_order() -> None:
    drawing = arrange(graph_of("inception_v4"))
    made = columns(drawing)
    assert tuple(panel for column in made for panel in column) == drawing.panels
    assert len(made) < len(drawing.panels)


@pytest.mark.parametrize("options", [Options(expand=("all",)), Options(style=Style.FULL)])
@pytest.mark.parametrize("name", TEXTS)
def test_graphviz_reads_every_box_and_edge(name: str, options: Options) -> None:
    """The witness is Graphviz itself, which says what it has read."""
    drawing = arrange(graph_of(name), replace(options, direction=Direction.LR))
    program = [find_program("pure"), "-Tdot_json"]
    done = subprocess.run(program, input=to_dot(drawing).encode(), capture_output=True, check=True)
    read = json.loads(done.stdout)
    nodes = [one["name"] for one in read["objects"] if "nodes" not in one and "_gvid" in one]
    frames = [one for one in read["objects"] if one["name"].startswith("cluster")]
    ports = [*drawing.overview.entries, *drawing.overview.exits]
    assert {box.id for box in drawing.every_box()} <= {*nodes}
    assert len(frames) == sum(1 for panel in drawing.every_panel() for _ in panel.every_group())
    shown = [edge for edge in read.get("edges", []) if edge.get("style") != "invis"]
    assert len(shown) == sum(1 for panel in drawing.every_panel() for _ in panel.wires())
    assert read["rankdir"] == "LR"
    assert {port.id for port in ports} <= {*nodes}
