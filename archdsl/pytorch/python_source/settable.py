"""Which parameters of a net its class takes as they are: numbers of classes, and rates.

Such a parameter may stand only where a classifier gets its width, or a dropout its rate, directly
or as the argument of a block: then no other shape depends on it, and the network for any other
number is the same text. Of other parameters that is to be tried (`varied.py`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from archdsl.graph import Graph, NodeId, ScopeKind, is_within
from archdsl.ops import Role
from archdsl.pytorch.head import classifiers
from archdsl.pytorch.python_source.spec import Spec
from archdsl.pytorch.python_source.terms import RATE
from archdsl.pytorch.python_source.trees import names_in
from archdsl.pytorch.python_source.turns import SILENT
from archdsl.pytorch.python_source.widths import WIDTHS
from archdsl.source import Span
from archdsl.syntax import nodes


@dataclass(frozen=True, slots=True)
class Use:
    """A call that gets a parameter, as the one that it calls ``name``, in a scope of the graph."""

    scope: str
    call: nodes.Call
    name: str
    given: str


@dataclass(frozen=True, slots=True)
class Settable:
    """A parameter of a net, and every place where it stands."""

    name: str
    uses: tuple[Use, ...]
    is_rate: bool = False


def settable(spec: Spec) -> list[Settable]:
    """Return the parameters of a net that are only the width of its classifiers, or only rates."""
    if spec.net is None:
        return []
    heads = {node.id for node in classifiers(spec.graph)}
    rates = {node.id for node in spec.graph if RATE in node.op.only_trains}
    found: list[Settable] = []
    for name in spec.values:
        if any(name in names_in(one.default) for one in spec.net.parameters):
            continue
        for wanted, labels in ((heads, WIDTHS), (rates, (RATE,))):
            finder = _Finder(spec.graph, spec.blocks, wanted, labels)
            uses = list(finder.uses(spec.net.body, name, spec.graph.name))
            known = tuple(one for one in uses if one is not None)
            if uses and len(known) == len(uses):
                found.append(Settable(name, known, is_rate=wanted is rates))
    return found


class _Finder:
    def __init__(
        self,
        graph: Graph,
        blocks: Mapping[str, nodes.Block],
        wanted: set[NodeId],
        labels: tuple[str, ...],
    ) -> None:
        self.graph = graph
        self.blocks = blocks
        self.wanted = wanted
        self.labels = labels

    def uses(self, tree: Any, name: str, scope: str) -> Iterator[Use | None]:
        """Yield each call that gets the parameter ``name``; None where it stands otherwise."""
        if isinstance(tree, nodes.Claim | nodes.Hole):
            return
        if isinstance(tree, nodes.Call):
            if tree.name.text == SILENT:
                return
            if tree.name.text == name:
                yield None
            for position, argument in enumerate(tree.arguments):
                if isinstance(argument.value, nodes.Name) and argument.value.text == name:
                    yield from self._given(tree, position, name, scope)
                elif name in names_in(argument.value):
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
            made = [
                node
                for node in self.graph
                if node.origin[0] == call.head and is_within(node.id, scope)
            ]
            # A layer may be a unit with a norm and an activation.
            made = [
                node
                for node in made
                if node.id in self.wanted or node.op.picture().role is Role.WEIGHTED
            ]
            argument = call.arguments[position].name
            is_it = argument is None or argument.text in self.labels
            fits = made and is_it and all(node.id in self.wanted for node in made)
            yield Use(scope, call, "", name) if fits else None
            return
        argument = call.arguments[position].name
        place = sum(one.name is None for one in call.arguments[:position])
        inner = argument.text if argument is not None else block.parameters[place].name.text
        yield Use(scope, call, inner, name)
        others = (one.default for one in block.parameters)
        if any(inner in names_in(one) for one in others):
            yield None
        for made in self.graph.scopes.values():
            is_call = made.kind is ScopeKind.BLOCK and made.span == call.head
            if is_call and made.path != scope and is_within(made.path, scope):
                found = list(self.uses(block.body, inner, made.path))
                yield from found or [None]
