"""Builds the syntax tree while the parser reduces: one method per grammar rule."""

from __future__ import annotations

from dataclasses import replace
from math import isinf
from typing import Any

from archdsl.diagnostics import Diagnostic, Label
from archdsl.source import SourceFile, Span
from archdsl.syntax import nodes
from archdsl.syntax.machine import Token

LONGEST_NAME = 100
"""Most letters of a name; the paths of steps are made of names, one for each level around."""

MOST_PARAMETERS = 256
"""Most parameters of a block or a net; every call gives a value to each."""

LONGEST_NUMBER = 18
"""Most digits of a number; shapes and sizes stay far below, and arithmetic stays quick."""

Child = Any


class Builder:
    """Makes nodes of tokens and nodes. ``found`` gathers numbers that are too large."""

    def __init__(self) -> None:
        self.source = SourceFile("", "")
        self.found: list[Diagnostic] = []

    def begin(self, source: SourceFile) -> None:
        self.source, self.found = source, []

    # Files

    def start(self, children: list[Child]) -> list[Child]:
        return children

    def use(self, children: list[Child]) -> nodes.Use:
        word, path = children
        return nodes.Use(path.text[1:-1], Span(self.source, word.start, path.end))

    def block(self, children: list[Child]) -> nodes.Block:
        return nodes.Block(*self._definition(children))

    def net(self, children: list[Child]) -> nodes.Net:
        return nodes.Net(*self._definition(children))

    def _definition(
        self, children: list[Child]
    ) -> tuple[nodes.Name, tuple[nodes.Parameter, ...], nodes.Body, Span]:
        word, name, *rest = children
        parameters = tuple(child for child in rest if isinstance(child, nodes.Parameter))
        if len(parameters) > MOST_PARAMETERS:
            first_too_many = parameters[MOST_PARAMETERS]
            self._error(
                "too-many-parameters",
                f"`{name.text[:LONGEST_NAME]}` has {len(parameters):,} parameters, and may have"
                f" {MOST_PARAMETERS}",
                first_too_many.span,
            )
            parameters = parameters[:MOST_PARAMETERS]
        return self._name(name), parameters, rest[-1], Span(self.source, word.start, name.end)

    def parameter(self, children: list[Child]) -> nodes.Parameter:
        name = self._name(children[0])
        default = self._value(children[2]) if len(children) > 1 else None
        return nodes.Parameter(name, default, name.span)

    # Statements and steps

    def body(self, children: list[Child]) -> nodes.Body:
        return nodes.Body(tuple(children[1:-1]), self._over(children))

    def default(self, children: list[Child]) -> nodes.Default:
        arguments = tuple(self._argument(child) for child in children[2:])
        span = Span(self.source, children[0].start, arguments[-1].span.end)
        return nodes.Default(self._name(children[1]), arguments, span)

    def chain(self, children: list[Child]) -> nodes.Chain:
        return nodes.Chain(tuple(children), self._over(children))

    def step(self, children: list[Child]) -> nodes.Step:
        labels: list[nodes.Name] = []
        claims: list[nodes.Claim] = []
        for mark, child in zip(children[1::2], children[2::2], strict=True):
            if mark.type == "AS":
                labels.append(self._name(child))
            else:
                value = self._value(child)
                claims.append(nodes.Claim(value, Span(self.source, mark.start, value.span.end)))
        return nodes.Step(children[0], tuple(labels), tuple(claims), self._over(children))

    def call(self, children: list[Child]) -> nodes.Call:
        name = self._name(children[0])
        body = children.pop() if children[-1].__class__ is nodes.Body else None
        arguments = tuple([self._argument(child) for child in children[1:]])
        head = name.span
        if arguments:
            head = Span(self.source, head.start, arguments[-1].value.span.end)
        return nodes.Call(name, arguments, body, head)

    def repeat(self, children: list[Child]) -> nodes.Repeat:
        count, action = children
        span = self._over(children)
        if isinstance(count, Token) and count.type == "TIMES":
            digits = count.text.partition("x")[0].rstrip(" \t")
            count = Token("INT", digits, count.start, count.start + len(digits))
        return nodes.Repeat(self._value(count), action, span)

    def tap(self, children: list[Child]) -> nodes.Tap:
        return nodes.Tap(self._name(children[1]), self._over(children))

    def sequence(self, children: list[Child]) -> nodes.Group:
        return nodes.Group(children[0], children[0].span)

    def choice(self, children: list[Child]) -> nodes.Choice:
        arms = tuple(child for child in children if isinstance(child, nodes.Arm))
        otherwise = children[-1] if isinstance(children[-1], nodes.Body) else None
        last = arms[-1].body if otherwise is None else otherwise
        return nodes.Choice(arms, otherwise, arms[0].span.to(last.span))

    def arm(self, children: list[Child]) -> nodes.Arm:
        return nodes.Arm(self._value(children[1]), children[2], self._over(children))

    # Arguments and values

    def named(self, children: list[Child]) -> nodes.Argument:
        return nodes.Argument(self._name(children[0]), self._value(children[2]))

    def dims(self, children: list[Child]) -> nodes.Dims:
        extents = tuple(self._value(child) for child in children)
        return nodes.Dims(extents, (), self._over(children))

    def list(self, children: list[Child]) -> nodes.Listing:
        items = tuple(self._value(child) for child in children[1:-1])
        return nodes.Listing(items, self._over(children))

    def reference(self, children: list[Child]) -> nodes.Reference:
        arguments = tuple(self._argument(child) for child in children[2:-1])
        return nodes.Reference(self._name(children[0]), arguments, self._over(children))

    def negative(self, children: list[Child]) -> nodes.Prefixed:
        return nodes.Prefixed("-", 1, self._value(children[1]), self._over(children))

    # Expressions

    def expression(self, children: list[Child]) -> nodes.Operation:
        """Operands of one precedence, with their symbols between them."""
        operands = tuple(self._value(child) for child in children[::2])
        symbols = tuple(symbol.text for symbol in children[1::2])
        return nodes.Operation(operands, symbols, self._over(children))

    both = comparison = sum = product = expression

    def opposite(self, children: list[Child]) -> nodes.Prefixed:
        """An operand behind its prefixes."""
        operand = self._value(children[-1])
        return nodes.Prefixed(children[0].text, len(children) - 1, operand, self._over(children))

    signed = opposite

    def function(self, children: list[Child]) -> nodes.Function:
        arguments = tuple(self._value(child) for child in children[2:-1])
        return nodes.Function(self._name(children[0]), arguments, self._over(children))

    def group(self, children: list[Child]) -> Any:
        return replace(self._value(children[1]), span=self._over(children))

    # Tokens

    def _over(self, children: list[Child]) -> Span:
        first, last = children[0], children[-1]
        start = first.start if first.__class__ is Token else first.span.start
        end = last.end if last.__class__ is Token else last.span.end
        return Span(self.source, start, end)

    def _name(self, token: Token) -> nodes.Name:
        text, span = token.text, Span(self.source, token.start, token.end)
        if len(text) > LONGEST_NAME:
            self._error(
                "name-too-long",
                f"a name of {len(text):,} letters is too long: it may have {LONGEST_NAME}",
                span,
            )
            text = text[:LONGEST_NAME]
        return nodes.Name(text, span)

    def _argument(self, child: Child) -> nodes.Argument:
        if child.__class__ is nodes.Argument:
            return child
        return nodes.Argument(None, self._value(child))

    def _value(self, child: Child) -> Any:
        """Turn a token that stands for a value into its node; nodes are left as they are."""
        if child.__class__ is not Token:
            return child
        type, text = child.type, child.text
        span = Span(self.source, child.start, child.end)
        if type == "INT":
            return self._number(text, span)
        if type == "NAME":
            return self._name(child)
        if type == "FLOAT":
            value = float(text.replace("_", ""))
            return self._too_large(text, span) if isinf(value) else nodes.Number(value, span)
        size, _, stride = text.partition("/")
        extents = [self._number(digits, span) for digits in size.split("x")]
        steps = [self._number(digits, span) for digits in stride.split("x")] if stride else ()
        return nodes.Dims(tuple(extents), tuple(steps), span)

    def _number(self, digits: str, span: Span) -> nodes.Number:
        if len(digits) > LONGEST_NUMBER:
            digits = digits.replace("_", "").lstrip("0") or "0"
            if len(digits) > LONGEST_NUMBER:
                return self._too_large(digits, span)
        return nodes.Number(int(digits.replace("_", "")), span)

    def _too_large(self, text: str, span: Span) -> nodes.Number:
        headline = f"a number of {len(text):,} digits is too large"
        self._error("number-too-large", headline, span)
        return nodes.Number(1, span)

    def _error(self, code: str, headline: str, span: Span) -> None:
        self.found.append(Diagnostic(code, headline, (Label(span),)))
