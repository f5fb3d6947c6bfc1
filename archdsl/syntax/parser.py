"""Text to syntax tree, with Lark's LALR parser."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar, cast

from lark import Lark, Token, Transformer, UnexpectedInput
from lark.exceptions import VisitError

from archdsl.diagnostics import Diagnostic, Label
from archdsl.source import SourceFile, Span
from archdsl.syntax import nodes
from archdsl.syntax.brackets import check_brackets
from archdsl.syntax.mistakes import explain

GRAMMAR = Path(__file__).with_name("grammar.lark")
LONGEST_NUMBER = 18
MOST_ERRORS = 20
_ITEM = re.compile(r"^(?:use|block|net)\b", re.MULTILINE)
_LOCK = Lock()

Child = Any
N = TypeVar("N")


class _NumberTooLarge(Exception):
    def __init__(self, token: Token) -> None:
        super().__init__(str(token)[:LONGEST_NUMBER])
        self.token = token


def parse(source: SourceFile) -> tuple[nodes.File, tuple[Diagnostic, ...]]:
    """Return the syntax tree of a file, and what is wrong with its syntax.

    After a mistake, parsing goes on at the next ``use``, ``block`` or ``net`` that begins a line,
    so that each of them reports its first mistake.
    """
    unbalanced = check_brackets(source)
    if unbalanced is not None:
        return nodes.File((), (), ()), (unbalanced,)
    found: list[Diagnostic] = []
    items: list[nodes.Use | nodes.Block | nodes.Net] = []
    offset = 0
    while True:
        try:
            items.extend(_parse_from(source, offset))
            break
        except UnexpectedInput as error:
            found.append(explain(source, error, _accepts))
            failed_at = _failed_at(error, len(source.text))
        except _NumberTooLarge as error:
            span = _span(source, error.token, error.token)
            found.append(
                Diagnostic(
                    "number-too-large",
                    f"a number of {len(error.token):,} characters is too large",
                    (Label(span),),
                )
            )
            failed_at = span.start
        resume = _ITEM.search(source.text, failed_at + 1)
        if resume is None or len(found) == MOST_ERRORS:
            break
        offset = resume.start()
    file = nodes.File(
        tuple(item for item in items if isinstance(item, nodes.Use)),
        tuple(item for item in items if isinstance(item, nodes.Block)),
        tuple(item for item in items if isinstance(item, nodes.Net)),
    )
    return file, tuple(found)


def _parse_from(source: SourceFile, offset: int) -> Sequence[Any]:
    """Parse the text from ``offset`` on; what stands before is blanked so that places hold."""
    text = source.text if offset == 0 else " " * offset + source.text[offset:]
    with _LOCK:
        parser, builder = _parser()
        builder.source = source
        try:
            return cast("Sequence[Any]", parser.parse(text))
        except VisitError as error:
            raise error.orig_exc from None


def _accepts(text: str) -> None:
    """Parse a sample text; mistakes are recognised by where samples of them fail."""
    _parser()[0].parse(text)


def _failed_at(error: UnexpectedInput, end: int) -> int:
    place = error.pos_in_stream
    return end if place is None or place < 0 else place


@cache
def _parser() -> tuple[Lark, _Builder]:
    """Build the parser, or take its tables from the user's cache folder."""
    builder = _Builder()
    options: dict[str, Any] = {
        "parser": "lalr",
        "lexer": "contextual",
        "maybe_placeholders": False,
        "transformer": builder,
    }
    text = GRAMMAR.read_text(encoding="utf-8")
    location = _cache_file(text)
    if location is not None:
        try:
            return Lark(text, cache=str(location), **options), builder
        except OSError:
            pass
    return Lark(text, **options), builder


def _cache_file(grammar: str) -> Path | None:
    """Return where the parse tables may be kept, or None if there is no such place."""
    root = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    folder = Path(root) / "archdsl"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return None
    return folder / "grammar.tables" if os.access(folder, os.W_OK) else None


def _span(source: SourceFile, first: Child, last: Child) -> Span:
    start = first.start_pos if isinstance(first, Token) else first.span.start
    end = last.end_pos if isinstance(last, Token) else last.span.end
    return Span(source, start, end)


class _Builder(Transformer[Token, Any]):
    """Builds the syntax tree while Lark reduces: one method per grammar rule."""

    source: SourceFile

    def _over(self, children: list[Child]) -> Span:
        return _span(self.source, children[0], children[-1])

    def _name(self, token: Token) -> nodes.Name:
        return nodes.Name(str(token), _span(self.source, token, token))

    def _number(self, token: Token) -> nodes.Number:
        digits = token.replace("_", "")
        if token.type == "INT":
            if len(digits.lstrip("0")) > LONGEST_NUMBER:
                raise _NumberTooLarge(token)
            value: int | float = int(digits)
        else:
            value = float(digits)
            if value in (float("inf"), float("-inf")):
                raise _NumberTooLarge(token)
        return nodes.Number(value, _span(self.source, token, token))

    def _valued(self, child: Child) -> Any:
        """Turn a token that stands for a value into its node; nodes are left as they are."""
        if not isinstance(child, Token):
            return child
        if child.type == "NAME":
            return self._name(child)
        if child.type in ("PATCH", "SHAPE"):
            return self._dims_of(child)
        return self._number(child)

    def _dims_of(self, token: Token) -> nodes.Dims:
        size, _, stride = token.partition("/")
        start = cast("int", token.start_pos)

        def numbers(text: str, at: int) -> tuple[nodes.Number, ...]:
            found: list[nodes.Number] = []
            for digits in text.split("x") if text else ():
                if len(digits.lstrip("0")) > LONGEST_NUMBER:
                    raise _NumberTooLarge(token)
                span = Span(self.source, at, at + len(digits))
                found.append(nodes.Number(int(digits), span))
                at += len(digits) + 1
            return tuple(found)

        return nodes.Dims(
            numbers(size, start),
            numbers(stride, start + len(size) + 1),
            _span(self.source, token, token),
        )

    def _argument(self, child: Child) -> nodes.Argument:
        if isinstance(child, nodes.Argument):
            return child
        value = self._valued(child)
        return nodes.Argument(None, value, value.span)

    # Files

    def start(self, children: list[Child]) -> list[Child]:
        return children

    def use(self, children: list[Child]) -> nodes.Use:
        return nodes.Use(str(children[1])[1:-1], self._over(children))

    def block(self, children: list[Child]) -> nodes.Block:
        return self._definition(nodes.Block, children)

    def net(self, children: list[Child]) -> nodes.Net:
        return self._definition(nodes.Net, children)

    def _definition(self, cls: type[N], children: list[Child]) -> N:
        _, name, *rest = children
        parameters = tuple(child for child in rest if isinstance(child, nodes.Parameter))
        head = _span(self.source, children[0], name)
        return cls(self._name(name), parameters, rest[-1], head)  # pyright: ignore[reportCallIssue]

    def parameter(self, children: list[Child]) -> nodes.Parameter:
        default = self._valued(children[2]) if len(children) > 1 else None
        name = self._name(children[0])
        return nodes.Parameter(name, default, name.span)

    # Statements and steps

    def body(self, children: list[Child]) -> nodes.Body:
        return nodes.Body(tuple(children[1:-1]), self._over(children))

    def default(self, children: list[Child]) -> nodes.Default:
        arguments = tuple(self._argument(child) for child in children[2:])
        last = arguments[-1]
        span = _span(self.source, children[0], last)
        return nodes.Default(self._name(children[1]), arguments, span)

    def chain(self, children: list[Child]) -> nodes.Chain:
        return nodes.Chain(tuple(children), self._over(children))

    def step(self, children: list[Child]) -> nodes.Step:
        action = children[0]
        if len(children) == 1:
            return nodes.Step(action, (), (), action.span)
        labels: list[nodes.Name] = []
        claims: list[nodes.Claim] = []
        for mark, child in zip(children[1::2], children[2::2], strict=True):
            if mark.type == "AS":
                labels.append(self._name(child))
            else:
                value = self._valued(child)
                claims.append(nodes.Claim(value, _span(self.source, mark, value)))
        return nodes.Step(action, tuple(labels), tuple(claims), self._over(children))

    def call(self, children: list[Child]) -> nodes.Call:
        name, *rest = children
        body = rest.pop() if rest and isinstance(rest[-1], nodes.Body) else None
        arguments = tuple(self._argument(child) for child in rest)
        return nodes.Call(self._name(name), arguments, body, self._over(children))

    def repeat(self, children: list[Child]) -> nodes.Repeat:
        count, action = children
        if isinstance(count, Token) and count.type == "TIMES":
            digits = count.partition("x")[0].rstrip(" \t")
            start = cast("int", count.start_pos)
            token = Token("INT", digits, start, end_pos=start + len(digits))
            times: Any = self._number(token)
        else:
            times = self._valued(count)
        return nodes.Repeat(times, action, _span(self.source, children[0], action))

    def tap(self, children: list[Child]) -> nodes.Tap:
        return nodes.Tap(self._name(children[1]), self._over(children))

    def sequence(self, children: list[Child]) -> nodes.Group:
        return nodes.Group(children[0], children[0].span)

    def choice(self, children: list[Child]) -> nodes.Choice:
        arms = tuple(child for child in children if isinstance(child, nodes.Arm))
        otherwise = children[-1] if isinstance(children[-1], nodes.Body) else None
        last = arms[-1].body if otherwise is None else otherwise
        return nodes.Choice(arms, otherwise, _span(self.source, arms[0].condition, last))

    def arm(self, children: list[Child]) -> nodes.Arm:
        return nodes.Arm(self._valued(children[1]), children[2])

    # Arguments and values

    def named(self, children: list[Child]) -> nodes.Argument:
        name, _, child = children
        value = self._valued(child)
        return nodes.Argument(self._name(name), value, _span(self.source, name, value))

    def dims(self, children: list[Child]) -> nodes.Dims:
        extents = tuple(self._valued(child) for child in children)
        return nodes.Dims(extents, (), self._over(children))

    def list(self, children: list[Child]) -> nodes.Listing:
        items = tuple(self._valued(child) for child in children[1:-1])
        return nodes.Listing(items, self._over(children))

    def reference(self, children: list[Child]) -> nodes.Reference:
        arguments = tuple(self._argument(child) for child in children[2:-1])
        return nodes.Reference(self._name(children[0]), arguments, self._over(children))

    def negative(self, children: list[Child]) -> nodes.Prefixed:
        return nodes.Prefixed("-", 1, self._number(children[1]), self._over(children))

    # Expressions

    def expression(self, children: list[Child]) -> Any:
        """Build operands of one precedence; all the binary rules share this form."""
        operands = tuple(self._valued(child) for child in children[::2])
        if len(operands) == 1:
            return operands[0]
        symbols = tuple(str(symbol) for symbol in children[1::2])
        return nodes.Operation(operands, symbols, _span(self.source, operands[0], operands[-1]))

    both = comparison = sum = product = expression

    def opposite(self, children: list[Child]) -> Any:
        """Build an operand behind its prefixes, if there are any."""
        operand = self._valued(children[-1])
        if len(children) == 1:
            return operand
        symbol, times = str(children[0]), len(children) - 1
        return nodes.Prefixed(symbol, times, operand, _span(self.source, children[0], operand))

    signed = opposite

    def function(self, children: list[Child]) -> nodes.Function:
        arguments = tuple(self._valued(child) for child in children[2:-1])
        return nodes.Function(self._name(children[0]), arguments, self._over(children))

    def group(self, children: list[Child]) -> Any:
        return self._valued(children[1])
