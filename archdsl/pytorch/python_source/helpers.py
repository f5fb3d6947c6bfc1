"""What generated source carries along: layers that torch lacks, functions, and the imports."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HOME = Path(__file__).parent.parent
FILES = {"arithmetic.py": False, "layers.py": False, "conventions.py": True}
"""Where helpers are, and whether they come behind the classes, which are what is read first."""

Import = tuple[str, str]
"""A module, and what is imported from it; nothing is where the module itself is."""

IN_CLASSES: tuple[tuple[re.Pattern[str], Import], ...] = (
    (re.compile(r"\bOrderedDict\("), ("collections", "OrderedDict")),
    (re.compile(r"\bSequence\[int"), ("collections.abc", "Sequence")),
    (re.compile(r"\bdict\[str, Any\]"), ("typing", "Any")),
    (re.compile(r"\(NamedTuple\):"), ("typing", "NamedTuple")),
    (re.compile(r"(?<![\w.])math\.\w+\("), ("math", "")),
    (re.compile(r"(?<![\w.])torch\.[\w.]+\("), ("torch", "")),
    (re.compile(r"(?<![\w.])F\.\w+\("), ("torch.nn", "functional as F")),
)
"""What stands in the text of a class that needs an import."""
ALWAYS: tuple[Import, ...] = (("torch", "Tensor"), ("torch", "nn"))


_PIECE = re.compile(r"^(?=@|class |def )", re.MULTILINE)
_TITLE = re.compile(r"^(?:class|def) (\w+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _File:
    """A file of helpers: what it imports, and the text of each helper by its name."""

    imports: Mapping[str, Import]
    texts: Mapping[str, str]
    is_last: bool


@dataclass(frozen=True, slots=True)
class Helper:
    """A class or a function that stands by itself but for imports and other helpers."""

    text: str
    needs: frozenset[str]
    """The names that it mentions, other helpers among them."""
    imports: tuple[Import, ...]
    is_last: bool
    """Whether it stands behind the classes of the network."""


def helper_names() -> tuple[str, ...]:
    return tuple(name for file in _files() for name in file.texts)


def helpers_of(text: str) -> list[Helper]:
    """Return the helpers that a text calls, and those that they need, in their own order."""
    names = helper_names()
    left = [name for name in names if _calls(text, name)]
    found: dict[str, Helper] = {}
    while left:
        name = left.pop()
        if name not in found:
            found[name] = _helper(name)
            left += [other for other in names if other in found[name].needs]
    return [found[name] for name in names if name in found]


def _calls(text: str, name: str) -> bool:
    """Return whether a text calls something of a name, as no attribute of another."""
    return f"{name}(" in text and re.search(rf"(?<![\w.]){name}\(", text) is not None


def imports(bodies: Iterable[str], helpers: Iterable[Helper]) -> str:
    """Return the import statements of a file with some classes and helpers, sorted."""
    text = "".join(bodies)
    wanted = {*ALWAYS, *(one for sign, one in IN_CLASSES if sign.search(text))}
    wanted.update(one for helper in helpers for one in helper.imports)
    plain, torchs = _statements(wanted, of_torch=False), _statements(wanted, of_torch=True)
    return "\n".join([*plain, *([""] if plain else []), *torchs]) + "\n"


def _statements(wanted: set[Import], *, of_torch: bool) -> list[str]:
    homes = {home for home, _ in wanted if home.startswith("torch") is of_torch}
    modules = [f"import {home}" for home in sorted(homes) if (home, "") in wanted]
    lines: list[str] = []
    for home in sorted(homes):
        names = sorted((name for at, name in wanted if at == home and name), key=_isorted)
        if names:
            lines.append(f"from {home} import {', '.join(names)}")
    return modules + lines


def _isorted(name: str) -> tuple[int, str]:
    """Order constants before classes before functions, as import sorters do."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


@cache
def _files() -> tuple[_File, ...]:
    return tuple(_file(HOME / name, is_last) for name, is_last in FILES.items())


def _file(path: Path, is_last: bool) -> _File:
    head, *pieces = _PIECE.split(path.read_text(encoding="utf-8"))
    texts: dict[str, str] = {}
    decorators = ""
    for piece in pieces:
        title = _TITLE.match(piece)
        if title is None:
            decorators += piece
        else:
            texts[title[1]] = f"{decorators}{piece.rstrip()}\n"
            decorators = ""
    return _File(dict(_imported(ast.parse(head).body)), texts, is_last)


@cache
def _helper(name: str) -> Helper:
    file = next(file for file in _files() if name in file.texts)
    text = file.texts[name]
    names = {one.id for one in ast.walk(ast.parse(text)) if isinstance(one, ast.Name)} - {name}
    wanted = (file.imports[one] for one in sorted(names) if one in file.imports)
    return Helper(text, frozenset(names), tuple(wanted), file.is_last)


def _imported(body: Iterable[ast.stmt]) -> Iterable[tuple[str, Import]]:
    """Yield each imported name with where it comes from."""
    for node in body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, (alias.name, "")
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                written = alias.name if alias.asname is None else f"{alias.name} as {alias.asname}"
                yield alias.asname or alias.name, (node.module or "", written)
