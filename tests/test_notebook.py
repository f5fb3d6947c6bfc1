"""The notebook in docs/ is what its cells give when they are run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tools"))

import notebook  # noqa: E402
from zoo import zoo  # noqa: E402

CODE = "import sys, notebook; sys.stdout.buffer.write(notebook.executed().encode())"


@pytest.fixture(scope="module")
def executed() -> str:
    """Run the notebook; the kernel's own complaints stay in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", CODE], cwd=ROOT / "tools", capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def test_the_notebook_is_current(executed: str) -> None:
    assert notebook.NOTEBOOK.read_text(encoding="utf-8") == executed, "run `make docs`"


def test_every_network_is_drawn_in_it(executed: str) -> None:
    cells = json.loads(executed)["cells"]
    drawn = [
        cell["source"]
        for cell in cells
        for output in cell.get("outputs", ())
        if "image/svg+xml" in output.get("data", {})
    ]
    shown = ["".join(source) for source in drawn]
    for entry in zoo():
        assert f'SVG(archdsl.load("../../{entry.row.spec}").draw())' in shown
