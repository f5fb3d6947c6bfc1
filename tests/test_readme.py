"""The README shows what archdsl really prints, draws and accepts."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

import archdsl

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tools"))

import refresh_docs  # noqa: E402

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_shown_output_is_current() -> None:
    assert refresh_docs.BLOCK.findall(README), "no shown command was found"
    assert refresh_docs.refreshed(README) == README, "run tools/refresh_docs.py"


@pytest.mark.parametrize("path", refresh_docs.PICTURES)
def test_every_picture_is_current(path: str) -> None:
    drawn = refresh_docs.picture(refresh_docs.PICTURES[path])
    assert (ROOT / path).read_bytes() == drawn, "run tools/refresh_docs.py"
    assert path in README


def test_the_spec_it_shows_is_sound() -> None:
    (shown,) = re.findall(r"```arch\n(.*?)```", README, re.DOTALL)
    example = (ROOT / "docs" / "examples" / "small_inception.arch").read_text(encoding="utf-8")
    assert shown == example
    assert archdsl.load(example).totals.params == 73_994


def test_the_python_it_shows_is_what_is_written() -> None:
    (shown,) = re.findall(r"```python\n(class Inception.*?)```", README, re.DOTALL)
    assert shown in archdsl.load(ROOT / "specs" / "googlenet.arch").source()


def test_every_link_leads_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)", README):
        assert (ROOT / target).exists(), target
