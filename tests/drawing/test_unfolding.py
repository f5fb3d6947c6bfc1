"""What a drawing unfolds, and what it draws alone."""

from __future__ import annotations

import pytest

import archdsl
from archdsl.drawing import (
    Drawing,
    DrawingError,
    Group,
    Heat,
    Options,
    Style,
    arrange,
)
from tests.drawing.panels import flows, panel, titles
from tests.drawing.samples import graph_of


def frame(drawing: Drawing, title: str) -> Group:
    (found,) = [one for one in drawing.overview.every_group() if one.title == title]
    return found


def test_an_unfolded_repeat_is_one_frame_for_all_its_copies() -> None:
    drawing = arrange(graph_of("inception_v4"), Options(expand=("A",)))
    module = frame(drawing, "4 × A")
    assert module.repeated
    assert [one.title for one in drawing.panels] == [
        "stem", "reduction_a 192 224 256 384", "B", "reduction_b", "C",
    ]  # fmt: skip
    first = next(module.every_box())
    assert first.nodes == tuple(
        f"inception_v4.A.{copy}.branch0.conv.{part}"
        for copy in range(4)
        for part in ("conv", "norm", "act")
    )
    assert ("stem", "4 × A", "35×35×384") in flows(drawing.overview)
    assert ("4 × A", "reduction_a", "35×35×384") in flows(drawing.overview)
    # What enters and leaves is said on the edges outside, once.
    assert [port.title for port in (*module.entries, *module.exits)] == ["", ""]


def test_one_of_several_like_blocks_unfolds_by_its_path() -> None:
    graph = graph_of("googlenet")
    for path in ("inception_4a", "googlenet.inception_4a"):
        drawing = arrange(graph, Options(expand=(path,)))
        frames = [one for one in drawing.overview.members if isinstance(one, Group)]
        assert [one.title for one in frames] == ["inception_4a: inception 192 96 208 16 48 64"]
        module = panel(drawing, "inception c1 r3 c3 r5 c5 proj")
        callers = [one for one in drawing.overview.every_box() if one.panel == module.id]
        assert len(callers) == 8


def test_a_head_unfolds_with_its_weight() -> None:
    overview = arrange(graph_of("googlenet"), Options(expand=("classifier",))).overview
    heads = [one for one in overview.members if isinstance(one, Group)]
    assert [one.title for one in heads] == [
        "aux1: classifier 1000, weight 0.3",
        "aux2: classifier 1000, weight 0.3",
    ]
    assert all(one.aux for one in heads)
    assert {edge.head for edge in overview.edges if edge.aux} == {one.id for one in heads}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("inceptoin", "no block `inceptoin` to unfold; did you mean `inception`"),
        ("conv1", "`conv1` is no block or group, and has nothing to unfold"),
        ("googlenet", "`googlenet` is the net itself, which is unfolded"),
        ("xyz", r"no block `xyz` to unfold; there is `conv2`, `inception`, `aux1`, `classifier`"),
    ],
)
def test_what_cannot_be_unfolded_is_told(name: str, message: str) -> None:
    with pytest.raises(DrawingError, match=message):
        arrange(graph_of("googlenet"), Options(expand=(name,)))


@pytest.mark.parametrize(
    ("path", "title", "members"),
    [
        ("A.2", "inception_v4.A.2", 9),
        ("inception_v4.A.2", "inception_v4.A.2", 9),
        ("A", "inception_v4.A", 1),
        ("stem.mixed_3a", "inception_v4.stem.mixed_3a", 3),
        ("stem.conv", "inception_v4.stem.conv", 1),
        ("stem.conv.norm", "inception_v4.stem.conv.norm", 1),
        ("inception_v4", "inception_v4", 10),
    ],
)
def test_one_step_is_drawn_alone(path: str, title: str, members: int) -> None:
    drawing = arrange(graph_of("inception_v4"), Options(only=path))
    assert drawing.title == drawing.overview.title == title
    assert len(drawing.overview.members) == members


def test_a_step_alone_says_what_enters_and_leaves() -> None:
    overview = arrange(graph_of("inception_v4"), Options(only="reduction_a")).overview
    assert [port.title for port in overview.entries] == ["35×35×384"]
    assert [port.title for port in overview.exits] == ["17×17×1024"]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("A.9", "no step `A.9`; did you mean `A.3`"),
        ("stme", "no step `stme`; did you mean `stem`"),
        ("mixed_3a", "no step `mixed_3a`; there is `stem.mixed_3a`"),
        ("zzz", "no step `zzz`; there is `stem`, `A`, `reduction_a`"),
        ("dropout.x", "no step `dropout.x`"),
    ],
)
def test_a_path_that_is_not_there_is_told(path: str, message: str) -> None:
    with pytest.raises(DrawingError, match=message):
        arrange(graph_of("inception_v4"), Options(only=path))


def test_options_that_contradict_one_another_are_told() -> None:
    graph = graph_of("gate")
    for options, message in (
        (Options(style=Style.FULL, expand=("gate",)), "leave out `expand`"),
        (Options(depth=-1), "0 or more, and not -1"),
        (Options(style=Style.TABLE, heat=Heat.MACS), "takes no `heat`"),
    ):
        with pytest.raises(DrawingError, match=message):
            arrange(graph, options)


def test_too_many_boxes_are_refused_before_they_are_made() -> None:
    graph = archdsl.load("net n { input 8x8x8; 2500 x A }\nblock A { conv 3x3 8 }").ir
    assert titles(arrange(graph).overview) == ["input", "2500 × A"]
    with pytest.raises(DrawingError, match=r"2,501 boxes.*leave out `depth`"):
        arrange(graph, Options(depth=1))
    with pytest.raises(DrawingError, match=r"2,501 boxes.*`blocks` folds"):
        arrange(graph, Options(style=Style.FULL))
    steps = "\n".join("conv 3x3 8" for _ in range(2100))
    with pytest.raises(DrawingError, match=r"2,101 boxes.*blocks or repeats"):
        arrange(archdsl.load(f"net n {{ input 8x8x8\n{steps}\n}}").ir)
