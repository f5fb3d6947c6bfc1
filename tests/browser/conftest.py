"""A real browser for the tests of pages: Chromium, without a window, driven by Playwright.

It is the one that ARCHDSL_CHROMIUM names, or else `chromium` or `google-chrome` on PATH.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import archdsl

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

ROOT = Path(__file__).parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run all tests of this folder in one worker: a browser is large."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    found = os.environ.get("ARCHDSL_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        why = "there is no Chromium: put one on PATH, or name it in ARCHDSL_CHROMIUM"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=found, args=list(FLAGS))
        yield opened
        opened.close()


class Visit:
    """A page that was opened, and all it asked of the network or complained about."""

    def __init__(self, tab: Any) -> None:
        self.tab = tab
        self.requests: list[str] = []
        self.complaints: list[str] = []
        tab.on("request", lambda request: self.requests.append(request.url))
        tab.on("console", lambda message: self.complaints.append(message.text))
        tab.on("pageerror", lambda error: self.complaints.append(str(error)))

    def box(self, path: str) -> Any:
        return self.tab.locator(f'.box[data-id="{path}"]')

    def face(self, path: str) -> Any:
        return self.tab.locator(f'.box[data-id="{path}"] > .face')

    def search(self, query: str, *keys: str) -> None:
        self.tab.get_by_role("combobox", name="Search the network").fill(query)
        for key in keys:
            self.tab.keyboard.press(key)

    def shown(self, selector: str) -> list[str]:
        """Return the texts in the drawing that a selector finds."""
        return self.tab.locator(f".stage {selector}").all_text_contents()

    def heading(self) -> str:
        return self.tab.locator(".details h2").inner_text()

    def path(self) -> str:
        return self.tab.locator(".details .path code").first.inner_text()

    def marked(self) -> str:
        """Return the source text that is marked."""
        return "".join(self.tab.locator(".source mark").all_inner_texts())


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Write the page of a spec, given by its name in specs/ or by its text, once a session."""
    folder = tmp_path_factory.mktemp("pages")
    known: dict[str, Path] = {}

    def write(spec: str) -> Path:
        if spec not in known:
            text = archdsl.load(spec if "{" in spec else ROOT / f"specs/{spec}.arch").page()
            known[spec] = folder / f"{len(known)}.html"
            known[spec].write_text(text, encoding="utf-8", newline="")
        return known[spec]

    return write


@pytest.fixture
def visit(browser: Any, written: Callable[[str], Path]) -> Iterator[Callable[..., Visit]]:
    """Open the page of a spec; afterwards, nothing may have been loaded or gone wrong."""
    visits: list[tuple[Visit, Path]] = []

    def go(spec: str, hash: str = "", **context: Any) -> Visit:
        context = {"viewport": {"width": 1400, "height": 900}, **context}
        tab = browser.new_context(**context).new_page()
        tab.set_default_timeout(5000)
        made = Visit(tab)
        path = written(spec)
        visits.append((made, path))
        tab.goto(path.as_uri() + hash)
        tab.locator(".stage .box").first.wait_for()
        return made

    yield go
    for made, path in visits:
        made.tab.context.close()
        assert made.complaints == []
        others = [url for url in made.requests if not url.startswith(("blob:", path.as_uri()))]
        assert others == []
