"""Calls of operators: arguments bound, defaults merged, nodes placed in the graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archdsl.diagnostics import Label
from archdsl.graph.builder import Builder
from archdsl.graph.environment import Defaults, Environment, Flow, broken
from archdsl.graph.evaluate import Evaluator, Mistake, Unresolved
from archdsl.graph.graph import Node, Scope, ScopeKind
from archdsl.graph.paths import path_in
from archdsl.graph.report import Reporter, from_where, written
from archdsl.graph.walk import varies
from archdsl.light import light
from archdsl.ops import (
    Binding,
    Blame,
    Fault,
    Input,
    Operator,
    Reference,
    Shape,
    Value,
    advised,
    bind,
    missing,
    operators,
)
from archdsl.syntax import nodes

Given = tuple[tuple[str | None, Value], ...]
Kinds = tuple[type, ...]
Fields = tuple[tuple[str, object], ...]
Unit = tuple[tuple[str, Operator], ...]

LONGEST_KEY = 256
"""Letters up to which calls are known by what they read; longer ones by their place."""

MOST_FAULTS = 8
"""Faults that are reported of one call; the rest of them would say no more."""


@light
class Ready:
    """A call whose arguments are bound: the operators it stands for, or what is wrong."""

    unit: Unit
    binding: Binding
    faults: tuple[Fault, ...]


@light
class Inferred:
    """What comes of an operator over its inputs, which are kept so that their ids stay theirs."""

    asked: Operator
    inputs: tuple[Shape, ...]
    op: Operator
    shape: Shape


class OperatorCalls:
    """Runs operator calls; what was worked out for one call serves all that are like it."""

    def __init__(self, builder: Builder, reporter: Reporter) -> None:
        self.builder = builder
        self.reporter = reporter
        self._bound: dict[tuple[str, Given, Kinds, Defaults, Fields], Ready] = {}
        self._steady: dict[tuple[str | int, int, Defaults], tuple[Mapping[str, Value], Ready]] = {}
        self._shapes: dict[Shape, Shape] = {}
        self._inferred: dict[tuple[int, ...], Inferred] = {}

    def run(
        self, call: nodes.Call, path: str, flow: Flow, env: Environment, passed: Fields = ()
    ) -> Flow:
        """Apply the operator to the value at hand; the result is known by ``path``.

        ``passed`` are fields of an operator that was passed as a parameter.
        """
        ready = self.ready(call, flow, env, passed)
        if ready is None:
            return broken(call.head)
        scope = env.names.path
        if len(ready.unit) == 1:
            return self.place(ready.unit[0][1], (flow,), path, scope, env, call, ready)
        self.builder.open(Scope(path, ScopeKind.UNIT, call.name.text, scope, call.head))
        for name, op in ready.unit:
            flow = self.place(op, (flow,), path_in(path, name), path, env, call, ready)
        return flow

    def ready(
        self, call: nodes.Call, flow: Flow, env: Environment, passed: Fields = ()
    ) -> Ready | None:
        """Return the bound call, or None after reporting what is wrong with its arguments."""
        # Calls that read the same mean the same under the same parameters and defaults, unless
        # they ask about the value at hand. Keeping the parameters keeps their id from reuse.
        head = call.head
        is_long = head.end - head.start > LONGEST_KEY
        key = (id(head) if is_long else head.text, id(env.parameters), env.defaults)
        known = self._steady.get(key)
        if known is not None:
            return known[1]
        self.builder.evaluate(head)
        try:
            given = Evaluator(env, flow).arguments(call.arguments)
        except Mistake as mistake:
            self.reporter.mistake(mistake, env)
            return None
        except Unresolved:
            return None
        ready = self._bind(call.name.text, given, env.defaults, passed)
        for fault in ready.faults[:MOST_FAULTS]:
            at = call.head if fault.position is None else call.arguments[fault.position].span
            help = fault.mended(written(call.name, call.arguments))
            right = fault.instead(at.source.text[at.start : at.end])
            instead = () if right is None else (right,)
            self.reporter.error(fault.code, fault.headline, at, env, help=help, instead=instead)
        if ready.faults:
            return None
        if not varies(call.arguments):
            self._steady[key] = (env.parameters, ready)
        return ready

    def _bind(self, name: str, given: Given, defaults: Defaults, passed: Fields) -> Ready:
        kinds = tuple(value.__class__ for _, value in given)  # `1` is equal to a true comparison
        key = (name, given, kinds, defaults, passed)
        if key not in self._bound:
            self._bound[key] = _bound(name, given, defaults, passed)
        return self._bound[key]

    def place(
        self,
        op: Operator,
        operands: tuple[Flow, ...],
        path: str,
        scope: str,
        env: Environment,
        call: nodes.Call,
        ready: Ready | None = None,
    ) -> Flow:
        """Add a node for ``op``, or report why its inputs do not fit."""
        ids: list[str] = []
        shapes: list[Shape] = []
        for operand in operands:
            if operand.shape is None or operand.node is None:
                return broken(call.head)
            ids.append(operand.node)
            shapes.append(operand.shape)
        try:
            found = self._infer(op, shapes)
        except Blame as blame:
            self._blame(blame, operands, env, call, ready)
            return broken(call.head)
        node = Node(path, found.op, tuple(ids), found.shape, scope, (call.head,), env.aux)
        self.builder.add(node)
        return Flow(path, found.shape, call.head)

    def _infer(self, op: Operator, shapes: list[Shape]) -> Inferred:
        """Ask ``op.infer``; the same operator over the same shapes is asked once.

        Both are known by identity, since comparing them is slow: equal shapes are made one.
        """
        key = (id(op), *map(id, shapes))
        known = self._inferred.get(key)
        if known is None:
            shape = op.infer(*shapes)
            shape = self._shapes.setdefault(shape, shape)
            known = Inferred(op, tuple(shapes), op.settled(), shape)
            self._inferred[key] = known
        return known

    def _blame(
        self,
        blame: Blame,
        operands: tuple[Flow, ...],
        env: Environment,
        call: nodes.Call,
        ready: Ready | None,
    ) -> None:
        position = None
        if blame.argument is not None and ready is not None:
            position = ready.binding.positions.get(blame.argument)
        span = call.head if position is None else call.arguments[position].span
        notes = from_where(operands[0]) if len(operands) == 1 else ()
        help = self._of_vector(operands[0]) if blame.code == "not-a-feature-map" else None
        self.reporter.error(
            blame.code,
            blame.headline,
            span,
            env,
            remark=blame.remark,
            labels=() if notes else _ends(operands, blame.operand or 0),
            notes=notes,
            help=help
            or advised(written(call.name, call.arguments), position, blame.readings)
            or blame.help,
        )

    def _of_vector(self, flow: Flow) -> str | None:
        """Return what to write where a net's input is a vector, as `input 224` is."""
        node = None if flow.node is None else self.builder.nodes.get(flow.node)
        if flow.shape is None or node is None or not isinstance(node.op, Input):
            return None
        side = flow.shape.channels
        return f"`input {side}` is a vector; an image is written `input {side}x{side}x3`"


def _ends(operands: tuple[Flow, ...], culprit: int) -> tuple[Label, ...]:
    """Label the ends of the branches that disagree: the first one and the culprit."""
    labels: list[Label] = []
    for number, flow in enumerate(operands):
        if number in (0, culprit) and flow.span is not None and flow.shape is not None:
            labels.append(Label(flow.span, f"branch {number} ends {flow.shape.spoken}"))
    return tuple(labels)


def _bound(name: str, given: Given, defaults: Defaults, passed: Fields) -> Ready:
    cls = operators()[name]
    binding = bind(cls, given)
    faults = binding.faults or tuple(_twice(binding, passed))
    if faults:
        return Ready((), binding, faults)
    made = _make(cls, {**dict(passed), **binding.fields}, defaults)
    if isinstance(made, Fault):
        return Ready((), binding, (made,))
    return Ready(made.unit(), binding, ())


def _twice(binding: Binding, passed: Fields) -> Iterator[Fault]:
    """Yield a fault for each field that a call gives to an operator that has it already."""
    for field, _ in passed:
        if field in binding.fields:
            where = "by the call, and by the operator that is passed"
            at = binding.positions[field]
            yield Fault("repeated-argument", f"`{field}` is given twice: {where}", at)


def _make(
    cls: type[Operator], fields: Mapping[str, object], defaults: Defaults
) -> Operator | Fault:
    """Build an operator from its fields over the defaults, operators among its fields first."""
    out = cls.leaves_out(fields)
    usual = {name: value for name, value in defaults.of(cls.name).items() if name not in out}
    merged = {**usual, **fields}
    fault = missing(cls, merged)
    if fault is not None:
        return fault
    for field, value in merged.items():
        if isinstance(value, Reference):
            inner = _make(operators()[value.name], dict(value.fields), defaults)
            if isinstance(inner, Fault):
                return inner
            merged[field] = inner
    return cls(**merged)
