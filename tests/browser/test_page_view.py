"""How the page is seen, shared and printed: colours, view, address, exports, small screens."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.conftest import Visit

Go = Callable[..., Visit]


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
