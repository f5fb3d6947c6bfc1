"""The code itself: lint, format and types, so that a plain `pytest` run shows them too."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

CHECKS = {
    "lint": ["ruff", "check", "."],
    "format": ["ruff", "format", "--diff", "."],
    # The interpreter is named, or pyright would look for packages in the first one on the path.
    "types": ["pyright", "--pythonpath", sys.executable],
}


@pytest.mark.parametrize("check", CHECKS)
def test_code_passes(check: str) -> None:
    result = subprocess.run(
        [sys.executable, "-m", *CHECKS[check]],
        cwd=ROOT,
        env=os.environ | {"PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"},  # no look-up of newer releases
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if result.returncode != 0:
        print(result.stdout)
        pytest.fail(f"{CHECKS[check][0]} found something; see below", pytrace=False)
