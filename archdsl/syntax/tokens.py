"""Tokens that keep what stands before them, so that they print back as the text they are of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from archdsl.light import light
from archdsl.syntax.machine import Token

_COMMENT = re.compile(r"#[^\n]*")
_CORE = {
    # The grammar lets these run on over blanks and comments around what they stand for.
    "_ARROW": re.compile(r"->"),
    "_COMMA": re.compile(r","),
    "_ELSE": re.compile(r"else"),
    "_NL": re.compile(r"[;\n]"),
}


@light
class Leaf:
    """A token behind its trivia: ``before`` are the blanks, line ends and comments up to it.

    ``kind`` is the terminal's name; "" for a character that begins no token.
    """

    kind: str
    before: str
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def comments(self) -> list[str]:
        return _COMMENT.findall(self.before)


def leaves_of(tokens: Sequence[Token], text: str, at: int = 0) -> Iterator[Leaf]:
    """Yield the tokens of ``text`` from ``at`` on, in their order, with what is between them."""
    for token in tokens:
        start, end = _core(token)
        yield Leaf(token.type, text[at:start], text[start:end], start)
        at = end


def _core(token: Token) -> tuple[int, int]:
    pattern = _CORE.get(token.type)
    if pattern is None:
        return token.start, token.end
    # A comment may hold what looks like the token.
    bare = _COMMENT.sub(lambda comment: " " * len(comment.group()), token.text)
    found = pattern.search(bare)
    if found is None:
        return token.start, token.end
    return token.start + found.start(), token.start + found.end()
