"""Finding one's way in the page: search, panels, the source beside the drawing, the keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.browser.conftest import Visit
from tests.samples import INCEPTION

Go = Callable[..., Visit]


def test_a_search_by_kernel_unfolds_what_hides_the_result(visit: Go) -> None:
    page = visit("inception_v4")
    page.tab.keyboard.press("/")
    page.tab.keyboard.type("3x3/2 maxpool")
    found = page.tab.locator(".results li")
    assert found.count() == 4
    assert all("max pool" in text for text in found.all_inner_texts())
    page.tab.keyboard.press("Enter")
    assert page.path() == "inception_v4.stem.mixed_3a.branch0.maxpool"
    assert page.box("inception_v4.stem.mixed_3a.branch0.maxpool").is_visible()
    assert page.box("inception_v4.stem").get_attribute("aria-expanded") == "true"


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("reduction_a", "inception_v4.reduction_a"),
        ("inception_v4.B.3", "inception_v4.B.3"),
        ("dropout", "inception_v4.dropout"),
        ("7x1 192", "inception_v4.B.0.branch2.conv1"),
    ],
)
def test_search_finds_by_name_path_operator_and_kernel(visit: Go, query: str, first: str) -> None:
    page = visit("inception_v4")
    page.search(query, "Enter")
    assert page.path() == first


def test_a_search_for_nothing_known_says_so(visit: Go) -> None:
    page = visit("inception_v4")
    page.search("transformer")
    assert page.tab.locator(".count").inner_text() == "Nothing found"
    assert page.tab.get_by_role("status").inner_text() == "Nothing found"


def test_hovering_lights_the_edges_and_the_source_line_and_tells_more(visit: Go) -> None:
    page = visit("inception_v4")
    page.face("inception_v4.reduction_a").hover()
    assert page.shown(".edge.in .shape") == ["35×35×384"]
    assert page.shown(".edge.out .shape") == ["17×17×1024"]
    tip = page.tab.get_by_role("tooltip")
    assert "35×35×384 → 17×17×1024" in tip.inner_text()
    assert page.tab.locator(".row.tinted .text").first.inner_text().startswith("  reduction_a 192")
    page.tab.mouse.move(5, 5)
    assert not tip.is_visible()


def test_the_side_panel_says_what_is_known_of_a_unit(visit: Go) -> None:
    page = visit("inception_v4", "#inception_v4.stem.conv")
    text = page.tab.locator(".facts").inner_text()
    facts = dict(re.findall(r"^([a-z A-Z]+)\n+(.+)$", text, re.MULTILINE))
    assert facts["in"] == "299×299×3"
    assert facts["out"] == "149×149×32"
    assert facts["kernel"] == "3×3"
    assert facts["stride"] == "2"
    assert facts["pad"] == "valid"
    # 3·3·3·32 weights, and 32 gammas and betas each.
    assert facts["parameters"].startswith("928 ")
    assert facts["MACs"].startswith("19,181,664 ")  # 27·32·149²
    assert facts["receptive field"] == "3×3"
    assert "conv 3x3/2 32 valid" in text


def test_the_side_panel_adds_up_a_block(visit: Go) -> None:
    page = visit("inception_v4", "#inception_v4.A.0-3")
    text = page.tab.locator(".facts").inner_text()
    facts = dict(re.findall(r"^([a-z A-Z]+)\n+(.+)$", text, re.MULTILINE))
    assert facts["copies"] == "4"
    network = page.tab.evaluate("JSON.parse(document.getElementById('network').textContent)")
    inside = [n for n in network["nodes"] if n["path"].startswith("inception_v4.A.")]
    total = sum(node.get("params", 0) for node in inside)
    assert facts["parameters"].startswith(f"{total:,} ")
    assert facts["operators"] == str(len(inside))


def test_a_click_on_a_source_line_selects_its_boxes_in_all_copies(visit: Go) -> None:
    page = visit("inception_v4")
    row = page.tab.locator(".row", has_text="avgpool 3x3 -> conv 1x1 128")
    row.get_by_text("avgpool").click()
    row.locator(".number").click()
    assert "14 boxes are made from this line" in page.tab.locator(".details").inner_text()
    row.locator(".text").click(position={"x": 50, "y": 5})
    assert "7 boxes are made from this line" in page.tab.locator(".details").inner_text()
    assert page.path() == "inception_v4.B.0.branch3.avgpool"
    assert page.tab.locator(".box.around").count() >= 1
    page.tab.locator("summary").click()
    page.tab.get_by_role("button", name="Unfold to all of them").click()
    selected = page.tab.locator('.box[aria-selected="true"]')
    assert selected.count() == 7


def test_the_source_is_walked_and_followed_by_keys(visit: Go) -> None:
    page = visit("inception_v4")
    page.tab.locator(".source [role=link][tabindex='0']").focus()
    for _ in range(3):  # input, stem, 4 x A
        page.tab.keyboard.press("ArrowDown")
    page.tab.keyboard.press("Enter")
    assert page.path() == "inception_v4.reduction_a"
    assert page.marked().startswith("reduction_a 192 224 256 384")
    page.tab.keyboard.press("ArrowDown")
    page.tab.keyboard.press("Enter")
    assert page.path() == "inception_v4.B.0-6"


def test_selecting_a_box_marks_its_source_and_opens_its_file(visit: Go) -> None:
    page = visit("inception_resnet_v2")
    page.search("A.2.residual.conv", "Enter")
    assert page.marked() == "conv 1x1 out norm=none linear"
    tab = page.tab.get_by_role("tab", selected=True)
    assert tab.get_attribute("title").endswith("blocks/inception_resnet_v2.arch")
    mark = page.tab.locator(".source mark").first
    assert mark.is_visible()


def test_a_marked_line_far_down_is_scrolled_to(visit: Go) -> None:
    page = visit("inception_v4", viewport={"width": 1200, "height": 500})
    page.face("inception_v4.stem").click()
    page.search("reduction_b.branch1.conv3", "Enter")
    mark = page.tab.locator(".source mark").first.bounding_box()
    code = page.tab.locator(".code").bounding_box()
    assert code["y"] <= mark["y"] <= code["y"] + code["height"] - mark["height"]


def test_the_keyboard_walks_along_the_flow_into_blocks_and_out(visit: Go) -> None:
    page = visit("inception_v4")
    press = page.tab.keyboard.press
    page.tab.locator('.box[tabindex="0"]').focus()
    seen = []
    for key in ["ArrowDown", "ArrowDown", "ArrowDown", "Enter", "ArrowDown", "Enter", "ArrowDown"]:
        press(key)
        seen.append(page.tab.evaluate("document.activeElement.dataset.id.slice(13)"))
    assert seen == ["input", "stem", "A.0-3", "A.0-3", "A.0", "A.0", "A.0.branch0.conv"]
    press("ArrowRight")
    assert page.path() == "inception_v4.A.0.branch1.conv"
    press("ArrowLeft")
    press("ArrowDown")
    assert page.path() == "inception_v4.A.0.concat"
    press("ArrowDown")
    assert page.path() == "inception_v4.A.1"
    press("ArrowUp")
    assert page.path() == "inception_v4.A.0.concat"
    press("Backspace")
    assert page.path() == "inception_v4.A.0"
    press("Enter")
    assert page.box("inception_v4.A.0").get_attribute("aria-expanded") == "false"
    assert page.tab.evaluate("document.activeElement.dataset.id") == "inception_v4.A.0"
    press("Escape")
    assert page.path() == "inception_v4"


def test_the_keyboard_reaches_every_box_of_an_unfolded_network(visit: Go) -> None:
    page = visit(INCEPTION, "#;open=*")
    shown = set(page.tab.locator(".box").evaluate_all("all => all.map((one) => one.dataset.id)"))
    page.tab.locator('.box[tabindex="0"]').focus()
    page.tab.keyboard.press("Home")
    seen = page.tab.evaluate(
        """() => {
          const here = () => document.activeElement;
          const seen = new Set([here().dataset.id]);
          for (const start of seen)
            for (const key of ["ArrowDown", "ArrowLeft", "ArrowRight", "ArrowUp"]) {
              const face = document.querySelector(`.box[data-id="${start}"] > .face`);
              face.dispatchEvent(new MouseEvent("click", { bubbles: true }));
              here().dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
              seen.add(here().dataset.id);
            }
          return [...seen];
        }"""
    )
    assert set(seen) == shown


def test_question_mark_lists_the_keys(visit: Go) -> None:
    page = visit("nin")
    page.tab.keyboard.press("?")
    dialog = page.tab.get_by_role("dialog")
    assert "fold or unfold" in dialog.inner_text()
    page.tab.keyboard.press("Escape")
    assert not dialog.is_visible()


def test_selection_is_announced(visit: Go) -> None:
    page = visit("inception_v4")
    page.tab.get_by_label("Source text").get_by_text("reduction_a", exact=False).first.click()
    assert "reduction_a" in page.tab.get_by_role("status").inner_text()
