from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.running import ROOT, Run
from tests.cli.specs import BLOCKS, SOUND, TWO, TYPO

WIDER = SOUND.replace("conv 3x3 4", "conv 3x3 6")


def test_what_differs_is_on_standard_output(run: Run) -> None:
    Path("a.arch").write_text(SOUND)
    Path("b.arch").write_text(WIDER)
    result = run("diff", "a.arch", "b.arch")
    assert result.exit_code == 0
    assert result.stderr == ""
    lines = result.stdout.splitlines()
    assert lines[:4] == [
        "A  small (a.arch)",
        "B  small (b.arch)",
        "",
        "- `conv`: channels 6 instead of 4",
    ]
    # 28 numbers per filter of the convolution, and one weight more per class.
    assert lines[-4].split() == ["parameters", "162", "238", "+76"]


def test_same_architecture_is_said(run: Run) -> None:
    Path("a.arch").write_text(SOUND)
    Path("b.arch").write_text("# As in a.\n" + SOUND.replace("conv 3x3 4", "conv 3x3 4 as first"))
    result = run("diff", "a.arch", "b.arch", "--exit-code")
    assert result.exit_code == 0
    assert "the same architecture" in result.stdout


@pytest.mark.parametrize(("option", "code"), [([], 0), (["--exit-code"], 1)])
def test_exit_code_on_request(run: Run, option: list[str], code: int) -> None:
    Path("a.arch").write_text(SOUND)
    Path("b.arch").write_text(WIDER)
    assert run("diff", "a.arch", "b.arch", *option).exit_code == code


def test_recipes_count_for_the_exit_code(run: Run) -> None:
    for name, rate in (("a", "0.1"), ("b", "0.2")):
        recipe = f"  recipe {{ optimizer sgd lr={rate} }}\n}}"
        Path(f"{name}.arch").write_text(recipe.join(SOUND.rsplit("}", 1)))
    assert run("diff", "a.arch", "a.arch", "--exit-code").exit_code == 0
    result = run("diff", "a.arch", "b.arch", "--exit-code")
    assert result.exit_code == 1
    assert "- recipe, optimizer sgd: lr 0.2 instead of 0.1" in result.stdout


def test_every_step_of_another_shape_is_listed_on_the_way_to_every_output(run: Run) -> None:
    steps = "".join(f"  conv 1x1 WIDTH as s{at}\n  conv 1x1 9\n" for at in range(20))
    spec = f"net n {{\n  input 8x8x3\n{steps}  relu as trunk\n  conv 1x1 WIDTH as left\n"
    spec += "  @trunk\n  conv 1x1 WIDTH as right\n  output @left @right\n}\n"
    for name, width in (("a", "4"), ("b", "6")):
        Path(f"{name}.arch").write_text(spec.replace("WIDTH", width))
    shapes = run("diff", "a.arch", "b.arch").stdout.partition("shapes\n")[2].partition("\n\n")[0]
    named = [f"s{at}" for at in range(20)]
    assert shapes.splitlines() == [
        f"  `{name}`: 8×8×6 instead of 8×8×4" for name in (*named, "left", "right")
    ]


def test_json_names_every_place(run: Run) -> None:
    specs = [
        str(ROOT / "specs" / name)
        for name in ("googlenet.arch", "released/googlenet_torchvision.arch")
    ]
    found = json.loads(run("diff", *specs, "--format", "json").stdout)
    assert found["same"] is False
    (kernels,) = [one for one in found["statements"] if "inception" in one["where"]]
    assert [one["place"]["a"] for one in kernels["differences"]] == [
        f"googlenet.inception_{name}.branch2.conv1.conv"
        for name in ("3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b")
    ]
    assert {(one["argument"], one["a"], one["b"]) for one in kernels["differences"]} == {
        ("kernel", "5x5", "3x3")
    }


def test_two_nets_of_one_file(run: Run) -> None:
    Path("two.arch").write_text(TWO)
    result = run("diff", "two.arch")
    assert result.exit_code == 0
    assert "channels 4 instead of 2" in result.stdout


def test_parameters_are_set_in_both(run: Run) -> None:
    Path("a.arch").write_text(SOUND)
    Path("b.arch").write_text(SOUND.replace("10", "12"))
    assert "features 12 instead of 10" in run("diff", "a.arch", "b.arch").stdout
    same = run("diff", "a.arch", "b.arch", "--set", "classes=5")
    assert "the same architecture" in same.stdout


@pytest.mark.parametrize(
    ("files", "why"),
    [
        (["a.arch"], "has one network"),
        (["a.arch", "a.arch", "a.arch"], "these are 3 specs"),
        (["a.arch", "two.arch"], "choose with --net: `one`, `two`"),
    ],
)
def test_anything_but_two_networks_is_a_wrong_call(run: Run, files: list[str], why: str) -> None:
    Path("a.arch").write_text(SOUND)
    Path("two.arch").write_text(TWO)
    result = run("diff", *files)
    assert result.exit_code == 2
    assert why in result.stderr


@pytest.mark.parametrize("text", [TYPO, BLOCKS])
def test_wrong_spec_is_reported(run: Run, text: str) -> None:
    Path("a.arch").write_text(SOUND)
    Path("b.arch").write_text(text)
    result = run("diff", "a.arch", "b.arch")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "b.arch" in result.stderr


@pytest.mark.parametrize(
    ("suffix", "start"), [("svg", b"<svg"), ("pdf", b"%PDF"), ("png", b"\x89PNG")]
)
def test_both_networks_are_drawn(run: Run, suffix: str, start: bytes) -> None:
    Path("a.arch").write_text(SOUND)
    Path("b.arch").write_text(WIDER)
    result = run("diff", "a.arch", "b.arch", "--draw", f"d.{suffix}", "--theme", "print")
    assert result.exit_code == 0
    assert "channels 6 instead of 4" in result.stdout
    assert start in Path(f"d.{suffix}").read_bytes()[:100]


def test_a_drawing_that_cannot_be_written_loses_nothing(run: Run) -> None:
    Path("a.arch").write_text(SOUND)
    result = run("diff", "a.arch", "a.arch", "--draw", "nowhere/d.svg")
    assert result.exit_code == 1
    assert "there is no folder" in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--draw", "d.txt"], "the suffix of `d.txt` is to say the format"),
        (["--theme", "dark"], "`--theme` is about the drawing"),
    ],
)
def test_a_wrong_drawing_is_a_usage_error(run: Run, arguments: list[str], message: str) -> None:
    Path("a.arch").write_text(SOUND)
    result = run("diff", "a.arch", "a.arch", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
