"""What belongs to auxiliary heads is dashed in every form, and nothing else is."""

from __future__ import annotations

import json
import re
import subprocess
from xml.etree import ElementTree

import pypdfium2
import pytest

from archdsl.drawing import Drawing, Options, Style, arrange
from archdsl.drawing.dot import to_dot
from archdsl.drawing.engine import find_program
from archdsl.drawing.figure import Curve
from archdsl.drawing.mermaid import to_mermaid
from archdsl.drawing.pdf import to_pdf
from archdsl.drawing.place import place
from archdsl.drawing.svg import to_svg
from archdsl.drawing.theme import theme_of
from tests.drawing.samples import graph_of

SCALE = 4
"""Pixels per point of the figure."""

SVG = "{http://www.w3.org/2000/svg}"

every_form = pytest.mark.parametrize(
    ("name", "options"),
    [
        ("heads", Options()),
        ("heads", Options(style=Style.FULL)),
        ("googlenet", Options()),
        ("googlenet", Options(expand=("all",))),
    ],
    ids=["heads", "heads-full", "googlenet", "googlenet-all"],
)


def heads(drawing: Drawing) -> int:
    """Return how many edges lead into an auxiliary head: a box, or a frame if it is unfolded."""
    boxes = [{box.id} for box in drawing.every_box() if box.aux]
    groups = [group for panel in drawing.every_panel() for group in panel.every_group()]
    frames = [{box.id for box in group.every_box()} for group in groups if group.aux]
    edges = [edge for panel in drawing.every_panel() for edge in panel.wires()]
    found = [
        edge
        for edge in edges
        if any(edge.head in inside and edge.tail not in inside for inside in (*boxes, *frames))
    ]
    assert len(found) == len(boxes) + len(frames) == 2
    return len(found)


@every_form
def test_svg_dashes_the_lines_into_auxiliary_heads(name: str, options: Options) -> None:
    drawing = arrange(graph_of(name), options)
    root = ElementTree.fromstring(to_svg(place((drawing,), theme_of("light"))))
    lines = [
        one
        for group in root.iter(f"{SVG}g")
        if "edge" in group.get("class", "").split()
        for one in group.iter(f"{SVG}path")
    ]
    assert sum(one.get("stroke-dasharray") is not None for one in lines) == heads(drawing)


@every_form
def test_pdf_dashes_the_lines_into_auxiliary_heads(name: str, options: Options) -> None:
    """The witness is a page drawn of the figure's lines alone: dashed, they have gaps."""
    drawing = arrange(graph_of(name), options)
    figure = place((drawing,), theme_of("light"))
    curves = [s for part in figure.parts for s in part.shapes if isinstance(s, Curve)]
    assert sum(one.dashed for one in curves) == heads(drawing)
    page = pypdfium2.PdfDocument(to_pdf(figure))[0]
    picture = page.render(scale=SCALE).to_pil().convert("L")
    for curve in curves:
        darkest = [
            min(picture.getpixel((x + a, y + b)) for a in (-1, 0, 1) for b in (-1, 0, 1))
            for x, y in pixels_on(curve)
        ]
        assert (max(darkest) > 200) is curve.dashed


def pixels_on(curve: Curve) -> list[tuple[int, int]]:
    """Return pixels along a line's Bézier curves."""
    found: list[tuple[int, int]] = []
    for at in range(0, len(curve.points) - 1, 3):
        corners = curve.points[at : at + 4]
        for step in range(101):
            t = step / 100
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
            x, y = (sum(w * c[k] for w, c in zip(weights, corners, strict=True)) for k in (0, 1))
            found.append((round(x * SCALE), round(y * SCALE)))
    return found


@every_form
def test_texts_of_drawings_dash_the_lines_into_auxiliary_heads(name: str, options: Options) -> None:
    drawing = arrange(graph_of(name), options)
    dashed = re.findall(r"^  n\d+ -\.->", to_mermaid(drawing), re.MULTILINE)
    assert len(dashed) == heads(drawing)
    program = [find_program("pure"), "-Tdot_json"]
    done = subprocess.run(program, input=to_dot(drawing).encode(), capture_output=True, check=True)
    edges = json.loads(done.stdout)["edges"]
    assert sum(edge.get("style") == "dashed" for edge in edges) == heads(drawing)
