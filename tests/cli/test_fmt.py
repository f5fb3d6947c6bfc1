"""`archdsl fmt` changes files whole or not at all, and never one that cannot be read."""

from __future__ import annotations

from pathlib import Path

from tests.cli.running import Run

LOOSE = "net n{input 8x8x3;conv 3x3 4}\n"
NEAT = "net n { input 8x8x3; conv 3x3 4 }\n"
BROKEN = "net n { input 8x8x3; conv 3x3, 4 }\n"


def test_files_are_changed_in_place(run: Run, tmp_path: Path) -> None:
    Path("a.arch").write_text(LOOSE)
    Path("b.arch").write_text(NEAT)
    result = run("fmt", "a.arch", "b.arch")
    assert (result.exit_code, result.stdout) == (0, "a.arch: laid out anew\n")
    assert Path("a.arch").read_text() == Path("b.arch").read_text() == NEAT
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.arch", "b.arch"]


def test_a_broken_file_is_left_alone_and_the_others_are_not(run: Run) -> None:
    Path("a.arch").write_text(BROKEN)
    Path("b.arch").write_text(LOOSE)
    result = run("fmt", "a.arch", "b.arch")
    assert result.exit_code == 1
    assert "error[syntax]" in result.stderr
    assert "`a.arch` is left as it is" in result.stderr
    assert Path("a.arch").read_text() == BROKEN
    assert Path("b.arch").read_text() == NEAT


def test_check_writes_nothing(run: Run) -> None:
    Path("a.arch").write_text(LOOSE)
    Path("b.arch").write_text(NEAT)
    result = run("fmt", "--check", "a.arch", "b.arch")
    assert result.exit_code == 1
    assert result.stderr == "archdsl: `a.arch` would be laid out otherwise\n"
    assert Path("a.arch").read_text() == LOOSE
    assert run("fmt", "--check", "b.arch").exit_code == 0


def test_diff_shows_what_would_change(run: Run) -> None:
    Path("a.arch").write_text(LOOSE.rstrip())
    result = run("fmt", "--diff", "a.arch")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-4:] == [
        "@@ -1 +1 @@",
        "-" + LOOSE.rstrip(),
        "\\ No newline at end of file",
        "+" + NEAT.rstrip(),
    ]
    assert Path("a.arch").read_text() == LOOSE.rstrip()


def test_standard_input_goes_to_standard_output(run: Run) -> None:
    assert run("fmt", "-", input=LOOSE).stdout == NEAT
    broken = run("fmt", "-", input=BROKEN)
    assert (broken.exit_code, broken.stdout) == (1, "")
    assert run("fmt", "-", "-").exit_code == 2


def test_files_used_are_not_asked_for(run: Run) -> None:
    Path("a.arch").write_text('use  "missing.arch"\n')
    assert run("fmt", "a.arch").exit_code == 0
    assert Path("a.arch").read_text() == 'use "missing.arch"\n'


def test_what_is_no_text_is_left_alone(run: Run) -> None:
    Path("a.arch").write_bytes(b"net n { \xff }")
    assert run("fmt", "a.arch").exit_code == 1
    assert run("fmt", "missing.arch").exit_code == 2
    assert Path("a.arch").read_bytes() == b"net n { \xff }"


def test_line_ends_of_windows_become_plain_ones(run: Run) -> None:
    Path("a.arch").write_bytes(NEAT.replace("\n", "\r\n").encode())
    run("fmt", "a.arch")
    assert Path("a.arch").read_bytes() == NEAT.encode()
