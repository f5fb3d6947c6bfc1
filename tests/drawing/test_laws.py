"""Nothing is dropped: laws of drawings over every spec, many options, and random networks."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

import archdsl
from archdsl.compare import Change
from archdsl.diagnostics import SpecError
from archdsl.drawing import (
    Direction,
    Drawing,
    DrawingError,
    Heat,
    Label,
    Options,
    Style,
    arrange,
    split,
)
from archdsl.drawing.arrange import MOST_BOXES
from archdsl.drawing.structure import title_of
from archdsl.graph import Graph, ScopeKind
from tests.drawing.laws import check_dataflow, check_drawing, within
from tests.drawing.samples import SPECS, TEXTS
from tests.strategies import networks
from tests.trees import Net

FILES = sorted([*SPECS.glob("*.arch"), *SPECS.glob("released/*.arch")])
NAMES = [*TEXTS, *(str(path.relative_to(SPECS)) for path in FILES)]
FEW = [
    *TEXTS,
    "inception_resnet_v2.arch",
    "resnet50.arch",
    "released/mobilenet_v2_torchvision.arch",
]
ALL_LABELS = frozenset(Label)
OPTIONS = {
    "blocks": Options(),
    "blocks with all labels": Options(labels=ALL_LABELS, direction=Direction.LR),
    "blocks without labels": Options(labels=frozenset(), legend=True, title=""),
    "blocks, all unfolded": Options(expand=("all",), heat=Heat.MEMORY),
    "blocks, no level": Options(depth=0, heat=Heat.PARAMS),
    "blocks, one level": Options(depth=1, labels=ALL_LABELS),
    "blocks, two levels": Options(depth=2),
    "blocks, three levels": Options(depth=3),
    "paper": Options(style=Style.PAPER),
    "paper with heat": Options(style=Style.PAPER, heat=Heat.MACS, direction=Direction.BT),
    "paper, all unfolded": Options(style=Style.PAPER, expand=("all",)),
    "paper, one level": Options(style=Style.PAPER, depth=1),
    "full": Options(style=Style.FULL, labels=ALL_LABELS),
    "full, one level": Options(style=Style.FULL, depth=1),
}


@cache
def graph_of(name: str) -> Graph:
    return archdsl.load(TEXTS[name] if name in TEXTS else SPECS / name).ir


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_dropped(name: str, options: str) -> None:
    graph = graph_of(name)
    check_drawing(graph, arrange(graph, OPTIONS[options]), graph.nodes)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_of_a_step_drawn_alone_is_dropped(name: str) -> None:
    graph = graph_of(name)
    steps = [scope.path for scope in graph.scopes.values() if scope.path.count(".") <= 2]
    steps += [node.id for node in graph if node.id.count(".") == 1]
    for style in (Style.PAPER, Style.FULL):
        for path in steps[:: max(1, len(steps) // 8)]:
            drawing = arrange(graph, Options(style=style, only=path))
            nodes = within(graph, path)
            check_drawing(graph, drawing, nodes)
            if style is Style.FULL:
                check_dataflow(graph, drawing, nodes)


@pytest.mark.parametrize("name", NAMES)
def test_the_edges_of_a_full_drawing_are_the_graphs(name: str) -> None:
    graph = graph_of(name)
    check_dataflow(graph, arrange(graph, Options(style=Style.FULL)), list(graph.nodes))


@pytest.mark.parametrize("name", FEW)
def test_a_block_unfolds_alone_and_the_rest_stays_folded(name: str) -> None:
    graph = graph_of(name)
    blocks = [s for s in graph.scopes.values() if s.kind in (ScopeKind.BLOCK, ScopeKind.GROUP)]
    for scope in blocks[:: max(1, len(blocks) // 4)]:
        for what in (title_of(graph, scope), scope.path):
            drawing = arrange(graph, Options(expand=(what,)))
            check_drawing(graph, drawing, graph.nodes)
            assert any(True for _ in frames(drawing))


def frames(drawing: Drawing) -> list[str]:
    panels = {panel.id for panel in drawing.every_panel()}
    return [
        group.id
        for panel in drawing.every_panel()
        for group in panel.every_group()
        if group.id not in panels
    ]


@pytest.mark.parametrize("name", FEW)
def test_marked_nodes_are_never_drawn_with_others(name: str) -> None:
    graph = graph_of(name)
    marks = {id: mark for at, id in enumerate(graph.nodes) if (mark := MARKS[at % len(MARKS)])}
    for options in (Options(), Options(style=Style.FULL)):
        drawing = arrange(graph, options, marks)
        check_drawing(graph, drawing, graph.nodes)
        for box in drawing.every_box():
            if options.style is Style.FULL:
                assert box.mark is marks.get(box.nodes[0])
    added = dict.fromkeys(graph.nodes, Change.ADDED)
    drawing = arrange(graph, Options(), added)
    assert {box.mark for box in drawing.every_box()} == {Change.ADDED}
    assert {panel.mark for panel in drawing.every_panel()} == {Change.ADDED}
    assert drawing.legend


MARKS = (
    None,
    None,
    None,
    Change.ADDED,
    None,
    None,
    Change.REMOVED,
    None,
    None,
    None,
    Change.CHANGED,
)


@pytest.mark.parametrize("heat", Heat)
@pytest.mark.parametrize("name", FEW)
def test_heat_of_all_boxes_adds_up_to_the_total(name: str, heat: Heat) -> None:
    graph = graph_of(name)
    for options in (Options(heat=heat), Options(heat=heat, style=Style.FULL)):
        drawing = arrange(graph, options)
        assert drawing.scale is not None
        own = [box.heat or 0 for box in drawing.every_box() if box.panel is None]
        assert sum(own) == drawing.scale.total
        every = [box.heat or 0 for box in drawing.every_box()]
        assert max(every) == drawing.scale.most
        overview = [box.heat or 0 for box in drawing.overview.every_box()]
        assert sum(overview) == drawing.scale.total


@pytest.mark.parametrize("name", FEW)
def test_parts_of_a_split_drawing_have_every_node_once(name: str) -> None:
    graph = graph_of(name)
    drawing = arrange(graph)
    if not drawing.panels:
        with pytest.raises(DrawingError, match="nothing to split"):
            split(drawing)
        return
    parts = split(drawing)
    assert len(parts) == 1 + len(drawing.panels)
    drawn = [node for part in parts.values() for box in part.every_box() for node in box.nodes]
    assert sorted(drawn) == sorted(graph.nodes)
    assert all(Path(name).name == name for name in parts)


def loaded(net: Net) -> Graph:
    """Return the graph of a drawn network; a few are refused, for reasons that torch has not."""
    try:
        return archdsl.load(net.text()).ir
    except SpecError:
        reject()


@settings(max_examples=80)
@given(networks(), st.sampled_from(sorted(OPTIONS)), st.data())
def test_nothing_is_dropped_of_random_networks(net: Net, options: str, data: st.DataObject) -> None:
    graph = loaded(net)
    check_drawing(graph, arrange(graph, OPTIONS[options]), graph.nodes)
    check_dataflow(graph, arrange(graph, Options(style=Style.FULL)), list(graph.nodes))
    path = data.draw(st.sampled_from([*graph.scopes, *graph.nodes]))
    nodes = within(graph, path)
    check_drawing(graph, arrange(graph, Options(only=path)), nodes)
    check_dataflow(graph, arrange(graph, Options(style=Style.FULL, only=path)), nodes)
    marks = {id: data.draw(st.sampled_from(Change)) for id in nodes if data.draw(st.booleans())}
    check_drawing(graph, arrange(graph, Options(), marks), graph.nodes)


def test_the_drawings_of_the_specs_are_small_enough() -> None:
    largest = max(len(graph_of(name)) for name in NAMES)
    assert 800 < largest < MOST_BOXES
