"""What a piece of a spec costs at the least, found without expanding it.

Blocks that call blocks can double at every level: a short text then stands for millions of nodes,
and the limit on them has to be foreseen, since reaching it takes minutes.
"""

from __future__ import annotations

from collections.abc import Container, Mapping

from archdsl.graph.walk import action_of
from archdsl.syntax import nodes

DEEPEST = 64
"""Levels that are looked into; what is nested deeper is taken to cost nothing."""


class Least:
    """Counts what the builder would: nodes, blocks and copies, all choices at their cheapest."""

    def __init__(self, blocks: Mapping[str, nodes.Block], operators: Container[str]) -> None:
        self.blocks = blocks
        self.operators = operators
        self._known: dict[str, int] = {}
        self._level = 0

    def block(self, name: str) -> int:
        """Return the least that a call of a block costs."""
        if name not in self._known:
            self._known[name] = 0  # a circle of calls is an error, and ends here
            self._known[name] = 1 + self.body(self.blocks[name].body)
        return self._known[name]

    def body(self, body: nodes.Body | None) -> int:
        if body is None or self._level == DEEPEST:
            return 0
        self._level += 1
        total = 0
        for statement in body.statements:
            steps = statement.steps if isinstance(statement, nodes.Chain) else (statement,)
            total += sum(
                self.action(action_of(step))
                for step in steps
                if not isinstance(step, nodes.Default | nodes.Hole)
            )
        self._level -= 1
        return total

    def action(self, action: nodes.Action) -> int:
        match action:
            case nodes.Call():
                return self._call(action)
            case nodes.Repeat(count=nodes.Number(value=int(count))):
                return max(count, 0) * (1 + self.action(action.action))
            case nodes.Group():
                return self.body(action.body)
            case nodes.Choice():
                bodies = (*(arm.body for arm in action.arms), action.otherwise)
                return min(self.body(body) for body in bodies)
            case _:
                return 0

    def _call(self, call: nodes.Call) -> int:
        name = call.name.text
        if call.body is not None:
            return self.body(call.body)
        if name in self.blocks:
            return self.block(name)
        return int(name in self.operators)
