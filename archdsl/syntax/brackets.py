"""Brackets that do not pair up, and nesting too deep for anyone to read.

A quick scan before the parser runs: it finds the bracket a person forgot, where a parser would
only notice at the end of the file, and keeps hostile nesting from everything that comes later.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from archdsl.diagnostics import Diagnostic, Label
from archdsl.source import SourceFile

DEEPEST = 64
_MARK = re.compile(r'#[^\n]*+|"[^"\n]*+"|[{}()\[\]]|^(?:net|block|use)\b', re.MULTILINE)
_CLOSES = {")": "(", "}": "{", "]": "["}
_Opener = tuple[str, int]


class Brackets(NamedTuple):
    """What is wrong with the brackets of a file, at most one thing in each net or block.

    ``stops`` are where an item begins although brackets are open.
    """

    found: tuple[Diagnostic, ...] = ()
    stops: tuple[int, ...] = ()
    too_deep: bool = False


def check_brackets(source: SourceFile) -> Brackets:
    found: list[Diagnostic] = []
    stops: list[int] = []
    opened: list[_Opener] = []
    suspect: _Opener | None = None
    is_said = False
    for match in _MARK.finditer(source.text):
        mark, at = match.group(), match.start()
        if mark in ("net", "block", "use"):
            if opened:
                stops.append(at)
                if not is_said:
                    found.append(_unclosed(source, suspect or opened[-1], (mark, at)))
            opened, suspect, is_said = [], None, False
        elif mark in "{([":
            if len(opened) == DEEPEST:
                return Brackets((*found, _too_deep(source, at)), too_deep=True)
            opened.append((mark, at))
        elif mark in _CLOSES:
            if opened and opened[-1][0] == _CLOSES[mark]:
                opener = opened.pop()
                if suspect is None and _is_outdented(source.text, opener[1], at):
                    suspect = opener
                continue
            if not is_said:
                found.append(_unmatched(source, opened[-1] if opened else None, (mark, at)))
                is_said = True
            while any(one[0] == _CLOSES[mark] for one in opened):
                if opened.pop()[0] == _CLOSES[mark]:
                    break
    if opened and not is_said:
        found.append(_unclosed(source, suspect or opened[-1], None))
    return Brackets(tuple(found), tuple(stops))


def _is_outdented(text: str, opener: int, closer: int) -> bool:
    """Return whether a bracket closes further left than the line it was opened in begins.

    Where brackets do not pair up, such a pair is no pair: its own closer is the one missing.
    """
    if text[closer] != "}":
        return False
    begin = text.rfind("\n", 0, closer) + 1
    if text[begin:closer].strip(" \t"):
        return False
    line = text[text.rfind("\n", 0, opener) + 1 : opener]
    return closer - begin < len(line) - len(line.lstrip(" \t"))


def _unclosed(source: SourceFile, opener: _Opener, before: _Opener | None) -> Diagnostic:
    bracket, at = opener
    labels = [Label(source.span(at, at + 1), "opened here")]
    if before is not None:
        word, place = before
        labels.append(Label(source.span(place, place + len(word)), "still open here"))
    closer = {opener: closer for closer, opener in _CLOSES.items()}[bracket]
    return Diagnostic(
        "unclosed-bracket",
        f"`{bracket}` is never closed",
        tuple(labels),
        help=f"add the `{closer}` that ends it",
    )


def _unmatched(source: SourceFile, opener: _Opener | None, closer: _Opener) -> Diagnostic:
    mark, at = closer
    label = Label(source.span(at, at + 1))
    if opener is None:
        return Diagnostic(
            "unmatched-bracket",
            f"`{mark}` closes nothing",
            (label,),
            help="remove it, or open it before",
        )
    return Diagnostic(
        "unmatched-bracket",
        f"`{mark}` closes a `{opener[0]}`",
        (label, Label(source.span(opener[1], opener[1] + 1), "opened here")),
    )


def _too_deep(source: SourceFile, at: int) -> Diagnostic:
    return Diagnostic(
        "nested-too-deep",
        f"brackets are nested more than {DEEPEST} deep",
        (Label(source.span(at, at + 1)),),
        help="give the inner part a name as a `block`",
    )
