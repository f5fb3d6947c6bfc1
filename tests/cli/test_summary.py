from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.running import ROOT, Run
from tests.cli.specs import BLOCKS, SOUND, SOUND_MACS, SOUND_PARAMS, TWO, TYPO

GOOGLENET = str(ROOT / "specs" / "googlenet.arch")


def test_googlenet_shows_the_recomputed_column(run: Run) -> None:
    result = run("summary", GOOGLENET)
    assert result.exit_code == 0
    assert result.stderr == ""
    for cells in (
        *("9,408 118,013,952", "114,688 359,661,568", "163,328 128,049,152", "388,096 304,267,264"),
        *("375,552 73,608,192", "448,512 87,908,352", "509,440 99,850,240", "604,672 118,515,712"),
        *("867,328 169,996,288", "1,042,432 51,079,168", "1,442,816 70,697,984"),
        *("1,024,000 1,024,000", "6,990,272 1,582,671,872"),
    ):
        weights, macs = cells.split()
        assert any({weights, macs} <= set(line.split()) for line in result.stdout.splitlines()), (
            cells
        )


def test_json_of_one_network_is_an_object(run: Run) -> None:
    Path("a.arch").write_text(SOUND)
    found = json.loads(run("summary", "a.arch", "--format", "json").stdout)
    wanted = ["name", "params", "macs", "aux_params", "aux_macs", "nodes", "input", "output"]
    assert [found[name] for name in wanted] == [
        *("small", SOUND_PARAMS, SOUND_MACS, 0, 0, 4, "8x8x3", "1x1x10")
    ]
    assert [stage["name"] for stage in found["stages"]] == ["conv", "avgpool", "linear"]


def test_several_networks_follow_each_other(run: Run) -> None:
    Path("two.arch").write_text(TWO)
    Path("a.arch").write_text(SOUND)
    found = json.loads(run("summary", "two.arch", "a.arch", "--format", "json").stdout)
    assert [one["name"] for one in found] == ["one", "two", "small"]


def test_depth_goes_down(run: Run) -> None:
    flat = run("summary", GOOGLENET).stdout
    deep = run("summary", GOOGLENET, "--depth", "1").stdout
    assert "branch0" not in flat
    assert deep.count("branch0") == 9


@pytest.mark.parametrize("format", ["text", "markdown", "csv", "json"])
def test_wrong_spec_leaves_the_others_summed_up(run: Run, format: str) -> None:
    Path("a.arch").write_text(SOUND)
    Path("b.arch").write_text(TYPO)
    result = run("summary", "b.arch", "a.arch", "--format", format)
    assert result.exit_code == 1
    assert "small" in result.stdout
    assert "error[unknown-operator]" in result.stderr


def test_blocks_alone_have_no_summary(run: Run) -> None:
    Path("lib.arch").write_text(BLOCKS)
    result = run("summary", "lib.arch")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "defines no net" in result.stderr
