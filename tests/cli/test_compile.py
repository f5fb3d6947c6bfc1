from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.cli.running import Run
from tests.cli.specs import SOUND, SOUND_MACS, SOUND_PARAMS, TWO, TYPO


def test_trial_reports_what_came_out(run: Run) -> None:
    Path("a.arch").write_text(SOUND)
    result = run("compile", "a.arch", "--device", "cpu", "--batch", "3", "--format", "json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert (found["inputs"], found["outputs"]) == ([[3, 3, 8, 8]], [[3, 10]])
    assert (found["params"], found["macs"]) == (SOUND_PARAMS, SOUND_MACS)
    assert found["build_seconds"] > 0 < found["run_seconds"]


def test_trial_counts_no_auxiliary_heads(run: Run) -> None:
    Path("two.arch").write_text(TWO)
    result = run("compile", "two.arch", "--device", "cpu", "--format", "json")
    assert [one["params"] for one in json.loads(result.stdout)] == [3 * 2 + 2, 3 * 4 + 4]


def test_trial_in_words(run: Run) -> None:
    Path("a.arch").write_text(SOUND)
    lines = run("compile", "a.arch", "--device", "cpu").stdout.splitlines()
    assert lines[0] == "small on cpu in float32, a batch of 1 image"
    assert [line.split()[1] for line in lines[1:5]] == [
        *("1×3×8×8", "1×10", str(SOUND_PARAMS), f"{SOUND_MACS:,}")
    ]


def test_auto_says_what_it_chose(run: Run) -> None:
    Path("a.arch").write_text(SOUND)
    assert run("compile", "a.arch").stderr.startswith("archdsl: running on ")


def test_device_that_is_not_there_is_an_error(run: Run) -> None:
    Path("a.arch").write_text(SOUND)
    result = run("compile", "a.arch", "--device", "cuda:99")
    assert result.exit_code == 1
    assert result.stderr.startswith("archdsl: `cuda:99` is not there: ")


def test_device_of_no_such_kind_is_a_wrong_call(run: Run) -> None:
    Path("a.arch").write_text(SOUND)
    assert run("compile", "a.arch", "--device", "tpu").exit_code == 2


@pytest.mark.parametrize("suffix", ["py", "pt2", "onnx", "safetensors"])
def test_file_is_written_by_suffix(run: Run, suffix: str) -> None:
    Path("a.arch").write_text(SOUND)
    result = run("compile", "a.arch", "-o", f"a.{suffix}")
    assert result.exit_code == 0, result.output
    assert Path(f"a.{suffix}").stat().st_size > 100


def test_weights_are_the_same_every_time(run: Run) -> None:
    Path("a.arch").write_text(SOUND)
    for name, seed in (("a", "7"), ("b", "7"), ("c", "8")):
        run("compile", "a.arch", "-o", f"{name}.safetensors", "--seed", seed)
    a, b, c = (Path(f"{name}.safetensors").read_bytes() for name in "abc")
    assert a == b
    assert a != c


def test_unknown_suffix_is_a_wrong_call(run: Run) -> None:
    Path("a.arch").write_text(SOUND)
    for name in ("a.pt", "a", "-"):
        assert run("compile", "a.arch", "-o", name).exit_code == 2


def test_wrong_spec_changes_nothing(run: Run) -> None:
    Path("a.arch").write_text(TYPO)
    Path("a.py").write_text("old")
    assert run("compile", "a.arch", "-o", "a.py").exit_code == 1
    assert Path("a.py").read_text() == "old"


ROOMS = ("archdsl.pytorch.", "archdsl.weights.", "archdsl.export.")
"""What needs torch."""


def test_without_torch_it_says_what_to_install(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("a.arch").write_text(SOUND)
    for name in list(sys.modules):
        if (
            name.startswith(("archdsl.pytorch.", "archdsl.weights.", "archdsl.export."))
            or name == "archdsl.cli.trial"
        ):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)
    result = run("compile", "a.arch")
    assert result.exit_code == 1
    assert result.stderr == (
        "archdsl: this needs torch, which is not installed: `pip install torch`\n"
    )
    assert run("compile", "a.arch", "-o", "a.py").exit_code == 0
