"""Running the command line: in this process, which is quick, or as a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archdsl.cli import main
from tests.cli.running import Process, Run, environment


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No wishes of whoever runs the tests."""
    for name in ("NO_COLOR", "FORCE_COLOR", "ARCHDSL_DEBUG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command line in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, input: str | bytes | None = None) -> Result:
        result = CliRunner().invoke(main, arguments, input=input, prog_name="archdsl")
        assert "Traceback" not in result.output
        return result

    return run


@pytest.fixture
def process(tmp_path: Path) -> Process:
    """Run a command line as a process in an empty folder."""

    def process(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
        settings: dict[str, object] = {
            "cwd": tmp_path,
            "env": environment(),
            "stdin": subprocess.DEVNULL,
            "capture_output": True,
            "encoding": "utf-8",
        }
        command = [sys.executable, "-m", "archdsl", *arguments]
        return subprocess.run(command, **settings | options)  # type: ignore[call-overload]

    return process
