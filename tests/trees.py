"""Networks as trees of plain values, and the `.arch` text that says the same.

Random networks are drawn as such trees. archdsl gets the text; the witness in `tests.witness`
runs the tree itself, and has never seen archdsl's parser or rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from archdsl.ops import Kind, operators, signature


@dataclass(frozen=True)
class Expr:
    """An expression that means the same in a spec and in Python."""

    text: str


@dataclass(frozen=True)
class Ref:
    """An operator as an argument's value: `norm=batchnorm(eps=0.001)`."""

    op: str
    args: Mapping[str, object] = field(default_factory=dict)


# A size is a pair, or an int where both sides agree. A padding is "same", "valid", an int, a
# pair, or a list of top, bottom, left and right. Other words are strings.
Args = Mapping[str, object]


@dataclass(frozen=True)
class Call:
    op: str
    args: Args = field(default_factory=dict)


@dataclass(frozen=True)
class BlockCall:
    block: str
    positional: tuple[object, ...] = ()
    named: Args = field(default_factory=dict)


@dataclass(frozen=True)
class Join:
    """`concat`, `add` or `mul`."""

    op: str
    branches: tuple[Seq, ...]


@dataclass(frozen=True)
class Residual:
    body: Seq
    scale: float | None = None


@dataclass(frozen=True)
class Repeat:
    count: int | Expr
    action: Call | BlockCall | Join | Seq


@dataclass(frozen=True)
class Group:
    name: str
    body: Seq


@dataclass(frozen=True)
class If:
    condition: Expr
    body: Seq
    otherwise: Seq | None = None


@dataclass(frozen=True)
class Tap:
    name: str


@dataclass(frozen=True)
class Aux:
    name: str
    weight: float
    body: Seq


@dataclass(frozen=True)
class Default:
    op: str
    args: Args


@dataclass(frozen=True)
class Step:
    """Something done, with the name it is given and the shape it is claimed to have."""

    action: Call | BlockCall | Join | Residual | Repeat | Group | If | Tap | Aux | Default | Seq
    label: str | None = None
    claim: tuple[int, int, int] | None = None


@dataclass(frozen=True)
class Seq:
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Block:
    name: str
    parameters: tuple[tuple[str, object | None], ...]
    """Names, each with its default or None."""
    body: Seq


@dataclass(frozen=True)
class Net:
    inputs: tuple[tuple[tuple[int, ...], str | None], ...]
    """Shapes as H, W, C or a lone C, each with its label or None."""
    parameters: tuple[tuple[str, int], ...]
    blocks: tuple[Block, ...]
    body: Seq
    outputs: tuple[str, ...] = ()
    style: int = 0
    """Chooses among spellings that mean the same."""

    def text(self) -> str:
        return _Writer(Random(self.style)).net(self)


def call_text(op: str, args: Args, style: int | None = None) -> str:
    """Return one call as a spec writes it; with a ``style``, arguments may stand by position."""
    return _Writer(None if style is None else Random(style)).call(op, args)


class _Writer:
    def __init__(self, chance: Random | None) -> None:
        self.chance = chance

    def either(self) -> bool:
        return self.chance is not None and self.chance.random() < 0.5

    def net(self, net: Net) -> str:
        parts = [self.block(block) for block in net.blocks]
        lines: list[str] = []
        for shape, label in net.inputs:
            lines.append(f"input {dims(shape)}" + (f" as {label}" if label else ""))
        lines += self.statements(net.body)
        if net.outputs:
            lines.append("output " + " ".join(f"@{label}" for label in net.outputs))
        listed = ", ".join(f"{name} = {value}" for name, value in net.parameters)
        parts.append(f"net n({listed}) {{\n  " + "\n  ".join(lines) + "\n}\n")
        if self.either():
            parts.reverse()
        return "\n".join(parts)

    def block(self, block: Block) -> str:
        listed = ", ".join(
            name if default is None else f"{name} = {self.value(default)}"
            for name, default in block.parameters
        )
        return f"block {block.name}({listed}) {self.body(block.body)}\n"

    def statements(self, seq: Seq) -> list[str]:
        """Return the steps of a sequence as statements; some are chained with arrows."""
        lines: list[str] = []
        chained = False
        for step in seq.steps:
            plain = not isinstance(step.action, Default)
            text = self.step(step)
            if lines and plain and chained and self.either():
                lines[-1] += f" -> {text}"
            else:
                lines.append(text)
            chained = plain
        return lines

    def body(self, seq: Seq) -> str:
        lines = self.statements(seq)
        if self.either():
            return "{ " + "; ".join(lines) + " }"
        return "{\n" + "\n".join(lines) + "\n}"

    def step(self, step: Step) -> str:
        text = self.action(step.action)
        if step.label is not None:
            text += f" as {step.label}"
        if step.claim is not None:
            text += f" => {dims(step.claim)}"
        return text

    def action(self, action: object) -> str:
        match action:
            case Call(op, args):
                return self.call(op, args)
            case BlockCall(block, positional, named):
                given = [self.value(value) for value in positional]
                given += [f"{name}={self.value(value)}" for name, value in named.items()]
                return " ".join([block, *given])
            case Join(op, branches):
                return f"{op} {{\n" + "\n".join(self.branch(one) for one in branches) + "\n}"
            case Residual(body, scale):
                return f"residual{'' if scale is None else f' scale={scale}'} {self.body(body)}"
            case Repeat(count, inner):
                if isinstance(count, Expr):
                    return f"{self.value(count)} x {self.action(inner)}"
                return f"{count}{'x' if self.either() else ' x '}{self.action(inner)}"
            case Group(name, body):
                return f"{name} {self.body(body)}"
            case If(condition, body, otherwise):
                text = f"if {condition.text} {self.body(body)}"
                return text if otherwise is None else f"{text} else {self.body(otherwise)}"
            case Tap(name):
                return f"@{name}"
            case Aux(name, weight, body):
                return f"aux {name} weight={weight} {self.body(body)}"
            case Default(op, args):
                given = [f"{name}={self.value(value)}" for name, value in args.items()]
                return " ".join(["default", op, *given])
            case Seq():
                return self.body(action)
            case _:
                raise TypeError(action)

    def branch(self, seq: Seq) -> str:
        if any(isinstance(step.action, Default) for step in seq.steps):
            return self.body(seq)
        return " -> ".join(self.step(step) for step in seq.steps)

    def call(self, op: str, args: Args) -> str:
        """Write a call, with kernels, counts and words by position where the style says so."""
        rest = dict(args)
        words = [op]
        for argument in signature(operators()[op]):
            if argument.name not in rest or not argument.positional or not self.either():
                continue
            value = rest[argument.name]
            if argument.kind is Kind.SWITCH:
                if value is not True:
                    continue
                words.append(argument.name)
            elif argument.name == "kernel" and isinstance(value, tuple):
                text = dims(value)
                if isinstance(rest.get("stride"), int) and self.either():
                    text += f"/{rest.pop('stride')}"
                elif isinstance(rest.get("stride"), tuple) and self.either():
                    text += f"/{dims(rest.pop('stride'))}"
                words.append(text)
            elif argument.kind in (Kind.COUNT, Kind.NUMBER) or value in ("same", "valid"):
                words.append(self.value(value))
            elif argument.kind is Kind.WORD:
                words.append(str(value))
            else:
                continue
            del rest[argument.name]
        return " ".join(words + [f"{name}={self.value(value)}" for name, value in rest.items()])

    def value(self, value: object) -> str:
        match value:
            case bool():
                return "yes" if value else "no"
            case int() | float() | str():
                return str(value)
            case tuple():
                return dims(value)
            case list():
                return "[" + ", ".join(self.value(item) for item in value) + "]"
            case Expr(text):
                return text if text.isidentifier() and self.either() else f"({text})"
            case Ref(op, args):
                given = ", ".join(f"{name}={self.value(one)}" for name, one in args.items())
                return f"{op}({given})" if given else op
            case _:
                raise TypeError(value)


def dims(extents: tuple[int, ...]) -> str:
    return "x".join(str(extent) for extent in extents)
