"""A block's own parameters and expressions, as Python: what its constructor is written in.

The texts come from the spec, and none is taken on trust: each is evaluated for every instance of
the block in the network, and stands only where it gives the number that the instance has.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from archdsl.graph import Graph, NodeId, ScopeKind
from archdsl.pytorch.arithmetic import divisible
from archdsl.pytorch.plan import Section
from archdsl.pytorch.python_source.constants import COPIES, Constant
from archdsl.pytorch.python_source.trees import (
    calls,
    conditions,
    expressions,
    names_in,
    parts,
    replaced,
)
from archdsl.pytorch.python_source.widths import AT_HAND, INPUT, WIDTHS, Widths, width_of
from archdsl.syntax import nodes

Number = bool | int | float
Value = Number | None
_SIZES = ("kernel", "stride")
NOTHING: Mapping[str, Number] = MappingProxyType({})
RATE = "rate"
"""What calls in specs name the share of numbers, or of images, that they drop: a float."""

_LEVELS = {"or": 1, "and": 2, "not": 3, "+": 5, "-": 5, "*": 6, "/": 6, "//": 6, "%": 6}
_COMPARISON, _UNARY = 4, 7
_FUNCTIONS = {
    **{name: name for name in ("min", "max", "round", "divisible")},
    **{name: f"math.{name}" for name in ("floor", "ceil")},
}
"""What the language's functions are called in Python; `divisible` is a helper."""
_KNOWN = {"min": min, "max": max, "round": round, "divisible": divisible, "math": math}
ROUNDING = ("round", "floor", "ceil", "divisible")
"""Functions that make a whole number of any: what is divided in them need not come out even."""


@dataclass(frozen=True, slots=True)
class Term:
    """An expression over some of a block's parameters, with its value for each instance."""

    text: str
    names: tuple[str, ...]
    values: tuple[Value, ...]
    tree: nodes.Expression | None = None


class Terms:
    """What the constructor of a block can be written in.

    That of a net has ``fixed`` names with their values, and ``shown`` as their defaults; so have
    the groups and auxiliary heads of a net that have classes, which are given what they need.
    For other names of a net stand the numbers that are ``settled``.
    """

    def __init__(
        self,
        block: nodes.Block | nodes.Net | None,
        sections: list[Section],
        graph: Graph,
        parameters_of: Mapping[str, tuple[str, ...]],
        widths: Widths,
        fixed: Mapping[str, Number] | None = None,
        shown: Mapping[str, Number] | None = None,
        settled: Mapping[str, Number] = NOTHING,
    ) -> None:
        self.tables = [_table(section, graph) for section in sections]
        own = () if block is None else tuple(one.name.text for one in block.parameters)
        self.names = () if block is None else (INPUT, *(n for n in own if n != INPUT))
        self.defaults = {} if block is None else dict(_defaults(block))
        if fixed is not None:
            self.tables = [{**table, **fixed} for table in self.tables]
            self.names, self.defaults = (INPUT, *fixed), {}
            settled = {name: one for name, one in settled.items() if name not in fixed}
        self.settled = settled
        self.is_net = sections[0].scope.kind is ScopeKind.NET
        if self.is_net and fixed is not None:
            self.names = tuple(fixed)
            self.defaults = {name: (shown or fixed)[name] for name in fixed}
        self.is_unit = sections[0].scope.kind is ScopeKind.UNIT
        self.parameters = {name: self._column(name) for name in self.names}
        self._block = block
        self._sections = sections
        self._parameters_of = parameters_of
        self._widths = widths
        self._calls: dict[tuple[int, int], nodes.Call] | None = None
        self._counts: dict[tuple[int, int], nodes.Expression] = {}

    def _column(self, name: str) -> tuple[Value, ...]:
        return tuple(table.get(name) for table in self.tables)

    def expressions(self) -> Iterator[Term]:
        """Yield what arguments of calls in the block are written as, in the spec's order."""
        if not isinstance(self._block, nodes.Block):
            return
        for tree in dict.fromkeys(expressions(self._block.body)):
            term = self.term(tree)
            if term is not None:
                yield term

    def said(self, constant: Constant) -> Term | None:
        """Return what the spec writes for a constant, where that is about parameters."""
        if constant.is_passed_on and constant.label in self.names:
            return Term(constant.label, (constant.label,), self.parameters[constant.label])
        if self._block is None or constant.call is None:
            return None
        if self._calls is None:
            self._calls = {(c.head.start, c.head.end): c for c in calls(self._block.body)}
            repeats = (one for one in parts(self._block.body) if isinstance(one, nodes.Repeat))
            self._counts = {(one.span.start, one.span.end): one.count for one in repeats}
        place = (constant.call.start, constant.call.end)
        if constant.label == COPIES:
            return self._count(self._counts.get(place), constant.besides)
        call = self._calls.get(place)
        tree = None if call is None else self._argument(call, constant)
        if tree is None or isinstance(tree, nodes.Number):
            return None
        return self.term(self._of_what_is_at_hand(tree, constant))

    def _of_what_is_at_hand(self, tree: nodes.Expression, constant: Constant) -> nodes.Expression:
        """Return an expression with the channels at hand as the spec says them, if it does."""
        names = names_in(tree)
        if AT_HAND not in names or constant.given is None:
            return tree
        width = self._widths.tree(constant.given, self._sections[0])
        if width is None:
            return tree
        others = {name: nodes.Name(name, tree.span) for name in names}
        return replaced(tree, {**others, AT_HAND: width}) or tree

    def is_given(self, constant: Constant) -> bool:
        """Return whether a constant is about a value that the first instance is given."""
        return constant.given in self._sections[0].inputs

    def _count(self, tree: nodes.Expression | None, besides: int) -> Term | None:
        """Return how many copies of a repeat are left beside some."""
        if tree is None or isinstance(tree, nodes.Number):
            return None
        if besides:
            number = nodes.Number(besides, tree.span)
            operands, symbols = (tree, number), ("-",)
            tree = nodes.Operation(operands, symbols, tree.span)
        return self.term(tree)

    def width(self, value: NodeId | None) -> Term | None:
        """Return what the spec writes for the channels of a value, seen from the first instance."""
        tree = self._widths.tree(value, self._sections[0]) if value is not None else None
        term = None if tree is None else self.term(tree)
        return None if term is None or not term.names else term

    def _argument(self, call: nodes.Call, constant: Constant) -> nodes.Expression | None:
        named = {one.name.text: one.value for one in call.arguments if one.name is not None}
        placed = [one.value for one in call.arguments if one.name is None]
        value: nodes.Value | None
        if constant.of_block:
            names = self._parameters_of.get(call.name.text, ())
            position = names.index(constant.label) if constant.label in names else len(placed)
            at_hand = placed[position] if position < len(placed) else None
            value = named.get(constant.label, at_hand)
        elif constant.argument in _SIZES:
            sizes = (one for one in placed if isinstance(one, nodes.Dims))
            value = named.get(constant.argument) or next(sizes, None)
            if isinstance(value, nodes.Dims):
                is_kernel = constant.argument == "kernel"
                value = value.extents[0] if is_kernel else next(iter(value.stride), None)
        elif constant.argument in WIDTHS:
            value = width_of(call)
        elif constant.argument == RATE:
            value = named.get(RATE) or next(iter(placed), None)
        else:
            value = named.get(constant.argument)
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
            writer = _Writer(division, self.settled)
            text = writer.text(tree)
            if text is None or not writer.names <= set(self.names):
                return None
            if writer.is_settled and not writer.names:
                return None
            values = tuple(_value(text, table) for table in self.tables)
            if division not in text or all(isinstance(value, int) for value in values):
                names = tuple(name for name in self.names if name in writer.names)
                return Term(text, names, values, tree)
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
        return eval(text, {"__builtins__": _KNOWN}, dict(table))
    except (ArithmeticError, NameError, TypeError, ValueError):
        return None


class _Writer:
    """Writes expressions as Python, and notes which names they have."""

    def __init__(self, division: str, settled: Mapping[str, Number]) -> None:
        self.division = division
        self.settled = settled
        self.names: set[str] = set()
        self.is_settled = False

    def text(self, tree: nodes.Expression, around: int = 0) -> str | None:
        match tree:
            case nodes.Number():
                return repr(tree.value)
            case nodes.Name():
                # At the beginning of a block the value at hand is what it was given.
                name = INPUT if tree.text == AT_HAND else tree.text
                if name in self.settled:
                    self.is_settled = True
                    return repr(self.settled[name])
                self.names.add(name)
                return name
            case nodes.Function():
                division = self.division
                self.division = "/" if tree.name.text in ROUNDING else division
                parts = [self.text(one) for one in tree.arguments]
                self.division = division
                known = tree.name.text in _FUNCTIONS and None not in parts
                if not known:
                    return None
                return f"{_FUNCTIONS[tree.name.text]}({', '.join(map(str, parts))})"
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
