"""The lossless tree: every character of a text is in a token or in the trivia before one.

Any text has a tree. What cannot be read in it is a branch called ``hole``; what is missing, as a
brace that is never closed, is a token without text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from lark.grammar import Rule

from archdsl.light import light
from archdsl.syntax.machine import END, Build, Machine, Token
from archdsl.syntax.recovery import Hole
from archdsl.syntax.tokens import Leaf, leaves_of

HOLE = "hole"


@light
class Branch:
    """A grammar rule with its parts. Rules that begin with `_` stand in their parent's place."""

    kind: str
    children: tuple[Branch | Leaf, ...]

    def leaves(self) -> Iterator[Leaf]:
        """Yield the tokens in the order of the text, without recursion."""
        pending: list[Branch | Leaf] = [self]
        while pending:
            one = pending.pop()
            if isinstance(one, Leaf):
                yield one
            else:
                pending.extend(reversed(one.children))

    @property
    def text(self) -> str:
        """The stretch of text that the branch is of, with the trivia before it."""
        return "".join(leaf.before + leaf.text for leaf in self.leaves())

    @property
    def start(self) -> int:
        return next((leaf.start for leaf in self.leaves()), 0)

    @property
    def has_holes(self) -> bool:
        pending: list[Branch] = [self]
        while pending:
            one = pending.pop()
            if one.kind == HOLE:
                return True
            pending.extend(child for child in one.children if isinstance(child, Branch))
        return False


def keep_all(rule: Rule) -> Build:
    """Return what makes a rule's value for a lossless tree: its name and all its parts."""
    name, shortened = rule.origin.name, rule.options.expand1
    if name.startswith("_"):
        return _flat

    def build(parts: list[Any]) -> Any:
        children = _flat(parts)
        if shortened and len(children) == 1:
            return children[0]
        return (name, children)

    return build


def _flat(parts: list[Any]) -> list[Any]:
    """Put what rules that begin with `_` made, which is lists, in the place of such a list."""
    # Nobody else holds the first list, so that a long one can grow in place.
    begins = bool(parts) and parts[0].__class__ is list
    grown: list[Any] = parts[0] if begins else []
    for part in parts[1:] if begins else parts:
        if part.__class__ is list:
            grown += part
        else:
            grown.append(part)
    return grown


def hole_of(machine: Machine, text: str) -> Callable[[Hole], Any]:
    """Return what makes a hole's part of a tree: what was read of it, then tokens by themselves."""

    def build(hole: Hole) -> Any:
        parts = _flat(list(hole.parts))
        at = hole.stuck
        while at < hole.end:
            token = machine.token_at(text, at, hole.end)
            if token.type == END:
                break
            parts.append(token)
            at = token.end
        return (HOLE, parts)

    return build


def tree_of(raw: Any, text: str) -> Branch:
    """Return the tree of what the machine made of a text with :func:`keep_all`."""
    end = Token(END, "", len(text), len(text))
    raw = (raw[0], [*raw[1], end])
    leaves = leaves_of(list(_tokens(raw)), text)
    # Built without recursion: each frame is a branch with the parts it has yet to get.
    done: list[tuple[str, list[Branch | Leaf]]] = [("", [])]
    pending: list[Any] = [raw]
    while pending:
        part = pending.pop()
        if part is None:
            kind, children = done.pop()
            done[-1][1].append(Branch(kind, tuple(children)))
        elif isinstance(part, Token):
            done[-1][1].append(next(leaves))
        else:
            kind, parts = part
            done.append((kind, []))
            pending.append(None)
            pending.extend(reversed(parts))
    tree = done[0][1][0]
    assert isinstance(tree, Branch)
    return tree


def _tokens(raw: Any) -> Iterator[Token]:
    pending = [raw]
    while pending:
        part = pending.pop()
        if isinstance(part, Token):
            yield part
        else:
            pending.extend(reversed(part[1]))
