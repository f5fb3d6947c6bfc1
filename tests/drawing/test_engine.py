"""Places from the program that lays drawings out, and what is said when it cannot."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from archdsl.drawing import DrawingError, draw
from archdsl.drawing.engine import Knot, Link, Plan, find_program, lay_out
from tests.drawing.samples import graph_of

FORK = Plan(
    (Knot((60, 20)), Knot((40, 20)), Knot((80, 30)), Knot((20, 20), round=True)),
    (Link(0, 1), Link(0, 2), Link(1, 3), Link(2, 3), Link(0, 3, label=(50, 12))),
)


def test_knots_keep_their_sizes_apart() -> None:
    (layout,) = lay_out([FORK])
    boxes = [
        (x - knot.size[0] / 2, y - knot.size[1] / 2, x + knot.size[0] / 2, y + knot.size[1] / 2)
        for knot, (x, y) in zip(FORK.knots, layout.centres, strict=True)
    ]
    for at, one in enumerate(boxes):
        for other in boxes[at + 1 :]:
            apart = one[2] <= other[0] or other[2] <= one[0]
            assert apart or one[3] <= other[1] or other[3] <= one[1]


def test_links_stand_from_left_to_right_as_listed() -> None:
    (layout,) = lay_out([FORK])
    assert layout.centres[1][0] < layout.centres[2][0]
    swapped = Plan(FORK.knots, (FORK.links[1], FORK.links[0], *FORK.links[2:]))
    (other,) = lay_out([swapped])
    assert other.centres[1][0] > other.centres[2][0]


def test_lines_end_at_the_slots_of_their_knots() -> None:
    framed = Knot((100, 80), entries=(20.0, 70.0), exits=(30.0,))
    plan = Plan(
        (Knot((40, 20)), Knot((40, 20)), framed, Knot((40, 20))),
        (Link(0, 2, arrow=False), Link(1, 2, head_slot=1, arrow=False), Link(2, 3)),
    )
    (layout,) = lay_out([plan])
    x, y = layout.centres[2]
    first, second, last = layout.routes
    assert first.points[-1] == pytest.approx((x - 50 + 20, y - 40), abs=1)
    assert second.points[-1] == pytest.approx((x - 50 + 70, y - 40), abs=1)
    assert last.points[0] == pytest.approx((x - 50 + 30, y + 40), abs=1)
    assert first.tip is None
    assert last.tip is not None


def test_several_plans_are_laid_out_as_each_alone() -> None:
    single = Plan((Knot((10, 10)),), ())
    assert lay_out([FORK, single, FORK]) == (*lay_out([FORK]), *lay_out([single]), *lay_out([FORK]))
    assert lay_out([]) == ()


def test_an_unknown_engine_is_named() -> None:
    with pytest.raises(DrawingError, match="no drawing engine `neato`"):
        draw(graph_of("smallest"), "svg", engine="neato")


def test_a_missing_dot_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DrawingError, match="no `dot` on the PATH: install Graphviz"):
        draw(graph_of("smallest"), "svg", engine="dot")


def test_the_pure_engine_is_found_without_a_path(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert draw(graph_of("smallest"), "svg").startswith("<svg")


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
        ("echo 'Segmentation fault'", "`dot` wrote what is no layout"),
        ("echo '{}'", "`dot` wrote what is no layout"),
    ],
)
def test_a_program_that_fails_is_a_drawing_error(
    script: str, message: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program(tmp_path, script)
    monkeypatch.setenv("PATH", os.pathsep.join([str(tmp_path), os.environ["PATH"]]))
    with pytest.raises(DrawingError) as caught:
        lay_out([FORK], "dot", seconds=0.2 if "sleep" in script else 30)
    assert message in str(caught.value)
    assert caught.value.__cause__ is None
