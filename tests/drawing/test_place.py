"""Everything has its place: text in its box, boxes apart, all of the drawing there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

import archdsl
from archdsl.drawing import Options, Style, arrange
from archdsl.drawing.boxes import Brush
from archdsl.drawing.figure import Anchor, Curve, Rect, Text
from archdsl.drawing.geometry import arrange_groups
from archdsl.drawing.metrics import width
from archdsl.drawing.pack import fit
from archdsl.drawing.place import place
from archdsl.drawing.theme import THEMES, theme_of
from tests.drawing.figures import (
    CASES,
    PRESENT,
    SPECS,
    boxes,
    drawing_of,
    ends,
    figure_of,
    measured,
    outline,
)

every_form = pytest.mark.parametrize(("name", "form"), CASES, ids=[f"{n}-{f}" for n, f in CASES])


@every_form
def test_text_is_inside_of_its_box_in_every_font(name: str, form: str) -> None:
    found = boxes(figure_of(name, form))
    assert found
    for part in found:
        left, top, right, bottom = outline(part)
        for text in (one for one in part.shapes if isinstance(one, Text)):
            if text.bold and len(text.text) == 1 and text.x == left:
                continue  # the sign on the corner of a mark
            for family in PRESENT:
                start, end = ends(text, measured(text.text, text.size, text.bold, family))
                assert left + 1 <= start, (text.text, family)
                assert end <= right - 1, (text.text, family)
            assert top + 0.72 * text.size <= text.y <= bottom - 0.2 * text.size, text.text


@every_form
def test_boxes_are_apart(name: str, form: str) -> None:
    places = sorted(outline(part) for part in boxes(figure_of(name, form)))
    for at, (_, top, right, bottom) in enumerate(places):
        for left_2, top_2, _, bottom_2 in places[at + 1 :]:
            if left_2 >= right:
                break
            assert bottom_2 <= top or bottom <= top_2


@every_form
def test_shapes_along_edges_are_on_no_box(name: str, form: str) -> None:
    figure = figure_of(name, form)
    places = [outline(part) for part in boxes(figure)]
    labels = [
        text
        for part in figure.parts
        if "edge" in part.classes
        for text in part.shapes
        if isinstance(text, Text)
    ]
    spots = [(*ends(text, width(text.text, text.size)), text) for text in labels]
    for start, end, text in spots:
        for left, top, right, bottom in places:
            aside = end <= left or right <= start
            assert aside or text.y <= top or bottom <= text.y - 0.72 * text.size, text.text
    for at, (start, end, text) in enumerate(spots):
        for start_2, end_2, other in spots[at + 1 :]:
            apart = abs(text.y - other.y) >= 0.72 * text.size
            assert apart or end <= start_2 or end_2 <= start, (text, other)


@every_form
def test_all_of_the_drawing_is_in_the_figure(name: str, form: str) -> None:
    drawing, figure = drawing_of(name, form), figure_of(name, form)
    shown = Counter(part.path for part in boxes(figure))
    assert shown == Counter(box.id for box in drawing.every_box())
    groups = [group for panel in drawing.every_panel() for group in panel.every_group()]
    edges = [part for part in figure.parts if "edge" in part.classes]
    assert len(edges) == sum(len(group.edges) for group in groups)
    assert all(any(isinstance(one, Curve) for one in part.shapes) for part in edges)
    framed = {part.path for part in figure.parts if {"frame", "panel"} & set(part.classes)}
    assert framed == {group.id for group in groups} - {drawing.overview.id}
    written = {text.text for text in figure.every_text()}
    for box in drawing.every_box():
        assert {box.title, *box.lines} - {""} <= written


@every_form
def test_nothing_is_off_the_page(name: str, form: str) -> None:
    figure = figure_of(name, form)
    for part in figure.parts:
        for shape in part.shapes:
            match shape:
                case Rect():
                    assert min(shape.x, shape.y) >= 0
                    assert shape.x + shape.width <= figure.width
                    assert shape.y + shape.height <= figure.height
                case Text():
                    start, end = ends(shape, width(shape.text, shape.size, shape.bold))
                    assert start >= 0
                    assert end <= figure.width
                    assert shape.size <= shape.y <= figure.height
                case Curve():
                    for x, y in shape.points[::3]:
                        assert 0 <= x <= figure.width
                        assert 0 <= y <= figure.height
                case _:
                    pass


@every_form
def test_ids_are_unique_and_links_lead_somewhere(name: str, form: str) -> None:
    figure = figure_of(name, form)
    ids = Counter(part.id for part in figure.parts)
    assert max(ids.values()) == 1
    links = [part.link for part in figure.parts if part.link is not None]
    assert set(links) <= ids.keys()
    linked = sum(box.panel is not None for box in drawing_of(name, form).every_box())
    assert len(links) == linked


@pytest.mark.parametrize("name", [name for name in SPECS if name.startswith("inception")])
def test_branches_stand_in_the_order_of_the_spec(name: str) -> None:
    drawing, figure = drawing_of(name, "paper"), figure_of(name, "paper")
    middle = {part.path: outline(part)[0] + outline(part)[2] for part in boxes(figure)}
    forks = 0
    for panel in drawing.panels:
        for entry in panel.entries:
            begun = [edge.head for edge in panel.edges if edge.tail == entry.id]
            branches = [head for head in begun if head in middle and _begins(panel, head)]
            places = [middle[head] for head in branches]
            assert places == sorted(places)
            forks += len(branches) > 1
    assert forks


def _begins(panel: object, head: str) -> bool:
    """Return whether a box begins a branch: it reads one value, and is no merge."""
    return sum(edge.head == head for edge in panel.edges) == 1  # type: ignore[attr-defined]


@pytest.mark.parametrize("style", [Style.BLOCKS, Style.PAPER])
def test_inception_resnet_v2_can_be_read_on_one_a4_page(style: Style) -> None:
    figure = figure_of("inception_resnet_v2", style.value)
    smallest = min(text.size for text in figure.every_text())
    assert smallest * min(1.0, fit((figure.width, figure.height))) >= 6


def test_a_long_chain_is_broken_into_columns() -> None:
    steps = "\n".join("conv 3x3 8" for _ in range(200))
    drawing = arrange(archdsl.load(f"net n {{ input 8x8x8\n{steps}\n}}").ir, Options())
    figure = place((drawing,), theme_of("light"))
    assert len(boxes(figure)) == 201
    assert figure.height < 4 * figure.width
    assert len({round(outline(part)[0]) for part in boxes(figure)}) > 3


def test_two_drawings_stand_side_by_side() -> None:
    one, other = drawing_of("nin", "blocks"), drawing_of("vgg16", "blocks")
    figure = place((one, other), theme_of("light"))
    alone = [place((drawing,), theme_of("light")) for drawing in (one, other)]
    assert len(figure.parts) == sum(len(each.parts) for each in alone)
    assert len({part.id for part in figure.parts}) == len(figure.parts)
    assert figure.width > max(each.width for each in alone)
    right = min(outline(part)[0] for part in boxes(figure) if part.path.startswith("vgg16"))
    left = max(outline(part)[2] for part in boxes(figure) if part.path.startswith("nin"))
    assert left < right
    assert all(part.link is None or part.link.startswith("1 ") for part in figure.parts)


@pytest.mark.parametrize("theme", THEMES)
def test_themes_change_colours_and_no_places(theme: str) -> None:
    drawing = drawing_of("googlenet", "blocks")
    light, other = place((drawing,), theme_of("light")), place((drawing,), theme_of(theme))
    assert [text.text for text in light.every_text()] == [text.text for text in other.every_text()]
    assert (light.width, light.height) == (other.width, other.height)
    assert other.paper == theme_of(theme).paper


@pytest.mark.parametrize("name", SPECS)
def test_no_line_runs_through_the_title_of_a_frame(name: str) -> None:
    figure = figure_of(name, "full")
    curves = [one for part in figure.parts for one in part.shapes if isinstance(one, Curve)]
    spots = [spot for curve in curves for spot in _along(curve)]
    for part in figure.parts:
        if "frame" not in part.classes:
            continue
        for one in part.shapes:
            if isinstance(one, Text) and one.anchor is Anchor.START:
                end = one.x + measured(one.text, one.size, one.bold, "Liberation Sans")
                crossing = [
                    (x, y) for x, y in spots if one.x < x < end and one.y - one.size < y < one.y
                ]
                assert not crossing, (one.text, crossing[:3])


def _along(curve: Curve) -> Iterator[tuple[float, float]]:
    for at in range(0, len(curve.points) - 1, 3):
        for step in range(33):
            t = step / 32
            parts = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            points = curve.points[at : at + 4]
            yield (
                sum(part * x for part, (x, _) in zip(parts, points, strict=True)),
                sum(part * y for part, (_, y) in zip(parts, points, strict=True)),
            )


def test_the_main_path_of_a_chain_of_frames_is_straight() -> None:
    places = arrange_groups(drawing_of("googlenet", "full"), Brush(theme_of("light"), {}), "pure")
    frames = [one for one in places.values() if len(one.entries) == len(one.exits) == 1]
    assert len(frames) > 9
    assert all(one.entries[0][0] == pytest.approx(one.exits[0][0]) for one in frames)
