from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.running import ROOT, Run
from tests.cli.specs import (
    BLOCKS,
    SOUND,
    SOUND_MACS,
    SOUND_PARAMS,
    TWO,
    TYPO,
    UNUSED,
    WRONG_SHAPE,
)


def test_sound_spec_is_said_to_be_on_standard_output(run: Run, tmp_path: Path) -> None:
    Path("a.arch").write_text(SOUND)
    result = run("check", "a.arch")
    assert result.exit_code == 0
    assert result.stdout == (
        f"a.arch: small is sound: 4 nodes, {SOUND_PARAMS} parameters, {SOUND_MACS:,} MACs\n"
    )
    assert result.stderr == ""


def test_published_specs_are_sound(run: Run) -> None:
    specs = [str(ROOT / "specs" / f"{name}.arch") for name in ("googlenet", "inception_v4")]
    result = run("check", *specs)
    assert result.exit_code == 0
    googlenet, inception_v4 = result.stdout.splitlines()
    assert "6,998,552 parameters, 1,582,671,872 MACs" in googlenet
    assert "in 2 auxiliary heads, 6,379,728 parameters, 8,372,224 MACs" in googlenet
    assert "inception_v4 is sound: 494 nodes, 42,679,816 parameters, 12,253,974,624 MACs" in (
        inception_v4
    )


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [(TYPO, "unknown-operator", 3), (WRONG_SHAPE, "wrong-claim", 3)],
)
def test_wrong_spec_is_shown_on_standard_error(run: Run, text: str, code: str, line: int) -> None:
    Path("a.arch").write_text(text)
    result = run("check", "a.arch")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert f"error[{code}]" in result.stderr
    assert f"a.arch:{line}:" in result.stderr
    assert result.stderr.endswith("a.arch: 1 error\n")


def test_warning_does_not_change_the_exit_code(run: Run) -> None:
    Path("a.arch").write_text(UNUSED)
    result = run("check", "a.arch")
    assert result.exit_code == 0
    assert "small is sound" in result.stdout
    assert "warning[unused-block]" in result.stderr
    assert result.stderr.endswith("a.arch: 1 warning\n")


def test_names_are_checked_in_blocks_alone_and_in_the_nets_that_are_not_chosen(run: Run) -> None:
    for text, options in (("block b { covn 3x3 64 }", ()), (TWO + TYPO, ("--net", "one"))):
        Path("a.arch").write_text(text)
        result = run("check", "a.arch", *options)
        assert result.exit_code == 1
        assert result.stdout == ""
        assert "error[unknown-operator]" in result.stderr
        assert result.stderr.endswith("a.arch: 1 error\n")


def test_all_files_are_checked_even_if_one_is_wrong(run: Run) -> None:
    for name, text in (("a", SOUND), ("b", TYPO), ("c", SOUND)):
        Path(f"{name}.arch").write_text(text)
    result = run("check", "a.arch", "b.arch", "c.arch", "a.arch")
    assert result.exit_code == 1
    assert [line.partition(":")[0] for line in result.stdout.splitlines()] == [
        *("a.arch", "c.arch", "a.arch")
    ]
    assert "b.arch:3:" in result.stderr


def test_every_net_of_a_file_is_checked(run: Run) -> None:
    Path("two.arch").write_text(TWO)
    result = run("check", "two.arch")
    assert [line.split()[1] for line in result.stdout.splitlines()] == ["one", "two"]
    assert run("check", "two.arch", "--net", "two").stdout.splitlines() == [
        result.stdout.splitlines()[1]
    ]


def test_unknown_net_is_an_error_that_lists_the_nets(run: Run) -> None:
    Path("two.arch").write_text(TWO)
    result = run("check", "two.arch", "--net", "three")
    assert result.exit_code == 1
    assert "there is no net `three`" in result.stderr
    assert "`one`, `two`" in result.stderr


def test_blocks_alone_are_fine(run: Run) -> None:
    Path("lib.arch").write_text(BLOCKS)
    result = run("check", "lib.arch")
    assert result.exit_code == 0
    assert result.stdout.startswith("lib.arch: 2 blocks and no net")


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing\n"])
def test_empty_file_is_an_error(run: Run, text: str) -> None:
    Path("empty.arch").write_text(text)
    result = run("check", "empty.arch")
    assert result.exit_code == 1
    assert "`empty.arch` defines no net" in result.stderr


def test_binary_file_is_an_error(run: Run) -> None:
    Path("a.arch").write_bytes(bytes(range(256)))
    result = run("check", "a.arch")
    assert result.exit_code == 1
    assert "error[" in result.stderr


def test_missing_file_and_folder_make_a_wrong_call(run: Run) -> None:
    Path("folder.arch").mkdir()
    for name, why in (("no.arch", "there is no such file"), ("folder.arch", "it is a folder")):
        result = run("check", name)
        assert result.exit_code == 2
        assert f"cannot read `{name}`: {why}" in result.stderr


def test_missing_used_file_makes_a_wrong_spec(run: Run) -> None:
    Path("a.arch").write_text(f'use "no.arch"\n{SOUND}')
    result = run("check", "a.arch")
    assert result.exit_code == 1
    assert "a.arch:1:" in result.stderr


def test_standard_input_is_a_dash(run: Run) -> None:
    result = run("check", "-", input=SOUND)
    assert result.exit_code == 0
    assert result.stdout.startswith("<stdin>: small is sound")
    wrong = run("check", "-", input=TYPO)
    assert wrong.exit_code == 1
    assert "<stdin>:3:" in wrong.stderr


def test_standard_input_can_be_read_once(run: Run) -> None:
    assert run("check", "-", "-", input=SOUND).exit_code == 2


def test_standard_input_has_a_largest_size(run: Run) -> None:
    result = run("check", "-", input=b"#" * (9 * 2**20))
    assert result.exit_code != 0
    assert "larger than 8 MiB" in result.stderr


def test_json_holds_nets_and_diagnostics(run: Run) -> None:
    Path("a.arch").write_text(SOUND)
    Path("b.arch").write_text(TYPO)
    result = run("check", "a.arch", "b.arch", "--format", "json")
    assert result.exit_code == 1
    assert result.stderr == ""
    good, bad = json.loads(result.stdout)["files"]
    assert good == {
        "file": "a.arch",
        "sound": True,
        "nets": [
            {
                "name": "small",
                "sound": True,
                "nodes": 4,
                "params": SOUND_PARAMS,
                "macs": SOUND_MACS,
                "aux_params": 0,
                "aux_macs": 0,
            }
        ],
        "errors": 0,
        "warnings": 0,
        "diagnostics": [],
    }
    assert (bad["sound"], bad["nets"]) == (False, [{"name": "small", "sound": False}])
    (found,) = bad["diagnostics"]
    assert (found["code"], found["severity"]) == ("unknown-operator", "error")
    assert found["labels"][0]["line"] == 3


def test_the_first_hundred_diagnostics_are_shown_and_the_rest_counted(run: Run) -> None:
    steps = "".join(f"  covn{at} 3x3 4\n" for at in range(160))
    Path("a.arch").write_text(f"net small {{\n  input 8x8x3\n{steps}}}\n")
    result = run("check", "a.arch")
    assert result.stderr.count("error[") == 100
    assert "… and 60 more\n" in result.stderr
    assert result.stderr.endswith("a.arch: 160 errors\n")
    assert result.exit_code == 1
    told = json.loads(run("check", "a.arch", "--format", "json").stdout)["files"][0]
    assert (told["errors"], told["warnings"], len(told["diagnostics"])) == (160, 0, 100)
    summary = run("summary", "a.arch")
    assert summary.exit_code == 1
    assert "… and 60 more\n" in summary.stderr


def test_settings_reach_the_net(run: Run) -> None:
    Path("a.arch").write_text(SOUND)
    result = run("check", "a.arch", "--set", "classes=1_00")
    assert f"{108 + 4 + 400 + 100} parameters" in result.stdout
    unknown = run("check", "a.arch", "--set", "clases=5")
    assert unknown.exit_code == 1
    assert "did you mean `classes`?" in unknown.stderr


@pytest.mark.parametrize(
    "setting", ["classes", "=5", "classes=", "2x=5", "a b=3", "9" * 999 + "=5"]
)
def test_malformed_setting_is_a_wrong_call(run: Run, setting: str) -> None:
    Path("a.arch").write_text(SOUND)
    result = run("check", "a.arch", "--set", setting)
    assert result.exit_code == 2
    assert "is not like `classes=10`" in result.stderr


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("classes=5 6", "`6` does not fit here\n  ┌─ --set:1:11"),
        ("classes=5) { relu } net b(c=5", "`)` closes nothing"),
        ("classes=many", "`many` is no parameter and no word"),
        ("classes=True", "help: write `classes=yes`"),
        ("classes=channels", "there is no value whose `channels` it is"),
        ("classes=1.5", "a whole number of at least 1, not `1.5`"),
        ("classes=1.5", "note: `classes` is `1.5`, from --set"),
        ("classes= ", "`classes` is set to an empty text"),
        ("classes=" + "(" * 5000, "nested more than 64 deep"),
        ("classes=" + "9" * 999, "a number of 999 digits is too large"),
        ("classes=" + "9" * 99_999, "a text of 99,999 characters"),
    ],
)
def test_a_wrong_value_is_shown_in_the_setting_it_came_by(
    run: Run, setting: str, said: str
) -> None:
    Path("a.arch").write_text(SOUND)
    result = run("check", "a.arch", "--set", setting)
    assert result.exit_code == 1
    assert said in result.stderr
    assert len(result.stderr) < 1500


def test_setting_twice_is_a_wrong_call(run: Run) -> None:
    Path("a.arch").write_text(SOUND)
    result = run("check", "a.arch", "--set", "classes=1", "--set", "classes=2")
    assert result.exit_code == 2
    assert "`classes` is set twice" in result.stderr


def test_max_nodes_limits_what_is_expanded(run: Run) -> None:
    Path("a.arch").write_text("net big { input 8x8x3; 1000 x conv 1x1 3 }")
    assert run("check", "a.arch").exit_code == 0
    result = run("check", "a.arch", "--max-nodes", "999")
    assert result.exit_code == 1
    assert "more than 999 nodes" in result.stderr
