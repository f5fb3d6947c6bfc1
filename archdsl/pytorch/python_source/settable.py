"""Which parameters of a net its class can take: the numbers of classes it ends in.

Such a parameter may stand only where a classifier gets its width, directly or as the argument of
a block: then no other shape depends on it, and the network for any other number is the same text.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from archdsl.graph import Graph, Node, ScopeKind, is_within
from archdsl.ops import Role
from archdsl.pytorch.head import classifiers
from archdsl.source import Span
from archdsl.syntax import nodes

_SILENT = ("expect",)
"""Statements that say nothing of the module."""


@dataclass(frozen=True, slots=True)
class Use:
    """A call that gets a parameter, as the one that it calls ``name``, in a scope of the graph."""

    scope: str
    call: nodes.Call
    name: str
    given: str


@dataclass(frozen=True, slots=True)
class Settable:
    """A parameter of a net with its value, and every place where it stands."""

    name: str
    value: int
    uses: tuple[Use, ...]


def settable(graph: Graph, net: nodes.Net, blocks: Mapping[str, nodes.Block]) -> list[Settable]:
    """Return the parameters of a net that are nothing but the width of its classifiers."""
    heads = classifiers(graph)
    if not heads:
        return []
    finder = _Finder(graph, blocks, heads)
    found: list[Settable] = []
    for parameter in net.parameters:
        name = parameter.name.text
        others = (one.default for one in net.parameters)
        uses = list(finder.uses(net.body, name, graph.name))
        if uses and None not in uses and not any(_mentions(one, name) for one in others):
            known = tuple(one for one in uses if one is not None)
            found.append(Settable(name, heads[0].shape.channels, known))
    return found


class _Finder:
    def __init__(
        self, graph: Graph, blocks: Mapping[str, nodes.Block], heads: tuple[Node, ...]
    ) -> None:
        self.graph = graph
        self.blocks = blocks
        self.heads = {node.id for node in heads}

    def uses(self, tree: Any, name: str, scope: str) -> Iterator[Use | None]:
        """Yield each call that gets the parameter ``name``; None where it stands otherwise."""
        if isinstance(tree, nodes.Claim | nodes.Hole):
            return
        if isinstance(tree, nodes.Call):
            if tree.name.text in _SILENT:
                return
            if tree.name.text == name:
                yield None
            for position, argument in enumerate(tree.arguments):
                if isinstance(argument.value, nodes.Name) and argument.value.text == name:
                    yield from self._given(tree, position, name, scope)
                elif _mentions(argument.value, name):
                    yield None
            yield from self.uses(tree.body, name, scope)
        elif isinstance(tree, nodes.Name):
            if tree.text == name:
                yield None
        elif isinstance(tree, tuple):
            for item in tree:  # pyright: ignore[reportUnknownVariableType]
                yield from self.uses(item, name, scope)
        elif dataclasses.is_dataclass(tree) and not isinstance(tree, Span):
            for field in dataclasses.fields(tree):
                yield from self.uses(getattr(tree, field.name), name, scope)

    def _given(
        self, call: nodes.Call, position: int, name: str, scope: str
    ) -> Iterator[Use | None]:
        block = self.blocks.get(call.name.text)
        if block is None:
            width = [
                node
                for node in self.graph
                if node.origin[0] == call.head
                and node.op.picture().role is Role.WEIGHTED
                and is_within(node.id, scope)
            ]
            argument = call.arguments[position].name
            is_width = argument is None or argument.text in ("channels", "features")
            fits = width and is_width and all(node.id in self.heads for node in width)
            yield Use(scope, call, "", name) if fits else None
            return
        argument = call.arguments[position].name
        place = sum(one.name is None for one in call.arguments[:position])
        inner = argument.text if argument is not None else block.parameters[place].name.text
        yield Use(scope, call, inner, name)
        others = (one.default for one in block.parameters)
        if any(_mentions(one, inner) for one in others):
            yield None
        for made in self.graph.scopes.values():
            is_call = made.kind is ScopeKind.BLOCK and made.span == call.head
            if is_call and made.path != scope and is_within(made.path, scope):
                found = list(self.uses(block.body, inner, made.path))
                yield from found or [None]


def _mentions(tree: Any, name: str) -> bool:
    """Return whether a name stands anywhere in a tree."""
    if isinstance(tree, nodes.Name):
        return tree.text == name
    if isinstance(tree, tuple):
        return any(_mentions(item, name) for item in tree)  # pyright: ignore[reportUnknownVariableType]
    if dataclasses.is_dataclass(tree) and not isinstance(tree, Span):
        return any(_mentions(getattr(tree, one.name), name) for one in dataclasses.fields(tree))
    return False
