"""Write everything in the docs that archdsl itself makes: outputs, tables, figures, pictures.

    python tools/refresh_docs.py

That is the outputs shown in README.md and docs/drawing.md, the figures in docs/images/, and what
`operator_table.py`, `zoo_table.py`, `gallery.py`, `notebook.py` and `screenshots.py` write. Tests
say when something is no longer current.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import gallery  # noqa: E402
import notebook  # noqa: E402
import operator_table  # noqa: E402
import screenshots  # noqa: E402
import zoo_table  # noqa: E402

README = ROOT / "README.md"
PAGES = (README, ROOT / "docs" / "drawing.md")
IMAGES = ROOT / "docs" / "images"
BLOCK = re.compile(r"```console\n\$ (?P<command>archdsl [^\n]*)\n(?P<output>.*?)```", re.DOTALL)
THUMBNAILS = re.compile(r"(<!-- figures -->\n).*?(<!-- end of figures -->)", re.DOTALL)

FIGURES = {
    "inception_v4_heat.svg": "render specs/inception_v4.arch --heat params -o",
    "inception_c.svg": "render specs/inception_v4.arch --only C.0 --direction LR -o",
    "googlenet_table.svg": "render specs/googlenet.arch --style table -o",
    "googlenet_print.svg": "render specs/googlenet.arch --expand inception --theme print -o",
    "inception_v3_diff.svg": "diff specs/inception_v3.arch specs/inception_v3_fig5.arch --draw",
}
"""Figures in docs/images/ by the commands that draw them; the name of the file comes last."""


def outputs(command: str) -> str:
    """Return what a command prints, standard output first, without what differs by machine."""
    (ROOT / "out").mkdir(exist_ok=True)
    done = _run(command.split()[1:])
    lines = (done.stdout + done.stderr).splitlines()
    return "\n".join(line.rstrip() for line in lines).rstrip("\n") + "\n" if lines else ""


def refreshed(text: str) -> str:
    """Return a page with every output as it is now, and with the figures of all networks."""

    def anew(block: re.Match[str]) -> str:
        return f"```console\n$ {block['command']}\n{outputs(block['command'])}```"

    text = BLOCK.sub(anew, text)
    return THUMBNAILS.sub(lambda found: f"{found[1]}{gallery.thumbnails()}{found[2]}", text)


def figure(name: str) -> bytes:
    """Return a figure of docs/images/, as its command draws it."""
    target = ROOT / "out" / name
    target.parent.mkdir(exist_ok=True)
    done = _run([*FIGURES[name].split(), str(target)])
    if done.returncode:
        raise RuntimeError(done.stderr)
    return target.read_bytes()


def _run(arguments: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "archdsl", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_COLOR": "1"},
    )


def main() -> None:
    for name in FIGURES:
        (IMAGES / name).write_bytes(figure(name))
    operator_table.main([])
    zoo_table.main()
    gallery.main()
    for page in PAGES:
        page.write_text(refreshed(page.read_text(encoding="utf-8")), encoding="utf-8")
    notebook.main()
    screenshots.main()


if __name__ == "__main__":
    main()
