"""Expansion of what merges: concat, add and mul with their branches, and residuals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archdsl.diagnostics import Label
from archdsl.graph.environment import NOTHING, Environment, Flow, Names, broken
from archdsl.graph.evaluate import Unresolved
from archdsl.graph.graph import Scope, ScopeKind
from archdsl.graph.report import from_where
from archdsl.graph.walk import action_of
from archdsl.ops import Add, Scale
from archdsl.syntax import nodes

if TYPE_CHECKING:
    from archdsl.graph.expand import Expander


def join(
    expander: Expander,
    call: nodes.Call,
    known_by: str,
    flow: Flow,
    env: Environment,
    label: str | None,
    lone: bool,
) -> Flow:
    """Run a concat, add or mul over its branches; ``known_by`` names it unless it has a label."""
    name = call.name.text
    if call.body is None:
        expander.reporter.error(
            "missing-branches",
            f"`{name}` needs its branches in braces",
            call.head,
            env,
            help=f"write `{name} {{ conv 1x1 64; conv 3x3 64 }}`",
        )
        return broken(call.head)
    ready = expander.calls.ready(call, flow, env)
    if ready is None:
        return broken(call.head)
    path, scope, names = scope_of(expander, call, known_by, ScopeKind.JOIN, env, label, lone)
    ends = branches(expander, call.body, names, flow, env)
    if not ends:
        expander.reporter.error("missing-branches", f"`{name}` has no branches", call.head, env)
        return broken(call.head)
    if any(end.is_nothing for end in ends):
        expander.has_input(NOTHING, call, env)
        return broken(call.head)
    return expander.calls.place(ready.unit[0][1], tuple(ends), path, scope, env, call, ready)


def branches(
    expander: Expander, body: nodes.Body, names: Names, flow: Flow, env: Environment
) -> list[Flow]:
    """Run every branch on the same value and return their ends."""
    ends: list[Flow] = []
    expander.enter(body.span, env)
    for statement in body.statements:
        if isinstance(statement, nodes.Default):
            env = expander.default(statement, flow, env)
            continue
        end = _branch(expander, statement, names, len(ends), flow, env)
        if end is not None:
            ends.append(end)
    expander.leave()
    return ends


def _branch(
    expander: Expander,
    branch: nodes.Link | nodes.Chain | nodes.Hole,
    names: Names,
    number: int,
    flow: Flow,
    env: Environment,
) -> Flow | None:
    """Run one branch; None if an `if` without a choice leaves it out."""
    if isinstance(branch, nodes.Hole):
        return broken(branch.span)
    lone = not isinstance(branch, nodes.Chain)
    if lone:
        choice = action_of(branch)
        if isinstance(choice, nodes.Choice):
            try:
                if expander.chosen(choice, flow, env.inside(env.names, begun=flow)) is None:
                    return None
            except Unresolved:
                return broken(branch.span)
    path = names.fresh(f"branch{number}")
    span = branch.span if lone else branch.steps[0].span
    expander.builder.open(Scope(path, ScopeKind.BRANCH, f"branch{number}", names.path, span))
    inner = env.inside(Names(path), begun=flow)
    expander.reserve(branch, inner.names)
    return expander.statement(branch, flow, inner, lone)


def residual(
    expander: Expander,
    call: nodes.Call,
    flow: Flow,
    env: Environment,
    label: str | None,
    lone: bool,
) -> Flow:
    """Run a residual: the body's value, scaled, added to the value it started from."""
    if call.body is None:
        expander.reporter.error(
            "missing-branches",
            "`residual` needs a body in braces",
            call.head,
            env,
            help="write `residual { conv 3x3 64; conv 3x3 64 }`",
        )
        return broken(call.head)
    if not expander.has_input(flow, call, env):
        return broken(call.head)
    factor = expander.keyword(call, "scale", 1.0, flow, env)
    if factor is None:
        return broken(call.head)
    name = call.name.text
    path, scope, names = scope_of(expander, call, name, ScopeKind.RESIDUAL, env, label, lone)
    end = expander.body(call.body, flow, env.inside(names, begun=flow))
    if factor != 1:
        scaled = names.fresh("scale")
        end = expander.calls.place(Scale(factor=factor), (end,), scaled, scope, env, call)
    if end.shape is not None and flow.shape is not None and end.shape != flow.shape:
        _unequal(expander, call, flow, end, env)
        return broken(call.head)
    return expander.calls.place(Add(), (flow, end), path, scope, env, call)


def _unequal(expander: Expander, call: nodes.Call, flow: Flow, end: Flow, env: Environment) -> None:
    assert flow.shape is not None
    assert end.shape is not None
    labels: tuple[Label, ...] = ()
    if call.body is not None and call.body.statements:
        last = call.body.statements[-1]
        span = last.steps[-1].span if isinstance(last, nodes.Chain) else last.span
        labels = (Label(span, f"the body ends here, {end.shape.spoken}"),)
    suggestion = None
    if end.shape.grid == flow.shape.grid:
        suggestion = f"give the last step of the body {flow.shape.channels} channels"
    elif end.shape.channels == flow.shape.channels:
        suggestion = "keep the grid inside of the body: stride 1 and `same` padding"
    expander.reporter.error(
        "unequal-branches",
        f"cannot add {end.shape.spoken} to {flow.shape.spoken}",
        call.name.span,
        env,
        remark="the body and the input it is added to need the same shape",
        labels=labels,
        notes=from_where(flow),
        help=suggestion,
    )


def scope_of(
    expander: Expander,
    call: nodes.Call,
    known_by: str,
    kind: ScopeKind,
    env: Environment,
    label: str | None,
    lone: bool,
) -> tuple[str, str, Names]:
    """Return the join's path, the scope its node stands in, and the names of its inside.

    A join is its own scope. Alone in a body and unlabelled it adds none: its branches then
    stand directly in the body's scope, as in ``A.2.branch3``.
    """
    path = expander.path(env, label, known_by)
    if lone and label is None:
        return path, env.names.path, env.names
    expander.builder.open(Scope(path, kind, call.name.text, env.names.path, call.head))
    return path, path, Names(path)
