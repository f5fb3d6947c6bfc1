"""Put small faults into the code, one at a time, and see whether the tests notice.

    python tools/mutation.py                       60 faults in each part
    python tools/mutation.py --count 20 --seed 7   fewer, and others
    python tools/mutation.py weights               in one part only: ops, graph or weights
    python tools/mutation.py --write               and keep the result in docs/mutation.md

The faults are Cosmic Ray's: another operator, a number one higher, a comparison turned round, a
loop that never runs. Which ones are made is drawn with the seed. Each is put into a copy of the
checkout; the tests of its neighbourhood run until the first one fails, and a fault that none of
them notices is printed with its change. Faults that leave the program as it is, such as one in an
annotation, are not counted.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cosmic_ray.commands import init
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import MutationSpec

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "mutation.md"
LONGEST = 600
"""Seconds that the tests of one fault may take; a fault that hangs them is noticed."""

SAME_MEANING = ("Eq_Is", "NotEq_IsNot")
"""Endings of what Cosmic Ray calls changes that mostly change nothing: `==` became `is`."""


@dataclass(frozen=True, slots=True)
class Part:
    """Folders or files of the package, and the tests that should notice faults in them."""

    code: tuple[str, ...]
    tests: tuple[str, ...]


PARTS = {
    "ops": Part(
        ("archdsl/ops",),
        ("tests/ops", "tests/graph", "tests/check", "tests/diagnostics", "tests/test_soundness.py"),
    ),
    "graph": Part(
        ("archdsl/graph",),
        ("tests/graph", "tests/check", "tests/ops", "tests/diagnostics", "tests/test_soundness.py"),
    ),
    "weights": Part(
        ("archdsl/weights",),
        (
            "tests/weights",
            "tests/cli/test_weights.py",
            "tests/networks/test_checkpoints.py",
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """A change to one file: where, and the text of the file with it."""

    file: str
    line: int
    was: str
    now: str
    text: str

    @property
    def described(self) -> str:
        return f"{self.file}:{self.line}: `{self.was}` became `{self.now}`"


def main() -> int:
    options = _options()
    results: dict[str, tuple[int, list[Fault]]] = {}
    for name in options.parts or PARTS:
        part = PARTS[name]
        with tempfile.TemporaryDirectory(prefix="archdsl-mutation-") as folder:
            copy = _copy(Path(folder))
            tests = [test for test in part.tests if (copy / test).exists()]
            if not _notices_nothing(copy, tests):
                print(f"{name}: the tests fail before any fault is made", file=sys.stderr)
                return 1
            missed: list[Fault] = []
            drawn = _drawn(part, options.count, random.Random(f"{name} {options.seed}"))
            for number, fault in enumerate(drawn, 1):
                unseen = _goes_unseen(copy, fault, tests)
                if unseen:
                    missed.append(fault)
                verdict = "NOT NOTICED" if unseen else "noticed"
                print(f"{name} {number}/{len(drawn)} {verdict}: {fault.described}", flush=True)
            results[name] = (len(drawn), missed)
    print()
    print(_table(results))
    if options.write:
        PAGE.write_text(_page(results, options), encoding="utf-8", newline="\n")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Put faults into the code; do tests notice?")
    parser.add_argument("parts", nargs="*", help="ops, graph or weights (all)")
    parser.add_argument("--count", type=int, default=60, help="faults in each part (60)")
    parser.add_argument("--seed", type=int, default=0, help="which ones are drawn (0)")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.relative_to(ROOT)}")
    options = parser.parse_args()
    strange = [part for part in options.parts if part not in PARTS]
    if strange:
        parser.error(f"there is no part `{strange[0]}`; there are {', '.join(PARTS)}")
    return options


def _copy(folder: Path) -> Path:
    """Copy what git has of the checkout, so that no fault is ever left in it."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
    return folder


def _drawn(part: Part, count: int, random: random.Random) -> list[Fault]:
    """Return ``count`` faults of a part, or all where there are fewer, in a random order."""
    files = sorted(
        path
        for code in part.code
        for path in (ROOT / code).rglob("*.py")
        if path.name != "__init__.py"
    )
    faults = _possible(files)
    random.shuffle(faults)
    found: list[Fault] = []
    places: set[tuple[str, int]] = set()
    for spec in faults:
        fault = _made(spec)
        # One fault a line: a comparison alone has ten, which the same test notices.
        if fault is None or (fault.file, fault.line) in places:
            continue
        places.add((fault.file, fault.line))
        found.append(fault)
        if len(found) == count:
            break
    return found


def _possible(files: list[Path]) -> list[MutationSpec]:
    """Return every fault that Cosmic Ray knows how to make, in a steady order."""
    with (
        tempfile.TemporaryDirectory() as folder,
        use_db(Path(folder) / "faults.sqlite", WorkDB.Mode.create) as database,
    ):
        init(files, database, {})
        found = [item.mutations[0] for item in database.work_items]
    found = [one for one in found if not one.operator_name.endswith(SAME_MEANING)]
    return sorted(found, key=lambda one: (str(one.module_path), one.operator_name, one.occurrence))


def _made(spec: MutationSpec) -> Fault | None:
    """Return the fault that Cosmic Ray describes, or None where the program stays the same."""
    path = Path(spec.module_path)
    before = path.read_text(encoding="utf-8")
    after = mutate_code(before, get_operator(spec.operator_name)(), spec.occurrence)
    if after is None or _meaning(before) == _meaning(after):
        return None
    return Fault(str(path.relative_to(ROOT)), *_changed(before, after), after)


def _changed(before: str, after: str) -> tuple[int, str, str]:
    """Return the number of the first line that differs, as it was and as it is."""
    old, new = before.splitlines(), after.splitlines()
    pairs = enumerate(zip(old, new, strict=False), 1)
    number, (was, now) = next(pair for pair in pairs if pair[1][0] != pair[1][1])
    return number, was.strip(), now.strip()


def _meaning(text: str) -> str | None:
    """Return the program without its annotations and docstrings, None where it does not parse."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(None)
        elif isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None
    return ast.dump(tree)


def _goes_unseen(copy: Path, fault: Fault, tests: list[str]) -> bool:
    target = copy / fault.file
    sound = target.read_text(encoding="utf-8")
    target.write_text(fault.text, encoding="utf-8")
    try:
        return _notices_nothing(copy, tests)
    finally:
        target.write_text(sound, encoding="utf-8")


def _notices_nothing(copy: Path, tests: list[str]) -> bool:
    command = [sys.executable, "-B", "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    try:
        done = subprocess.run(
            command, cwd=copy, env=_environment(copy), capture_output=True, timeout=LONGEST
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def _environment(copy: Path) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(copy), "OMP_NUM_THREADS": "1"}


def _table(results: dict[str, tuple[int, list[Fault]]]) -> str:
    rows = ["| part | faults | noticed | not noticed |", "| --- | ---: | ---: | ---: |"]
    for name, (count, missed) in results.items():
        rows.append(f"| {name} | {count} | {count - len(missed)} | {len(missed)} |")
    return "\n".join(rows)


def _page(results: dict[str, tuple[int, list[Fault]]], options: argparse.Namespace) -> str:
    day = datetime.now(UTC).date().isoformat()
    lines = [
        "# Faults put in by hand, and the tests that notice them",
        "",
        f"Made by `python tools/mutation.py --count {options.count} --seed {options.seed} --write`",
        f"on {day}: small faults, one at a time, each held against the tests of its neighbourhood.",
        "",
        _table(results),
        "",
    ]
    for name, (_, missed) in results.items():
        if missed:
            lines += [f"## Not noticed in {name}", ""]
            lines += [f"- `{fault.file}`: `{fault.was}` became `{fault.now}`" for fault in missed]
            lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
