"""The syntax tree. Every class is named after its grammar rule and knows its place in the text."""

from __future__ import annotations

from archdsl.light import light
from archdsl.source import Span

# Expressions and argument values


@light
class Number:
    value: int | float
    span: Span


@light
class Name:
    text: str
    span: Span


@light
class Operation:
    """Operands of one precedence, left to right: ``a + b - c``; ``symbols`` stand between them."""

    operands: tuple[Expression, ...]
    symbols: tuple[str, ...]
    span: Span


@light
class Prefixed:
    """An operand behind one or more ``-`` or ``not``."""

    symbol: str
    times: int
    operand: Expression
    span: Span


@light
class Function:
    name: Name
    arguments: tuple[Expression, ...]
    span: Span


Expression = Number | Name | Operation | Prefixed | Function


@light
class Dims:
    """Two or three extents, and the stride after a slash: ``3x3/2``, ``35x35x384``, ``k x k``."""

    extents: tuple[Expression, ...]
    stride: tuple[Expression, ...]
    span: Span


@light
class Listing:
    """A list of values in square brackets."""

    items: tuple[Value, ...]
    span: Span


@light
class Reference:
    """An operator with arguments, as a value: ``batchnorm(eps=0.001)``."""

    name: Name
    arguments: tuple[Argument, ...]
    span: Span


@light
class Tap:
    """The value of a label: ``@skip``."""

    name: Name
    span: Span


Value = Expression | Dims | Listing | Reference | Tap


@light
class Argument:
    name: Name | None
    value: Value

    @property
    def span(self) -> Span:
        return self.value.span if self.name is None else self.name.span.to(self.value.span)


# Steps and statements


@light
class Call:
    """``conv 3x3 64``, ``stem { … }``, ``residual scale=0.17 { … }``."""

    name: Name
    arguments: tuple[Argument, ...]
    body: Body | None
    head: Span
    """The call without its body."""

    @property
    def span(self) -> Span:
        return self.head if self.body is None else self.head.to(self.body.span)


@light
class Repeat:
    count: Expression
    action: Call | Group
    span: Span


@light
class Group:
    """``{ … }`` alone: its statements one after the other."""

    body: Body
    span: Span


@light
class Arm:
    condition: Expression
    body: Body
    span: Span


@light
class Choice:
    """``if … { } else if … { } else { }``."""

    arms: tuple[Arm, ...]
    otherwise: Body | None
    span: Span


Action = Call | Repeat | Tap | Group | Choice


@light
class Claim:
    """``=> 35x35x384``."""

    value: Value
    span: Span


@light
class Step:
    """An action with names or claims."""

    action: Action
    labels: tuple[Name, ...]
    claims: tuple[Claim, ...]
    span: Span


Link = Action | Step


@light
class Chain:
    """Two steps or more with arrows between them."""

    steps: tuple[Link, ...]
    span: Span


@light
class Default:
    operator: Name
    arguments: tuple[Argument, ...]
    span: Span


@light
class Hole:
    """What could not be read: a statement, or something outside of every net and block."""

    span: Span


Statement = Link | Chain | Default | Hole


@light
class Body:
    statements: tuple[Statement, ...]
    span: Span


# Files


@light
class Use:
    path: str
    span: Span


@light
class Parameter:
    name: Name
    default: Value | None
    span: Span


@light
class Block:
    name: Name
    parameters: tuple[Parameter, ...]
    body: Body
    span: Span


@light
class Net:
    name: Name
    parameters: tuple[Parameter, ...]
    body: Body
    span: Span


@light
class File:
    uses: tuple[Use, ...]
    blocks: tuple[Block, ...]
    nets: tuple[Net, ...]
    holes: tuple[Hole, ...] = ()
