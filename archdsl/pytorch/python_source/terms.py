"""A block's own parameters and expressions, as Python: what its constructor is written in.

The texts come from the spec, and none is taken on trust: each is evaluated for every instance of
the block in the network, and stands only where it gives the number that the instance has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from archdsl.graph import Graph, NodeId
from archdsl.ops import Role
from archdsl.ops.linear import Linear
from archdsl.pytorch.plan import Section
from archdsl.pytorch.python_source.constants import Constant
from archdsl.syntax import nodes

Number = bool | int | float
Value = Number | None
INPUT = "in_channels"
"""What the spec and torch call the channels of what a block is given."""

_SIZES = {"kernel_size": "kernel", "stride": "stride"}
_WIDTHS = {"out_channels": "channels", "out_features": "features"}
_NAMES = {"padding": "pad"}
"""What calls in specs name what torch's layers take."""

_LEVELS = {"or": 1, "and": 2, "not": 3, "+": 5, "-": 5, "*": 6, "/": 6, "//": 6, "%": 6}
_COMPARISON, _UNARY = 4, 7
_FUNCTIONS = {"min": min, "max": max, "round": round}
"""The language's functions that Python knows under the same names."""


@dataclass(frozen=True, slots=True)
class Term:
    """An expression over some of a block's parameters, with its value for each instance."""

    text: str
    names: tuple[str, ...]
    values: tuple[Value, ...]


class Terms:
    """What the constructor of a block can be written in.

    That of a net has what is ``fixed``: parameters with their values.
    """

    def __init__(
        self,
        block: nodes.Block | nodes.Net | None,
        sections: list[Section],
        graph: Graph,
        parameters_of: Mapping[str, tuple[str, ...]],
        fixed: Mapping[str, Number] | None = None,
    ) -> None:
        self.tables = [_table(section, graph) for section in sections]
        own = () if block is None else tuple(one.name.text for one in block.parameters)
        self.names = () if block is None else (INPUT, *(n for n in own if n != INPUT))
        self.defaults = {} if block is None else dict(_defaults(block))
        if fixed is not None:
            self.names, self.defaults, self.tables = tuple(fixed), dict(fixed), [dict(fixed)]
        self.parameters = {name: self._column(name) for name in self.names}
        self._block = block
        self._graph = graph
        self._sections = sections
        self._parameters_of = parameters_of
        self._calls: dict[tuple[int, int], nodes.Call] | None = None

    def _column(self, name: str) -> tuple[Value, ...]:
        return tuple(table.get(name) for table in self.tables)

    def expressions(self) -> Iterator[Term]:
        """Yield what arguments of calls in the block are written as, in the spec's order."""
        if not isinstance(self._block, nodes.Block):
            return
        for tree in dict.fromkeys(_arguments(self._block.body)):
            term = self.term(tree)
            if term is not None:
                yield term

    def said(self, constant: Constant) -> Term | None:
        """Return what the spec writes for a constant, where that is about parameters."""
        if self._block is None or constant.call is None:
            return None
        if self._calls is None:
            self._calls = {(c.head.start, c.head.end): c for c in _calls(self._block.body)}
        call = self._calls.get((constant.call.start, constant.call.end))
        tree = None if call is None else self._argument(call, constant)
        if tree is None or isinstance(tree, nodes.Number):
            return None
        return self.term(tree)

    def width(self, value: NodeId | None) -> Term | None:
        """Return what the spec writes for the channels of a value, seen from the first instance."""
        graph, section = self._graph, self._sections[0]
        while value is not None and value not in section.inputs:
            node = graph.nodes[value]
            written = Constant(None, "", "out_channels", call=node.origin[0])
            if node.op.picture().role is Role.WEIGHTED:
                label = "out_features" if isinstance(node.op, Linear) else "out_channels"
                return self.said(replace(written, label=label))
            first = graph.nodes[node.operands[0]]
            if node.shape.channels != first.shape.channels:
                return None
            value = first.id
        if value is None or len(section.inputs) != 1:
            return None
        known = self.parameters.get(INPUT)
        return None if known is None else Term(INPUT, (INPUT,), known)

    def _argument(self, call: nodes.Call, constant: Constant) -> nodes.Expression | None:
        named = {one.name.text: one.value for one in call.arguments if one.name is not None}
        placed = [one.value for one in call.arguments if one.name is None]
        value: nodes.Value | None
        if constant.of_block:
            names = self._parameters_of.get(call.name.text, ())
            position = names.index(constant.label) if constant.label in names else len(placed)
            at_hand = placed[position] if position < len(placed) else None
            value = named.get(constant.label, at_hand)
        elif constant.label in _SIZES:
            name = _SIZES[constant.label]
            sizes = (one for one in placed if isinstance(one, nodes.Dims))
            value = named.get(name) or next(sizes, None)
            if isinstance(value, nodes.Dims):
                value = value.extents[0] if name == "kernel" else next(iter(value.stride), None)
        elif constant.label in _WIDTHS:
            numbers = (one for one in placed if not isinstance(one, nodes.Dims))
            value = named.get(_WIDTHS[constant.label]) or next(numbers, None)
        else:
            value = named.get(_NAMES.get(constant.label, constant.label))
        if isinstance(value, nodes.Dims | nodes.Listing | nodes.Reference | nodes.Tap):
            return None
        return value

    def condition(self, holds: list[bool]) -> Term | None:
        """Return what an `if` of the block asks that holds for these instances and no others."""
        trees = () if self._block is None else conditions(self._block.body)
        terms = (self.term(tree) for tree in trees)
        return next((one for one in terms if one is not None and list(one.values) == holds), None)

    def term(self, tree: nodes.Expression) -> Term | None:
        """Return an expression as Python, or None where it is about more than parameters."""
        for division in ("//", "/"):
            writer = _Writer(division)
            text = writer.text(tree)
            if text is None or not writer.names <= set(self.names):
                return None
            values = tuple(_value(text, table) for table in self.tables)
            if division not in text or all(isinstance(value, int) for value in values):
                return Term(text, tuple(n for n in self.names if n in writer.names), values)
        return None


def _table(section: Section, graph: Graph) -> dict[str, Number]:
    """Return the numbers that an instance of a block was given."""
    found: dict[str, Number] = {}
    if len(section.inputs) == 1:
        found[INPUT] = graph.nodes[section.inputs[0]].shape.channels
    for name, text in section.scope.arguments:
        number = _number(text)
        if number is not None:
            found[name] = number
    return found


def _number(text: str) -> int | float | None:
    for read in (int, float):
        try:
            number = read(text)
        except ValueError:
            continue
        # Of a number with more digits some are not shown.
        return number if isinstance(number, int) or len(text) < 7 else None
    return None


def _defaults(block: nodes.Block | nodes.Net) -> Iterator[tuple[str, Number]]:
    for parameter in block.parameters:
        if isinstance(parameter.default, nodes.Number):
            yield parameter.name.text, parameter.default.value


def _value(text: str, table: Mapping[str, Number]) -> Value:
    """Return what Python makes of a text, or None where it makes nothing of it."""
    try:
        return eval(text, {"__builtins__": _FUNCTIONS}, dict(table))
    except (ArithmeticError, NameError, TypeError, ValueError):
        return None


class _Writer:
    """Writes expressions as Python, and notes which names they have."""

    def __init__(self, division: str) -> None:
        self.division = division
        self.names: set[str] = set()

    def text(self, tree: nodes.Expression, around: int = 0) -> str | None:
        match tree:
            case nodes.Number():
                return repr(tree.value)
            case nodes.Name():
                # At the beginning of a block the value at hand is what it was given.
                name = INPUT if tree.text == "channels" else tree.text
                self.names.add(name)
                return name
            case nodes.Function():
                parts = [self.text(one) for one in tree.arguments]
                known = tree.name.text in _FUNCTIONS and None not in parts
                return f"{tree.name.text}({', '.join(map(str, parts))})" if known else None
            case nodes.Prefixed():
                level = _LEVELS["not"] if tree.symbol == "not" else _UNARY
                operand = self.text(tree.operand, level)
                sign = "not " if tree.symbol == "not" else "-"
                if operand is None or tree.times != 1:
                    return None
                return _within(f"{sign}{operand}", level, around)
            case nodes.Operation():
                return self._operation(tree, around)

    def _operation(self, tree: nodes.Operation, around: int) -> str | None:
        level = _LEVELS.get(tree.symbols[0], _COMPARISON)
        parts = [self.text(one, level) for one in tree.operands]
        text = parts[0]
        for symbol, part in zip(tree.symbols, parts[1:], strict=True):
            if text is None or part is None:
                return None
            text = f"{text} {self.division if symbol == '/' else symbol} {part}"
        return None if text is None else _within(text, level, around)


def _within(text: str, level: int, around: int) -> str:
    """Return a text in brackets where what is around it would bind it otherwise."""
    return text if level > around else f"({text})"


def _calls(tree: object) -> Iterator[nodes.Call]:
    """Yield the calls in a block's body."""
    match tree:
        case nodes.Call():
            yield tree
            yield from _calls(tree.body)
        case nodes.Body():
            for statement in tree.statements:
                yield from _calls(statement)
        case nodes.Chain():
            for step in tree.steps:
                yield from _calls(step)
        case nodes.Step() | nodes.Repeat():
            yield from _calls(tree.action)
        case nodes.Group():
            yield from _calls(tree.body)
        case nodes.Choice():
            for arm in tree.arms:
                yield from _calls(arm.body)
            yield from _calls(tree.otherwise)
        case _:
            return


def _arguments(tree: object) -> Iterator[nodes.Expression]:
    """Yield what calculates something among the arguments of a body's calls."""
    match tree:
        case nodes.Operation() | nodes.Prefixed() | nodes.Function():
            yield tree
        case nodes.Call():
            for argument in tree.arguments:
                yield from _arguments(argument.value)
            if tree.body is not None:
                yield from _arguments(tree.body)
        case nodes.Dims():
            for extent in (*tree.extents, *tree.stride):
                yield from _arguments(extent)
        case nodes.Listing():
            for item in tree.items:
                yield from _arguments(item)
        case nodes.Reference():
            for argument in tree.arguments:
                yield from _arguments(argument.value)
        case nodes.Body():
            for statement in tree.statements:
                yield from _arguments(statement)
        case nodes.Chain():
            for step in tree.steps:
                yield from _arguments(step)
        case nodes.Step():
            yield from _arguments(tree.action)
        case nodes.Repeat():
            yield from _arguments(tree.count)
            yield from _arguments(tree.action)
        case nodes.Group():
            yield from _arguments(tree.body)
        case nodes.Choice():
            for arm in tree.arms:
                yield from _arguments(arm.body)
            if tree.otherwise is not None:
                yield from _arguments(tree.otherwise)
        case nodes.Default():
            for argument in tree.arguments:
                yield from _arguments(argument.value)
        case _:
            return


def conditions(tree: object) -> Iterator[nodes.Expression]:
    """Yield the conditions in a block's body, in the spec's order."""
    match tree:
        case nodes.Choice():
            for arm in tree.arms:
                yield arm.condition
                yield from conditions(arm.body)
            if tree.otherwise is not None:
                yield from conditions(tree.otherwise)
        case nodes.Call():
            if tree.body is not None:
                yield from conditions(tree.body)
        case nodes.Body():
            for statement in tree.statements:
                yield from conditions(statement)
        case nodes.Chain():
            for step in tree.steps:
                yield from conditions(step)
        case nodes.Step() | nodes.Repeat():
            yield from conditions(tree.action)
        case nodes.Group():
            yield from conditions(tree.body)
        case _:
            return
