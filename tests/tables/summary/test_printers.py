"""The four forms of a summary say the same."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from archdsl.loading import load
from archdsl.tables.summary import FORMATS, Summary, print_summaries, summarise

SPECS = Path(__file__).parents[3] / "specs"


@pytest.fixture(scope="module")
def googlenet() -> Summary:
    return summarise(load(SPECS / "googlenet.arch").ir, 1)


def test_text_has_the_recomputed_rows_of_the_paper(googlenet: Summary) -> None:
    lines = print_summaries([googlenet], "text").splitlines()

    def cells(name: str) -> list[str]:
        (line,) = [line for line in lines if line.split()[:1] == [name]][:1]
        return line.split()

    assert cells("conv1")[-5:] == ["9,408", "9.2", "9,472", "118,013,952", "118.01"]
    assert cells("inception_3a")[-5:] == ["163,328", "159.5", "163,696", "128,049,152", "128.05"]
    assert cells("total")[-5:] == [
        *("6,990,272", "6,826.4", "6,998,552", "1,582,671,872", "1,582.67")
    ]


def test_text_is_aligned_and_has_no_trailing_blanks(googlenet: Summary) -> None:
    lines = print_summaries([googlenet], "text").splitlines()
    assert all(line == line.rstrip() for line in lines)
    rules = [at for at, line in enumerate(lines) if line.startswith("─")]
    table = lines[rules[0] - 1 : rules[1]]
    assert {len(lines[rule]) for rule in rules} == {max(map(len, table))}
    macs = {line.index(" 1×1×1000") for line in lines if " 1×1×1000" in line and "→ 1×" not in line}
    assert len(macs) == 1


def test_text_says_reach_smallest_input_and_units(googlenet: Summary) -> None:
    text = print_summaries([googlenet], "text")
    assert "715×715 pixels, seen by a cell of `inception_5b`, the last feature map (7×7)" in text
    assert "smallest input   193×193×3" in text
    assert "1 MAC = 2 FLOPs" in text
    assert "6,379,728 parameters, 8,372,224 MACs" in text


def test_json_holds_exact_numbers(googlenet: Summary) -> None:
    found = json.loads(print_summaries([googlenet], "json"))
    assert {name: found[name] for name in ("name", "params", "macs", "aux_params", "aux_macs")} == {
        "name": "googlenet",
        "params": 6_998_552,
        "macs": 1_582_671_872,
        "aux_params": 6_379_728,
        "aux_macs": 8_372_224,
    }
    assert (found["input"], found["output"]) == ("224x224x3", "1x1x1000")
    assert found["inputs"] == [{"name": "input", "path": "googlenet.input", "shape": [224, 224, 3]}]
    assert found["receptive_field"] == {
        "step": "inception_5b",
        "grid": [7, 7],
        "pixels": [715, 715],
    }
    assert found["smallest_input"] == 193
    assert sum(stage["macs"] for stage in found["stages"]) == found["macs"]
    assert sum(stage["params"] for stage in found["aux"]) == found["aux_params"]
    assert found["nodes"] == len(load(SPECS / "googlenet.arch").ir)


def test_json_of_several_networks_is_a_list(googlenet: Summary) -> None:
    found = json.loads(print_summaries([googlenet, googlenet], "json"))
    assert [one["name"] for one in found] == ["googlenet", "googlenet"]


def test_csv_rows_of_level_0_add_up(googlenet: Summary) -> None:
    rows = list(csv.DictReader(io.StringIO(print_summaries([googlenet], "csv"))))
    main = [row for row in rows if row["level"] == "0" and row["training_only"] == "no"]
    heads = [row for row in rows if row["level"] == "0" and row["training_only"] == "yes"]
    assert sum(int(row["weights"]) for row in main) == 6_990_272
    assert sum(int(row["params"]) for row in heads) == 6_379_728
    assert main[0]["stage"] == "conv1"
    assert main[0]["output"] == "112x112x64"


def test_markdown_table_is_rectangular(googlenet: Summary) -> None:
    lines = print_summaries([googlenet], "markdown").splitlines()
    table = [line for line in lines if line.startswith("|")]
    assert len({line.count("|") for line in table}) == 1
    # One row per stage and per operator below it, the heads' too, a heading, a rule and the total.
    stages = [*googlenet.stages, *(head.stage for head in googlenet.heads)]
    assert len(table) == 3 + len(stages) + sum(len(stage.stages) for stage in stages)


def test_long_widths_are_cut_for_people_only() -> None:
    steps = "; ".join(f"conv 1x1 {width}" for width in range(10, 60))
    summary = summarise(load(f"net n {{ input 4x4x3; g {{ {steps} }} }}").ir)
    whole = "→".join(str(width) for width in range(10, 60))
    assert whole not in print_summaries([summary], "text")
    assert "…" in print_summaries([summary], "text")
    assert whole in print_summaries([summary], "csv")
    assert json.loads(print_summaries([summary], "json"))["stages"][0]["widths"] == whole


def test_every_form_ends_in_one_line_end(googlenet: Summary) -> None:
    for format in FORMATS:
        text = print_summaries([googlenet], format)
        assert text.endswith("\n")
        assert not text.endswith("\n\n")
