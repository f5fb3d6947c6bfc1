"""Pictures of graphs in every format, and what is said where there is none."""

from __future__ import annotations

import subprocess
import sys

import pytest

import archdsl
from archdsl.drawing import FORMATS, DrawingError, Options, Style, draw, write
from tests.drawing.figures import drawing_of
from tests.drawing.samples import SPECS, TEXTS, graph_of

BEGINNINGS = {
    "svg": "<svg ",
    "pdf": b"%PDF-",
    "png": b"\x89PNG",
    "dot": "digraph",
    "mmd": "flowchart",
    "json": "{",
}


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("name", TEXTS)
def test_every_sample_is_drawn_in_every_format(name: str, format: str) -> None:
    for style in (Style.BLOCKS, Style.PAPER, Style.FULL):
        drawn = draw(graph_of(name), format, Options(style=style), dpi=36)
        assert drawn.startswith(BEGINNINGS[format])  # type: ignore[arg-type]


def test_a_drawing_of_a_thousand_boxes_is_drawn() -> None:
    steps = "\n".join("conv 3x3 8" for _ in range(998))
    graph = archdsl.load(f"net n {{ input 8x8x8\n{steps}\n}}").ir
    assert draw(graph, "svg").count(">3×3 conv</text>") == 998


def test_too_many_boxes_are_refused_with_a_hint() -> None:
    graph = archdsl.load("net n { input 8x8x8; 2500 x A }\nblock A { conv 3x3 8 }").ir
    assert "2500 × A" in draw(graph, "svg")
    with pytest.raises(DrawingError, match=r"2,50\d boxes, and 2,000 are the most"):
        draw(graph, "svg", Options(style=Style.FULL))


def test_an_unknown_format_is_named() -> None:
    with pytest.raises(DrawingError, match="`pgn`; did you mean `png`"):
        draw(graph_of("smallest"), "pgn")


def test_text_formats_hold_one_drawing() -> None:
    pair = (drawing_of("nin", "blocks"), drawing_of("vgg16", "blocks"))
    assert write(pair, "svg").startswith("<svg ")
    with pytest.raises(DrawingError, match="`dot` holds one drawing"):
        write(pair, "dot")


def test_drawing_loads_no_heavy_library() -> None:
    program = (
        "import sys, archdsl\n"
        "from archdsl.drawing import draw\n"
        "graph = archdsl.load(sys.argv[1]).ir\n"
        "heavy = {'torch', 'onnx', 'rich', 'numpy'}\n"
        "draw(graph, 'svg')\n"
        "print(*sorted((heavy | {'reportlab', 'pypdfium2', 'PIL'}) & sys.modules.keys()))\n"
        "draw(graph, 'pdf')\n"
        "draw(graph, 'png')\n"
        "print(*sorted(heavy & sys.modules.keys()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(SPECS / "googlenet.arch")],
        cwd=SPECS.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == []
