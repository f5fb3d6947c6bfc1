"""The page in a real browser: what a reader can do with pointer and keys."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

from tests.browser.conftest import Visit
from tests.samples import TWO_WAYS

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
