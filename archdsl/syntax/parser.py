"""Text to syntax tree. Lark compiles the grammar, the machine runs its tables."""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from lark import Lark

from archdsl.diagnostics import Diagnostic
from archdsl.light import GarbageCollectorPaused
from archdsl.source import SourceFile
from archdsl.syntax import nodes
from archdsl.syntax.brackets import check_brackets
from archdsl.syntax.builder import Builder
from archdsl.syntax.machine import Machine, Run, Stuck
from archdsl.syntax.mistakes import Mistakes

GRAMMAR = Path(__file__).with_name("grammar.lark")
MOST_ERRORS = 20
_ITEM = re.compile(r"^(?:use|block|net)\b", re.MULTILINE)
_LOCK = Lock()


def parse(source: SourceFile) -> tuple[nodes.File, tuple[Diagnostic, ...]]:
    """Return the syntax tree of a file, and what is wrong with its syntax.

    After a mistake, parsing goes on with the next statement or, outside of braces, with the
    next ``use``, ``block`` or ``net`` that begins a line.
    """
    unbalanced = check_brackets(source)
    if unbalanced is not None:
        return nodes.File((), (), ()), (unbalanced,)
    with _LOCK, GarbageCollectorPaused():
        parser = _parser()
        parser.builder.begin(source)
        items, found = _read(source, parser)
        found += parser.builder.found
    file = nodes.File(
        tuple(item for item in items if isinstance(item, nodes.Use)),
        tuple(item for item in items if isinstance(item, nodes.Block)),
        tuple(item for item in items if isinstance(item, nodes.Net)),
    )
    return file, tuple(found[:MOST_ERRORS])


def _read(source: SourceFile, parser: _Parser) -> tuple[list[Any], list[Diagnostic]]:
    text = source.text
    items: list[Any] = []
    found: list[Diagnostic] = []
    run = Run(parser.machine, text)
    while True:
        try:
            return items + run.finish(), found
        except Stuck as stuck:
            found.append(parser.mistakes.explain(source, stuck))
            if len(found) == MOST_ERRORS:
                return items, found
            at = stuck.token.start
        # DEFAULT can only begin a statement: what accepts it is a body between two statements.
        if run.retreat("DEFAULT", _end_of_statement(text, at)):
            continue
        item = _ITEM.search(text, at + 1)
        if item is None:
            return items, found
        run = Run(parser.machine, text, item.start())


_MARK = re.compile(r'#[^\n]*+|"[^"\n]*+"|[{}()\[\];\n]')
_CONTINUED = re.compile(r"(?:[ \t\r\n]++|#[^\n]*+\n)*+(?:->|,|else(?![A-Za-z0-9_]))")
_GAP = re.compile(r"[;\n](?:[ \t\r\n;]++|#[^\n]*+)*+")


def _end_of_statement(text: str, at: int) -> int:
    """Return where the statement around ``at`` is over: at the next one, or at the `}` after it."""
    depth = 0
    mark = _MARK.search(text, at)
    while mark is not None:
        sign, place = mark.group(), mark.start()
        resume = mark.end()
        if sign in "{([":
            depth += 1
        elif sign == "}" and depth == 0:
            return place
        elif sign in "})]":
            depth = max(0, depth - 1)
        elif sign in ";\n" and depth == 0:
            continued = _CONTINUED.match(text, place)
            gap = _GAP.match(text, place)
            if continued is None:
                return resume if gap is None else gap.end()
            resume = continued.end()
        mark = _MARK.search(text, resume)
    return len(text)


class _Parser:
    """The machine for the grammar with its builder, and the mistakes it knows."""

    def __init__(self, lark: Lark) -> None:
        self.builder = Builder()
        self.machine = Machine(lark, self.builder)
        self.mistakes = Mistakes(self.machine)


@cache
def _parser() -> _Parser:
    """Compile the grammar, or take its tables from the user's cache folder."""
    text = GRAMMAR.read_text(encoding="utf-8")
    options: dict[str, Any] = {"parser": "lalr", "lexer": "contextual", "maybe_placeholders": False}
    location = _cache_file()
    if location is not None:
        try:
            return _Parser(Lark(text, cache=str(location), **options))
        except OSError:
            pass
    return _Parser(Lark(text, **options))


def _cache_file() -> Path | None:
    """Return where the parse tables may be kept, or None if there is no such place."""
    root = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    folder = Path(root) / "archdsl"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return None
    return folder / "grammar.tables" if os.access(folder, os.W_OK) else None
