"""No file tells where it was compiled."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner

from archdsl.cli import main

HOME = "tell-tale"
HERE = Path(__file__).parents[2]
SPEC = """
net n { input 16x16x3; b 4 as first; b 8; aux side { avgpool global; linear 2 }; maxpool to=3x3
  avgpool global; linear 2 }
block b(c) { conv 3x3 c norm=batchnorm act=relu; avgpool 2x2/1 }
"""
SUFFIXES = ("py", "onnx", "pt2", "safetensors", "svg", "pdf", "png", "dot", "mmd", "json", "html")


def _members(data: bytes) -> dict[str, bytes]:
    """Return a file's bytes, and those of what is packed in it."""
    found = {"": data}
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            found |= {name: packed.read(name) for name in packed.namelist()}
    return found


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_no_path_of_the_machine_is_in_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    home = tmp_path / HOME
    home.mkdir()
    monkeypatch.chdir(home)
    (home / "n.arch").write_text(SPEC, encoding="utf-8")
    command = "compile" if suffix in ("py", "onnx", "pt2", "safetensors") else "render"
    done = CliRunner().invoke(main, [command, str(home / "n.arch"), "-o", f"out.{suffix}"])
    assert done.exit_code == 0, done.output
    places = (HOME, str(HERE), str(Path(torch.__file__).parents[1]), str(Path.home()) + "/")
    for name, data in _members((home / f"out.{suffix}").read_bytes()).items():
        for place in places:
            assert place.encode() not in data, f"{place} is in {name or suffix}"
