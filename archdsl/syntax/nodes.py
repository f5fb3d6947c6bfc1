"""The syntax tree. Every class is named after its grammar rule and knows its place in the text."""

from __future__ import annotations

from dataclasses import dataclass

from archdsl.source import Span

# Expressions and argument values


@dataclass(frozen=True, slots=True)
class Number:
    value: int | float
    span: Span


@dataclass(frozen=True, slots=True)
class Name:
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Operation:
    """Operands of one precedence, left to right: ``a + b - c``; ``symbols`` stand between them."""

    operands: tuple[Expression, ...]
    symbols: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Prefixed:
    """An operand behind one or more ``-`` or ``not``."""

    symbol: str
    times: int
    operand: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Function:
    name: Name
    arguments: tuple[Expression, ...]
    span: Span


Expression = Number | Name | Operation | Prefixed | Function


@dataclass(frozen=True, slots=True)
class Dims:
    """Two or three extents, and the stride after a slash: ``3x3/2``, ``35x35x384``, ``k x k``."""

    extents: tuple[Expression, ...]
    stride: tuple[Expression, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of values in square brackets."""

    items: tuple[Value, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Reference:
    """An operator with arguments, as a value: ``batchnorm(eps=0.001)``."""

    name: Name
    arguments: tuple[Argument, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Tap:
    """The value of a label: ``@skip``."""

    name: Name
    span: Span


Value = Expression | Dims | Listing | Reference | Tap


@dataclass(frozen=True, slots=True)
class Argument:
    name: Name | None
    value: Value
    span: Span


# Steps and statements


@dataclass(frozen=True, slots=True)
class Call:
    """``conv 3x3 64``, ``stem { … }``, ``residual scale=0.17 { … }``."""

    name: Name
    arguments: tuple[Argument, ...]
    body: Body | None
    span: Span


@dataclass(frozen=True, slots=True)
class Repeat:
    count: Expression
    action: Call | Group
    span: Span


@dataclass(frozen=True, slots=True)
class Group:
    """``{ … }`` alone: its statements one after the other."""

    body: Body
    span: Span


@dataclass(frozen=True, slots=True)
class Arm:
    condition: Expression
    body: Body


@dataclass(frozen=True, slots=True)
class Choice:
    """``if … { } else if … { } else { }``."""

    arms: tuple[Arm, ...]
    otherwise: Body | None
    span: Span


Action = Call | Repeat | Tap | Group | Choice


@dataclass(frozen=True, slots=True)
class Claim:
    """``=> 35x35x384``."""

    value: Value
    span: Span


@dataclass(frozen=True, slots=True)
class Step:
    action: Action
    labels: tuple[Name, ...]
    claims: tuple[Claim, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Chain:
    steps: tuple[Step, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Default:
    operator: Name
    arguments: tuple[Argument, ...]
    span: Span


Statement = Chain | Default


@dataclass(frozen=True, slots=True)
class Body:
    statements: tuple[Statement, ...]
    span: Span


# Files


@dataclass(frozen=True, slots=True)
class Use:
    path: str
    span: Span


@dataclass(frozen=True, slots=True)
class Parameter:
    name: Name
    default: Value | None
    span: Span


@dataclass(frozen=True, slots=True)
class Block:
    name: Name
    parameters: tuple[Parameter, ...]
    body: Body
    span: Span


@dataclass(frozen=True, slots=True)
class Net:
    name: Name
    parameters: tuple[Parameter, ...]
    body: Body
    span: Span


@dataclass(frozen=True, slots=True)
class File:
    uses: tuple[Use, ...]
    blocks: tuple[Block, ...]
    nets: tuple[Net, ...]
