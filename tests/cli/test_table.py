from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

import pytest

from tests.cli.running import ROOT, Run
from tests.cli.specs import SOUND, SOUND_MACS, SOUND_PARAMS, TWO, TYPO

sys.path.insert(0, str(ROOT / "tools"))

import zoo_table


def test_a_row_holds_what_is_counted(run: Run) -> None:
    Path("a.arch").write_text("# Small: Nobody et al., a note (2020). Not published.\n" + SOUND)
    (row,) = json.loads(run("table", "a.arch", "--format", "json").stdout)
    assert row == {
        "spec": "a.arch",
        "net": "small",
        "input": "8x8x3",
        "params": SOUND_PARAMS,
        "aux_params": 0,
        "macs": SOUND_MACS,
        "aux_macs": 0,
        "depth": 2,
        "receptive_field": "3x3",
        "smallest_input": 1,
        "status": "paper",
        "refinement": None,
        "source": "Small: Nobody et al., a note (2020)",
    }


def test_every_net_of_every_file_has_a_row(run: Run) -> None:
    Path("two.arch").write_text(TWO)
    Path("a.arch").write_text(SOUND)
    lines = run("table", "two.arch", "a.arch").stdout.splitlines()
    assert [line.split()[0] for line in lines[2:]] == ["one", "two", "small"]


def test_status_is_the_folder_and_the_header(run: Run) -> None:
    Path("released").mkdir()
    Path("released/a.arch").write_text("# A port.\n# status: measured\n" + SOUND)
    Path("b.arch").write_text("# status: reconstruction\n" + SOUND)
    text = run("table", "released/a.arch", "b.arch", "--format", "csv").stdout
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["status"], row["refinement"], row["source"]) for row in rows] == [
        ("released", "measured", "A port"),
        ("paper", "reconstruction", ""),
    ]


@pytest.mark.parametrize("format", ["text", "markdown", "csv", "json"])
def test_wrong_spec_leaves_the_others_listed(run: Run, format: str) -> None:
    Path("a.arch").write_text(SOUND)
    Path("b.arch").write_text(TYPO)
    result = run("table", "b.arch", "a.arch", "--format", format)
    assert result.exit_code == 1
    assert "small" in result.stdout
    assert "error[unknown-operator]" in result.stderr


def test_markdown_is_a_table(run: Run) -> None:
    Path("a.arch").write_text("# One | two.\n" + SOUND)
    lines = run("table", "a.arch", "--format", "markdown").stdout.splitlines()
    assert len(lines) == 3
    assert {line.replace("\\|", "").count("|") for line in lines} == {10}


def test_docs_zoo_is_current() -> None:
    written = (ROOT / "docs" / "zoo.md").read_text(encoding="utf-8")
    assert written == zoo_table.page(), "run `python tools/zoo_table.py`"


def test_docs_zoo_has_the_published_numbers() -> None:
    written = (ROOT / "docs" / "zoo.md").read_text(encoding="utf-8")
    for numbers in (
        "| [googlenet](../specs/googlenet.arch) | 224×224×3 | 6,998,552 | 6,379,728 "
        "| 1,582,671,872 | 22 |",
        "| [resnet50_torchvision](../specs/released/resnet50_torchvision.arch) | 224×224×3 "
        "| 25,557,032 |  | 4,089,184,256 | 50 |",
    ):
        assert numbers in written
