"""Drawings of two networks: every part that differs is marked, and no other."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

import archdsl
from archdsl.compare import Change, changes, compare
from archdsl.drawing import (
    Drawing,
    DrawingError,
    Options,
    Style,
    arrange_difference,
    read_options,
    write,
)
from archdsl.graph import NodeId

SPECS = Path(__file__).parents[2] / "specs"
PAIRS = [
    ("googlenet", "released/googlenet_torchvision"),
    ("inception_v3", "inception_v3_fig5"),
    ("inception_v4", "inception_resnet_v2"),
    ("resnet50", "vgg16"),
    ("alexnet", "alexnet"),
]


def expected(nodes: tuple[NodeId, ...], found: Mapping[NodeId, Change]) -> Change | None:
    """Return the mark of a box: that of all its nodes, or that something in it changed."""
    marks = {found.get(id) for id in nodes}
    if marks == {None}:
        return None
    return marks.pop() if len(marks) == 1 else Change.CHANGED  # type: ignore[union-attr]


def check(drawing: Drawing, found: Mapping[NodeId, Change]) -> int:
    marked = 0
    for box in drawing.every_box():
        if box.nodes:
            assert box.mark is expected(box.nodes, found), box.id
            marked += box.mark is not None
    return marked


@pytest.mark.parametrize("style", [Style.BLOCKS, Style.PAPER, Style.FULL])
@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_marks_are_those_of_the_comparison(pair: tuple[str, str], style: Style) -> None:
    a, b = (archdsl.load(SPECS / f"{name}.arch").ir for name in pair)
    comparison = compare(a, b)
    drawings = arrange_difference(comparison, Options(style=style))
    found = changes(comparison)
    marked = [check(drawing, side) for drawing, side in zip(drawings, found, strict=True)]
    assert all(marked) == (not comparison.same)


def test_like_blocks_of_which_one_differs_are_drawn_apart() -> None:
    text = """net n { input 8x8x8; A; A; A }
    block A { conv 1x1 8; conv 3x3 8 }"""
    other = text.replace("A; A; A", "A; { conv 1x1 8; conv 5x5 8 } as A1; A")
    drawing, _ = arrange_difference(compare(archdsl.load(text).ir, archdsl.load(other).ir))
    assert [panel.title for panel in drawing.panels] == ["A #1", "A #2"]
    marks = [box.mark for panel in drawing.panels for box in panel.every_box()]
    assert marks == [None, None, None, Change.CHANGED]


def test_the_picture_says_in_words_what_differs() -> None:
    a, b = (archdsl.load(SPECS / f"{name}.arch").ir for name in PAIRS[0])
    drawn = write(arrange_difference(compare(a, b)), "svg")
    assert isinstance(drawn, str)
    assert "kernel 3×3 instead of 5×5" in drawn
    assert ">A: googlenet<" in drawn
    assert ">B: googlenet_torchvision<" in drawn


@pytest.mark.parametrize("words", [{"style": "table"}, {"heat": "params"}])
def test_what_cannot_be_marked_is_refused(words: dict[str, str]) -> None:
    graph = archdsl.load(SPECS / "alexnet.arch").ir
    with pytest.raises(DrawingError, match="choose another style"):
        arrange_difference(compare(graph, graph), read_options(**words))  # type: ignore[arg-type]
