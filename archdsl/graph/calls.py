"""Calls of operators: arguments bound, defaults merged, nodes placed in the graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from archdsl.diagnostics import Label
from archdsl.graph.builder import Builder
from archdsl.graph.environment import Defaults, Environment, Flow
from archdsl.graph.evaluate import Evaluator, Mistake, Unresolved
from archdsl.graph.graph import Node, Scope, ScopeKind
from archdsl.graph.report import Reporter, from_where
from archdsl.ops import Binding, Blame, Fault, Operator, Reference, bind, missing, operators
from archdsl.source import Span
from archdsl.syntax import nodes

Given = tuple[tuple[str | None, object], ...]


@dataclass(frozen=True, slots=True)
class _Ready:
    """A call whose arguments are bound: the operators it stands for, or what is wrong."""

    unit: tuple[tuple[str, Operator], ...]
    binding: Binding
    faults: tuple[Fault, ...]


def head_of(call: nodes.Call) -> Span:
    """Return the span of a call without its body."""
    last = call.arguments[-1].span if call.arguments else call.name.span
    return call.name.span.to(last)


class OperatorCalls:
    """Runs operator calls. The same call with the same defaults is bound once."""

    def __init__(self, builder: Builder, reporter: Reporter) -> None:
        self.builder = builder
        self.reporter = reporter
        self._ready: dict[tuple[str, Given, Defaults], _Ready] = {}

    def run(self, call: nodes.Call, path: str, flow: Flow, env: Environment) -> Flow:
        """Apply the operator to the value at hand; the result is known by ``path``."""
        span = head_of(call)
        broken = Flow(path, None, span)
        ready = self.ready(call, flow, env)
        if ready is None:
            return broken
        if len(ready.unit) == 1:
            return self.place(ready.unit[0][1], (flow,), path, path_of(path), env, call, ready)
        scope = Scope(path, ScopeKind.UNIT, call.name.text, path_of(path), span)
        self.builder.open(scope)
        for name, op in ready.unit:
            flow = self.place(op, (flow,), f"{path}.{name}", path, env, call, ready)
        return flow

    def ready(self, call: nodes.Call, flow: Flow, env: Environment) -> _Ready | None:
        """Return the bound call, or None after reporting what is wrong with its arguments."""
        try:
            given = Evaluator(env, flow).arguments(call.arguments)
        except Mistake as mistake:
            self.reporter.mistake(mistake, env)
            return None
        except Unresolved:
            return None
        key = (call.name.text, given, env.defaults)
        if key not in self._ready:
            self._ready[key] = _bound(call.name.text, given, env.defaults)
        ready = self._ready[key]
        for fault in ready.faults:
            at = head_of(call) if fault.position is None else call.arguments[fault.position].span
            self.reporter.error(fault.code, fault.headline, at, env, help=fault.help)
        return None if ready.faults else ready

    def place(
        self,
        op: Operator,
        operands: tuple[Flow, ...],
        path: str,
        scope: str,
        env: Environment,
        call: nodes.Call,
        ready: _Ready | None = None,
    ) -> Flow:
        """Add a node for ``op``, or report why its inputs do not fit."""
        span = head_of(call)
        ids: list[str] = []
        shapes = []
        for operand in operands:
            if operand.shape is None or operand.node is None:
                return Flow(path, None, span)
            ids.append(operand.node)
            shapes.append(operand.shape)
        try:
            shape = op.infer(*shapes)
        except Blame as blame:
            self._blame(blame, operands, env, call, ready)
            return Flow(path, None, span)
        self.builder.add(Node(path, op, tuple(ids), shape, scope, (span,), env.aux))
        return Flow(path, shape, span)

    def _blame(
        self,
        blame: Blame,
        operands: tuple[Flow, ...],
        env: Environment,
        call: nodes.Call,
        ready: _Ready | None,
    ) -> None:
        span = head_of(call)
        labels: tuple[Label, ...] = ()
        if len(operands) > 1:
            labels = _ends(operands, blame.operand)
            notes: tuple[str, ...] = ()
        else:
            notes = from_where(operands[0])
        if blame.argument is not None and ready is not None:
            position = ready.binding.positions.get(blame.argument)
            if position is not None:
                span = call.arguments[position].span
        self.reporter.error(
            blame.code,
            blame.headline,
            span,
            env,
            remark=blame.remark,
            labels=labels,
            notes=notes,
            help=blame.help,
        )


def path_of(path: str) -> str:
    """Return the path of the scope that directly holds ``path``."""
    return path.rpartition(".")[0]


def _ends(operands: tuple[Flow, ...], culprit: int | None) -> tuple[Label, ...]:
    """Label the ends of the branches that disagree: the first one and the culprit."""
    shown = {0: operands[0], (culprit or 0): operands[culprit or 0]}
    return tuple(
        Label(flow.span, f"this branch ends {flow.shape.spoken}")
        for flow in shown.values()
        if flow.span is not None and flow.shape is not None
    )


def _bound(name: str, given: Given, defaults: Defaults) -> _Ready:
    cls = operators()[name]
    binding = bind(cls, given)  # pyright: ignore[reportArgumentType]
    if binding.faults:
        return _Ready((), binding, binding.faults)
    made = _make(cls, binding.fields, defaults)
    if isinstance(made, Fault):
        return _Ready((), binding, (made,))
    return _Ready(made.unit(), binding, ())


def _make(
    cls: type[Operator], fields: Mapping[str, object], defaults: Defaults
) -> Operator | Fault:
    """Build an operator from its fields over the defaults, operators among its fields first."""
    merged = defaults.of(cls.name) | fields
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
