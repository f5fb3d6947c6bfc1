"""Expansion of repeats: copies in a row, numbered from 0."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archdsl.graph.builder import TooManyNodes
from archdsl.graph.environment import Environment, Flow, Label, Labels, Names, Visit, broken
from archdsl.graph.evaluate import Evaluator, Mistake, Unresolved
from archdsl.graph.graph import Scope, ScopeKind
from archdsl.graph.labels import is_nameable
from archdsl.graph.paths import path_in
from archdsl.graph.walk import action_of, group_name
from archdsl.syntax import nodes

if TYPE_CHECKING:
    from archdsl.graph.expand import Expander


def repeat(
    expander: Expander, tree: nodes.Repeat, flow: Flow, env: Environment, label: str | None
) -> Flow:
    """Run an action several times in a row."""
    builder = expander.builder
    count = _count(expander, tree, flow, env)
    if count is None:
        return broken(tree.span)
    title = tree.action.name.text if isinstance(tree.action, nodes.Call) else "repeat"
    group = None if label is not None else group_name(tree.action)
    if group is not None and not is_nameable(expander, group, env, repeated=True):
        return broken(tree.span)
    path = expander.path(env, label, title)
    builder.open(Scope(path, ScopeKind.REPEAT, title, env.names.path, tree.span, count))
    expander.current = tree.span
    # Say at once what would take long to find out copy by copy.
    builder.check_room(count * _fewest(tree.action, env))
    names = Names(path)
    cost = -1
    for copy in range(count):
        before, spent = flow.shape, builder.spent
        builder.spend()
        visit = Visit(title, tree.span, copy, count)
        inner = env.inside(names, labels=Labels(env.labels), visit=visit, index=copy, begun=flow)
        if isinstance(tree.action, nodes.Call):
            flow = expander.call(tree.action, flow, inner, str(copy), lone=False)
        else:
            flow = _copy_of_group(expander, tree.action, path_in(path, str(copy)), flow, inner)
        last, cost = cost, builder.spent - spent
        if before == flow.shape and cost == last:
            # Copies have begun to be alike: foresee a limit that the rest of them will hit.
            expander.current = tree.span
            if expander.is_steady(tree):
                builder.check_room(cost * (count - copy - 1))
    if group is not None:
        env.labels.name_group(title, Label(flow, group.span))
    return flow


def _copy_of_group(
    expander: Expander, group: nodes.Group, path: str, flow: Flow, env: Environment
) -> Flow:
    scope = Scope(path, ScopeKind.GROUP, "repeat", env.names.path, group.span)
    expander.builder.open(scope)
    return expander.body(group.body, flow, env.inside(Names(path)))


def _count(expander: Expander, tree: nodes.Repeat, flow: Flow, env: Environment) -> int | None:
    expander.builder.evaluate(tree.count.span)
    try:
        count = Evaluator(env, flow).whole(tree.count, "a repeat count")
        if count < 0:
            raise Mistake("argument-out-of-range", f"cannot repeat {count} times", tree.count.span)
    except Mistake as mistake:
        expander.reporter.mistake(mistake, env)
        return None
    except Unresolved:
        return None
    if count > expander.builder.most_nodes:
        expander.current = tree.span
        raise TooManyNodes
    return count


def _fewest(action: nodes.Call | nodes.Group, env: Environment) -> int:
    """Return what a copy spends at the least: itself, and repeats within that all copies run."""
    fewest = 1
    if isinstance(action, nodes.Group):
        for statement in action.body.statements:
            steps = statement.steps if isinstance(statement, nodes.Chain) else (statement,)
            for step in steps:
                if isinstance(step, nodes.Default | nodes.Hole):
                    continue
                inner = action_of(step)
                if isinstance(inner, nodes.Repeat):
                    fewest += _plain(inner.count, env) * _fewest(inner.action, env)
    return fewest


def _plain(count: nodes.Expression, env: Environment) -> int:
    """Return a count that is a number or a parameter, 0 for what depends on more."""
    match count:
        case nodes.Number(value=value):
            pass
        case nodes.Name(text=text):
            value = env.parameters.get(text)
        case _:
            return 0
    return max(value, 0) if isinstance(value, int) else 0
