"""Take the pictures of pages that the README shows, in a real browser.

    python tools/screenshots.py

Letters are drawn a little differently on every machine, so a test compares these pictures with
some room, and not byte for byte.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

IMAGES = ROOT / "docs" / "images"
SPEC = "inception_v4"
WINDOW: Any = {"viewport": {"width": 1400, "height": 860}, "device_scale_factor": 1.5}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
NOWHERE = (300, 850)
"""A point of the window where nothing reacts to the pointer."""
FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")


def pictures(browser: Any) -> Iterator[tuple[Path, bytes]]:
    """Yield every picture with where it belongs; ``browser`` is one that Playwright started."""
    with TemporaryDirectory() as folder:
        yield IMAGES / "page.png", _page(browser, Path(folder))
        for theme in ("light", "dark"):
            yield IMAGES / f"preview_{theme}.png", _preview(browser, Path(folder) / theme, theme)


def _page(browser: Any, folder: Path) -> bytes:
    """Return the page of a network, a convolution in one of its blocks chosen."""
    import archdsl

    path = folder / f"{SPEC}.html"
    path.write_text(archdsl.load(ROOT / f"specs/{SPEC}.arch").page(), encoding="utf-8")
    tab = browser.new_context(**WINDOW, reduced_motion="reduce").new_page()
    tab.goto(f"{path.as_uri()}#{SPEC}.A.2.branch1.conv1")
    tab.locator(".details .path code").first.wait_for()
    return _taken(tab)


def _preview(browser: Any, folder: Path, theme: str) -> bytes:
    """Return the preview of a spec with a mistake in it; dark, of one without."""
    shutil.copytree(ROOT / "specs", folder / "specs")
    with _served(folder / f"specs/{SPEC}.arch") as address:
        tab = browser.new_context(**WINDOW, reduced_motion="reduce", color_scheme=theme).new_page()
        tab.goto(address)
        tab.locator("#status", has_text="sound").wait_for()
        tab.locator("#own .cm-line", has_text="7 x B").first.click(position={"x": 60, "y": 5})
        if theme == "light":
            tab.keyboard.press("End")
            for _ in "1024":
                tab.keyboard.press("Backspace")
            tab.keyboard.type("1000")
            tab.locator("#status", has_text="error").wait_for()
        return _taken(tab)


def _taken(tab: Any) -> bytes:
    # A cursor blinks, and what is under the pointer is explained: neither belongs in a picture.
    tab.mouse.move(*NOWHERE)
    tab.evaluate("document.activeElement.blur()")
    tab.wait_for_timeout(500)
    taken: bytes = tab.screenshot()
    tab.context.close()
    return taken


@contextmanager
def _served(spec: Path) -> Iterator[str]:
    """Run a preview, and yield its address."""
    command = [sys.executable, "-u", "-m", "archdsl", "preview", spec.name, "--no-open"]
    with subprocess.Popen(
        command,
        cwd=spec.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(spec.parents[1])},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            yield next(word for word in line.split() if word.startswith("http"))
        finally:
            process.terminate()


def main() -> None:
    from playwright.sync_api import sync_playwright

    found = os.environ.get("ARCHDSL_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)))
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=found, args=list(FLAGS))
        for path, picture in pictures(browser):
            path.write_bytes(picture)
        browser.close()


if __name__ == "__main__":
    main()
