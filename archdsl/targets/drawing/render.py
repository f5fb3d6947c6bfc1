"""Run a Graphviz program: DOT text to a picture.

The program is the ``graphviz-pure`` that is installed with archdsl, or, if asked for, the
machine's own ``dot``. Both take the same command line.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

SECONDS = 120.0
"""How long a picture may take. A thousand boxes take a few seconds."""

PROGRAMS = {"pure": "graphviz-pure", "dot": "dot"}
"""The program behind each engine."""


class DrawingError(Exception):
    """A drawing could not be made; the message says why and what to do."""


def render(text: str, format: str, engine: str = "pure", seconds: float = SECONDS) -> bytes:
    """Return the picture of a DOT text, in a format that Graphviz writes."""
    program = find_program(engine)
    try:
        done = subprocess.run(
            [program, f"-T{format}"],
            input=text.encode(),
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise DrawingError(
            f"`{PROGRAMS[engine]}` did not finish within {seconds:g} seconds; "
            "a drawing with fewer boxes is quicker: leave out `depth`, or give a smaller one"
        ) from None
    except OSError as error:
        raise DrawingError(f"cannot run `{program}`: {error.strerror or error}") from None
    if done.returncode != 0 or not done.stdout:
        raise DrawingError(f"`{PROGRAMS[engine]}` failed: {_complaint(done)}")
    return done.stdout


def find_program(engine: str) -> str:
    """Return the path of an engine's program; a pip-installed one is beside the interpreter."""
    if engine not in PROGRAMS:
        known = " or ".join(f"`{name}`" for name in PROGRAMS)
        raise DrawingError(f"there is no drawing engine `{engine}`; it is {known}")
    name = PROGRAMS[engine]
    beside: list[str] = []
    if engine == "pure":
        scripts = Path(sysconfig.get_path("scripts"))
        beside = [str(scripts), str(Path(sys.executable).parent), str(Path(sys.prefix) / "bin")]
    for folder in (*beside, None):
        found = shutil.which(name, path=folder)
        if found is not None:
            return found
    if engine == "pure":
        raise DrawingError("`graphviz-pure` is not installed: run `pip install graphviz-pure`")
    raise DrawingError(
        "there is no `dot` on the PATH: install Graphviz, or leave out the engine to use the "
        "`graphviz-pure` that comes with archdsl"
    )


def _complaint(done: subprocess.CompletedProcess[bytes]) -> str:
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    if lines:
        return lines[0]
    if done.returncode < 0:
        return f"it was stopped by signal {-done.returncode}"
    return f"it wrote nothing and returned {done.returncode}"
