"""Lines: where they end, how far they are indented, and what stands between two tokens."""

from __future__ import annotations

from itertools import accumulate

from archdsl.light import light
from archdsl.syntax.layout.columns import Columns
from archdsl.syntax.layout.pieces import (
    CLOSING,
    OPENING,
    WIDEST,
    Comment,
    Piece,
    Pieces,
    pieces_of,
)
from archdsl.syntax.tree import Branch

STEP = 2
_TIGHT_BEFORE = frozenset({"RPAR", "RSQB", "_COMMA"})
_TIGHT_AFTER = frozenset({"LPAR", "CALLPAR", "LSQB", "AT"})
_PARENTHESES = frozenset({"LPAR", "CALLPAR"})
_UNARY = frozenset({"signed", "negative"})


@light
class Line:
    """The pieces from ``first`` up to ``end`` on one line, or a comment where there are none."""

    indent: int
    first: int
    end: int
    comment: str
    """The comment behind the line, or the line itself."""
    after_blank: bool


def arranged(tree: Branch) -> str:
    """Return the text of a tree without holes in its canonical layout."""
    pieces = pieces_of(tree)
    _break_bodies(pieces)
    lines = _lines(pieces)
    while _break_wide(pieces, lines):
        _break_bodies(pieces)
        lines = _lines(pieces)
    columns = Columns(pieces, lines, lambda i: space(pieces.all, i))
    out: list[str] = []
    for line, text in zip(lines, columns.texts(), strict=True):
        if line.after_blank and out:
            out.append("")
        out.append(text.rstrip())
    return "".join(one + "\n" for one in out)


def _break_bodies(pieces: Pieces) -> None:
    """A body with a line end anywhere in it has each of its statements on a line of its own."""
    breaks = list(accumulate(int(piece.gap.breaks) for piece in pieces.all))
    for body in pieces.bodies:
        is_file = body.open < 0
        if is_file or breaks[body.close] > breaks[body.open]:
            for begin in body.begins:
                pieces.all[begin].gap.breaks = True
            if not is_file:
                pieces.all[body.close].gap.breaks = True


def _break_wide(pieces: Pieces, lines: list[Line]) -> bool:
    """Break the bodies of the lines that are too wide; return whether there were any."""
    wide = [line for line in lines if _width(pieces.all, line) > WIDEST]
    if not wide:
        return False
    line_of: dict[int, int] = {}
    for number, line in enumerate(wide):
        line_of |= dict.fromkeys(range(line.first, line.end), number)
    found, reached = False, -1
    for body in pieces.bodies:
        number = line_of.get(body.open)
        if number is None or body.close < reached or not body.begins:
            continue
        if line_of.get(body.close) == number:
            pieces.all[body.close].gap.breaks = found = True
            reached = body.close
    return found


def _width(pieces: list[Piece], line: Line) -> int:
    width = line.indent + len(pieces[line.first].text)
    for i in range(line.first + 1, line.end):
        # A separator within a line is a `;`.
        width += pieces[i].gap.separates + space(pieces, i) + len(pieces[i].text)
    return width


def _lines(pieces: Pieces) -> list[Line]:
    """Return the lines in order. Braces and brackets indent by the line that opens them."""
    lines: list[Line] = []
    opened = [0]
    indent = first = 0
    after_blank = False
    for i, piece in enumerate(pieces.all):
        gap = piece.gap
        if i == 0 or gap.breaks or piece.kind == "$END":
            if i > first:
                lines.append(Line(indent, first, i, gap.behind, after_blank))
            base = opened[-1] + (STEP if _goes_on(pieces.all, i) else 0)
            lines += [_comment(one, base, i) for one in gap.own]
            closes = piece.kind in CLOSING
            indent = opened[-1] - STEP if closes else base
            first, after_blank = i, gap.blank
        if piece.kind in OPENING:
            opened.append(indent + STEP)
        elif piece.kind in CLOSING:
            opened.pop()
    return lines


def _comment(comment: Comment, indent: int, at: int) -> Line:
    return Line(indent, at, at, comment.text, comment.after_blank)


def _goes_on(pieces: list[Piece], i: int) -> bool:
    """Return whether a line that begins with this piece goes on with the chain before it."""
    return pieces[i].kind == "_ARROW" or (i > 0 and pieces[i - 1].kind == "_ARROW")


def space(pieces: list[Piece], i: int) -> int:
    """Return how many blanks stand before a piece that begins no line."""
    before, piece = pieces[i - 1], pieces[i]
    if piece.kind in _TIGHT_BEFORE or before.kind in _TIGHT_AFTER:
        return 0
    if piece.kind in _PARENTHESES and piece.rule != "group":
        return 0
    if any(one.kind == "EQUALS" and one.rule == "named" for one in (before, piece)):
        return 0
    return 0 if before.kind == "MINUS" and before.rule in _UNARY else 1
