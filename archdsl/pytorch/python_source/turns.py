"""What turns on a parameter of a net: in which names of the blocks it arrives, and where it stands.

This is a question to the spec's text alone. A parameter that stands anywhere but in counts of
repeats, widths and rates is no argument of the network's class: windows, strides and paddings make
other shapes, and what the class says of those would not hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archdsl.graph import Graph, Node
from archdsl.graph.names import AT_HAND, OF_INPUT
from archdsl.ops import Role
from archdsl.pytorch.python_source.terms import RATE, ROUNDING
from archdsl.pytorch.python_source.trees import (
    calls,
    conditions,
    everything,
    given_to,
    names_in,
    parts,
)
from archdsl.pytorch.python_source.widths import WIDTHS
from archdsl.source import Span
from archdsl.syntax import nodes

NET = ""
"""Stands for the net among the titles of blocks."""

SILENT = "expect"
"""The statement that says nothing of the module."""

_COUNTS = (*WIDTHS, "groups")
_IMPLIED = frozenset((*AT_HAND, *OF_INPUT))


@dataclass(frozen=True, slots=True)
class Turning:
    """What turns on some parameters of a net."""

    names: Mapping[str, frozenset[str]]
    """The parameters of each block, and of the net, that depend on them."""
    conditions: Sequence[tuple[str, nodes.Expression]]
    """The conditions that may come out otherwise, each with its block."""
    is_bent: bool
    """Whether something is calculated of them that does not grow evenly: a maximum, a rounding."""


class Turns:
    """Follows the parameters of a net through its blocks."""

    def __init__(self, graph: Graph, net: nodes.Net, blocks: Mapping[str, nodes.Block]) -> None:
        self._net = net
        self._blocks = blocks
        self._made: dict[Span, list[Node]] = {}
        for node in graph:
            self._made.setdefault(node.origin[0], []).append(node)
        self._bodies = self._reachable()

    def _reachable(self) -> Mapping[str, nodes.Body]:
        """Return the bodies of the net and of all blocks that it comes to, by title."""
        found = {NET: self._net.body}
        left = [self._net.body]
        while left:
            for call in calls(left.pop()):
                title = call.name.text
                if title in self._blocks and title not in found:
                    found[title] = self._blocks[title].body
                    left.append(found[title])
        return found

    def of(self, name: str) -> Turning | None:
        """Return what turns on a parameter; None where it stands in what cannot be otherwise."""
        if any(name in names_in(one.default) for one in self._net.parameters):
            return None
        names = self._names({NET: frozenset((name,))})
        if self._is_width(names):
            names = self._names({title: names[title] | _IMPLIED for title in self._bodies})
        if not all(self._suits(body, names[title]) for title, body in self._bodies.items()):
            return None
        asked = [
            (title, tree)
            for title, body in self._bodies.items()
            for tree in conditions(body)
            if names_in(tree) & names[title]
        ]
        if any(title == NET for title, _ in asked):
            return None
        bodies = self._bodies.items()
        return Turning(names, asked, any(_is_bent(body, names[title]) for title, body in bodies))

    def _names(self, start: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
        """Return the names that depend on some, in each block and the net."""
        names = {title: start.get(title, frozenset[str]()) for title in self._bodies}
        changed = True
        while changed:
            changed = False
            for title, body in self._bodies.items():
                for call in calls(body):
                    block = self._blocks.get(call.name.text)
                    if block is None:
                        continue
                    inner = names[block.name.text]
                    more = {
                        one
                        for one, value in given_to(call, block).items()
                        if names_in(value) & (names[title] | inner)
                    }
                    if not more <= inner:
                        names[block.name.text] = inner | more
                        changed = True
        return names

    def _is_width(self, names: Mapping[str, frozenset[str]]) -> bool:
        """Return whether channels may depend on some names."""
        return any(
            names_in(call.arguments) & names[title]
            for title, body in self._bodies.items()
            for call in calls(body)
            if call.name.text not in self._blocks
            and call.name.text != SILENT
            and not self._is_rate(call)
        )

    def _suits(self, body: nodes.Body, names: frozenset[str]) -> bool:
        """Return whether names stand in a body only where others than they have may stand."""
        for tree in parts(body):
            match tree:
                case nodes.Default():
                    if names_in(tree) & names:
                        return False
                case nodes.Repeat():
                    if names_in(tree.count) & names and "index" in names_in(tree.action):
                        return False
                    if not _is_even(tree.count, names):
                        return False
                case nodes.Call():
                    if tree.name.text != SILENT and not self._takes(tree, names):
                        return False
                case nodes.Arm():
                    pass
        return True

    def _takes(self, call: nodes.Call, names: frozenset[str]) -> bool:
        """Return whether each argument of a call that mentions some names is a width or a rate."""
        asked = [one for one in call.arguments if names_in(one.value) & names]
        if not all(_is_even(one.value, names) for one in asked):
            return False
        if not asked or call.name.text in self._blocks or self._is_rate(call):
            return True
        made = self._made.get(call.head, [])
        if all(node.op.picture().role is not Role.WEIGHTED for node in made):
            return False
        placed = [one for one in call.arguments if one.name is None]
        plain = [one for one in placed if not isinstance(one.value, nodes.Dims)]
        widths = [one for one in call.arguments if one.name and one.name.text in _COUNTS]
        return all(one in (*plain[:1], *widths) for one in asked)

    def _is_rate(self, call: nodes.Call) -> bool:
        """Return whether a call only drops numbers in training."""
        made = self._made.get(call.head, [])
        return bool(made) and all(RATE in node.op.only_trains for node in made)


def _is_even(tree: object, names: frozenset[str]) -> bool:
    """Return whether no name is divided where it would have to come out even."""
    match tree:
        case nodes.Operation() if "/" in tree.symbols and names_in(tree) & names:
            return False
        case nodes.Operation():
            return all(_is_even(one, names) for one in tree.operands)
        case nodes.Prefixed():
            return _is_even(tree.operand, names)
        case nodes.Function():
            is_rounded = tree.name.text in ROUNDING
            return is_rounded or all(_is_even(one, names) for one in tree.arguments)
        case _:
            return True


def _is_bent(body: nodes.Body, names: frozenset[str]) -> bool:
    """Return whether something is calculated of some names that does not grow evenly with them."""
    for tree in everything(body):
        match tree:
            case nodes.Function():
                pass
            case nodes.Operation() if {"//", "%", "/"} & set(tree.symbols):
                pass
            case _:
                continue
        if names_in(tree) & names:
            return True
    return False
