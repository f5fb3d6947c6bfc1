"""Expressions and argument values, evaluated at one place of the network."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import assert_never

from archdsl.diagnostics import did_you_mean, mended
from archdsl.graph.environment import NOTHING, Environment, Flow
from archdsl.graph.functions import FUNCTIONS, Function
from archdsl.graph.names import AT_HAND, OF_INPUT, ORDERED, VALUE_NAMES
from archdsl.light import light
from archdsl.ops import (
    Patch,
    Reference,
    Shape,
    Size,
    Value,
    Word,
    bind,
    known_words,
    operator_meant,
    operator_of,
    operators,
    taken_as,
    value_meant,
)
from archdsl.source import Span
from archdsl.syntax import nodes

LARGEST = 10**18
MOST_LISTED = 4096
"""Numbers in a list."""


class Unresolved(Exception):
    """The value depends on something an error was already reported for; stay silent."""


class Mistake(Exception):
    """An expression is wrong."""

    def __init__(self, code: str, headline: str, span: Span, help: str | None = None) -> None:
        super().__init__(headline)
        self.code = code
        self.headline = headline
        self.span = span
        self.help = help


def extent(shape: Shape, which: str) -> int:
    """Return the `channels`, `height` or `width` of a shape."""
    return {"channels": shape.channels, "height": shape.height, "width": shape.width}[which]


def _plain(value: Value) -> Value:
    """Return what is compared: `yes` is what a comparison that holds gives."""
    if isinstance(value, Word) and value.text in ("yes", "no"):
        return value.text == "yes"
    return Reference(value.text) if isinstance(value, Word) and value.text in operators() else value


def as_whole(value: Value, tree: nodes.Value, what: str) -> int:
    """Return a value as a whole number, or say that ``what`` is one."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Mistake("expression-type", f"{what} is a whole number", tree.span)
    return value


@light
class Evaluator:
    """Evaluates against an environment and the value at hand.

    Raises :class:`Mistake` for what is wrong, :class:`Unresolved` where that was said before.
    """

    env: Environment
    flow: Flow

    def value(self, tree: nodes.Value) -> Value:
        match tree:
            case nodes.Number():
                return tree.value
            case nodes.Dims():
                return self._dims(tree)
            case nodes.Name():
                return self._name(tree)
            case nodes.Listing():
                return self._list(tree)
            case nodes.Reference():
                return self._reference(tree)
            case nodes.Tap():
                raise Mistake(
                    "syntax", "a label's value is no argument", tree.span, "use it as a step"
                )
            case nodes.Operation():
                return self._operation(tree)
            case nodes.Prefixed():
                return self._prefixed(tree)
            case nodes.Function():
                return self._function(tree)
            case _:
                assert_never(tree)

    def whole(self, tree: nodes.Value, what: str) -> int:
        """Return a whole number, or say that ``what`` needs one."""
        return as_whole(self.value(tree), tree, what)

    def number(self, tree: nodes.Value, what: str) -> int | float:
        """Return a number, or say that ``what`` is one."""
        value = self.value(tree)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Mistake("argument-type", f"{what} is a number", tree.span)
        return value

    def truth(self, tree: nodes.Expression) -> bool:
        value = self.value(tree)
        if isinstance(value, bool):
            return value
        if isinstance(value, Word) and value.text in ("yes", "no"):
            return value.text == "yes"
        raise Mistake(
            "expression-type", "`if` needs a comparison", tree.span, "write `if stride != 1 { … }`"
        )

    def shape(self, tree: nodes.Value) -> Shape:
        """Return a shape from H x W x C; a lone number is a vector."""
        value = self.value(tree)
        if isinstance(value, Shape):
            return value
        if isinstance(value, Patch):
            raise Mistake(
                "expression-type",
                "a shape is height x width x channels",
                tree.span,
                "write it as `35x35x384`",
            )
        return Shape(self._at_least_one(value, tree))

    def _at_least_one(self, value: Value, tree: nodes.Value) -> int:
        extent = as_whole(value, tree, "a size")
        if extent < 1:
            raise Mistake("argument-out-of-range", f"a size of {extent} is empty", tree.span)
        return extent

    def _dims(self, tree: nodes.Dims) -> Patch | Shape:
        if len(tree.extents) == 3 and not tree.stride:
            height, width, channels = (
                self._at_least_one(self.value(extent), extent) for extent in tree.extents
            )
            return Shape(channels, Size(height, width))
        if len(tree.extents) != 2:
            raise Mistake("argument-type", "a shape has no stride", tree.span)
        height, width = (self.whole(extent, "a size") for extent in tree.extents)
        if not tree.stride:
            return Patch(Size(height, width))
        steps = [self.whole(step, "a stride") for step in tree.stride]
        return Patch(Size(height, width), Size(steps[0], steps[-1]))

    def _list(self, tree: nodes.Listing) -> tuple[int | float, ...]:
        """Return a list: it holds numbers, and not without end, so that values stay small."""
        if len(tree.items) > MOST_LISTED:
            raise Mistake(
                "argument-out-of-range",
                f"a list of {len(tree.items):,} numbers is too long: it may have {MOST_LISTED:,}",
                tree.span,
            )
        return tuple(self._listed(item) for item in tree.items)

    def _listed(self, tree: nodes.Value) -> int | float:
        value = self.value(tree)
        if isinstance(value, bool) or not isinstance(value, int | float):
            what = "a list" if isinstance(value, tuple) else "no number"
            raise Mistake("argument-type", f"a list holds numbers, and this is {what}", tree.span)
        return value

    def _name(self, tree: nodes.Name) -> Value:
        text = tree.text
        if text in self.env.parameters:
            return self.env.parameters[text]
        if text == "index":
            if self.env.index is None:
                raise Mistake(
                    "unknown-name", "`index` counts copies, and no repeat is here", tree.span
                )
            return self.env.index
        if text in AT_HAND:
            return self._extent_of(self.flow, text, tree)
        if text in OF_INPUT:
            return self._of_input(text, tree)
        if text in known_words():
            return Word(text)
        known = (*self.env.parameters, *VALUE_NAMES, *sorted(known_words()))
        raise _unknown_value(tree, known)

    def _extent_of(self, flow: Flow, which: str, tree: nodes.Name) -> int:
        if flow.is_nothing and flow.node is None:
            raise Mistake(
                "missing-input", f"there is no value whose `{tree.text}` it is", tree.span
            )
        if flow.shape is None:
            raise Unresolved
        return extent(flow.shape, which)

    def _of_input(self, text: str, tree: nodes.Name) -> int:
        """Return an extent of what the block was given, or of the net's input."""
        which = text.removeprefix("in_")
        start = self.env.start
        flows = start.flows or [NOTHING]
        size = self._extent_of(flows[0], which, tree)
        for other in flows[start.agreed.get(which, 1) :]:
            if self._extent_of(other, which, tree) != size:
                raise Mistake(
                    "ambiguous-input",
                    f"`{text}` could be that of each of {len(flows)} inputs, which differ",
                    tree.span,
                    f"`{which}` is that of the value at hand; in a block, `{text}` is that of the"
                    " block's input",
                )
        start.agreed[which] = len(flows)
        return size

    def _reference(self, tree: nodes.Reference) -> Reference:
        name, passed = tree.name.text, tuple[tuple[str, object], ...]()
        if name in self.env.parameters and name not in operators():
            name, passed = operator_of(self.env.parameters[name])
        cls = operators().get(name)
        if cls is None and tree.name.text in self.env.parameters:
            raise Mistake(
                "unknown-operator", f"`{tree.name.text}` is no operator here", tree.name.span
            )
        if cls is None:
            raise _unknown_value(tree.name, operators())
        binding = bind(cls, self.arguments(tree.arguments))
        for fault in binding.faults:
            at = tree.span if fault.position is None else tree.arguments[fault.position].span
            instead = fault.instead(at.source.text[at.start : at.end])
            line = None if instead is None else mended(at, instead)
            help = fault.help if line is None else f"write `{line}`"
            raise Mistake(fault.code, fault.headline, at, help)
        for field, _ in passed:
            if field in binding.fields:
                at = tree.arguments[binding.positions[field]].span
                raise Mistake("repeated-argument", f"`{field}` is given twice", at)
        return Reference(name, (*passed, *binding.fields.items()))

    def arguments(
        self, arguments: tuple[nodes.Argument, ...]
    ) -> tuple[tuple[str | None, Value], ...]:
        return tuple(
            (None if argument.name is None else argument.name.text, self.value(argument.value))
            for argument in arguments
        )

    def function(self, tree: nodes.Function) -> Function:
        """Return the function that is called, with as many numbers as it takes."""
        function = FUNCTIONS.get(tree.name.text)
        if function is None:
            hint = did_you_mean(tree.name.text, FUNCTIONS)
            raise Mistake(
                "unknown-name", f"there is no function `{tree.name.text}`{hint}", tree.span
            )
        if not function.accepts(len(tree.arguments)):
            few = len(tree.arguments) < function.least
            raise Mistake(
                "missing-argument" if few else "too-many-arguments",
                f"`{tree.name.text}` takes {function.takes}",
                tree.span,
            )
        return function

    def _function(self, tree: nodes.Function) -> Value:
        function = self.function(tree)
        numbers = [self._numeric(argument) for argument in tree.arguments]
        try:
            return function.compute(*numbers)
        except ValueError as error:
            raise Mistake("argument-out-of-range", str(error), tree.span) from error

    def _prefixed(self, tree: nodes.Prefixed) -> Value:
        if tree.symbol == "not":
            truth = self.truth(tree.operand)
            return not truth if tree.times % 2 else truth
        number = self._numeric(tree.operand)
        return -number if tree.times % 2 else number

    def _operation(self, tree: nodes.Operation) -> Value:
        first = tree.symbols[0]
        if first in ("and", "or"):
            # Stops at the first operand that decides, so that later ones may depend on it.
            decides = first == "or"
            return any(self.truth(o) == decides for o in tree.operands) == decides
        if first in ("==", "!="):
            left, right = (_plain(self.value(operand)) for operand in tree.operands)
            return (left == right) == (first == "==")
        if first in ORDERED:
            left, right = (self._numeric(operand) for operand in tree.operands)
            return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[
                first
            ]
        result = self._numeric(tree.operands[0])
        for symbol, operand in zip(tree.symbols, tree.operands[1:], strict=True):
            result = self._arithmetic(symbol, result, self._numeric(operand), operand.span)
        # So that `(0.5 * channels)` is a number of channels.
        return int(result) if isinstance(result, float) and result.is_integer() else result

    def _numeric(self, tree: nodes.Expression) -> int | float:
        value = self.value(tree)
        if isinstance(value, bool) or not isinstance(value, int | float):
            shown = f"`{value.text}`" if isinstance(value, Word) else "this"
            raise Mistake("expression-type", f"{shown} is no number", tree.span)
        return value

    def _arithmetic(
        self, symbol: str, left: int | float, right: int | float, at: Span
    ) -> int | float:
        if symbol in ("/", "//", "%") and right == 0:
            raise Mistake("division-by-zero", "division by zero", at)
        try:
            match symbol:
                case "+":
                    result = left + right
                case "-":
                    result = left - right
                case "*":
                    result = left * right
                case "//":
                    result = left // right
                case "%":
                    result = left % right
                case _:
                    whole = isinstance(left, int) and isinstance(right, int) and left % right == 0
                    result = left // right if whole else left / right
        except OverflowError:
            result = math.inf
        if not math.isfinite(result) or abs(result) > LARGEST:
            raise Mistake("number-too-large", "the result is too large a number", at)
        return result


def _unknown_value(name: nodes.Name, known: Iterable[str]) -> Mistake:
    """Return the mistake of a name that is no value, with what it stands for elsewhere."""
    text, span = name.text, name.span
    known = tuple(known)
    sides = text.split("x")
    if len(sides) > 1 and all(side.isdigit() or side in known for side in sides):
        line = mended(span, " x ".join(sides))
        return Mistake(
            "unknown-name",
            f"`{text}` is one name; a size from parameters has spaces around the `x`",
            span,
            None if line is None else f"write `{line}`",
        )
    operator = operator_meant(text)
    meant = value_meant(text) or (operator if operator in operators() else None)
    if meant is None:
        hint = did_you_mean(text, known)
        return Mistake("unknown-name", f"`{text}` is no parameter and no word{hint}", span)
    alone = span.source.text[: span.start].rstrip()[-1:] not in ("=", "(", ",")
    taken = taken_as(meant) if alone else None
    line = mended(span, meant if taken is None else f"{taken}={meant}")
    help = None if line is None else f"write `{line}`"
    return Mistake(
        "unknown-name", f"`{text}` is no parameter and no word; it is `{meant}` here", span, help
    )
