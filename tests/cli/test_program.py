"""What all commands have in common, and processes as a shell sees them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import archdsl.cli.check as check_command
from tests.cli.running import ROOT, Process, Run, environment
from tests.cli.specs import SOUND, TYPO

COMMANDS = ("check", "fmt", "summary", "render", "compile", "explain", "completion")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_examples(run: Run, command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert "Examples:" in result.stdout
    assert f"archdsl {command}" in result.stdout
    assert command in run("--help").stdout


def test_version(run: Run) -> None:
    assert run("--version").stdout.startswith("archdsl 0.")


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("chek", "a.arch"), "did you mean `check`?"),
        (("check", "--formt", "json", "a.arch"), "--format"),
        (("check",), "SPEC"),
        (("check", "a.arch", "--max-nodes", "0"), "--max-nodes"),
        (("summary", "a.arch", "--format", "yaml"), "markdown"),
        (("explain", "no-such-code"), "no-such-code"),
    ],
)
def test_wrong_call_is_2_with_a_hint(run: Run, arguments: tuple[str, ...], hint: str) -> None:
    Path("a.arch").write_text(SOUND)
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert hint in result.stderr


def test_bug_is_said_to_be_one(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object, **options: object) -> None:
        raise KeyError("the cause")

    monkeypatch.setattr(check_command, "read_spec", broken)
    result = run("check", "a.arch")
    assert result.exit_code == 70
    assert "archdsl: internal error, please report it: KeyError: 'the cause'" in result.stderr


@pytest.mark.parametrize("environment", [{}, {"ARCHDSL_DEBUG": "1"}])
def test_debug_shows_where_a_bug_is(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> None:
    from click.testing import CliRunner

    from archdsl.cli import main

    def broken(*arguments: object, **options: object) -> None:
        raise KeyError("the cause")

    monkeypatch.setattr(check_command, "read_spec", broken)
    arguments = ["check", "a.arch"] if environment else ["--debug", "check", "a.arch"]
    result = CliRunner().invoke(main, arguments, env=environment)
    assert result.exit_code == 70
    assert "Traceback" in result.stderr
    assert "in broken" in result.stderr


def test_colors_follow_the_environment(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("a.arch").write_text(TYPO)
    assert "\x1b" not in run("check", "a.arch").stderr
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[31m" in run("check", "a.arch").stderr
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in run("check", "a.arch").stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(("more", "colored"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_terminal_gets_colors(tmp_path: Path, more: dict[str, str], colored: bool) -> None:
    (tmp_path / "a.arch").write_text(TYPO)
    ours, theirs = os.openpty()
    subprocess.run(
        [sys.executable, "-m", "archdsl", "check", "a.arch"],
        cwd=tmp_path,
        env=environment(TERM="xterm", **more),
        stdin=subprocess.DEVNULL,
        stderr=theirs,
        check=False,
    )
    os.close(theirs)
    shown = os.read(ours, 65536)
    os.close(ours)
    assert b"unknown-operator" in shown
    assert (b"\x1b[" in shown) == colored


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("check", "a.arch"),
        ("summary", "a.arch"),
        ("render", "a.arch", "-o", "a.svg"),
        ("compile", "a.arch", "-o", "a.py"),
    ],
)
def test_heavy_libraries_stay_away(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "a.arch").write_text(SOUND)
    program = f"""
import sys
from archdsl.cli import main
try:
    main({list(arguments)!r}, prog_name="archdsl")
except SystemExit as end:
    assert end.code == 0, end.code
heavy = {{"torch", "onnx", "onnxscript", "rich", "numpy", "safetensors"}} & set(sys.modules)
assert not heavy, heavy
"""
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert result.returncode == 0, result.stderr


def test_closed_pipe_is_quiet(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    result = subprocess.run(
        [sys.executable, "-m", "archdsl", "summary", str(ROOT / "specs" / "googlenet.arch")],
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)
    assert result.returncode == 141
    assert result.stderr == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
@pytest.mark.parametrize("arguments", [("--help",), ("check", "-")])
def test_full_disk_on_standard_output_is_said(process: Process, arguments: tuple[str]) -> None:
    with Path("/dev/full").open("w") as full:
        result = process(
            *arguments,
            capture_output=False,
            stdout=full,
            stderr=subprocess.PIPE,
            stdin=None,
            input=SOUND,
        )
    assert result.returncode == 1
    assert result.stderr == ("archdsl: cannot write to standard output: no space left on device\n")


def test_characters_a_terminal_lacks_become_question_marks(
    process: Process, tmp_path: Path
) -> None:
    (tmp_path / "a.arch").write_text(SOUND)
    result = process(
        "summary", "a.arch", env=environment(PYTHONIOENCODING="latin-1"), encoding="latin-1"
    )
    assert result.returncode == 0
    assert "8×8×3 ? 1×1×10" in result.stdout


INTERRUPTED = """
import io
import signal
import sys

import archdsl.cli

# A shell's background jobs ignore it, and so would what they start.
signal.signal(signal.SIGINT, signal.default_int_handler)


class Told(io.RawIOBase):
    def readable(self):
        return True

    def readinto(self, into):
        print("reading", flush=True)
        return sys.__stdin__.buffer.readinto1(into)


sys.stdin = io.TextIOWrapper(io.BufferedReader(Told()))
archdsl.cli.main(["check", "-"])
"""
"""Says when it has begun to read standard input, which is when a user would press Ctrl-C."""


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
def test_interruption_is_quiet() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == b"reading\n"
        running.send_signal(signal.SIGINT)
        # Its input stays open until it has ended, so that only the signal can end it.
        assert running.wait(timeout=60) == 130
        _, stderr = running.communicate()
    assert stderr.strip() == b""


@pytest.mark.parametrize(
    ("shell", "line"), [("bash", "complete"), ("zsh", "compdef"), ("fish", "complete")]
)
def test_completion_script(run: Run, shell: str, line: str) -> None:
    result = run("completion", shell)
    assert result.exit_code == 0
    assert line in result.stdout
    assert "_ARCHDSL_COMPLETE" in result.stdout


def test_completion_knows_the_commands(process: Process) -> None:
    asked = environment(_ARCHDSL_COMPLETE="bash_complete", COMP_WORDS="archdsl su", COMP_CWORD="1")
    assert process(env=asked).stdout == "plain,summary\n"
