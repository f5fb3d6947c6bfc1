"""The forwards of generated classes: statements over named values."""

from __future__ import annotations

import keyword
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from archdsl.graph import Graph, NodeId, ScopeKind
from archdsl.targets.plan import Section, Step
from archdsl.targets.python_source.classes import Class, python_name
from archdsl.targets.python_source.expressions import INDENT, WIDEST, literal

BODY = INDENT * 2
MAIN = "x"
"""The value on the main line; branches get names of their own while it is still needed."""

INFIX = {"archdsl.targets.layers.add": "+", "archdsl.targets.layers.mul": "*", "torch.mul": "*"}
"""Functions that read better as operators; they compute the same."""

NAMELESS: Mapping[NodeId, str] = MappingProxyType({})


def signature(name: str, parameters: Sequence[str]) -> list[str]:
    """Return the lines that open a method."""
    flat = f"{INDENT}def {name}({', '.join(('self', *parameters))}):"
    if len(flat) <= WIDEST:
        return [flat]
    lines = [f"{INDENT}def {name}(", f"{BODY}self,"]
    return [*lines, *(f"{BODY}{parameter}," for parameter in parameters), f"{INDENT}):"]


def forward(made: Class, called: Mapping[NodeId, str] = NAMELESS) -> list[str]:
    """Return the lines of a forward; ``called`` are the values that have a name by themselves."""
    section = made.section
    body = _Body(made, section.outputs, called)
    inputs = body.take(section.inputs)
    lines = body.run(section.steps, 0, returns=True)
    return [*signature("forward", inputs), *lines]


def network_forward(made: Class, graph: Graph) -> list[str]:
    """Return the lines of the whole network's forward."""
    section = made.section
    called = dict(zip(graph.outputs, graph.output_names, strict=True))
    if len(called) == 1:
        called = NAMELESS
    if not graph.aux:
        return forward(made, called)
    body = _Body(made, section.outputs, called)
    inputs = body.take(section.inputs)
    lines = body.run(section.steps, 0, returns=False)
    heads = [head.output for head in graph.aux]
    return [
        *signature("forward", inputs),
        *lines,
        f"{BODY}if self.training:",
        f"{BODY}{INDENT}return {body.listed((*graph.outputs, *heads))}",
        f"{BODY}return {body.listed(graph.outputs)}",
    ]


class _Body:
    """Names values while statements are written; a name is free again when its value is dead."""

    def __init__(
        self, made: Class, outputs: tuple[NodeId, ...], called: Mapping[NodeId, str]
    ) -> None:
        self.made = made
        self.called = called
        self.section: Section = made.section
        self.outputs = outputs
        self.names: dict[NodeId, str] = {}
        self.last_read: dict[NodeId, int] = {}
        for number, step in enumerate(self.section.steps):
            for operand in step.operands:
                self.last_read[operand] = number
        for output in outputs:
            self.last_read[output] = len(self.section.steps)
        self.branches = {
            child.name
            for child in self.section.children
            if isinstance(child, Section) and child.scope.kind is ScopeKind.BRANCH
        }
        self.fillings = {
            slot: parameter.name for parameter in made.parameters for slot in parameter.slots
        }

    def take(self, inputs: tuple[NodeId, ...]) -> list[str]:
        """Name the inputs: ``x`` for a single one."""
        if len(inputs) == 1 and inputs[0] not in self.called:
            self.names[inputs[0]] = MAIN
        else:
            for id in inputs:
                self.names[id] = self._fresh(self.called.get(id, _last(id)), -1)
        return [self.names[id] for id in inputs]

    def listed(self, ids: tuple[NodeId, ...]) -> str:
        return ", ".join(self.names[id] for id in ids)

    def run(self, steps: tuple[Step, ...], start: int, *, returns: bool) -> list[str]:
        """Return the statements for steps, and the return if it is wanted."""
        lines: list[str] = []
        for number, step in enumerate(steps, start):
            expression = self._expression(step, number)
            if step.training:
                expression = f"{expression} if self.training else None"
            if returns and number == len(self.section.steps) - 1 and step.results == self.outputs:
                return [*lines, f"{BODY}return {expression}"]
            names = [self._name(id, step, number) for id in step.results]
            lines.append(f"{BODY}{', '.join(names)} = {expression}")
        if returns:
            lines.append(f"{BODY}return {self.listed(self.outputs)}")
        return lines

    def _name(self, id: NodeId, step: Step, number: int) -> str:
        main_is_free = not any(
            name == MAIN and self.last_read.get(holder, -1) > number
            for holder, name in self.names.items()
        )
        on_main = len(step.results) == 1 and not step.training and step.child not in self.branches
        if id in self.called:
            name = self._fresh(self.called[id], number)
        elif main_is_free and on_main:
            name = MAIN
        else:
            base = step.child if step.child is not None and len(step.results) == 1 else _last(id)
            name = self._fresh(base, number)
        for holder in [holder for holder, held in self.names.items() if held == name]:
            del self.names[holder]
        self.names[id] = name
        return name

    def _fresh(self, base: str, number: int) -> str:
        """Return a name that no value needed after step ``number`` has."""
        if not base.isidentifier() or keyword.iskeyword(base):
            base = f"copy{base}"
        taken = {MAIN, "self", "torch", "nn", "F"}
        taken |= {n for id, n in self.names.items() if self.last_read.get(id, -1) > number}
        count, name = 2, base
        while name in taken:
            name, count = f"{base}_{count}", count + 1
        return name

    def _expression(self, step: Step, number: int) -> str:
        operands = [self.names[id] for id in step.operands]
        if step.child is not None:
            child = f"self.{step.child}"
            if not step.child.isidentifier():
                child = f'getattr(self, "{step.child}")'
            return f"{child}({', '.join(operands)})"
        call = step.function
        assert call is not None, step
        slots = self.made.functions[number]
        constants = [self._constant(slot.number) for slot in slots]
        if call.target in INFIX and not call.keywords:
            return f" {INFIX[call.target]} ".join([*operands, *constants])
        first = [f"[{', '.join(operands)}]"] if call.listed else operands
        count = len(call.positional)
        named = [
            f"{name}={text}"
            for (name, _), text in zip(call.keywords, constants[count:], strict=True)
        ]
        return f"{python_name(call.target)}({', '.join([*first, *constants[:count], *named])})"

    def _constant(self, slot: int) -> str:
        if slot in self.fillings:
            return f"self.{self.fillings[slot]}"
        return literal(self.made.constants[0].all[slot].value)


def _last(id: NodeId) -> str:
    return id.rpartition(".")[2]
