"""Columns: names and claims, numbers of rows of a table, and comments stand under each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Protocol

from archdsl.light import light
from archdsl.syntax.layout.pieces import WIDEST, Pieces, Statement

APART = 3
"""Blanks between two columns."""
_Row = tuple[int, Statement]


class Line(Protocol):
    """What columns need to know of a line."""

    @property
    def indent(self) -> int: ...
    @property
    def first(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def comment(self) -> str: ...
    @property
    def after_blank(self) -> bool: ...


@light
class _Cells:
    """A row of a table: what is done, what it is called, what is claimed of it."""

    line: int
    done: str
    names: str
    claims: str


class Columns:
    """The lines of a text as they are printed; ``space`` says how many blanks precede a piece."""

    def __init__(self, pieces: Pieces, lines: Sequence[Line], space: Callable[[int], int]) -> None:
        self.pieces = pieces
        self.lines = lines
        self.blanks = {i: space(i) for i in range(1, len(pieces.all))}

    def texts(self) -> list[str]:
        """Return each line with its indentation and its comment."""
        tables = self._tables()
        for rows in tables:
            self._align_numbers(rows)
        texts = [self._text(line.first, line.end, line.indent) for line in self.lines]
        for rows in tables:
            self._align_marks(self._align_chains(rows, texts), texts)
        self._add_comments(texts)
        return texts

    def _text(self, first: int, end: int, indent: int = 0) -> str:
        parts = [" " * indent]
        for i in range(first, end):
            piece = self.pieces.all[i]
            if i > first:
                is_flat = piece.gap.separates and not piece.gap.breaks
                parts.append(";" * is_flat + " " * self.blanks[i])
            parts.append(piece.text)
        return "".join(parts)

    def _tables(self) -> list[list[_Row]]:
        """Return the statements that end lines, by stretches without a blank line in between."""
        ends = {line.end - 1: number for number, line in enumerate(self.lines)}
        # A comment stands before its statement, and a blank line may stand before the comment.
        blanks = {line.first for line in self.lines if line.after_blank}
        tables: list[list[_Row]] = []
        current: dict[int, list[_Row]] = {}
        for statement in self.pieces.statements:
            rows = current.get(statement.body)
            if rows is None or statement.first in blanks:
                rows = current[statement.body] = []
                tables.append(rows)
            number = ends.get(statement.last)
            if number is not None:
                rows.append((number, statement))
        return tables

    def _align_numbers(self, rows: Sequence[_Row]) -> None:
        """Put the numbers of calls alike under each other, their last digits in line."""
        begins = {line.first for line in self.lines}
        alike: dict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
        for _, statement in rows:
            first, end = statement.numbers
            if first and statement.first in begins:
                name = self.pieces.all[statement.first].text
                alike[name, end - first].append((first, end))
        for (_, count), spans in alike.items():
            for column in range(count):
                places = [first + column for first, _ in spans]
                widths = [len(self.pieces.all[place].text) for place in places]
                for place, width in zip(places, widths, strict=True):
                    self.blanks[place] += max(widths) - width

    def _align_chains(self, rows: Sequence[_Row], texts: list[str]) -> list[_Row]:
        """Put chains that name or claim what is on their way, and are alike, under each other.

        A shorter row that begins like them joins in. Returns the rows that are left.
        """
        alike: dict[tuple[str, ...], list[_Row]] = defaultdict(list)
        short: list[_Row] = []
        for number, statement in rows:
            if statement.is_loose and statement.first == self.lines[number].first:
                alike[self._kinds(statement)].append((number, statement))
            else:
                short.append((number, statement))
        for kinds, found in alike.items():
            if len(found) < 2:
                continue
            joins = [row for row in short if self._joins(row, kinds)]
            if self._align_cells([*found, *joins], kinds, texts):
                short = [row for row in short if row not in joins]
        return short

    def _kinds(self, statement: Statement) -> tuple[str, ...]:
        return tuple(self.pieces.all[cut].kind for cut in statement.cuts)

    def _joins(self, row: _Row, kinds: tuple[str, ...]) -> bool:
        number, statement = row
        own = self._kinds(statement)
        starts = statement.first == self.lines[number].first
        return starts and bool(own) and own == kinds[: len(own)]

    def _align_cells(self, rows: Sequence[_Row], kinds: tuple[str, ...], texts: list[str]) -> bool:
        cells: list[list[str]] = []
        for number, statement in rows:
            line = self.lines[number]
            starts, ends = [line.first, *statement.cuts], [*statement.cuts, line.end]
            row = [self._text(a, b) for a, b in zip(starts, ends, strict=True)]
            row[0] = " " * line.indent + row[0]
            cells.append(row)
        widths = [max(map(len, filter(None, column))) for column in zip_longest(*cells)]
        apart = [APART if kind == "CLAIM" else 1 for kind in kinds] + [0]
        apart[0] = 1 if kinds[0] == "_ARROW" else APART
        ends = [width + blanks for width, blanks in zip(widths, apart, strict=True)]
        if sum(ends) > WIDEST:
            return False
        for (number, _), row in zip(rows, cells, strict=True):
            texts[number] = "".join(f"{one:{ends[i]}}" for i, one in enumerate(row)).rstrip()
        return True

    def _align_marks(self, rows: Sequence[_Row], texts: list[str]) -> None:
        cells = [one for one in (self._cells(*row) for row in rows) if one is not None]
        # A row that would push all others out of sight stays as it is.
        cells.sort(key=lambda one: len(one.done))
        while len(cells) > 1 and _width(cells) > WIDEST:
            cells.pop()
        if len(cells) < 2:
            return
        named, claimed = _columns(cells)
        for one in cells:
            text = f"{one.done:{named}}{one.names}" if one.names else one.done
            texts[one.line] = f"{text:{claimed}}{one.claims}" if one.claims else text

    def _cells(self, number: int, statement: Statement) -> _Cells | None:
        """Return the cells of a line that ends in names, then claims; None for other lines."""
        line, marks = self.lines[number], statement.marks
        if not marks or statement.is_loose or marks[0] <= line.first:
            return None
        kinds = [self.pieces.all[mark].kind for mark in marks]
        if kinds != sorted(kinds):
            return None
        split = next((m for m, kind in zip(marks, kinds, strict=True) if kind == "CLAIM"), line.end)
        done = self._text(line.first, marks[0], line.indent)
        return _Cells(number, done, self._text(marks[0], split), self._text(split, line.end))

    def _add_comments(self, texts: list[str]) -> None:
        """Put comments behind lines: those of neighbours, and of all definitions, in one column."""
        heads: list[int] = []
        groups: list[list[int]] = []
        for number, line in enumerate(self.lines):
            if line.first == line.end:
                texts[number] = " " * line.indent + line.comment
            elif line.comment and self._is_head(line):
                heads.append(number)
            elif line.comment:
                if not (groups and groups[-1][-1] == number - 1 and not line.after_blank):
                    groups.append([])
                groups[-1].append(number)
        for group in (heads, *groups):
            column = max((len(texts[number]) for number in group), default=0) + APART
            for number in group:
                texts[number] = f"{texts[number]:{column}}{self.lines[number].comment}"

    def _is_head(self, line: Line) -> bool:
        last = self.pieces.all[line.end - 1]
        return last.kind == "LBRACE" and self.pieces.all[line.first].kind in ("NET", "BLOCK")


def _columns(cells: Sequence[_Cells]) -> tuple[int, int]:
    """Return where names and claims begin; what has no name may reach over the names' column."""
    named = max((len(one.done) + APART for one in cells if one.names), default=0)
    ends = [named + len(one.names) if one.names else len(one.done) for one in cells if one.claims]
    return named, max(ends, default=0) + APART


def _width(cells: Sequence[_Cells]) -> int:
    named, claimed = _columns(cells)
    names = max(named + len(one.names) for one in cells)
    return max(names, claimed + max(len(one.claims) for one in cells))
