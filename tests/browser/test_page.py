"""The page in a real browser: what a reader can do with pointer and keys."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

from tests.browser.conftest import Visit
from tests.samples import INCEPTION, TWO_WAYS

Go = Callable[..., Visit]

HOSTILE = """
# </script><img src=x onerror="document.title='taken'"> <!-- ]]> &lt; ' "
net hostile {
  input 8x8x3   # <b>bold</b> \U0001f600
  conv 3x3 4
}
"""

SEVERAL = """
net several {
  input 32x32x3 as image
  input 32x32x1 as depth
  encoder {
    concat { @image -> conv 3x3 16; @depth -> conv 3x3 8 }
    conv 3x3 16 as high; maxpool 2x2/2; conv 3x3 32 as mid; maxpool 2x2/2; conv 3x3 64
  }
  upconv 2x2/2 32
  decoder_a { concat { identity; @mid }; conv 3x3 32 }
  upconv 2x2/2 16
  decoder_b { concat { @high; identity }; conv 3x3 16 }
  heads { identity as base; conv 1x1 4 as seg; @base -> conv 1x1 1 as dep }
  output @seg @dep
}
"""
"""Blocks with several inputs and outputs."""


def test_a_network_opens_folded(visit: Go) -> None:
    page = visit("inception_v4")
    labels = page.shown(".title")
    assert labels == [
        "input", "stem", "4 × A", "reduction_a", "7 × B", "reduction_b", "3 × C",
        "avg pool global", "dropout", "linear",
    ]  # fmt: skip


def test_a_click_on_the_sign_unfolds_and_folds(visit: Go) -> None:
    page = visit("inception_v4")
    stem = page.box("inception_v4.stem")
    assert stem.get_attribute("aria-expanded") == "false"
    page.face("inception_v4.stem").hover()
    stem.locator(".toggle").click()
    assert stem.get_attribute("aria-expanded") == "true"
    assert stem.locator('[role="treeitem"]').count() == 16  # figure 3
    stem.locator(".toggle").first.click()
    assert stem.get_attribute("aria-expanded") == "false"


def test_a_repeat_unfolds_to_its_copies_and_they_unfold_each_by_itself(visit: Go) -> None:
    page = visit("inception_v4")
    page.face("inception_v4.A.0-3").dblclick(position={"x": 45, "y": 5})
    for copy in range(4):
        assert page.box(f"inception_v4.A.{copy}").get_attribute("aria-expanded") == "false"
    page.face("inception_v4.A.1").dblclick(position={"x": 40, "y": 5})
    assert page.box("inception_v4.A.1.branch0.conv").count() == 1
    assert page.box("inception_v4.A.0.branch0.conv").count() == 0


def test_unfold_all_draws_every_unit_and_fold_all_hides_them(visit: Go) -> None:
    page = visit("googlenet")
    page.tab.get_by_role("button", name="Unfold all").click()
    assert page.tab.locator(".box.unit").count() == 97
    page.tab.get_by_role("button", name="Fold all", exact=True).click()
    assert page.tab.locator(".box.folded").count() == 12
    assert page.tab.locator(".box.frame").count() == 0


def test_levels_unfold_so_deep(visit: Go) -> None:
    page = visit("inception_v4")
    page.tab.get_by_label("Levels unfolded").select_option("1")
    assert page.box("inception_v4.A.0").get_attribute("aria-expanded") == "false"
    assert page.box("inception_v4.stem.conv").count() == 1


def test_boxes_never_overlap_and_lie_inside_of_their_frames(visit: Go) -> None:
    for spec in ("inception_v4", "inception_resnet_v2", "googlenet", "u_net", SEVERAL):
        page = visit(spec, "#;open=*")
        wrong = page.tab.evaluate(
            """() => {
              const rect = (box) => {
                const face = box.querySelector(":scope > .face");
                const [x, y, width, height] = ["x", "y", "width", "height"]
                  .map((name) => Number(face.getAttribute(name)));
                const [right, bottom] = [x + width, y + height];
                return { id: box.dataset.id, left: x, top: y, right, bottom };
              };
              const wrong = [];
              for (const group of document.querySelectorAll(".stage [role=group], .net")) {
                const boxes = [...group.children].filter((one) => one.matches(".box")).map(rect);
                const outer = group.parentElement.closest(".box");
                for (const [at, a] of boxes.entries()) {
                  for (const b of boxes.slice(at + 1)) {
                    if (a.left < b.right && b.left < a.right &&
                        a.top < b.bottom && b.top < a.bottom) wrong.push([a.id, b.id]);
                  }
                  if (!outer) continue;
                  const frame = rect(outer);
                  if (a.left < frame.left || a.right > frame.right || a.top < frame.top ||
                      a.bottom > frame.bottom) wrong.push([a.id, frame.id]);
                }
              }
              return wrong;
            }"""
        )
        assert wrong == []


def test_edges_pass_beside_boxes_and_labels(visit: Go) -> None:
    for spec in ("inception_v4", "inception_resnet_v2", "googlenet", "u_net", TWO_WAYS):
        page = visit(spec, "#;open=*")
        found = page.tab.evaluate(
            """() => {
              const rect = (element, name) => {
                const { x, y, width, height } = element.getBBox();
                const [right, bottom] = [x + width - 1, y + height - 2];
                return { name, left: x + 1, top: y + 2, right, bottom };
              };
              const things = [
                ...[...document.querySelectorAll(".box:not(.frame)")]
                  .map((box) => rect(box.querySelector(".face"), box.dataset.id)),
                ...[...document.querySelectorAll(".edge .shape")]
                  .map((label) => rect(label, label.textContent)),
              ];
              const wrong = [];
              let looked = 0;
              for (const wire of document.querySelectorAll(".wire")) {
                for (let at = 4; at < wire.getTotalLength() - 4; at += 3) {
                  const { x, y } = wire.getPointAtLength(at);
                  looked += 1;
                  wrong.push(...things.filter((one) => one.left < x && x < one.right &&
                    one.top < y && y < one.bottom).map((one) => one.name));
                }
              }
              return { looked, wrong: [...new Set(wrong)] };
            }"""
        )
        assert found["looked"] > 100
        assert found["wrong"] == []


def test_text_stays_inside_of_its_box(visit: Go) -> None:
    page = visit("inception_resnet_v2", "#;open=*")
    wrong = page.tab.evaluate(
        """() => [...document.querySelectorAll(".box.unit, .box.folded")].filter((box) => {
          const face = box.querySelector(".face").getBBox();
          return [...box.querySelectorAll(":scope > text")].some((text) => {
            const { x, y, width, height } = text.getBBox();
            return x < face.x || x + width > face.x + face.width ||
              y < face.y || y + height > face.y + face.height;
          });
        }).map((box) => box.dataset.id)"""
    )
    assert wrong == []


def test_branches_stand_in_the_order_of_the_spec(visit: Go) -> None:
    page = visit("inception_v4", "#;open=*")
    first = [f"inception_v4.B.2.branch{n}.conv" for n in range(3)]
    first.append("inception_v4.B.2.branch3.avgpool")
    places = [page.box(path).bounding_box()["x"] for path in first]
    assert places == sorted(places)


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


def test_dark_mode_follows_the_system_and_the_switch(visit: Go) -> None:
    paper = "getComputedStyle(document.querySelector('.canvas')).backgroundColor"
    assert visit("nin", color_scheme="light").tab.evaluate(paper) == "rgb(255, 255, 255)"
    page = visit("nin", color_scheme="dark")
    assert page.tab.evaluate(paper) == "rgb(20, 24, 29)"
    page.tab.get_by_role("button", name="Theme: auto").click()
    assert page.tab.evaluate(paper) == "rgb(255, 255, 255)"


def test_wheel_drag_buttons_and_keys_move_the_view(visit: Go) -> None:
    page = visit("inception_v4")
    stem = page.face("inception_v4.stem")
    before = stem.bounding_box()
    page.tab.mouse.move(before["x"] - 60, before["y"])
    page.tab.mouse.wheel(0, -300)
    nearer = stem.bounding_box()
    assert nearer["width"] > before["width"] * 1.3
    page.tab.mouse.down()
    page.tab.mouse.move(before["x"] - 20, before["y"] + 30, steps=4)
    page.tab.mouse.up()
    moved = stem.bounding_box()
    assert moved["x"] - nearer["x"] == pytest.approx(40, abs=1)
    assert page.path() == "inception_v4"  # a drag selects nothing
    page.tab.get_by_role("button", name="Zoom out").click()
    page.tab.wait_for_timeout(300)
    assert stem.bounding_box()["width"] < moved["width"]
    page.tab.get_by_role("button", name="Show the whole network").click()
    page.tab.wait_for_timeout(300)
    canvas = page.tab.locator(".canvas").bounding_box()
    for path in ("input", "linear"):
        box = page.face(f"inception_v4.{path}").bounding_box()
        assert canvas["y"] < box["y"] < canvas["y"] + canvas["height"]


def test_a_deep_link_selects_unfolds_and_centres(visit: Go) -> None:
    page = visit("inception_v4", "#inception_v4.C.1.branch2.conv1", reduced_motion="reduce")
    assert page.path() == "inception_v4.C.1.branch2.conv1"
    box = page.face("inception_v4.C.1.branch2.conv1").bounding_box()
    canvas = page.tab.locator(".canvas").bounding_box()
    assert box["x"] + box["width"] / 2 == pytest.approx(canvas["x"] + canvas["width"] / 2, abs=2)
    assert box["y"] + box["height"] / 2 == pytest.approx(canvas["y"] + canvas["height"] / 2, abs=2)


def test_a_deep_link_to_one_operator_selects_its_unit(visit: Go) -> None:
    page = visit("inception_v4", "#inception_v4.stem.conv.norm")
    assert page.path() == "inception_v4.stem.conv"


def test_back_and_forward_go_through_selections(visit: Go) -> None:
    page = visit("inception_v4")
    page.face("inception_v4.stem").click()
    page.face("inception_v4.reduction_b").click()
    page.tab.go_back()
    assert page.path() == "inception_v4.stem"
    page.tab.go_forward()
    assert page.path() == "inception_v4.reduction_b"


def test_the_address_keeps_what_is_unfolded(visit: Go) -> None:
    page = visit("inception_v4")
    page.box("inception_v4.stem").locator(".toggle").click()
    page.tab.reload()
    page.tab.locator(".stage .box").first.wait_for()
    assert page.box("inception_v4.stem").get_attribute("aria-expanded") == "true"


def test_an_unknown_address_opens_the_network_as_it_is(visit: Go) -> None:
    for hash in ("#nothing.here", "#%E0%A4%A", "#;open=a,,b;;"):
        page = visit("nin", hash)
        assert page.path() == "nin"


def test_an_address_that_leads_nowhere_says_so(visit: Go) -> None:
    page = visit("nin", "#nothing.here")
    page.tab.get_by_text("There is no nothing.here in nin").last.wait_for()
    page.tab.evaluate("location.hash = '#nin.nothing'")
    page.tab.get_by_text("There is no nin.nothing in nin").last.wait_for()


def test_the_name_is_shown_whole_beside_its_totals(visit: Go) -> None:
    page = visit("inception_resnet_v2")
    assert page.tab.locator(".bar h1").evaluate("(name) => name.scrollWidth <= name.clientWidth")


def test_pressed_buttons_are_told_apart_in_forced_colours(visit: Go) -> None:
    page = visit("nin", forced_colors="active")
    buttons = page.tab.get_by_role("button", name="Details")
    before = buttons.evaluate("(button) => getComputedStyle(button).backgroundColor")
    buttons.click()
    after = buttons.evaluate("(button) => getComputedStyle(button).backgroundColor")
    assert before != after


def test_svg_export_is_the_drawing_with_its_colours(visit: Go) -> None:
    from xml.etree import ElementTree

    # Selected, which does not show in the file.
    page = visit("inception_v4", "#inception_v4.stem")
    with page.tab.expect_download() as waiting:
        page.tab.get_by_role("button", name="Save as SVG").click()
    assert "selected" in page.box("inception_v4.stem").get_attribute("class")
    assert waiting.value.suggested_filename == "inception_v4.svg"
    root = ElementTree.parse(waiting.value.path()).getroot()
    space = "{http://www.w3.org/2000/svg}"
    texts = ["".join(one.itertext()) for one in root.iter(f"{space}text")]
    assert "4 × A" in texts
    assert "17×17×1024" in texts
    stem = next(one for one in root.iter() if one.get("id") == "inception_v4.stem")
    assert [one.get("fill") for one in stem.iter(f"{space}rect")] == ["rgb(216, 236, 236)"]
    assert {one.get("stroke") for one in stem.iter(f"{space}rect")} == {"rgb(59, 134, 134)"}


def test_png_export_is_a_picture_of_the_drawing(visit: Go) -> None:
    from PIL import Image

    page = visit("inception_v4")
    with page.tab.expect_download() as waiting:
        page.tab.get_by_role("button", name="Save as PNG").click()
    picture = Image.open(waiting.value.path()).convert("RGB")
    assert picture.height > 1000
    colours = {colour for _, colour in picture.getcolors(1 << 20)}
    assert {(255, 255, 255), (216, 236, 236), (253, 230, 204)} <= colours


def test_print_fits_one_page_in_light_colours(visit: Go) -> None:
    pypdfium2 = pytest.importorskip("pypdfium2")
    page = visit("inception_v4", color_scheme="dark")
    document = pypdfium2.PdfDocument(page.tab.pdf(format="A4", print_background=True))
    assert len(document) == 1
    text = document[0].get_textpage().get_text_range()
    for shown in ("inception_v4", "input", "4 × A", "reduction_b", "1×1×1000"):
        assert shown in text
    assert "Search" not in text
    assert "block stem" not in text
    picture = document[0].render(scale=1).to_pil().convert("RGB")
    assert picture.getpixel((3, 3)) == (255, 255, 255)
    assert (216, 236, 236) in {colour for _, colour in picture.getcolors(1 << 20)}


def test_a_phone_shows_the_drawing_and_panels_on_demand(visit: Go) -> None:
    page = visit("inception_v4", viewport={"width": 390, "height": 800}, has_touch=True)
    assert not page.tab.locator(".source").is_visible()
    assert not page.tab.locator(".details").is_visible()
    page.tab.get_by_role("button", name="Details").tap()
    assert page.tab.locator(".details").is_visible()
    assert page.tab.evaluate("document.documentElement.scrollWidth") <= 390


def test_blocks_with_several_inputs_have_a_port_for_each(visit: Go) -> None:
    page = visit(SEVERAL, "#several.decoder_b.conv")
    assert page.box("several.decoder_b").locator("> .port").count() == 3
    page.tab.keyboard.press("Backspace")
    assert page.path() == "several.decoder_b"
    assert page.tab.locator(".edge.in").count() == 2


def test_hostile_text_stays_text(visit: Go) -> None:
    page = visit(HOSTILE)
    assert page.tab.title() == "hostile"
    assert page.tab.locator("img").count() == 0
    lines = page.tab.locator(".row .text").all_inner_texts()
    assert "</script><img src=x onerror=" in lines[1]
    assert "<b>bold</b> \U0001f600" in "".join(lines)
    # Offsets behind a letter outside of the basic plane still fit.
    page.face("hostile.conv").click()
    assert page.marked() == "conv 3x3 4"


def test_several_inputs_and_outputs_are_all_drawn(visit: Go) -> None:
    page = visit(TWO_WAYS)
    labels = page.shown(".unit .line")
    assert {"left", "right"} <= set(labels)
    assert page.shown(".result") == ["map 4×4×4", "scores 1×1×3"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("hash", ["", "#inception_resnet_v2.A.1.residual.scale", "#;open=*"])
def test_axe_finds_nothing_to_mend(visit: Go, scheme: str, hash: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = visit("inception_resnet_v2", hash, color_scheme=scheme)
    found = axe.run(page.tab)
    assert found.violations_count == 0, found.generate_report()


def test_axe_finds_nothing_to_mend_on_a_phone_and_in_a_search(visit: Go) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = visit("googlenet", viewport={"width": 390, "height": 800})
    page.search("conv 3x3")
    found = axe.run(page.tab)
    assert found.violations_count == 0, found.generate_report()


def test_without_script_the_page_tells_the_network_in_words(
    browser: Any, written: Callable[[str], Any]
) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(written("inception_v4").as_uri())
    text = tab.locator("noscript").inner_text()
    context.close()
    assert "4 × A → 35×35×384" in text
    assert "7×1 conv 64 → 73×73×64" in text


def test_pictures_can_be_taken(visit: Go) -> None:
    """Keep the browser's own rendering honest: the drawing is not blank."""
    from PIL import Image

    page = visit("inception_v4")
    picture = Image.open(BytesIO(page.tab.locator(".canvas").screenshot())).convert("RGB")
    assert len(picture.getcolors(1 << 20)) > 20
