"""docs/operators.md says what the operators declare, and its examples are sound."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from archdsl.ops import operators
from tests.reading import chapters, findings

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/operators.md"
SUITABLE = ("64x64x64", "64x64x3", "1x1x64")
"""Inputs of which at least one suits every example."""


def test_the_operator_table_is_current() -> None:
    program = [sys.executable, str(ROOT / "tools/operator_table.py"), "--check"]
    result = subprocess.run(program, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_operator_table_has_every_operator() -> None:
    headings = [line[4:] for line in PAGE.read_text().splitlines() if line.startswith("### ")]
    assert sorted(headings) == sorted(operators())


@pytest.mark.parametrize(
    ("name", "example"),
    [(chapter.text.split()[0], chapter.text) for chapter in chapters(PAGE)],
)
def test_an_operators_example_is_sound(name: str, example: str) -> None:
    assert name in operators()
    results = [findings(f"net n {{\ninput {source}\n{example}}}") for source in SUITABLE]
    assert () in results, results[0]
