"""Write the pictures and outputs that the README shows, from the specs themselves.

    python tools/refresh_docs.py

`tests/test_readme.py` says when they are no longer current.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
PICTURES = {"docs/images/inception_v4.png": "specs/inception_v4.arch"}
BLOCK = re.compile(r"```console\n\$ (?P<command>archdsl [^\n]*)\n(?P<output>.*?)```", re.DOTALL)


def outputs(command: str) -> str:
    """Return what a command prints, standard output first, without what differs by machine."""
    arguments = command.split()[1:]
    (ROOT / "out").mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "archdsl", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_COLOR": "1"},
    )
    lines = (done.stdout + done.stderr).splitlines()
    return "\n".join(line.rstrip() for line in lines).rstrip("\n") + "\n" if lines else ""


def refreshed(text: str) -> str:
    """Return the README with every output as it is now."""

    def anew(block: re.Match[str]) -> str:
        return f"```console\n$ {block['command']}\n{outputs(block['command'])}```"

    return BLOCK.sub(anew, text)


def picture(spec: str) -> bytes:
    """Return the PNG of a spec."""
    import archdsl

    drawn = archdsl.load(ROOT / spec).draw("png")
    assert isinstance(drawn, bytes)
    return drawn


def main() -> int:
    for path, spec in PICTURES.items():
        (ROOT / path).parent.mkdir(exist_ok=True)
        (ROOT / path).write_bytes(picture(spec))
    README.write_text(refreshed(README.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
