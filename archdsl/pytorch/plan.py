"""How a graph becomes modules: which submodules there are, and what each forward does.

A plan is plain data between the graph and torch. The torch target builds it, the Python target
prints it; both see the same names, calls and order, so they cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass

from archdsl.graph import Graph, NodeId, Scope, ScopeKind
from archdsl.ops import Call, Input


@dataclass(frozen=True, slots=True)
class Leaf:
    """An operator that is a torch module of its own."""

    name: str
    node: NodeId
    call: Call


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a forward: a child or a function applied to values, giving values.

    Values are known by the node that makes them. A step in ``training`` only is skipped in
    evaluation, and its results are then None. A function ``before`` a child makes what it takes.
    """

    results: tuple[NodeId, ...]
    operands: tuple[NodeId, ...]
    child: str | None
    function: Call | None
    training: bool
    before: Call | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A submodule made of others: the whole network, a block, a group, a branch, a unit, …"""

    name: str
    scope: Scope
    children: tuple[Leaf | Section, ...]
    steps: tuple[Step, ...]
    inputs: tuple[NodeId, ...]
    outputs: tuple[NodeId, ...]

    @property
    def is_chain(self) -> bool:
        """Whether each child simply takes what the one before it gave."""
        return (
            len(self.steps) > 0
            and len(self.inputs) == 1
            and len(self.outputs) == 1
            and all(
                step.child is not None
                and step.before is None
                and len(step.results) == 1
                and not step.training
                for step in self.steps
            )
            and all(
                step.operands == (before,)
                for step, before in zip(
                    self.steps,
                    (self.inputs[0], *(step.results[0] for step in self.steps)),
                    strict=False,
                )
            )
            and self.outputs == self.steps[-1].results
        )


def class_name(title: str) -> str:
    """Return the class name for a block or group: ``reduction_a`` is ``ReductionA``."""
    return "".join(word[:1].upper() + word[1:] for word in title.split("_") if word)


def plan(graph: Graph) -> Section:
    """Return the plan of the whole network; inputs and outputs in the graph's order.

    Its outputs are the network's, then the auxiliary heads'.
    """
    return _Planner(graph).section(graph.scopes[graph.name])


class _Planner:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.tree = graph.tree

    def section(self, scope: Scope) -> Section:
        children: list[Leaf | Section] = []
        steps: list[Step] = []
        for member in self.tree.members[scope.path]:
            if isinstance(member, Scope):
                child = self.section(member)
                children.append(child)
                training = member.kind is ScopeKind.AUX
                steps.append(Step(child.outputs, child.inputs, child.name, None, training))
            elif not isinstance(member.op, Input):
                call = member.op.lower(self.graph.shapes_into(member), member.shape)
                if call.module:
                    children.append(Leaf(member.name, member.id, call))
                    step = Step(
                        (member.id,), member.operands, member.name, None, False, call.before
                    )
                    steps.append(step)
                else:
                    steps.append(Step((member.id,), member.operands, None, call, False))
        if scope.kind is ScopeKind.NET:
            inputs = self.graph.inputs
            outputs = (*self.graph.outputs, *(head.output for head in self.graph.aux))
        else:
            inputs, outputs = self._inputs(scope, steps), self.tree.given_by(scope.path)
        return Section(scope.name, scope, tuple(children), tuple(steps), inputs, outputs)

    def _inputs(self, scope: Scope, steps: list[Step]) -> tuple[NodeId, ...]:
        first, last = self.tree.extents[scope.path]
        wanted: dict[NodeId, None] = {}
        for step in steps:
            for operand in step.operands:
                if not first <= self.tree.order[operand] <= last:
                    wanted.setdefault(operand)
        return tuple(wanted)
