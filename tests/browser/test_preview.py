"""The preview in a real browser: typing, saving, other programs' saving, and what goes wrong."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Visit
from tests.cli.specs import SOUND, TWO
from tests.preview.running import Preview, interrupt, running

ROOT = Path(__file__).parents[2]
SIZE: Any = {"viewport": {"width": 1400, "height": 900}}
MENDED = "conv 3x3 4"

Open = Callable[..., "Page"]


class Page:
    """A preview that was opened in a tab."""

    def __init__(self, tab: Any, preview: Preview, spec: Path) -> None:
        self.tab = tab
        self.preview = preview
        self.spec = spec
        self.seen = Visit(tab)

    @property
    def editor(self) -> Any:
        return self.tab.locator("#own .cm-content")

    def line(self, text: str) -> Any:
        return self.tab.locator("#own .cm-line", has_text=text).first

    def put(self, text: str, *, after: str) -> None:
        """Put something at the end of the line that has a text in it, as one change.

        Typed, each letter would be a text of its own that may be checked and shown on the way.
        """
        self.line(after).click(position={"x": 60, "y": 5})
        self.tab.keyboard.press("End")
        self.tab.keyboard.insert_text(text)

    def erase(self, count: int) -> None:
        for _ in range(count):
            self.tab.keyboard.press("Backspace")

    def status(self, text: str) -> None:
        """Wait until the bar says something."""
        self.tab.locator("#status", has_text=text).wait_for()

    def boxes(self) -> list[str]:
        return self.tab.locator("#diagram .stage .box .title").all_text_contents()

    def box(self, path: str) -> Any:
        return self.tab.locator(f'#diagram .box[data-id="{path}"]')

    def chosen(self) -> str:
        return self.tab.locator("#diagram .details .path code").first.inner_text()

    def notice(self, text: str) -> Any:
        return self.tab.locator(".notice", has_text=text)


@pytest.fixture
def preview(browser: Any, tmp_path: Path) -> Iterator[Open]:
    """Preview a text, or a spec of specs/ by its name; afterwards nothing else may be amiss."""
    opened: list[tuple[Page, Any]] = []

    def open(spec: str, *options: str, expects: str = "sound", **context: Any) -> Page:
        path = tmp_path / "spec.arch"
        if "{" in spec:
            path.write_text(spec, encoding="utf-8")
        else:
            shutil.copytree(ROOT / "specs", tmp_path / "specs")
            path = tmp_path / f"specs/{spec}.arch"
        server = running(path, *options)
        shown = server.__enter__()
        tab = browser.new_context(**SIZE, **context).new_page()
        tab.set_default_timeout(10_000)
        page = Page(tab, shown, path)
        opened.append((page, server))
        tab.goto(shown.address)
        page.status(expects)
        return page

    yield open
    for page, server in opened:
        page.tab.context.close()
        server.__exit__(None, None, None)
        own = page.preview.address
        assert [
            url for url in page.seen.requests if not url.startswith((own, "data:", "blob:"))
        ] == []


@pytest.fixture
def quiet(preview: Open) -> Iterator[Open]:
    """As `preview`, and the browser has nothing to complain of."""
    pages: list[Page] = []

    def open(*arguments: Any, **more: Any) -> Page:
        pages.append(preview(*arguments, **more))
        return pages[-1]

    yield open
    for page in pages:
        assert page.seen.complaints == []


def test_it_opens_with_source_diagram_and_totals(quiet: Open) -> None:
    page = quiet("inception_v4")
    page.status("42,679,816 parameters")
    assert page.boxes()[:3] == ["input", "stem", "4 × A"]
    assert "net inception_v4(classes = 1000, drop = 0.2) {" in page.editor.inner_text()


def test_an_error_is_marked_at_its_place_while_the_last_diagram_stays(quiet: Open) -> None:
    page = quiet(SOUND)
    before = page.boxes()
    page.put("x", after=MENDED)
    page.status("1 error")
    marked = page.tab.locator("#own .cm-lintRange-error")
    assert marked.inner_text() == "4x"
    assert page.line(MENDED).get_attribute("data-headline") in page.tab.locator(
        "#problems"
    ).inner_text().replace("`", "")
    assert page.tab.locator("#own .cm-lint-marker-error").count() == 1
    assert page.boxes() == before
    assert page.tab.locator("#kept").inner_text() == "The last text without errors is shown"
    page.erase(1)
    page.status("sound")
    assert marked.count() == 0
    assert page.tab.locator("#kept").is_hidden()


def test_a_keystroke_changes_the_drawing(quiet: Open) -> None:
    page = quiet(SOUND)
    page.put("", after=MENDED)
    page.tab.keyboard.type("8")
    page.tab.locator("#diagram .box", has_text="48").wait_for()
    page.tab.keyboard.type("\n  maxpool 2x2/2")
    page.tab.locator("#diagram .box", has_text="max pool").wait_for()


def test_a_problem_leads_to_its_place(quiet: Open) -> None:
    page = quiet(SOUND)
    page.put("  => 8x8x5", after=MENDED)
    page.status("1 error")
    page.line("linear").click()
    page.tab.locator("#problems button.head").click()
    assert page.tab.evaluate("() => String(getSelection())") == "=> 8x8x5"


def test_an_edit_that_is_offered_mends_the_text(quiet: Open) -> None:
    page = quiet(SOUND)
    page.put("  => 8x8x5", after=MENDED)
    page.status("1 error")
    page.tab.get_by_role("button", name="Write => 8x8x4").click()
    page.status("sound")
    page.line("conv 3x3 4  => 8x8x4").wait_for()


def test_a_problem_in_a_used_file_is_shown_there(quiet: Open, tmp_path: Path) -> None:
    used = tmp_path / "blocks.arch"
    used.write_text("block a { conv 1x1 2 }\n")
    page = quiet('use "blocks.arch"\n' + SOUND.replace("conv 3x3 4", "a"))
    used.write_text("block a { covn 1x1 2 }\n")
    page.status("1 error")
    page.tab.locator("#problems button.head").click()
    assert page.tab.locator("#used .cm-lintRange-error").inner_text() == "covn"
    assert page.tab.get_by_role("tab", name="blocks.arch").get_attribute("aria-selected") == "true"
    page.tab.keyboard.type("nothing is typed here")
    assert "nothing" not in page.tab.locator("#used .cm-content").inner_text()
    used.write_text("block a { conv 1x1 2 }\n")
    page.status("sound")


def test_saving_on_disk_updates_the_page(quiet: Open) -> None:
    page = quiet(SOUND)
    page.spec.write_text(SOUND.replace(MENDED, "conv 3x3 6"))
    page.tab.locator("#diagram .box", has_text="6").first.wait_for()
    page.line("conv 3x3 6").wait_for()
    assert page.tab.locator("#unsaved").is_hidden()


def test_control_s_writes_the_file(quiet: Open) -> None:
    page = quiet(SOUND)
    page.put("0", after=MENDED)
    page.tab.locator("#unsaved").wait_for()
    page.tab.keyboard.press("Control+s")
    page.tab.locator("#unsaved").wait_for(state="hidden")
    assert page.spec.read_text() == SOUND.replace(MENDED, MENDED + "0")


def test_an_edit_is_never_overwritten_without_asking(preview: Open) -> None:
    page = preview(SOUND)
    page.put("0", after=MENDED)
    theirs = "# theirs\n" + SOUND
    page.spec.write_text(theirs)
    conflict = page.notice("Another program has saved")
    conflict.wait_for()
    assert "conv 3x3 40" in page.editor.inner_text()
    # Saving is refused as long as nobody has decided.
    page.tab.keyboard.press("Control+s")
    page.tab.wait_for_timeout(300)
    assert page.spec.read_text() == theirs
    assert conflict.is_visible()
    conflict.get_by_role("button", name="Keep this text").click()
    page.tab.keyboard.press("Control+s")
    page.tab.locator("#unsaved").wait_for(state="hidden")
    assert page.spec.read_text() == SOUND.replace(MENDED, MENDED + "0")


def test_the_files_text_can_be_taken_and_the_own_one_brought_back(preview: Open) -> None:
    page = preview(SOUND)
    page.put("0", after=MENDED)
    page.spec.write_text("# theirs\n" + SOUND)
    page.notice("Another program has saved").get_by_role("button", name="Take the file").click()
    assert page.editor.inner_text().startswith("# theirs")
    page.editor.click()
    page.tab.keyboard.press("Control+z")
    assert "conv 3x3 40" in page.editor.inner_text()


def test_a_file_that_is_gone_can_be_written_again(quiet: Open) -> None:
    page = quiet(SOUND)
    page.spec.unlink()
    page.notice("is not on disk any more").wait_for()
    page.tab.locator("#save").click()
    page.notice("is not on disk any more").wait_for(state="detached")
    assert page.spec.read_text() == SOUND


def test_the_cursor_chooses_the_box_and_the_box_moves_the_cursor(quiet: Open) -> None:
    page = quiet("inception_v4")
    page.line("reduction_a 192").click(position={"x": 60, "y": 5})
    page.tab.locator("#diagram .details h2", has_text="reduction_a").wait_for()
    # Inside of a folded block it is the block that is chosen; nothing unfolds by itself.
    page.line("conv 1x1 64 -> conv 3x3 96 -> conv 3x3 96").click(position={"x": 60, "y": 5})
    page.tab.locator("#diagram .details h2", has_text="4 × A").wait_for()
    assert page.box("inception_v4.A.0").count() == 0
    page.box("inception_v4.reduction_b").locator(".face").first.click()
    page.tab.locator("#own .cm-activeLine", has_text="reduction_b").first.wait_for()
    page.tab.locator("#own .cm-selectionBackground").first.wait_for()


def test_places_hold_while_the_text_around_them_changes(quiet: Open) -> None:
    page = quiet(SOUND)
    page.put("\n  # 😀 a remark\n  conv2", after="input")
    page.status("1 error")
    page.box("small.linear").locator(".face").first.click()
    page.tab.locator("#own .cm-activeLine", has_text="linear classes").first.wait_for()


def test_one_of_several_nets_is_shown(quiet: Open) -> None:
    page = quiet(TWO, "--net", "two")
    choice = page.tab.locator("#net")
    assert choice.input_value() == "two"
    choice.select_option("one")
    page.status("sound · 2 nodes")
    assert page.box("one.conv").count() == 1


def test_the_summary_follows_the_text_and_leads_to_boxes(quiet: Open) -> None:
    page = quiet(SOUND)
    page.tab.get_by_role("tab", name="Summary").click()
    table = page.tab.locator("#costs table")
    table.get_by_role("row", name="conv").wait_for()
    page.put("0", after=MENDED)
    table.get_by_role("cell", name="8×8×40").wait_for()
    table.get_by_role("button", name="linear").click()
    assert page.tab.get_by_role("tab", name="Diagram").get_attribute("aria-selected") == "true"
    assert page.chosen() == "small.linear"


def test_blocks_alone_have_no_diagram_and_no_errors(quiet: Open) -> None:
    page = quiet("block a { relu }\n", expects="1 block")
    assert "defines blocks and no net" in page.tab.locator("#diagram").inner_text()


def test_a_text_too_large_to_draw_says_so_and_the_page_goes_on(quiet: Open) -> None:
    page = quiet(SOUND)
    page.put(" -> 1000 x { 1000 x relu }", after=MENDED)
    page.status("1 error")
    assert "more than 20,000 nodes" in page.tab.locator("#problems").inner_text()
    page.erase(len(" -> 1000 x { 1000 x relu }"))
    page.status("sound")


def test_the_page_says_that_the_server_is_gone_and_goes_on_when_it_is_back(preview: Open) -> None:
    page = preview(SOUND)
    port = page.preview.port
    assert interrupt(page.preview.process)[0] == 0
    page.notice("is not running any more").wait_for()
    page.status("disconnected")
    page.put("0", after=MENDED)
    with running(page.spec, "--port", str(port)):
        page.status("sound")
        page.tab.locator("#diagram .box", has_text="40").wait_for()
        page.notice("is not running any more").wait_for(state="detached")
        page.tab.keyboard.press("Control+s")
        page.tab.locator("#unsaved").wait_for(state="hidden")
    assert "conv 3x3 40" in page.spec.read_text()


def test_another_spec_at_the_same_address_is_not_written_over(preview: Open) -> None:
    page = preview(SOUND)
    port = page.preview.port
    page.put("0", after=MENDED)
    assert interrupt(page.preview.process)[0] == 0
    other = page.spec.with_name("other.arch")
    other.write_text(SOUND)
    with running(other, "--port", str(port)):
        page.notice("This address shows another spec by now").wait_for()
        page.tab.keyboard.press("Control+s")
        page.tab.wait_for_timeout(300)
    assert other.read_text() == page.spec.read_text() == SOUND


def test_words_are_completed_and_explained(quiet: Open) -> None:
    page = quiet(SOUND)
    page.put("\n  maxp", after=MENDED)
    offer = page.tab.locator(".cm-tooltip-autocomplete")
    offer.locator("li", has_text="maxpool").wait_for()
    page.tab.wait_for_timeout(150)  # the editor takes no answer faster than a person gives it
    page.tab.keyboard.press("Enter")
    page.line("maxpool").wait_for()
    page.tab.keyboard.type(" 2x2 va")
    offer.locator("li", has_text="valid").wait_for()
    page.tab.keyboard.press("Escape")
    page.line("avgpool").get_by_text("avgpool").hover()
    page.tab.locator(".explained", has_text="avgpool").wait_for()


def test_the_keyboard_gets_everywhere(quiet: Open) -> None:
    page = quiet(SOUND)
    page.editor.click()
    page.tab.keyboard.press("Tab")
    assert page.editor.evaluate("(editor) => editor.contains(document.activeElement)")
    page.tab.keyboard.press("Control+z")
    page.tab.keyboard.press("Escape")
    visited: list[str] = []
    for _ in range(60):
        page.tab.keyboard.press("Tab")
        visited.append(
            page.tab.evaluate(
                "() => document.activeElement.id || document.activeElement.getAttribute('role') "
                "|| document.activeElement.tagName"
            )
        )
    for stop in ("between", "middle", "diagram-tab", "theme", "combobox", "treeitem"):
        assert stop in visited, f"{stop} is not among {visited}"


def test_a_splitter_moves_by_keys(quiet: Open) -> None:
    page = quiet(SOUND)
    handle = page.tab.locator("#middle")
    before = page.tab.locator("#source").bounding_box()["width"]
    handle.press("ArrowRight")
    handle.press("ArrowRight")
    assert page.tab.locator("#source").bounding_box()["width"] > before + 20


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_follow_the_system_and_the_button(quiet: Open, scheme: Any) -> None:
    page = quiet(SOUND, color_scheme=scheme)
    page.tab.emulate_media(color_scheme=scheme)

    def light(selector: str) -> bool:
        color = page.tab.locator(selector).first.evaluate(
            "(element) => getComputedStyle(element).backgroundColor"
        )
        return sum(map(int, re.findall(r"\d+", color)[:3])) > 3 * 128

    places = ("body", ".cm-editor", ".top", "#diagram .archdsl")
    assert {light(place) for place in places} == {scheme == "light"}
    page.tab.locator("#theme").click()
    assert {light(place) for place in places} == {scheme == "dark"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_to_mend(preview: Open, scheme: Any) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = preview("inception_resnet_v2", color_scheme=scheme, bypass_csp=True)

    def found() -> list[tuple[str, list[str]]]:
        violations = axe.run(page.tab).response["violations"]
        return [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in violations]

    assert found() == [], "a sound text"
    page.tab.get_by_role("tab", name="stem_v4.arch").click()
    assert found() == [], "a used file"
    page.tab.get_by_role("tab", name="Summary").click()
    page.tab.locator("#costs table").wait_for()
    assert found() == [], "the summary"
    page.tab.get_by_role("tab", name="Diagram").click()
    page.tab.get_by_role("tab", name="inception_resnet_v2.arch").first.click()
    page.put("2", after="10 x B")
    page.status("1 error")
    page.spec.write_text("# theirs\n")
    page.notice("Another program has saved").wait_for()
    assert found() == [], "an error and a conflict"
