"""Brackets that do not pair up, and nesting too deep for anyone to read.

A quick scan before the parser runs: it finds the bracket a person forgot, where a parser would
only notice at the end of the file, and keeps hostile nesting from everything that comes later.
"""

from __future__ import annotations

import re

from archdsl.diagnostics import Diagnostic, Label
from archdsl.source import SourceFile

DEEPEST = 64
_MARK = re.compile(r'#[^\n]*+|"[^"\n]*+"|[{}()\[\]]|^(?:net|block|use)\b', re.MULTILINE)
_CLOSES = {")": "(", "}": "{", "]": "["}


def check_brackets(source: SourceFile) -> Diagnostic | None:
    """Return what is wrong with the brackets of a file, or None."""
    opened: list[tuple[str, int]] = []
    suspect: tuple[str, int] | None = None
    for match in _MARK.finditer(source.text):
        mark, at = match.group(), match.start()
        if mark in ("net", "block", "use"):
            if opened:
                return _unclosed(source, suspect or opened[-1], (mark, at))
        elif mark in "{([":
            if len(opened) == DEEPEST:
                return Diagnostic(
                    "nested-too-deep",
                    f"brackets are nested more than {DEEPEST} deep",
                    (Label(source.span(at, at + 1)),),
                    help="give the inner part a name as a `block`",
                )
            opened.append((mark, at))
        elif mark in _CLOSES:
            if not opened:
                return Diagnostic(
                    "unmatched-bracket",
                    f"`{mark}` closes nothing",
                    (Label(source.span(at, at + 1)),),
                    help="remove it, or open it before",
                )
            if opened[-1][0] != _CLOSES[mark]:
                return _mismatch(source, opened[-1], (mark, at))
            opener = opened.pop()
            if suspect is None and _is_outdented(source.text, opener[1], at):
                suspect = opener
    return _unclosed(source, suspect or opened[-1], None) if opened else None


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


def _unclosed(
    source: SourceFile, opener: tuple[str, int], before: tuple[str, int] | None
) -> Diagnostic:
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


def _mismatch(source: SourceFile, opener: tuple[str, int], closer: tuple[str, int]) -> Diagnostic:
    return Diagnostic(
        "unmatched-bracket",
        f"`{closer[0]}` closes a `{opener[0]}`",
        (
            Label(source.span(closer[1], closer[1] + 1)),
            Label(source.span(opener[1], opener[1] + 1), "opened here"),
        ),
    )
