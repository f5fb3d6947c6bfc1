"""Pages of networks in a browser, which watches what they ask for and complain of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import archdsl

ROOT = Path(__file__).parents[2]


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
