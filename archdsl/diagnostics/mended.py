"""The user's own statement, with a piece of it written otherwise."""

from __future__ import annotations

import re

from archdsl.source import Span

LONGEST = 100
"""Letters of a statement that a message still repeats."""

_ENDS = re.compile(r"[;{}\n#]|(?<!-)->|=>")


def statement_around(span: Span) -> tuple[int, int]:
    """Return where the statement or step begins and ends that a span stands in."""
    text = span.source.text
    start, end = max(0, span.start - LONGEST), min(len(text), span.end + LONGEST)
    before = [match.end() for match in _ENDS.finditer(text, start, span.start)]
    after = _ENDS.search(text, span.end if span.text.strip() else span.start, end)
    start, end = before[-1] if before else start, after.start() if after else end
    start += len(text[start:end]) - len(text[start:end].lstrip())
    return start, start + len(text[start:end].rstrip())


def mended(span: Span, instead: str) -> str | None:
    """Return the statement around ``span`` with ``instead`` in its place; None if it is long."""
    text = span.source.text
    start, end = statement_around(span)
    line = " ".join((text[start : span.start] + instead + text[span.end : end]).split())
    return line if len(line) <= LONGEST else None
