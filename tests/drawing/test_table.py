"""The drawn table 1, against the summary and the papers."""

from __future__ import annotations

import pytest

import archdsl
from archdsl.drawing import DrawingError, Options, Style, draw
from archdsl.drawing.figure import Rect, Text
from archdsl.drawing.metrics import width
from archdsl.drawing.table import table_figure
from archdsl.drawing.theme import theme_of
from archdsl.tables.summary import summarise
from tests.drawing.figures import ROOT, SPECS, ends


def rows(name: str, depth: int = 0) -> dict[str, list[str]]:
    summary = summarise(archdsl.load(ROOT / f"specs/{name}.arch").ir, depth)
    figure = table_figure(summary, theme_of("light"))
    return {
        part.path: [shape.text for shape in part.shapes if isinstance(shape, Text)]
        for part in figure.parts
        if "row" in part.classes
    }


def test_googlenet_has_the_rows_of_its_paper() -> None:
    found = rows("googlenet")
    # Szegedy et al. 2014, table 1: patch size/stride, output size, depth of the first layer.
    assert found["googlenet.conv1"][2:5] == ["7×7/2", "112×112×64", "1"]
    assert found["googlenet.inception_3a"][2] == "28×28×256"
    # Seven million weights as Inception-v1's paper says, without the heads.
    assert found["total"] == ["total", "22", "7.00M", "1.58G"]
    assert "weight 0.3" in " ".join(found["googlenet.aux1"])


@pytest.mark.parametrize("name", SPECS)
def test_cells_do_not_run_into_one_another(name: str) -> None:
    graph = archdsl.load(ROOT / f"specs/{name}.arch").ir
    figure = table_figure(summarise(graph, 1), theme_of("print"))
    for part in figure.parts:
        texts = [shape for shape in part.shapes if isinstance(shape, Text)]
        for text in texts:
            start, end = ends(text, width(text.text, text.size, text.bold))
            assert start >= 0
            assert end <= figure.width
            for other in texts:
                if other is not text and other.y == text.y and other.x >= text.x:
                    wide = width(other.text, other.size, other.bold)
                    assert end <= ends(other, wide)[0], (text, other)
    rules = [one for part in figure.parts for one in part.shapes if isinstance(one, Rect)]
    assert len(rules) >= 4
    assert len({rule.width for rule in rules}) == 1


def test_deeper_tables_stand_inner_stages_in() -> None:
    summary = summarise(archdsl.load(ROOT / "specs/googlenet.arch").ir, 1)
    figure = table_figure(summary, theme_of("light"), "Table 1")
    starts = {part.path: part.shapes for part in figure.parts if "row" in part.classes}
    outer, inner = starts["googlenet.conv2"][0], starts["googlenet.conv2.conv1"][0]
    assert isinstance(outer, Text)
    assert isinstance(inner, Text)
    assert inner.x > outer.x
    assert next(figure.every_text()).text == "Table 1"


def test_a_table_is_a_picture_and_no_graph() -> None:
    graph = archdsl.load(ROOT / "specs/nin.arch").ir
    assert draw(graph, "svg", Options(style=Style.TABLE)).startswith("<svg")
    with pytest.raises(DrawingError, match=r"as svg, pdf or png, or .* `archdsl summary`"):
        draw(graph, "dot", Options(style=Style.TABLE))
