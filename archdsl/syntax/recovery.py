"""Reading on after a mistake.

What cannot be read becomes a hole: a statement up to its end, or outside of braces everything up
to the next ``use``, ``block`` or ``net`` that begins a line. A body that is never closed ends
where the next of these begins, or with the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from archdsl.syntax.machine import END, HOLE, IGNORED, Machine, Run, Stuck, Token

NEWLINE = "_NL"
_ITEM = re.compile(r"^(?:use|block|net)\b", re.MULTILINE)
_IGNORED = re.compile(IGNORED)
_MARK = re.compile(r'#[^\n]*+|"[^"\n]*+"|[{}()\[\];\n]')
_CONTINUED = re.compile(r"(?:[ \t\r\n]++|#[^\n]*+\n)*+(?:->|,|else(?![A-Za-z0-9_]))")


class Hole(NamedTuple):
    """``text[start:end]``, which cannot be read; ``parts`` were made of it before ``stuck``."""

    start: int
    end: int
    parts: list[Any]
    stuck: int


class Recovery:
    """Reads any text.

    ``stops`` are the places at which bodies end although they are open, ``hole`` makes a value of
    what cannot be read, and ``report`` is told of each mistake.
    """

    def __init__(
        self,
        machine: Machine,
        text: str,
        stops: Sequence[int],
        hole: Callable[[Hole], Any],
        report: Callable[[Stuck, Hole], None],
    ) -> None:
        self.run = Run(machine, text)
        self.text = text
        self.stops = stops
        self.hole = hole
        self.report = report
        self.is_closed = False

    def read(self) -> Any:
        """Return what the grammar's start rule makes of the text."""
        run = self.run
        for stop in self.stops:
            run.end, self.is_closed = stop, False
            while not self.is_closed:
                self._go_on()
            if run.accepts(NEWLINE):
                run.feed(NEWLINE, Token(NEWLINE, "", stop, stop))
            run.at = stop
        run.end = len(self.text)
        result = None
        while result is None:
            result = self._go_on()
        return result

    def _go_on(self) -> Any:
        try:
            return self.run.finish()
        except Stuck as stuck:
            if stuck.token.type == END:
                self._close(stuck)
            elif not self._is_separated(stuck):
                self._leave_out(stuck)

    def _close(self, stuck: Stuck) -> None:
        """End what is open where the text ends."""
        run, end = self.run, stuck.token.start
        opened = sum(1 for value in run.values if _is_token(value, "LBRACE"))
        if not run.accepts("RBRACE" if opened else END):
            self._put(stuck, len(self.text[:end].rstrip()))
        elif opened:
            self.report(stuck, Hole(end, end, [], end))
        for _ in range(opened):
            run.feed("RBRACE", Token("RBRACE", "", end, end))
        run.at, self.is_closed = end, True

    def _is_separated(self, stuck: Stuck) -> bool:
        """Part two statements that stand side by side, if a body ends before the second."""
        run, at = self.run, stuck.token.start
        if not _is_behind_brace(self.text, at) or not run.accepts(NEWLINE):
            return False
        run.feed(NEWLINE, Token(NEWLINE, "", at, at))
        run.at = at
        if not run.accepts(stuck.token.type):
            return False
        self.report(stuck, Hole(at, at, [], at))
        return True

    def _leave_out(self, stuck: Stuck) -> None:
        at, end = stuck.token.start, self.run.end
        if any(_is_token(value, "LBRACE") for value in self.run.values):
            opened = sum(_is_token(one, "LPAR", "CALLPAR", "LSQB") for one in self.run.values)
            self._put(stuck, _end_of_statement(self.text, _closed(self.text, at, opened), end))
        else:
            self._put(stuck, _before_next_item(self.text, at, end))

    def _put(self, stuck: Stuck, end: int) -> None:
        """Put a hole up to ``end`` in the place of what is unfinished."""
        run = self.run
        parts = run.retreat(HOLE)
        begin = run.values[-1].end if run.values else 0
        found = _IGNORED.match(self.text, begin)
        start = begin if found is None else found.end()
        hole = Hole(start, max(start, end), parts, stuck.token.start)
        self.report(stuck, hole)
        run.feed(HOLE, self.hole(hole))
        run.at = hole.end


def _is_token(value: Any, *types: str) -> bool:
    return isinstance(value, Token) and value.type in types


def _is_behind_brace(text: str, at: int) -> bool:
    while at and text[at - 1] in " \t\r":
        at -= 1
    return at > 0 and text[at - 1] == "}"


def _closed(text: str, at: int, opened: int) -> int:
    """Return where the last of ``opened`` parentheses is closed, ``at`` if nothing closes it."""
    if not opened:
        return at
    depth = opened
    for mark in _MARK.finditer(text, at):
        sign = mark.group()
        if sign in ("{", "}", ";"):
            return at
        depth += (sign in ("(", "[")) - (sign in (")", "]"))
        if depth == 0:
            return mark.end()
    return at


def _end_of_statement(text: str, at: int, stop: int) -> int:
    """Return where the statement around ``at`` ends: at a separator or at the `}` behind it."""
    depth = 0
    mark = _MARK.search(text, at, stop)
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
            continued = _CONTINUED.match(text, place, stop)
            if continued is None:
                return place
            resume = continued.end()
        mark = _MARK.search(text, resume, stop)
    return stop


def _before_next_item(text: str, at: int, stop: int) -> int:
    """Return the end of the last line with anything on it before the next item."""
    item = _ITEM.search(text, at + 1, stop)
    end = stop if item is None else item.start()
    while end > at:
        begin = text.rfind("\n", at, end)
        if begin < 0 or not _is_blank(text[begin:end]):
            break
        end = begin
    return end


def _is_blank(line: str) -> bool:
    bare = line.lstrip()
    return not bare or bare.startswith("#")
