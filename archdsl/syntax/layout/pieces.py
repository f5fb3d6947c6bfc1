"""What a layout needs of a tree: its tokens, what is between them, and what they make up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from archdsl.syntax.tokens import Leaf
from archdsl.syntax.tree import Branch

WIDEST = 110
"""A line with more characters than this is broken up at its braces; no table is wider."""
OPENING = frozenset({"LBRACE", "LPAR", "CALLPAR", "LSQB"})
CLOSING = frozenset({"RBRACE", "RPAR", "RSQB"})
_HOLDS_STATEMENTS = frozenset({"start", "body"})
_MARKS = frozenset({"AS", "CLAIM"})
EXPECT = "expect"
"""Its totals are equations, and not arguments."""
_LEAST_COLUMNS = 3
"""A call of so many numbers is a row of a paper's table; `conv 3x3 64` is not."""


class Comment(NamedTuple):
    """A comment on a line of its own, and whether a blank line stands before it."""

    text: str
    after_blank: bool


@dataclass(slots=True)
class Gap:
    """What stands between two tokens: nothing, a separator, a line end, comments, a blank line."""

    behind: str
    """The comment on the line of the token before."""
    own: list[Comment]
    breaks: bool
    blank: bool
    """Whether a blank line stands right before the next token."""
    separates: bool = False

    def without_blanks(self) -> None:
        self.blank = False
        self.own = [Comment(one.text, False) for one in self.own]

    def without_first_blank(self) -> None:
        if self.own:
            self.own[0] = Comment(self.own[0].text, False)
        else:
            self.blank = False


@dataclass(slots=True)
class Piece:
    """A token, the rule that it stands in, and the gap before it."""

    kind: str
    rule: str
    text: str
    gap: Gap


@dataclass(slots=True)
class Body:
    """The pieces of a pair of braces, and those of the statements that begin between them."""

    open: int
    close: int = 0
    begins: list[int] = field(default_factory=list[int])


@dataclass(slots=True)
class Statement:
    """A statement: its pieces from first to last, and what of it can be in columns."""

    body: int
    first: int
    last: int = 0
    marks: list[int] = field(default_factory=list[int])
    """The `as` and `=>` of the last of its links that has any."""
    is_loose: bool = False
    """Whether a link before the last has marks."""
    cuts: list[int] = field(default_factory=list[int])
    """All its `as`, `=>` and `->`."""
    numbers: tuple[int, int] = (0, 0)
    """Its arguments, where it begins with a call of whole numbers alone."""


@dataclass(slots=True)
class Pieces:
    """The tokens of a text. The first of ``bodies`` is the file itself."""

    all: list[Piece]
    bodies: list[Body]
    statements: list[Statement]


def pieces_of(tree: Branch) -> Pieces:
    """Return the tokens of a tree without holes."""
    return _Taker().take(tree)


class _Taker:
    def __init__(self) -> None:
        self.found = Pieces([], [Body(-1)], [])
        self.inside = [0]
        self.statements: list[int] = []
        self.between = ""
        self.separated = False

    def take(self, tree: Branch) -> Pieces:
        # Without recursion: a branch is met, then its parts, then None with it at its end.
        pending: list[tuple[Branch | Leaf, str, bool]] = [(tree, "", True)]
        while pending:
            one, rule, enters = pending.pop()
            if isinstance(one, Leaf):
                self._leaf(one, rule)
            elif enters:
                self._enter(one, rule)
                pending.append((one, rule, False))
                pending.extend((child, one.kind, True) for child in reversed(one.children))
            else:
                self._leave(one, rule)
        pieces = self.found.all
        self.found.bodies[0].close = len(pieces) - 1
        pieces[0].gap.without_first_blank()
        pieces[-1].gap.blank = pieces[-1].gap.separates = False
        return self.found

    def _leaf(self, leaf: Leaf, rule: str) -> None:
        self.between += leaf.before
        if leaf.kind == "_NL":
            self.between += leaf.text
            self.separated = rule in _HOLDS_STATEMENTS
            return
        pieces = self.found.all
        gap = _gap(self.between, not pieces)
        before = pieces[-1].kind if pieces else ""
        is_edge = before in ("", "LBRACE") or leaf.kind == "RBRACE"
        gap.separates = self.separated and not is_edge
        if not gap.separates and leaf.kind != "$END" and before:
            if is_edge:
                self._edge(gap, leaf)
            else:
                gap.without_blanks()
        if leaf.kind == "_ELSE" and not gap.behind and not gap.own:
            gap.breaks = False
        text = leaf.text
        if leaf.kind == "TIMES":
            text = text.partition("x")[0].rstrip(" \t") + " x"
        if (
            rule == "named"
            and pieces[self.found.statements[self.statements[-1]].first].text == EXPECT
        ):
            rule = "equation"
        if leaf.kind == "_ARROW" or (rule == "step" and leaf.kind in _MARKS):
            self.found.statements[self.statements[-1]].cuts.append(len(pieces))
        pieces.append(Piece(leaf.kind, rule, text, gap))
        self.between, self.separated = "", False

    def _edge(self, gap: Gap, leaf: Leaf) -> None:
        """A body neither begins nor ends with a blank line."""
        if leaf.kind == "RBRACE":
            gap.blank = False
            if self.found.all[-1].kind == "LBRACE":
                gap.breaks = bool(gap.behind or gap.own)
        if self.found.all[-1].kind == "LBRACE":
            gap.without_first_blank()

    def _enter(self, branch: Branch, rule: str) -> None:
        here = len(self.found.all)
        if rule in _HOLDS_STATEMENTS:
            self.found.bodies[self.inside[-1]].begins.append(here)
            self.statements.append(len(self.found.statements))
            self.found.statements.append(Statement(self.inside[-1], here))
        if branch.kind == "body":
            self.inside.append(len(self.found.bodies))
            self.found.bodies.append(Body(here))

    def _leave(self, branch: Branch, rule: str) -> None:
        last = len(self.found.all) - 1
        if branch.kind == "body":
            self.found.bodies[self.inside.pop()].close = last
        if branch.kind == "call":
            self._numbers(branch, last)
        if branch.kind == "step":
            self._marks(branch, last)
        if rule in _HOLDS_STATEMENTS:
            statement = self.found.statements[self.statements.pop()]
            statement.last = last
            if statement.marks and branch.kind == "chain":
                statement.is_loose |= not _is_step(branch.children[-1])

    def _numbers(self, call: Branch, last: int) -> None:
        statement = self.found.statements[self.statements[-1]]
        arguments = call.children[1:]
        first = last - len(arguments)
        whole = all(isinstance(one, Leaf) and one.kind == "INT" for one in arguments)
        if whole and first == statement.first and len(arguments) >= _LEAST_COLUMNS:
            statement.numbers = (first + 1, last + 1)

    def _marks(self, step: Branch, last: int) -> None:
        statement = self.found.statements[self.statements[-1]]
        statement.is_loose = bool(statement.marks) or statement.is_loose
        marks: list[int] = []
        at = last + 1
        for child in reversed(step.children[1:]):
            at -= 1 if isinstance(child, Leaf) else sum(1 for _ in child.leaves())
            if isinstance(child, Leaf) and child.kind in _MARKS:
                marks.append(at)
        statement.marks = marks[::-1]


def _is_step(part: Branch | Leaf) -> bool:
    return isinstance(part, Branch) and part.kind == "step"


def _gap(between: str, at_start: bool) -> Gap:
    lines = between.split("\n")
    behind, own, blank = "", list[Comment](), False
    for number, line in enumerate(lines):
        start = line.find("#")
        if start >= 0:
            text = line[start:].rstrip()
            if number or at_start:
                own.append(Comment(text, blank))
            else:
                behind = text
            blank = False
        elif 0 < number < len(lines) - 1:
            blank = True
    return Gap(behind, own, len(lines) > 1 or bool(behind or own), blank)
