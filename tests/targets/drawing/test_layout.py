"""What is in a drawing, held against the graph itself and against what the specs say."""

from __future__ import annotations

from collections import Counter

import pytest

import archdsl
from archdsl.graph import Graph
from archdsl.targets.drawing import Box, BoxKind, Drawing, Panel, arrange
from tests.targets.drawing.samples import TEXTS, graph_of

DEPTHS = [None, 0, 1, 2, 9]


def box(drawing: Drawing, title: str) -> Box:
    (found,) = [one for one in drawing.overview.group.every_box() if one.title == title]
    return found


def panel(drawing: Drawing, title: str) -> Panel:
    (found,) = [one for one in drawing.panels if one.group.title == title]
    return found


def texts(panel: Panel) -> list[tuple[str, ...]]:
    boxes = panel.group.every_box()
    return [(one.title, *one.lines) for one in boxes if one.kind is not BoxKind.PORT]


def flows(panel: Panel) -> list[tuple[str, str, str]]:
    """Return a panel's edges with the titles of their ends."""
    titles = {one.id: one.title for one in panel.group.every_box()}
    return [(titles[edge.tail], titles[edge.head], edge.shape) for edge in panel.edges]


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("name", TEXTS)
def test_every_node_is_in_exactly_one_box(name: str, depth: int | None) -> None:
    graph = graph_of(name)
    drawn = [node for one in arrange(graph, depth).every_box() for node in one.nodes]
    assert sorted(drawn) == sorted(graph.nodes)


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("name", TEXTS)
def test_edges_and_folded_boxes_refer_to_what_is_there(name: str, depth: int | None) -> None:
    drawing = arrange(graph_of(name), depth)
    assert max(Counter(one.id for one in drawing.every_box()).values()) == 1
    panels = {one.id for one in drawing.panels}
    assert panels == {one.panel for one in drawing.every_box() if one.panel is not None}
    for one in drawing.every_panel():
        own = {box.id for box in one.group.every_box()}
        assert {end for edge in one.edges for end in (edge.tail, edge.head)} <= own
    for one in drawing.every_box():
        assert (one.panel is not None or one.kind is BoxKind.PORT) == (not one.nodes)


@pytest.mark.parametrize("name", TEXTS)
def test_unfolded_edges_are_those_of_the_graph(name: str) -> None:
    graph = graph_of(name)
    drawing = arrange(graph, depth=99)
    holder = {node: one.id for one in drawing.every_box() for node in one.nodes}
    ports = {one.id for one in drawing.every_box() if one.kind is BoxKind.PORT}
    wanted = Counter(
        (holder[operand], holder[node.id], str(graph.nodes[operand].shape))
        for node in graph
        for operand in node.operands
        if holder[operand] != holder[node.id]
    )
    edges = [edge for edge in drawing.overview.edges if edge.head not in ports]
    assert Counter((edge.tail, edge.head, edge.shape) for edge in edges) == wanted
    results = [edge for edge in drawing.overview.edges if edge.head in ports]
    assert [edge.tail for edge in results] == [holder[value] for value in graph.outputs]


def test_inception_v4_is_the_column_of_figure_9() -> None:
    drawing = arrange(graph_of("inception_v4"))
    assert flows(drawing.overview) == [
        ("input", "stem", "299×299×3"),
        ("stem", "4 × A", "35×35×384"),
        ("4 × A", "reduction_a", "35×35×384"),
        ("reduction_a", "7 × B", "17×17×1024"),
        ("7 × B", "reduction_b", "17×17×1024"),
        ("reduction_b", "3 × C", "8×8×1536"),
        ("3 × C", "avg pool global", "8×8×1536"),
        ("avg pool global", "dropout", "1×1×1536"),
        ("dropout", "linear", "1×1×1536"),
        ("linear", "1×1×1000", "1×1×1000"),
    ]
    titles = [one.group.title for one in drawing.panels]
    assert titles == ["stem", "A", "reduction_a 192 224 256 384", "B", "reduction_b", "C"]
    assert drawing.notes == (
        "Each conv is followed by batch norm and relu, unless its box says otherwise.",
    )


def test_a_block_is_drawn_once_for_all_its_copies() -> None:
    # Inception-v4 paper, figure 4.
    module = panel(arrange(graph_of("inception_v4")), "A")
    assert texts(module) == [
        ("1×1 conv", "96"),
        ("1×1 conv", "64"),
        ("3×3 conv", "96"),
        ("1×1 conv", "64"),
        ("3×3 conv", "96"),
        ("3×3 conv", "96"),
        ("3×3 avg pool",),
        ("1×1 conv", "96"),
        ("concat",),
    ]
    first = next(one for one in module.group.every_box() if one.kind is BoxKind.UNIT)
    assert first.nodes == tuple(
        f"inception_v4.A.{copy}.branch0.conv.{part}"
        for copy in range(4)
        for part in ("conv", "norm", "act")
    )


def test_calls_that_differ_in_widths_share_a_panel_with_their_parameters() -> None:
    drawing = arrange(graph_of("googlenet"))
    assert box(drawing, "inception_3a").lines == ("inception 64 96 128 16 32 32",)
    inception = panel(drawing, "inception c1 r3 c3 r5 c5 proj")
    assert texts(inception) == [
        ("1×1 conv", "c1"),
        ("1×1 conv", "r3"),
        ("3×3 conv", "c3"),
        ("1×1 conv", "r5"),
        ("5×5 conv", "c5"),
        ("3×3 max pool",),
        ("1×1 conv", "proj"),
        ("concat",),
    ]
    # GoogLeNet paper, table 1: 256 filters leave inception (3a), 1024 leave (5b).
    assert flows(inception)[-1] == ("concat", "H×W×(256…1024)", "H×W×(256…1024)")
    callers = [one for one in drawing.every_box() if one.panel == inception.id]
    assert len(callers) == 9


def test_blocks_of_different_form_have_panels_of_their_own() -> None:
    drawing = arrange(graph_of("bottlenecks"))
    titles = [one.group.title for one in drawing.panels]
    assert titles == [
        "stage #1 3 64 1",
        "stage #2 n c 2",
        "bottleneck #1 64 1",
        "bottleneck #2 c 1",
        "bottleneck #3 c 2",
    ]
    assert texts(panel(drawing, "stage #2 n c 2")) == [
        ("bottleneck #3", "c 2"),
        ("(n−1) × bottleneck #2", "c 1"),
    ]
    assert texts(panel(drawing, "bottleneck #3 c 2"))[0] == ("1×1 conv", "4c /2", "no relu")


def test_unnamed_repeats_and_repeated_units_fold() -> None:
    drawing = arrange(graph_of("residual"))
    titles = [one.title for one in drawing.overview.group.every_box()]
    assert titles == ["input", "3 × stage", "4 × 3×3 conv", "avg pool global", "linear", "1×1×10"]
    assert len(box(drawing, "4 × 3×3 conv").nodes) == 12
    stage = panel(drawing, "stage")
    shortcut = ("32×32×16", "+", "32×32×16")
    assert flows(stage).count(shortcut) == 1
    assert ("× 0.2", "+", "32×32×16") in flows(stage)
    assert flows(stage)[-1] == ("relu", "32×32×16", "32×32×16")


def test_copies_that_grow_fold_and_show_by_how_much() -> None:
    drawing = arrange(graph_of("two inputs"))
    dense = panel(drawing, "dense 12")
    assert flows(dense)[-1] == ("concat", "32×32×(C+12)", "32×32×(C+12)")
    # 32 channels and six layers of 12.
    assert ("6 × dense", "avg pool global", "32×32×104") in flows(drawing.overview)


def test_copies_of_different_form_do_not_fold() -> None:
    overview = arrange(graph_of("tapped")).overview
    titles = [one.title for one in overview.group.every_box() if one.nodes == ()]
    assert titles == ["3 × repeat", "repeat1 #1", "repeat1 #2", "repeat1 #1", "8×8×5"]
    assert ("3×3 max pool", "3 × repeat", "8×8×4") in flows(overview)
    assert ("3×3 conv", "3 × repeat", "8×8×4") in flows(overview)


def test_copies_that_are_not_chained_do_not_fold() -> None:
    text = "net n { input 8x8x4; conv 3x3 4 as start; 3 x { @start; conv 3x3 4 } }"
    graph = archdsl.load(text).ir
    titles = [one.title for one in arrange(graph).overview.group.every_box()]
    assert titles == ["input", "3×3 conv", "repeat #1", "repeat #1", "repeat #2", "8×8×4"]


def test_skips_across_groups_are_edges_between_their_boxes() -> None:
    drawing = arrange(graph_of("skips"))
    seen = flows(drawing.overview)
    assert ("down1", "up1", "64×64×8") in seen
    assert ("down2", "up2", "32×32×16") in seen
    ports = [
        (one.title, *one.lines)
        for one in panel(drawing, "up1").group.every_box()
        if one.kind is BoxKind.PORT
    ]
    assert ports == [
        ("32×32×16", "up2.two.conv.1"),
        ("64×64×8", "down1.skip1.conv.1"),
        ("64×64×8",),
    ]


def test_a_value_read_twice_is_two_edges() -> None:
    unfolded = arrange(archdsl.load("net n { input 8x8x4 as image; add { @image; @image } }").ir)
    assert flows(unfolded.overview).count(("input", "+", "8×8×4")) == 2


def test_a_unit_says_what_sets_it_apart() -> None:
    gate = panel(arrange(graph_of("gate")), "gate 32")
    assert texts(gate)[2:4] == [("1×1 conv", "8"), ("1×1 conv", "32", "then sigmoid")]


def test_remarks_of_several_words_stand_apart() -> None:
    graph = archdsl.load("net n { input 9x9x4; conv 3x3/2 8 valid; conv 3x3 8 groups=4 }").ir
    lines = [one.lines for one in arrange(graph).every_box() if one.title == "3×3 conv"]
    assert lines == [("8 /2 V",), ("8, 4 groups",)]


def test_auxiliary_heads_are_marked_where_they_leave_the_main_path() -> None:
    for name, heads in (("heads", ["early", "late"]), ("googlenet", ["aux1", "aux2"])):
        drawing = arrange(graph_of(name))
        marked = [one.title for one in drawing.every_box() if one.aux]
        assert marked == heads
        assert [edge.head for edge in drawing.overview.edges if edge.aux] == [
            box(drawing, title).id for title in heads
        ]
        assert all("weight 0.3" in box(drawing, title).lines for title in heads)
    assert [one.group.title for one in arrange(graph_of("heads")).panels] == ["early, late"]


def test_several_inputs_and_outputs_have_their_names() -> None:
    boxes = list(arrange(graph_of("two inputs")).overview.group.every_box())
    assert [one.lines for one in boxes if one.title == "input"] == [("left",), ("right",)]
    ports = [(one.title, *one.lines) for one in boxes if one.kind is BoxKind.PORT]
    assert ports == [("1×1×10", "classes"), ("1×1×4", "box")]


def test_depth_unfolds_in_place() -> None:
    graph = graph_of("inception_v4")
    shallow, deep = arrange(graph, 0), arrange(graph, 1)
    assert shallow.panels == deep.panels == ()
    assert box(shallow, "4 × A").lines == (f"{operators_in(graph, 'inception_v4.A')} operators",)
    frames = [one for one in deep.overview.group.members if not isinstance(one, Box)]
    assert [frame.title for frame in frames][:6] == [
        "stem", "A.0", "A.1", "A.2", "A.3", "reduction_a",
    ]  # fmt: skip


def operators_in(graph: Graph, path: str) -> int:
    return sum(node.id.startswith(f"{path}.") for node in graph)
