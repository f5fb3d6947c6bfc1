"""The forwards of generated classes: statements over named values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from archdsl.graph import Graph, Node, NodeId, ScopeKind, is_within, name_of
from archdsl.ops import Call
from archdsl.pytorch.plan import Section, Step
from archdsl.pytorch.python_source import words
from archdsl.pytorch.python_source.calls import python_name
from archdsl.pytorch.python_source.classes import Class
from archdsl.pytorch.python_source.expressions import (
    INDENT,
    WIDEST,
    Expr,
    Infix,
    InTraining,
    Listing,
    New,
    Slot,
    Text,
    layout,
    literal,
)
from archdsl.pytorch.python_source.inline import INLINED
from archdsl.pytorch.python_source.remarks import shapes
from archdsl.safe_names import Names, distinct

BODY = INDENT * 2
MAIN = "x"
"""The value on the main line; branches get names of their own while it is still needed."""

NAMELESS: Mapping[NodeId, str] = MappingProxyType({})


def signature(name: str, parameters: Sequence[str], returns: str = "None") -> list[str]:
    """Return the lines that open a method."""
    flat = f"{INDENT}def {name}({', '.join(('self', *parameters))}) -> {returns}:"
    if len(flat) <= WIDEST:
        return [flat]
    lines = [f"{INDENT}def {name}(", f"{BODY}self,"]
    parts = [f"{BODY}{parameter}," for parameter in parameters]
    return [*lines, *parts, f"{INDENT}) -> {returns}:"]


def forward(made: Class, graph: Graph) -> list[str]:
    """Return the lines of a block's forward."""
    section = made.section
    body = Body(made, section.outputs)
    inputs = body.take(section.inputs)
    lines = body.run(0, len(made.steps), returns=section.outputs)
    opening = signature("forward", inputs, returned(section, section.outputs, graph))
    said = shapes(section, graph)
    return [*opening, *([] if said is None else [f'{BODY}"""{said}"""']), *lines]


def returned(section: Section, ids: tuple[NodeId, ...], graph: Graph) -> str:
    """Return the type of a forward's result; what a head made is None in evaluation."""
    types = ["Tensor | None" if _is_heads(graph.nodes[id], section) else "Tensor" for id in ids]
    return types[0] if len(types) == 1 else f"tuple[{', '.join(types)}]"


def _is_heads(node: Node, section: Section) -> bool:
    """Return whether a value comes from an auxiliary head inside of a section."""
    own = section.scope.path
    return node.aux is not None and not is_within(own, node.aux)


class Body:
    """Names values while statements are written; a name is free again when its value is dead.

    ``outputs`` are needed to the end. ``called`` are values that have a name by themselves,
    ``taken`` are names that mean something else, and ``skips`` says that heads for training are
    left out.
    """

    def __init__(
        self,
        made: Class,
        outputs: Iterable[NodeId],
        called: Mapping[NodeId, str] = NAMELESS,
        *,
        skips: bool = False,
        taken: tuple[str, ...] = (),
    ) -> None:
        self.made = made
        self.called = called
        self.skips = skips
        self.taken = (MAIN, *taken)
        self.section: Section = made.section
        self.names: dict[NodeId, str] = {}
        self.prepared: set[int] = set()
        self.last_read: dict[NodeId, int] = {}
        for number, step in enumerate(made.steps):
            if not (skips and step.training):
                for operand in step.operands:
                    self.last_read[operand] = number
        for output in outputs:
            self.last_read[output] = len(made.steps)
        self.branches = set(_branches(made.section))
        self.fillings = made.filling.texts

    def take(self, inputs: tuple[NodeId, ...], names: Sequence[str] = ()) -> list[str]:
        """Name the inputs, ``x`` a single one, and return them as parameters."""
        wanted = names or ([MAIN] if len(inputs) == 1 else [name_of(id) for id in inputs])
        wanted = [self.called.get(id, name) for id, name in zip(inputs, wanted, strict=True)]
        found = wanted if wanted == [MAIN] else distinct(wanted, words.VALUES, self.taken)
        self.names.update(zip(inputs, found, strict=True))
        return [f"{self.names[id]}: Tensor" for id in inputs]

    def name(self, id: NodeId) -> str:
        return self.names[id]

    def listed(self, ids: Iterable[NodeId]) -> str:
        return ", ".join(self.names[id] for id in ids)

    def run(self, start: int, stop: int, *, returns: tuple[NodeId, ...] | None) -> list[str]:
        """Return the statements for some steps, and the return of values where it is wanted."""
        lines: list[str] = []
        for number in range(start, stop):
            step = self.made.steps[number]
            if self.skips and step.training:
                continue
            expression = self._expression(step, number)
            if step.training:
                expression = InTraining(expression)
            if number == stop - 1 and step.results == returns:
                return [*lines, self._statement("return ", expression)]
            names = [self._name(id, step, number) for id in step.results]
            lines.append(self._statement(f"{', '.join(names)} = ", expression))
        if returns is not None:
            lines.append(f"{BODY}return {self.listed(returns)}")
        return lines

    def prepare(self, number: int) -> list[str]:
        """Return the statement for what a step's child takes; the step then takes it as it is.

        There is none where the child takes the value itself, or another step reads it later.
        """
        step = self.made.steps[number]
        if step.before is None or any(self.last_read[id] > number for id in step.operands):
            return []
        (name,) = (self.names[id] for id in step.operands)
        made = _applied(step.before, (Text(name),), self.made.functions[number])
        self.prepared.add(number)
        return [self._statement(f"{name} = ", made)]

    def give(self, id: NodeId, function: str, operand: NodeId) -> str:
        """Return the statement by which a function makes the last value in the name of another."""
        name = self.names[id] = self.names[operand]
        return self._statement(f"{name} = ", New(function, ((None, Text(name)),)))

    def _statement(self, start: str, expression: Expr) -> str:
        text = layout(expression, self._constant, 2, len(BODY) + len(start))
        return f"{BODY}{start}{text}"

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
            by_child = step.child is not None and len(step.results) == 1
            base = name_of(step.child if by_child and step.child is not None else id)
            name = self._fresh(base, number)
        for holder in [holder for holder, held in self.names.items() if held == name]:
            del self.names[holder]
        self.names[id] = name
        return name

    def _fresh(self, base: str, number: int) -> str:
        """Return a name that no value needed after step ``number`` has."""
        live = (name for id, name in self.names.items() if self.last_read.get(id, -1) > number)
        return Names(words.VALUES, (*self.taken, *live)).take(base)

    def _expression(self, step: Step, number: int) -> Expr:
        operands = tuple(Text(self.names[id]) for id in step.operands)
        slots = self.made.functions[number]
        if step.function is not None:
            return _applied(step.function, operands, slots)
        assert step.child is not None, step
        child = f"self.{step.child}"
        if not all(map(words.ATTRIBUTES.allow, step.child.split("."))):
            child = f'getattr(self, "{step.child}")'
        if step.before is None or number in self.prepared:
            return New(child, tuple((None, one) for one in operands))
        return New(child, ((None, _applied(step.before, operands, slots)),))

    def _constant(self, slot: Slot) -> str:
        if slot.number in self.fillings:
            return f"self.{self.fillings[slot.number]}"
        return literal(self.made.constants[slot.number].plain)


def _applied(call: Call, operands: tuple[Expr, ...], constants: tuple[Slot, ...]) -> Expr:
    """Return a function's call on values and constants."""
    if call.sign and not call.keywords:
        return Infix(call.sign, (*operands, *constants))
    first = (Listing(operands),) if call.listed else operands
    names = [None] * len(call.positional) + [name for name, _ in call.keywords]
    named = zip(names, constants, strict=True)
    return New(python_name(call.target), (*((None, one) for one in first), *named))


def _branches(section: Section, path: str = "") -> Iterator[str]:
    """Yield the paths of a section's branches, those of what may be inlined among them."""
    for child in section.children:
        if isinstance(child, Section):
            if child.scope.kind is ScopeKind.BRANCH:
                yield f"{path}{child.name}"
            if child.scope.kind in INLINED:
                yield from _branches(child, f"{path}{child.name}.")
