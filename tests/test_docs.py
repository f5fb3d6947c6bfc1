"""The language reference is true: every block of it is checked, right and wrong ones."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from archdsl.graph.functions import FUNCTIONS
from tests.reading import Chapter, chapters

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "docs" / "language.md", *sorted((ROOT / "tests" / "language").glob("*.md"))]
BLOCKS = [block for page in PAGES for block in chapters(page)]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: f"{block.path.stem}:{block.line}")
def test_a_block_is_found_to_be_what_its_marks_say(block: Chapter) -> None:
    assert block.found == block.expected, block.text


def test_every_block_of_the_reference_is_run() -> None:
    text = PAGES[0].read_text(encoding="utf-8")
    assert text.count("```arch\n") == len([b for b in BLOCKS if b.path == PAGES[0]])
    assert not re.search(r"^```(?!arch$|$)", text, re.MULTILINE)


def test_the_python_of_the_page_on_modules_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    text = (ROOT / "docs" / "modules.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == 6
    space: dict[str, Any] = {}
    exec("\n".join(blocks), space)
    assert space["module"](space["images"]).shape == (2, 7)


def test_the_reference_names_every_function() -> None:
    text = PAGES[0].read_text(encoding="utf-8")
    assert all(f"`{name}`" in text for name in FUNCTIONS)
