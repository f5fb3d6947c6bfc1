"""Show what archdsl does, on Inception-v4: check, summarise, draw, compile, run.

Run by `make demo`; each step is the command a person would type. Writes into `out/`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
SPEC = "specs/inception_v4.arch"
STEPS = (
    ("Check every shape, parameter count and claim", ["check", SPEC]),
    ("Summarise it like the paper's table", ["summary", SPEC]),
    ("Draw it", ["render", SPEC, "-o", "out/inception_v4.svg"]),
    (
        "Draw it as a figure for a paper",
        ["render", SPEC, "-o", "out/inception_v4.pdf", "--style", "paper"],
    ),
    ("Write a page to explore it in", ["render", SPEC, "-o", "out/inception_v4.html"]),
    ("Write it as Python that needs only torch", ["compile", SPEC, "-o", "out/inception_v4.py"]),
    ("Build the module and run a batch of images", ["compile", SPEC, "--batch", "2"]),
)


def main() -> int:
    (ROOT / "out").mkdir(exist_ok=True)
    for title, arguments in STEPS:
        print(f"\n# {title}\n$ archdsl {' '.join(arguments)}", flush=True)
        done = subprocess.run([sys.executable, "-m", "archdsl", *arguments], cwd=ROOT, check=False)
        if done.returncode:
            print(f"archdsl {arguments[0]} ended with {done.returncode}", file=sys.stderr)
            return done.returncode
    print(f"\nLook at {ROOT / 'out' / 'inception_v4.html'}, and the .svg and .pdf beside it")
    return 0


if __name__ == "__main__":
    sys.exit(main())
