"""What loads when: imports go one way through the folders, and heavy libraries load late."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "archdsl"

# From what knows nothing to what sees everything.
ORDER = [
    "version",
    "light",
    "files",
    "source",
    "escaping",
    "safe_names",
    "implementations",
    "diagnostics",
    "syntax",
    "ops",
    "recipe",
    "graph",
    "check",
    "compare",
    "tables",
    "drawing",
    "page",
    "pytorch",
    "weights",
    "export",
    "network",
    "loading",
    "timm",
    "preview",
    "cli",
]

# A part that stands outside of the order, and what it may import all the same.
EXCEPTIONS = {
    "__init__": {
        "loading",
        "network",
        "diagnostics",
        "drawing",
        "export",
        "pytorch",
        "version",
        "weights",
    },
    "__main__": {"cli"},
}

HEAVY = ("torch", "onnx", "rich", "timm", "numpy")


def part(module: str) -> str:
    """Return the folder or top-level module under archdsl."""
    return module.split(".")[1] if "." in module else "__init__"


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        yield name.removesuffix(".__init__"), path


def imported(tree: ast.AST) -> Iterator[str]:
    """Yield the modules of archdsl imported anywhere in a tree, be it for types alone."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("archdsl"))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("archdsl"):
            if node.module == "archdsl":
                yield from (f"archdsl.{alias.name}" for alias in node.names)
            else:
                yield node.module or ""
        yield from imported(node)


@pytest.mark.parametrize(("name", "path"), [pytest.param(*one, id=one[0]) for one in modules()])
def test_imports_go_one_way(name: str, path: Path) -> None:
    here = part(name)
    for other in imported(ast.parse(path.read_text(encoding="utf-8"))):
        there = part(other)
        if here == there or there in EXCEPTIONS.get(here, set()):
            continue
        assert here in ORDER, f"{here} has no place in the order of imports"
        assert there in ORDER, f"{name} imports {other}, which has no place in the order"
        assert ORDER.index(there) < ORDER.index(here), f"{name} imports {other}"


def loaded_after(code: str) -> set[str]:
    """Return the heavy libraries that a fresh interpreter has loaded after running ``code``."""
    report = f"\nimport sys; print(*[m for m in {HEAVY} if m in sys.modules])"
    result = subprocess.run(
        [sys.executable, "-c", code + report],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(result.stdout.splitlines()[-1].split())


RUN = """
from archdsl.cli import main
try:
    main({arguments!r})
except SystemExit as end:
    assert not end.code, end.code
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "specs/inception_v4.arch"],
        ["check", "--format", "json", "specs/googlenet.arch"],
        ["summary", "specs/inception_v4.arch"],
        ["summary", "--format", "json", "specs/googlenet.arch"],
        ["render", "specs/inception_v4.arch", "-o", "{folder}/x.dot"],
        ["render", "specs/inception_v4.arch", "-o", "{folder}/x.svg"],
    ],
    ids=lambda arguments: "-".join(one for one in arguments if "/" not in one),
)
def test_looking_at_a_network_loads_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    filled = [one.format(folder=tmp_path) for one in arguments]
    assert loaded_after(RUN.format(arguments=filled)) == set()


def test_loading_a_network_loads_nothing_heavy() -> None:
    code = "import archdsl; archdsl.load('specs/googlenet.arch').totals"
    assert loaded_after(code) == set()


def test_the_check_for_heavy_libraries_can_fail() -> None:
    code = "import archdsl; archdsl.load('specs/googlenet.arch').module"
    assert loaded_after(code) == set()
    assert "torch" in loaded_after(code + "('cpu')")
