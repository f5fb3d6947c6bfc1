"""DOT text: stored for a small network, and the same in every process."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from archdsl.targets.drawing import arrange, draw
from archdsl.targets.drawing.dot import columns
from tests.conftest import Golden
from tests.targets.drawing.samples import SPECS, graph_of


def test_residual_network(golden: Golden) -> None:
    golden(draw(graph_of("residual"), "dot"), "dot")


def test_auxiliary_heads(golden: Golden) -> None:
    golden(draw(graph_of("heads"), "dot"), "dot")


@pytest.mark.parametrize("format", ["dot", "mmd"])
def test_text_does_not_depend_on_hash_seeds(format: str) -> None:
    program = (
        "import sys, archdsl\n"
        "from archdsl.targets.drawing import draw\n"
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
