"""Measure how the work of checking a spec grows with its text, whatever is wrong with it.

    python tools/growth.py                 all texts of tests/growing.py
    python tools/growth.py labels nets     those whose names hold one of the words

Each text is checked at four sizes, each twice the one before, in a process of its own. Said are
the seconds for each, and how many times more a doubling adds than the doubling before: 2 is linear,
4 is quadratic. Ends with 1 where a text takes too long, or a doubling adds over 3 times more.
Python does not look for garbage meanwhile, since it does so in leaps.
"""

from __future__ import annotations

import gc
import resource
import signal
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.growing import GROWING, MULTIPLIED, checked  # noqa: E402

SIZES = (1500, 3000, 6000, 12000)
PATIENCE = 20
"""Seconds of the processor for one size of one text."""
MOST_GROWTH = 3.0
SHORTEST = 0.25
"""Seconds below which a measurement says nothing of growth."""


def main() -> int:
    if sys.argv[1:2] == ["--one"]:
        print(_seconds(sys.argv[2], int(sys.argv[3])))
        return 0
    words = sys.argv[1:]
    names = [name for name in GROWING if name not in MULTIPLIED]
    names = [name for name in names if not words or any(word in name for word in words)]
    bad = [name for name in names if not _measure(name)]
    print(f"{len(names)} texts, {len(bad)} of them grow faster than they should: {bad}")
    return 1 if bad else 0


def _measure(name: str) -> bool:
    seconds: list[float] = []
    for size in SIZES:
        call = [sys.executable, __file__, "--one", name, str(size)]
        done = subprocess.run(call, capture_output=True, text=True, check=False)
        if done.returncode == -signal.SIGXCPU:
            late = f"{size:,} take more than {PATIENCE} s, after {_listed(seconds)}"
            print(f"!!! {name}: {late}", flush=True)
            return False
        if done.returncode:
            print(f"!!! {name}: {size:,} end in {done.stderr.strip().splitlines()[-1]}", flush=True)
            return False
        seconds.append(float(done.stdout))
    more = [after - before for before, after in pairwise(seconds)]
    growth = more[-1] / max(more[-2], 1e-3)
    good = growth < MOST_GROWTH or seconds[-1] < SHORTEST
    print(f"{'' if good else '!!! '}{name}: {_listed(seconds)}, {growth:.1f}", flush=True)
    return good


def _listed(seconds: list[float]) -> str:
    return " ".join(f"{one:.2f}" for one in seconds) + " s"


def _seconds(name: str, size: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "grown.arch"
        path.write_text("net warm { input 3; linear 2 }\n", encoding="utf-8")
        checked(path)
        path.write_text(GROWING[name](size), encoding="utf-8")
        resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE, PATIENCE + 1))
        gc.disable()
        start = time.process_time()
        checked(path)
        return time.process_time() - start


if __name__ == "__main__":
    sys.exit(main())
