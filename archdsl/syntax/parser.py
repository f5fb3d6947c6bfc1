"""Text to syntax tree. Lark compiles the grammar, the machine runs its tables."""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Sequence
from functools import cache, cached_property
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
from archdsl.syntax.machine import END, Machine, Run, Stuck, shaped_by
from archdsl.syntax.mistakes import Mistakes
from archdsl.syntax.recovery import Hole, Recovery
from archdsl.syntax.tree import Branch, hole_of, keep_all, tree_of

GRAMMAR = Path(__file__).with_name("grammar.lark")
SETTING = "setting"
"""The rule for all of a text that sets a parameter."""

_LOCK = Lock()


def parse(source: SourceFile) -> tuple[nodes.File, tuple[Diagnostic, ...]]:
    """Return the syntax tree of a file, and what is wrong with its syntax.

    Where something is wrong the tree has a hole, and the rest of it is whole.
    """
    brackets = check_brackets(source)
    if brackets.too_deep:
        hole = nodes.Hole(source.span(0, len(source.text)))
        return nodes.File((), (), (), (hole,)), brackets.found
    mistakes = _Reported(source, brackets.found)
    with _LOCK, GarbageCollectorPaused():
        parser = _parser()
        parser.builder.begin(source)
        reading = Recovery(
            parser.machine,
            source.text,
            brackets.stops,
            lambda hole: nodes.Hole(source.span(hole.start, hole.end)),
            lambda stuck, hole: mistakes.add(parser.mistakes, stuck, hole),
        )
        items = reading.read()
        mistakes.found += parser.builder.found
    file = nodes.File(
        tuple(item for item in items if isinstance(item, nodes.Use)),
        tuple(item for item in items if isinstance(item, nodes.Block)),
        tuple(item for item in items if isinstance(item, nodes.Net)),
        tuple(item for item in items if isinstance(item, nodes.Hole)),
    )
    return file, tuple(mistakes.found)


def parse_setting(source: SourceFile) -> tuple[nodes.Argument | None, tuple[Diagnostic, ...]]:
    """Return what a text like `kernel=3x3/2` sets, or None and what is wrong with it."""
    brackets = check_brackets(source)
    if brackets.found:
        return None, brackets.found
    with _LOCK:
        parser = _parser()
        parser.builder.begin(source)
        try:
            made: nodes.Argument = Run(parser.machine, source.text, SETTING).finish()
        except Stuck as stuck:
            return None, (parser.mistakes.explain_value(source, stuck),)
        return made, tuple(parser.builder.found)


def read_tree(source: SourceFile) -> Branch:
    """Return the lossless tree of any text; what is wrong with it is :func:`parse`'s to say."""
    text, brackets = source.text, check_brackets(source)
    with _LOCK, GarbageCollectorPaused():
        machine = _parser().whole
        make = hole_of(machine, text)
        if brackets.too_deep:
            return tree_of(("start", [make(Hole(0, len(text), [], 0))]), text)
        reading = Recovery(machine, text, brackets.stops, make, lambda stuck, hole: None)
        return tree_of(reading.read(), text)


class _Reported:
    """What is said of a file: of a hole that a bracket explains, only that."""

    def __init__(self, source: SourceFile, found: Sequence[Diagnostic]) -> None:
        self.source = source
        self.found = list(found)
        self.brackets = sorted(label.span.start for one in found for label in one.labels)

    def add(self, known: Mistakes, stuck: Stuck, hole: Hole) -> None:
        inside = "LBRACE" in stuck.open
        if stuck.token.type == (END if inside else "RBRACE") and self.brackets:
            return
        at = bisect_left(self.brackets, hole.start)
        if at < len(self.brackets) and self.brackets[at] < hole.end:
            return
        self.found.append(known.explain(self.source, stuck))


class _Parser:
    """The machine for the grammar with its builder, and the mistakes it knows."""

    def __init__(self, lark: Lark) -> None:
        self.lark = lark
        self.builder = Builder()
        self.machine = Machine(lark, shaped_by(self.builder))
        self.mistakes = Mistakes(self.machine)

    @cached_property
    def whole(self) -> Machine:
        """The machine for lossless trees, which checking a spec does without."""
        return Machine(self.lark, keep_all)


@cache
def _parser() -> _Parser:
    """Compile the grammar, or take its tables from the user's cache folder."""
    text = GRAMMAR.read_text(encoding="utf-8")
    options: dict[str, Any] = {
        "start": ["start", SETTING],
        "parser": "lalr",
        "lexer": "contextual",
        "maybe_placeholders": False,
    }
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
