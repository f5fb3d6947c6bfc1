"""Hold random networks from outside of the zoo against each other, by every way to their numbers.

    python tools/differential.py                     2,000 networks
    python tools/differential.py --count 100 --seed 7
    python tools/differential.py --values            and how often each argument's value was drawn

Each network is drawn with names, labels, several inputs and outputs and auxiliary heads over all
operators, and run as a module, from its printed source, from a .pt2 file and from an ONNX file in
onnxruntime, all with the same random weights. A network whose numbers differ is printed with its
text. Ends with 1 where there is one.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from pathlib import Path
from random import Random

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

import torch  # noqa: E402
from hypothesis import HealthCheck, Phase, given, seed, settings  # noqa: E402

import archdsl  # noqa: E402
from tests.differential import WAYS, Drawn, faults, renamed  # noqa: E402
from tests.strategies import networks  # noqa: E402
from tests.trees import Net  # noqa: E402

STEP = 50
"""Networks between two lines of progress."""


def main() -> int:
    options = _options()
    warnings.simplefilter("ignore")
    drawn, failed, start, count = Drawn(), 0, time.monotonic(), 0

    @seed(options.seed)
    @settings(
        max_examples=options.count,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(networks())
    def check(net: Net) -> None:
        nonlocal failed, count
        number = options.seed * 1_000_000 + count
        count += 1
        text = renamed(net.text(), Random(number))
        network = archdsl.load(text)
        drawn.count(network)
        found = faults(network, number)
        if found:
            failed += 1
            print(f"--- network {count}\n{text}\n" + "\n".join(found), flush=True)
        if count % STEP == 0:
            seconds = time.monotonic() - start
            print(f"{count} networks, {failed} differ, {seconds:.0f} s", flush=True)

    check()
    if options.values:
        for (operator, argument, value), times in sorted(drawn.values.items()):
            print(f"{operator} {argument}={value}: {times}")
    print("never drawn:", ", ".join(drawn.never()) or "nothing")
    ways = ", ".join(WAYS)
    print(f"{count} networks, {failed} of them differ by {ways} (torch {torch.__version__})")
    return 1 if failed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Do all ways to a network's numbers agree?")
    parser.add_argument("--count", type=int, default=2000, help="networks (2000)")
    parser.add_argument("--seed", type=int, default=0, help="which ones are drawn (0)")
    parser.add_argument("--values", action="store_true", help="say how often each value was drawn")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
