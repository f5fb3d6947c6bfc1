"""The SVG as readers of XML, screen readers and a browser see it."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any
from xml.etree import ElementTree

import pytest

import archdsl
from archdsl.drawing import Options, draw
from archdsl.drawing.figure import Figure, Part, Rect, Text
from archdsl.drawing.svg import FONTS, safe_ids, to_svg
from tests.drawing.figures import CASES, PRESENT, ROOT, boxes, drawing_of, figure_of

SVG = "{http://www.w3.org/2000/svg}"


def tree_of(name: str, form: str) -> ElementTree.Element:
    return ElementTree.fromstring(to_svg(figure_of(name, form)))


@pytest.mark.parametrize(("name", "form"), CASES, ids=[f"{n}-{f}" for n, f in CASES])
def test_svg_holds_every_part_under_its_own_id(name: str, form: str) -> None:
    figure, root = figure_of(name, form), tree_of(name, form)
    groups = list(root.iter(f"{SVG}g"))
    assert [group.get("class") for group in groups] == [
        " ".join(part.classes) for part in figure.parts
    ]
    ids = Counter(element.get("id") for element in root.iter() if element.get("id"))
    assert max(ids.values()) == 1
    assert all(re.fullmatch(r"[A-Za-z][\w.-]*", id, re.ASCII) for id in ids)
    links = [link.get("href", "") for link in root.iter(f"{SVG}a")]
    assert {link.removeprefix("#") for link in links} <= ids.keys()
    paths = {group.get("data-path") for group in groups if "box" in group.get("class", "").split()}
    assert paths == {box.id for box in drawing_of(name, form).every_box()}
    for group, part in zip(groups, figure.parts, strict=True):
        title = group.find(f"{SVG}title")
        assert (title.text if title is not None else "") == part.title
        assert part.title or "edge" in part.classes or "notes" in part.classes or part.id == "title"


def test_svg_is_named_and_described_for_screen_readers() -> None:
    root = tree_of("googlenet", "blocks")
    assert root.get("role") == "img"
    by_id = {element.get("id"): element for element in root.iter()}
    title, description = (by_id[id] for id in root.get("aria-labelledby", "").split())
    assert (title.tag, title.text) == (f"{SVG}title", "googlenet")
    assert description.tag == f"{SVG}desc"
    assert "inception_3a" in (description.text or "")


def test_svg_needs_nothing_from_elsewhere() -> None:
    text = to_svg(figure_of("inception_v4", "blocks"))
    assert re.findall(r"https?://[^\"' ]+", text) == ["http://www.w3.org/2000/svg"]
    assert not re.search(r"<(script|style|image|use|link|foreignObject)|url\(|\son\w+=", text)
    assert "<?" not in text


def test_texts_of_any_kind_are_written_safely() -> None:
    name = "a<b>&\"c'\x00\x1b]]>"
    part = Part(name, ("box",), (Text(0, 0, name, 9, "#000000"),), name, path=name)
    figure = Figure(10, 10, name, name, "#ffffff", (part, Part("a_b", ("box",), ())))
    root = ElementTree.fromstring(to_svg(figure))
    shown = name.replace("\x00", "\ufffd").replace("\x1b", "\ufffd")
    group = next(root.iter(f"{SVG}g"))
    assert group.get("data-path") == shown
    assert [text.text for text in root.iter(f"{SVG}text")] == [shown]


def test_ids_that_look_alike_stay_apart() -> None:
    assert safe_ids(["a b", "a_b", "a:b", "9"]) == {
        "a b": "a_b_2",
        "a_b": "a_b",
        "a:b": "a_b_3",
        "9": "n9",
    }


def test_numbers_have_two_digits_at_most() -> None:
    part = Part("p", (), (Rect(1 / 3, -0.001, 10, 2.5, "#ffffff"),))
    text = to_svg(Figure(10, 10, "t", "d", "#ffffff", (part,)))
    assert '<rect x="0.33" y="0" width="10" height="2.5"' in text


MEASURE = """() => [...document.querySelectorAll("g.box")].flatMap(box => {
  const outlines = [...box.querySelectorAll("rect, ellipse")].map(one => one.getBBox());
  return [...box.querySelectorAll("text")].map(text => {
    const inner = text.getBBox();
    const inside = outlines.some(outer => inner.x >= outer.x &&
      inner.x + inner.width <= outer.x + outer.width);
    return [text.textContent, inner.width, inside];
  });
})"""


def test_text_is_inside_of_its_box_in_a_browser(browser: Any) -> None:
    widths: dict[str, float] = {}
    page = browser.new_page()
    for family in (FONTS, *PRESENT, "monospace"):
        for name, form in (("inception_v4", "blocks"), ("resnet50", "labels")):
            text = to_svg(figure_of(name, form)).replace(FONTS, family)
            page.set_content(f"<!DOCTYPE html>{text}")
            found = page.evaluate(MEASURE)
            assert len(found) > 50
            if family != "monospace":
                outside = [one for one in found if not one[2]]
                assert outside == [], family
            widths[family] = sum(one[1] for one in found)
    page.close()
    # The fonts were indeed different ones.
    assert len({round(width) for width in widths.values()}) > 1


def test_svg_in_a_notebook_is_that_of_the_command() -> None:
    network = archdsl.load(ROOT / "specs/nin.arch")
    assert draw(network.ir, "svg", Options()) in network._repr_html_()


def test_every_box_says_what_it_is() -> None:
    for part in boxes(figure_of("googlenet", "blocks")):
        assert part.title
