"""Measure what archdsl promises of its speed, as ratios within one run.

    python tools/benchmark.py            all of it
    python tools/benchmark.py check      one part: check, build or scale

Every figure is the median over processes of their own, the competitors in turn, so that a machine
whose speed drifts slows both. `check` compares whole processes; `build` compares what happens
inside after the imports; `scale` checks generated specs of 10,000 and 100,000 nodes.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
SPEC = ROOT / "specs" / "inception_v4.arch"
RUNS = 7

LOAD_AND_BUILD = f"""
import time, torch, archdsl, archdsl.pytorch.torch_module
start = time.perf_counter()
archdsl.load({str(SPEC)!r}).module()
print(time.perf_counter() - start)
"""
TIMM = """
import time, torch, timm
start = time.perf_counter()
timm.create_model("inception_v4")
print(time.perf_counter() - start)
"""


def main() -> int:
    parts = {"check": check, "build": build, "scale": scale}
    wanted = sys.argv[1:] or list(parts)
    if any(part not in parts for part in wanted):
        print(f"parts are {', '.join(parts)}", file=sys.stderr)
        return 2
    met = [parts[part]() for part in wanted]
    return 0 if all(met) else 1


def check() -> bool:
    """Whole process of `archdsl check` against that of `import torch`."""
    ours = [sys.executable, "-m", "archdsl", "check", str(SPEC)]
    theirs = [sys.executable, "-c", "import torch"]
    pairs = _in_turn(lambda: _whole(ours), lambda: _whole(theirs))
    return _say("check inception_v4 / import torch, whole processes", pairs, 0.25)


def build() -> bool:
    """Loading and building a module against timm's factory, imports not counted."""
    pairs = _in_turn(lambda: _inside(LOAD_AND_BUILD), lambda: _inside(TIMM))
    return _say("load and build inception_v4 / timm.create_model", pairs, 1.0)


def scale() -> bool:
    """Checking generated specs: as one long text, and as blocks with repeats."""
    met = True
    for name, generate in (("text", _long_text), ("repeats", _repeats)):
        figures: dict[int, tuple[float, float]] = {}
        for nodes in (10_000, 100_000):
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "large.arch"
                path.write_text(generate(nodes), encoding="utf-8")
                runs = [_measured(path) for _ in range(3)]
            seconds = statistics.median(run[0] for run in runs)
            figures[nodes] = (seconds, max(run[1] for run in runs))
            size = figures[nodes][1] / 2**20
            print(f"{name}: {nodes:,} nodes checked in {seconds:.2f} s, {size:,.0f} MiB at most")
        growth = figures[100_000][0] / figures[10_000][0]
        print(f"{name}: ten times the nodes cost {growth:.1f} times as much (limit 12)")
        met = met and figures[100_000][0] < 10 and figures[100_000][1] < 2**30 and growth <= 12
    return met


def _long_text(nodes: int) -> str:
    """One statement a line: convolutions with norm and activation, and pools."""
    line = "  conv 3x3 8 norm=batchnorm act=relu\n  maxpool 3x3\n"
    body = line * (nodes // 4)
    return f"net large {{\n  input 32x32x8\n{body}}}\n"


def _repeats(nodes: int) -> str:
    """Inception-like blocks, 20 nodes each."""
    return (
        f"net large {{\n  input 32x32x32\n  default conv norm=batchnorm act=relu\n"
        f"  {nodes // 20} x mixed\n}}\n"
        "block mixed {\n  concat {\n    conv 1x1 8\n    conv 1x1 8 -> conv 3x3 8\n"
        "    conv 1x1 8 -> conv 3x3 8\n    maxpool 3x3 -> conv 1x1 8\n  }\n}\n"
    )


def _in_turn(ours, theirs) -> list[tuple[float, float]]:
    ours(), theirs()  # warm caches
    return [(ours(), theirs()) for _ in range(RUNS)]


def _say(what: str, pairs: list[tuple[float, float]], limit: float) -> bool:
    ours = statistics.median(pair[0] for pair in pairs)
    theirs = statistics.median(pair[1] for pair in pairs)
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"{what}: {ratio:.2f} (limit {limit:g}); {ours:.2f} s / {theirs:.2f} s, {RUNS} pairs")
    return ratio <= limit


def _whole(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    return time.perf_counter() - start


def _inside(program: str) -> float:
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=ROOT
    )
    return float(done.stdout.split()[-1])


def _measured(path: Path) -> tuple[float, float]:
    """Return seconds and peak memory in bytes of one `archdsl check`."""
    program = (
        "import json, resource, subprocess, sys, time\n"
        "start = time.perf_counter()\n"
        f"subprocess.run([sys.executable, '-m', 'archdsl', 'check', {str(path)!r}], check=True, "
        "stdout=subprocess.DEVNULL)\n"
        "seconds = time.perf_counter() - start\n"
        "peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024\n"
        "print(json.dumps([seconds, peak]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=ROOT
    )
    seconds, peak = json.loads(done.stdout)
    return seconds, peak


if __name__ == "__main__":
    sys.exit(main())
