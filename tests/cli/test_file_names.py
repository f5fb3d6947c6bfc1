"""Names of files are bytes, and need be no text: whatever is made of such a file is made."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import environment
from tests.cli.specs import SOUND, TYPO

SPEC = b"caf\xe9.arch"
BLOCK = "block b { conv 1x1 3 }\n"

pytestmark = pytest.mark.skipif(
    sys.platform in ("win32", "darwin"), reason="names of files are text here"
)


def archdsl(folder: Path, *arguments: str | bytes) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "archdsl", *arguments]
    return subprocess.run(command, cwd=folder, env=environment(), capture_output=True, check=False)


def put(folder: Path, name: bytes, text: str) -> None:
    (folder / os.fsdecode(name)).write_text(text)


@pytest.mark.parametrize(
    ("command", "suffix"),
    [("compile", "py"), ("compile", "safetensors"), ("compile", "onnx")]
    + [("render", one) for one in ("html", "svg", "pdf", "dot", "mmd", "json")],
)
def test_outputs_are_written(tmp_path: Path, command: str, suffix: str) -> None:
    called = SOUND.replace("conv 3x3 4", "conv 3x3 4; b") + BLOCK
    put(tmp_path, SPEC, called)
    put(tmp_path, b"text.arch", called)
    output = b"out\xff." + suffix.encode()
    found = archdsl(tmp_path, command, SPEC, b"-o", output)
    assert (found.returncode, found.stderr) == (0, b"")
    written = (tmp_path / os.fsdecode(output)).read_bytes()
    assert archdsl(tmp_path, command, "text.arch", b"-o", output).returncode == 0
    same = (tmp_path / os.fsdecode(output)).read_bytes()
    if suffix in ("svg", "pdf", "dot", "mmd", "safetensors"):
        assert written == same
    elif suffix == "py":
        assert written.decode() == same.decode().replace(
            "text.arch", "caf\N{REPLACEMENT CHARACTER}.arch"
        )
    elif suffix == "json":
        assert len(json.loads(written)) == len(json.loads(same))
    assert len(written) > 200


@pytest.mark.parametrize("command", ["check", "summary", "table"])
def test_reports_are_made(tmp_path: Path, command: str) -> None:
    put(tmp_path, SPEC, SOUND)
    for format in ("text", "json"):
        found = archdsl(tmp_path, command, SPEC, "--format", format)
        assert (found.returncode, found.stderr) == (0, b""), found.stderr


def test_messages_show_what_can_be_shown_of_a_name(tmp_path: Path) -> None:
    put(tmp_path, SPEC, TYPO)
    found = archdsl(tmp_path, "check", SPEC)
    assert found.returncode == 1
    assert b"caf?.arch:" in found.stderr
    missing = archdsl(tmp_path, "check", b"none\xe9.arch")
    assert b"cannot read `none?.arch`: there is no such file" in missing.stderr
    put(tmp_path, SPEC, SOUND)
    nowhere = archdsl(tmp_path, "compile", SPEC, "-o", b"no\xe9/x.py")
    assert nowhere.returncode == 1
    assert b"there is no folder `" in nowhere.stderr


def test_settings_and_names_of_nets_that_are_no_text_are_refused(tmp_path: Path) -> None:
    put(tmp_path, SPEC, SOUND)
    for wrong in (b"--set=classes=\xe9", b"--set=\xe9=1", b"--net=\xe9"):
        found = archdsl(tmp_path, "check", SPEC, wrong)
        assert found.returncode in (1, 2)
        assert b"internal error" not in found.stderr
