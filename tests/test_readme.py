"""The README and the pages in docs/ show what archdsl really prints, draws and accepts."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

import archdsl

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tools"))

import gallery  # noqa: E402
import refresh_docs  # noqa: E402

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
REFRESH = "run `make docs`"


def test_every_shown_output_is_current() -> None:
    assert refresh_docs.BLOCK.findall(README), "no shown command was found"
    for page in refresh_docs.PAGES:
        text = page.read_text(encoding="utf-8")
        assert refresh_docs.refreshed(text) == text, REFRESH


@pytest.mark.parametrize("name", refresh_docs.FIGURES)
def test_every_figure_in_the_docs_is_current(name: str) -> None:
    assert (refresh_docs.IMAGES / name).read_bytes() == refresh_docs.figure(name), REFRESH
    assert any(f"images/{name})" in page.read_text(encoding="utf-8") for page in PAGES)


def test_the_gallery_has_every_network_as_it_is_drawn_now() -> None:
    written = dict(gallery.files())
    stale = [path.name for path, content in written.items() if path.read_bytes() != content]
    assert stale == [], REFRESH
    assert sorted(gallery.FIGURES.iterdir()) == sorted(written.keys() - {gallery.PAGE})
    specs = [*ROOT.glob("specs/*.arch"), *ROOT.glob("specs/released/*.arch")]
    assert len(written) == len(specs) + 1


def test_the_spec_it_shows_is_sound() -> None:
    (shown,) = re.findall(r"```arch\n(.*?)```", README, re.DOTALL)
    example = (ROOT / "docs" / "examples" / "small_inception.arch").read_text(encoding="utf-8")
    assert shown == example
    assert archdsl.load(example).totals.params == 73_994


def test_the_python_it_shows_is_what_is_written() -> None:
    (shown,) = re.findall(r"```python\n(class Inception.*?)```", README, re.DOTALL)
    assert shown in archdsl.load(ROOT / "specs" / "googlenet.arch").source()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_link_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = re.findall(r'\]\(([^)#]+)|(?:src|href)="([^"#]+)', text)
    for target in map("".join, targets):
        if "://" not in target:
            assert (page.parent / target).exists(), target
