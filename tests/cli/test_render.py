from __future__ import annotations

from pathlib import Path

from tests.cli.running import Run
from tests.cli.specs import SOUND, TWO, TYPO


def test_suffix_says_the_format(run: Run) -> None:
    Path("a.arch").write_text(SOUND)
    for suffix, start in (("svg", b"<"), ("png", b"\x89PNG"), ("dot", b"digraph"), ("mmd", b"f")):
        result = run("render", "a.arch", "-o", f"a.{suffix}")
        assert (result.exit_code, result.output) == (0, "")
        assert Path(f"a.{suffix}").read_bytes().startswith(start)


def test_standard_output_is_dot_unless_told(run: Run) -> None:
    Path("a.arch").write_text(SOUND)
    assert run("render", "a.arch").stdout.startswith("digraph")
    assert "</svg>" in run("render", "a.arch", "-o", "-", "--format", "svg").stdout


def test_unknown_suffix_is_a_wrong_call(run: Run) -> None:
    Path("a.arch").write_text(SOUND)
    for name in ("a.pdf", "a", "folder/"):
        result = run("render", "a.arch", "-o", name)
        assert result.exit_code == 2
        assert "`.svg`, `.png`, `.dot`, `.mmd`" in result.stderr


def test_wrong_spec_writes_nothing(run: Run) -> None:
    Path("a.arch").write_text(SOUND)
    Path("b.arch").write_text(TYPO)
    Path("small.svg").write_text("old")
    result = run("render", "a.arch", "b.arch", "-o", "{net}.svg")
    assert result.exit_code == 1
    assert Path("small.svg").read_text() == "old"


def test_each_network_gets_its_file(run: Run) -> None:
    Path("two.arch").write_text(TWO)
    assert run("render", "two.arch", "-o", "{net}.dot").exit_code == 0
    assert sorted(path.name for path in Path().glob("*.dot")) == ["one.dot", "two.dot"]


def test_networks_cannot_share_a_file(run: Run) -> None:
    Path("two.arch").write_text(TWO)
    result = run("render", "two.arch", "-o", "x.dot")
    assert result.exit_code == 2
    assert "{net}.dot" in result.stderr
    assert not Path("x.dot").exists()


def test_output_that_cannot_be_written_is_one_line(run: Run) -> None:
    Path("a.arch").write_text(SOUND)
    Path("folder.svg").mkdir()
    for name in ("no/a.svg", "folder.svg"):
        result = run("render", "a.arch", "-o", name)
        assert result.exit_code == 1
        assert result.stderr.startswith(f"archdsl: cannot write `{name}`: ")
        assert result.stderr.count("\n") == 1
