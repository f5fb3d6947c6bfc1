"""Every code has a page, and every page's example shows its code and no other."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import archdsl
from archdsl.diagnostics import CODES, Diagnostic, Page, SpecError, render_text
from archdsl.syntax import project
from tests.conftest import Golden
from tests.reading import findings

PACKAGE = Path(archdsl.__file__).parent
CODE = re.compile(r"[a-z]+(-[a-z]+)+|syntax")
EMITTERS = {
    "Diagnostic",
    "Blame",
    "Mistake",
    "Fault",
    "Misfit",
    "_Order",
    "error",
    "_error",
    "_warning",
}


def emitted() -> set[str]:
    """Return the codes that archdsl's own calls name: the first argument of what reports."""
    found: set[str] = set()
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name in EMITTERS:
                found |= {
                    part.value
                    for part in ast.walk(node.args[0])
                    if isinstance(part, ast.Constant)
                    and isinstance(part.value, str)
                    and CODE.fullmatch(part.value)
                }
    return found


def shown(code: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Diagnostic, ...]:
    """Return what a page's example gives, with the surroundings that it speaks of."""
    example = CODES[code].example
    if code == "not-text":
        return findings(example.encode("utf-16"), folder=folder)
    if code == "no-net":
        with pytest.raises(SpecError) as error:
            archdsl.load(example)
        return error.value.diagnostics
    if code == "too-many-files":
        monkeypatch.setattr(project, "MOST_FILES", 2)
        (folder / "blocks").mkdir()
        for name in ("0001.arch", "0002.arch"):
            (folder / "blocks" / name).write_text("# nothing\n")
    return findings(example, folder=folder)


def test_every_emitted_code_has_a_page_and_every_page_is_emitted() -> None:
    assert emitted() == set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_a_pages_example_shows_its_code_and_no_other(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [one.code for one in shown(code, tmp_path, monkeypatch)] == [code]


@pytest.mark.parametrize("code", CODES)
def test_full_text_of_each_code(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, golden: Golden
) -> None:
    (tmp_path / ".git").mkdir()
    folder = tmp_path / "project"
    folder.mkdir()
    text = render_text(shown(code, folder, monkeypatch))
    golden(text.replace(str(tmp_path), "/tmp"), name=code)


@pytest.mark.parametrize("page", CODES.values(), ids=CODES)
def test_pages_are_sentences(page: Page) -> None:
    for text in (page.meaning, page.cure):
        assert text[0].isupper() or text[0] == "`"
        assert text.endswith(".")
        assert "\n" not in text
    assert page.example.endswith("\n")
