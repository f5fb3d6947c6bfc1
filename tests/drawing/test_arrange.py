"""What is in a drawing, held against the graph itself and against what the specs say."""

from __future__ import annotations

import archdsl
from archdsl.compare import Change
from archdsl.drawing import (
    Box,
    BoxKind,
    Drawing,
    Group,
    Heat,
    Label,
    Options,
    Style,
    arrange,
)
from archdsl.graph import Graph
from tests.drawing.panels import PAPER, flows, panel, texts, titles
from tests.drawing.samples import graph_of


def box(drawing: Drawing, title: str) -> Box:
    (found,) = [one for one in drawing.overview.every_box() if one.title == title]
    return found


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
        ("linear", "1×1×1000", ""),
    ]
    titles = [one.title for one in drawing.panels]
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
    first = next(one for one in module.every_box() if one.kind is BoxKind.UNIT)
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
    assert flows(inception)[-1] == ("concat", "H×W×(256…1024)", "")
    callers = [one for one in drawing.every_box() if one.panel == inception.id]
    assert len(callers) == 9


def test_blocks_of_different_form_have_panels_of_their_own() -> None:
    drawing = arrange(graph_of("bottlenecks"))
    titles = [one.title for one in drawing.panels]
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
    titles = [one.title for one in drawing.overview.every_box()]
    assert titles == ["input", "3 × stage", "4 × 3×3 conv", "avg pool global", "linear"]
    assert len(box(drawing, "4 × 3×3 conv").nodes) == 12
    stage = panel(drawing, "stage")
    shortcut = ("32×32×16", "+", "")
    assert flows(stage).count(shortcut) == 1
    assert ("× 0.2", "+", "32×32×16") in flows(stage)
    assert flows(stage)[-1] == ("relu", "32×32×16", "")


def test_copies_that_grow_fold_and_show_by_how_much() -> None:
    drawing = arrange(graph_of("two inputs"))
    dense = panel(drawing, "dense 12")
    assert flows(dense)[-1] == ("concat", "32×32×(C+12)", "")
    # 32 channels and six layers of 12.
    assert ("6 × dense", "avg pool global", "32×32×104") in flows(drawing.overview)


def test_copies_of_different_form_do_not_fold() -> None:
    overview = arrange(graph_of("tapped")).overview
    titles = [one.title for one in overview.every_box() if one.nodes == ()]
    assert titles == ["3 × repeat", "repeat1 #1", "repeat1 #2", "repeat1 #1"]
    assert ("3×3 max pool", "3 × repeat", "8×8×4") in flows(overview)
    assert ("3×3 conv", "3 × repeat", "8×8×4") in flows(overview)


def test_copies_that_are_not_chained_do_not_fold() -> None:
    text = "net n { input 8x8x4; conv 3x3 4 as start; 3 x { @start; conv 3x3 4 } }"
    graph = archdsl.load(text).ir
    titles = [one.title for one in arrange(graph).overview.every_box()]
    assert titles == ["input", "3×3 conv", "repeat #1", "repeat #1", "repeat #2"]


def test_skips_across_groups_are_edges_between_their_boxes() -> None:
    drawing = arrange(graph_of("skips"))
    seen = flows(drawing.overview)
    assert ("down1", "up1", "64×64×8") in seen
    assert ("down2", "up2", "32×32×16") in seen
    up1 = panel(drawing, "up1")
    ports = [(one.title, *one.lines) for one in (*up1.entries, *up1.exits)]
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
    assert [one.title for one in arrange(graph_of("heads")).panels] == ["early, late"]


def test_several_inputs_and_outputs_have_their_names() -> None:
    overview = arrange(graph_of("two inputs")).overview
    inputs = [one.lines for one in overview.every_box() if one.title == "input"]
    assert inputs == [("left",), ("right",)]
    ports = [(one.title, *one.lines) for one in overview.exits]
    assert ports == [("1×1×10", "classes"), ("1×1×4", "box")]


def test_depth_unfolds_in_place() -> None:
    graph = graph_of("inception_v4")
    shallow, deep = (arrange(graph, Options(depth=depth)) for depth in (0, 1))
    assert shallow.panels == deep.panels == ()
    assert box(shallow, "4 × A").lines == (f"{operators_in(graph, 'inception_v4.A')} operators",)
    frames = [one.title for one in deep.overview.members if isinstance(one, Group)]
    assert frames[:6] == ["stem", "A.0", "A.1", "A.2", "A.3", "reduction_a 192 224 256 384"]


def operators_in(graph: Graph, path: str) -> int:
    return sum(node.id.startswith(f"{path}.") for node in graph)


# Labels, costs, marks, words


def test_labels_are_written_or_not() -> None:
    graph = graph_of("inception_v4")
    bare = arrange(graph, Options(labels=frozenset()))
    assert {edge.label for edge in bare.overview.edges} == {""}
    assert [port.title for port in bare.overview.exits] == [""]
    drawing = arrange(graph, Options(labels=frozenset({Label.PARAMS, Label.MACS, Label.NAMES})))
    # By hand: 3·3·3·32 weights and 64 for the norm; each of them at 149·149 cells.
    assert texts(panel(drawing, "stem"))[0] == (
        "3×3 conv", "32 /2 V", "conv", "928 params", "19.2 M MACs",
    )  # fmt: skip
    # Each A: 317,632 parameters.
    assert box(drawing, "4 × A").lines == ("4 × 318 k params", "4 × 388 M MACs")


def test_heat_is_written_with_its_share() -> None:
    drawing = arrange(graph_of("inception_v4"), Options(heat=Heat.PARAMS))
    assert drawing.scale is not None
    assert drawing.legend
    # 42,679,816 parameters, of which 7 · 2,936,256 in B.
    assert drawing.scale.total == 42_679_816
    assert box(drawing, "7 × B").heat == 7 * 2_936_256 == drawing.scale.most
    assert box(drawing, "7 × B").lines == ("7 × 2.94 M · 48%",)
    assert box(drawing, "dropout").lines == ("0.2",)


def test_memory_is_the_bytes_of_what_is_written() -> None:
    text = "net n { input 8x8x4; conv 3x3 2 norm=none; identity; flatten; linear 5 }"
    drawing = arrange(archdsl.load(text).ir, Options(heat=Heat.MEMORY))
    # In float32: 8·8·2 numbers of the convolution and 5 of the linear layer; the rest are views.
    assert [one.heat for one in drawing.overview.every_box()] == [0, 512, 0, 0, 20]


def test_like_copies_with_other_marks_stand_apart() -> None:
    graph = graph_of("inception_v4")
    marks = {node.id: Change.ADDED for node in graph if node.id.startswith("inception_v4.A.3.")} | {
        "inception_v4.stem.conv.conv": Change.REMOVED
    }
    drawing = arrange(graph, marks=marks)
    marked = {one.title: one.mark for one in drawing.overview.every_box() if one.mark}
    assert marked == {"stem": Change.CHANGED, "A #2": Change.ADDED}
    assert box(drawing, "3 × A #1").mark is None
    assert drawing.legend
    first = next(panel(drawing, "stem").every_box())
    assert first.mark is Change.CHANGED


def test_a_box_says_in_a_sentence_what_it_stands_for() -> None:
    drawing = arrange(graph_of("inception_v4"))
    (first, *_) = panel(drawing, "stem").every_box()
    assert first.description == (
        "inception_v4.stem.conv: conv 3x3/2 32 valid, then batchnorm eps=0.001 and relu; "
        "299×299×3 to 149×149×32; 928 parameters and 19,181,664 multiply-accumulates."
    )
    assert box(drawing, "4 × A").description == (
        "inception_v4.A.0-3 (4 copies): 4 × A, 23 operators each, drawn in the panel A; "
        "35×35×384 to 35×35×384; 317,632 parameters and 387,609,600 multiply-accumulates each."
    )


def test_the_drawing_is_told_in_lines() -> None:
    lines = arrange(graph_of("inception_v4"), PAPER).description.splitlines()
    assert lines[:4] == [
        "inception_v4, 1×1×1000:",
        "Input, gives 299×299×3",
        "stem, gives 35×35×384",
        "4 × A, gives 35×35×384",
    ]
    at = lines.index("A, 35×35×384 to 35×35×384:")
    assert lines[at + 1 : at + 6] == [
        "From the entry: 1×1 Conv (96)",
        "From the entry: 1×1 Conv (64), then 3×3 Conv (96)",
        "From the entry: 1×1 Conv (64), then 3×3 Conv (96), then 3×3 Conv (96)",
        "From the entry: 3×3 Avg pooling, then 1×1 Conv (96)",
        "Filter concat of 1×1 Conv (96), 3×3 Conv (96), 3×3 Conv (96) and 1×1 Conv (96)",
    ]


def test_a_full_drawing_has_a_box_for_every_operator() -> None:
    graph = graph_of("residual")
    drawing = arrange(graph, Options(style=Style.FULL))
    assert [one.id for one in drawing.overview.every_box()] == list(graph.nodes)
    assert drawing.notes == ()
    frames = [one.title for one in drawing.overview.members if isinstance(one, Group)]
    assert frames == ["stage.0", "stage.1", "stage.2"]


def test_the_heading_is_the_nets_name_or_what_is_asked_for() -> None:
    graph = graph_of("gate")
    for title, heading in ((None, "gated"), ("Squeeze", "Squeeze"), ("", "")):
        drawing = arrange(graph, Options(title=title))
        assert (drawing.title, drawing.overview.title) == (heading, "gated")


def test_frames_are_headed_by_the_call_and_by_the_name_it_has() -> None:
    text = """
    net n { input 9x9x8; 2 x A 4; A 4 as first; A 4; { A 4; 3 x conv 3x3 4 } as both }
    block A(c) { conv 3x3 c }
    """
    overview = arrange(archdsl.load(text).ir, Options(expand=("all",))).overview
    assert titles(overview)[1:] == ["2 × A 4", "first: A 4", "A 4", "both"]
    overview = arrange(archdsl.load(text).ir, Options(depth=1)).overview
    assert titles(overview)[1:] == ["A.0 4", "A.1 4", "first: A 4", "A1 4", "both"]
