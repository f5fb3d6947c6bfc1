"""Drawings in the manner of papers."""

from __future__ import annotations

import archdsl
from archdsl.drawing import (
    arrange,
)
from tests.drawing.panels import PAPER, flows, panel, texts, titles
from tests.drawing.samples import graph_of


def test_units_are_written_as_papers_print_them() -> None:
    # Inception-v4 paper, figure 3; and figure 16, whose last convolution is linear.
    stem = panel(arrange(graph_of("inception_v4"), PAPER), "stem")
    assert titles(stem)[:6] == [
        "3×3 Conv (32 stride 2 V)",
        "3×3 Conv (32 V)",
        "3×3 Conv (64)",
        "3×3 MaxPool (stride 2 V)",
        "3×3 Conv (96 stride 2 V)",
        "Filter concat",
    ]
    resnet = panel(arrange(graph_of("residual"), PAPER), "stage")
    assert titles(resnet) == [
        "3×3 Conv (16)", "3×3 Conv (16 linear)", "Scaling × 0.2", "+", "Relu activation",
    ]  # fmt: skip


def test_the_overview_of_a_paper_figure_has_grids_beside_it() -> None:
    overview = arrange(graph_of("inception_v4"), PAPER).overview
    assert flows(overview)[:3] == [
        ("Input", "stem", "299×299×3"),
        ("stem", "4 × A", "35×35×384"),
        ("4 × A", "reduction_a", "35×35×384"),
    ]


def test_the_panels_of_a_paper_figure_say_a_shape_where_the_grid_of_all_data_changes() -> None:
    # Figure 3 has 149x149x32, 147x147x32, 73x73x160 and 71x71x192 inside of the stem, and none on
    # a branch.
    stem = panel(arrange(graph_of("inception_v4"), PAPER), "stem")
    assert [label for _, _, label in flows(stem) if label] == ["149×149×32", "147×147×32"]
    beside = [one.lines for one in stem.every_box() if one.lines]
    assert beside == [("73×73×160",), ("71×71×192",)]
    module = panel(arrange(graph_of("inception_v4"), PAPER), "A")
    assert {label for _, _, label in flows(module)} == {""}
    assert [port.title for port in (*module.entries, *module.exits)] == ["35×35×384"] * 2


def test_arguments_that_a_call_leaves_out_are_not_written() -> None:
    # `block A(out = channels)` is called as `5 x A`.
    text = """
    net n { input 9x9x8; 5 x A; A out=4; wide 3 by=2 }
    block A(out = channels) { conv 3x3 out }
    block wide(a, b = 5, by = 1) { conv 3x3 (a * by) }
    """
    overview = arrange(archdsl.load(text).ir).overview
    assert texts(overview)[1:] == [("5 × A", "8"), ("A", "4"), ("wide", "3 by=2")]
    plain = arrange(archdsl.load(text.replace("A out=4; ", "")).ir).overview
    assert texts(plain)[1] == ("5 × A",)
