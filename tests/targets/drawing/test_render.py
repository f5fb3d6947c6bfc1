"""Pictures from the programs that draw them, and what is said when they cannot."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

import archdsl
from archdsl.targets.drawing import DrawingError, draw, to_svg
from archdsl.targets.drawing.render import find_program, render
from tests.targets.drawing.samples import SPECS, TEXTS, graph_of

SVG = "{http://www.w3.org/2000/svg}"


def words(svg: str) -> str:
    root = ElementTree.fromstring(svg)
    return " ".join(element.text or "" for element in root.iter(f"{SVG}text"))


@pytest.mark.parametrize("name", TEXTS)
def test_svg_is_well_formed_and_shows_the_titles(name: str) -> None:
    graph = graph_of(name)
    shown = words(to_svg(graph))
    assert graph.name in shown
    assert "input" in shown
    assert str(graph.nodes[graph.outputs[0]].shape) in shown


def test_svg_of_inception_v4_folds_its_modules() -> None:
    shown = words(to_svg(graph_of("inception_v4")))
    for title in ("4 × A", "7 × B", "3 × C", "reduction_a", "35×35×384", "3×3 conv", "96 V"):
        assert title in shown


def test_svg_is_byte_equal_for_equal_input() -> None:
    assert to_svg(graph_of("googlenet")) == to_svg(graph_of("googlenet"))


def test_png_is_a_png() -> None:
    assert draw(graph_of("gate"), "png").startswith(b"\x89PNG\r\n\x1a\n")


def width_in_dejavu(label: ElementTree.Element) -> float:
    """Return the width of a text in DejaVu Sans, the widest of the usual fallbacks."""
    # Advance widths from the font's own tables; 0.61 is above the mean of its lower case.
    known = dict.fromkeys("0123456789", 0.636) | {" ": 0.318, "×": 0.838, "m": 0.974, "…": 1.0}
    em = sum(known.get(letter, 0.61) for letter in (label.text or "").strip())
    bold = 1.1 if label.get("font-weight") == "bold" else 1.0
    return em * bold * float(label.get("font-size", "14"))


@pytest.mark.parametrize("name", TEXTS)
def test_text_fits_its_box_in_a_wider_font(name: str) -> None:
    root = ElementTree.fromstring(to_svg(graph_of(name)))
    for node in root.iter(f"{SVG}g"):
        polygon, labels = node.find(f"{SVG}polygon"), node.findall(f"{SVG}text")
        if node.get("class") != "node" or polygon is None or not labels:
            continue
        corners = [float(x) for x in re.findall(r"(-?[\d.]+),", polygon.get("points", ""))]
        for label in labels:
            width = width_in_dejavu(label)
            x = float(label.get("x", "0"))
            start = x - width / 2 if label.get("text-anchor") == "middle" else x
            assert min(corners) <= start, label.text
            assert start + width <= max(corners), label.text


def test_a_drawing_of_a_thousand_boxes_is_drawn() -> None:
    steps = "\n".join("conv 3x3 8" for _ in range(998))
    graph = archdsl.load(f"net n {{ input 8x8x8\n{steps}\n}}").ir
    assert words(to_svg(graph)).count("3×3 conv") == 998


def test_too_many_boxes_are_refused_with_a_hint() -> None:
    graph = archdsl.load("net n { input 8x8x8; 2500 x A }\nblock A { conv 3x3 8 }").ir
    assert "2500 × A" in words(to_svg(graph))
    with pytest.raises(DrawingError, match=r"2,502 boxes.*leave out `depth`"):
        draw(graph, "svg", depth=1)
    steps = "\n".join("conv 3x3 8" for _ in range(2100))
    with pytest.raises(DrawingError, match=r"2,102 boxes.*blocks or repeats"):
        draw(archdsl.load(f"net n {{ input 8x8x8\n{steps}\n}}").ir, "dot")


def test_an_unknown_format_or_engine_is_named() -> None:
    graph = graph_of("smallest")
    with pytest.raises(DrawingError, match="`pgn`; did you mean `png`"):
        draw(graph, "pgn")
    with pytest.raises(DrawingError, match="no drawing engine `neato`"):
        draw(graph, "svg", engine="neato")


def test_a_missing_dot_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DrawingError, match="no `dot` on the PATH: install Graphviz"):
        draw(graph_of("smallest"), "svg", engine="dot")


def test_the_pure_engine_is_found_without_a_path(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert draw(graph_of("smallest"), "svg").lstrip().startswith(b"<?xml")


def test_a_system_dot_is_used_when_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "dot").symlink_to(find_program("pure"))
    monkeypatch.setenv("PATH", str(tmp_path))
    graph = graph_of("gate")
    assert find_program("dot") == str(tmp_path / "dot")
    assert draw(graph, "svg", engine="dot") == draw(graph, "svg")


def program(folder: Path, script: str) -> None:
    path = folder / "dot"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("echo 'Error: out of ink' >&2; exit 1", "`dot` failed: Error: out of ink"),
        ("exit 3", "`dot` failed: it wrote nothing and returned 3"),
        ("kill -9 $$", "`dot` failed: it was stopped by signal 9"),
        ("exec sleep 60", "`dot` did not finish within 0.2 seconds"),
    ],
)
def test_a_program_that_fails_is_a_drawing_error(
    script: str, message: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program(tmp_path, script)
    monkeypatch.setenv("PATH", os.pathsep.join([str(tmp_path), os.environ["PATH"]]))
    with pytest.raises(DrawingError) as caught:
        render("digraph {}", "svg", "dot", seconds=0.2 if "sleep" in script else 30)
    assert message in str(caught.value)
    assert caught.value.__cause__ is None


def test_drawing_loads_no_heavy_library() -> None:
    program = (
        "import sys, archdsl\n"
        "from archdsl.targets.drawing import draw\n"
        "draw(archdsl.load(sys.argv[1]).ir, 'svg')\n"
        "print(*sorted({'torch', 'onnx', 'rich', 'numpy'} & sys.modules.keys()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(SPECS / "googlenet.arch")],
        cwd=SPECS.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == []
