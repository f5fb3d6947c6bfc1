"""Collects nodes and scopes while a spec is expanded, and keeps count of them."""

from __future__ import annotations

from archdsl.graph.graph import AuxHead, Graph, Node, Scope
from archdsl.source import Span

LONG_EXPRESSION = 32
"""Letters of an expression that take as long as a step, each time it is evaluated."""

LONG_PATH = 512
"""Letters of a node's path that count as much as a node."""


class TooManyNodes(Exception):
    """The spec expands to more nodes than allowed."""


class TooManySteps(TooManyNodes):
    """The spec takes more steps to expand than allowed, whatever comes of them."""


class Builder:
    """A graph in the making.

    ``spent`` counts nodes and, since they take time and room as well, blocks and copies of
    repeats; ``steps`` counts everything that is run, be it an `if` that chooses nothing.
    """

    def __init__(self, most_nodes: int) -> None:
        self.most_nodes = most_nodes
        self.spent = 0
        self.steps = 0
        self.nodes: dict[str, Node] = {}
        self.scopes: dict[str, Scope] = {}
        self.inputs: list[str] = []
        self.outputs: list[str] = []
        self.output_names: list[str] = []
        self.aux: list[AuxHead] = []

    def spend(self, amount: int = 1) -> None:
        """Count nodes, blocks or copies; the limit leaves one of the latter for each node."""
        self.check_room(amount)
        self.spent += amount

    def check_room(self, amount: int) -> None:
        """Raise :class:`TooManyNodes` if ``amount`` more would go over the limit."""
        if self.spent + amount > 2 * self.most_nodes:
            raise TooManyNodes

    def step(self, amount: int = 1) -> None:
        """Count steps, or work that takes as long; there is more of it than nodes, but not without
        end.
        """
        self.steps += amount
        if self.steps > self.most_steps:
            raise TooManySteps

    @property
    def most_steps(self) -> int:
        return 4 * self.most_nodes

    def evaluate(self, *places: Span) -> None:
        """Count what it takes to evaluate what stands at some places: long ones take longer."""
        for place in places:
            self.step((place.end - place.start) // LONG_EXPRESSION)

    def add(self, node: Node) -> None:
        if len(self.nodes) == self.most_nodes:
            raise TooManyNodes
        # A path holds the names of everything around the node, and takes room as nodes do.
        self.spend(1 + len(node.id) // LONG_PATH)
        self.nodes[node.id] = node

    def open(self, scope: Scope) -> None:
        self.scopes[scope.path] = scope

    def give(self, node: str, name: str) -> None:
        """Make a value an output."""
        self.outputs.append(node)
        self.output_names.append(name)

    def graph(self, name: str) -> Graph:
        return Graph(
            name,
            self.nodes,
            self.scopes,
            tuple(self.inputs),
            tuple(self.outputs),
            tuple(self.aux),
            tuple(self.output_names),
        )
