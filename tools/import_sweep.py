"""Hold the import of weights to "equal outputs or refused", over random models of other people.

    python tools/import_sweep.py [--from 0] [--count 5000] [--wired]

Prints how many were imported with equal outputs and how many were refused, by the manner in which
their layers are named. Ends with 1 if one was imported wrongly.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.other_models import trial


def main() -> int:
    parser = argparse.ArgumentParser(description="Import weights of random models.")
    parser.add_argument("--from", dest="first", type=int, default=0, help="the first seed")
    parser.add_argument("--count", type=int, default=5000, help="how many models")
    parser.add_argument("--wired", action="store_true", help="let it see how each model runs")
    given = parser.parse_args()
    by_manner: defaultdict[str, Counter[str]] = defaultdict(Counter)
    wrong: list[int] = []
    for seed in range(given.first, given.first + given.count):
        found = trial(seed, wired=given.wired)
        by_manner[found.manner][found.verdict] += 1
        if found.verdict == "wrong":
            wrong.append(seed)
    total: Counter[str] = sum(by_manner.values(), Counter[str]())
    for manner, counts in [*sorted(by_manner.items()), ("all", total)]:
        equal, refused = counts["equal"], counts["refused"]
        share = 100 * equal / counts.total()
        print(f"{manner:34} {equal:6} equal {refused:6} refused {share:5.0f} %")
    for seed in wrong:
        print(f"WRONG: seed {seed}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
