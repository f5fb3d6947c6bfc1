"""Expansion of calls of blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archdsl.graph.circles import report_circle
from archdsl.graph.environment import Environment, Flow, Labels, Names, Start, Visit, broken
from archdsl.graph.graph import Scope, ScopeKind
from archdsl.syntax import nodes

if TYPE_CHECKING:
    from archdsl.graph.expand import Expander

MANY_PARAMETERS = 16
"""Parameters of a block that take as long as a step at each of its calls."""


def block(expander: Expander, call: nodes.Call, path: str, flow: Flow, env: Environment) -> Flow:
    """Expand a block at ``path``."""
    tree = expander.blocks[call.name.text]
    title = tree.name.text
    if title in env.blocks:
        circle = env.blocks[env.blocks.index(title) :]
        report_circle(expander.reporter, expander.blocks, circle, call.name)
        return broken(call.head)
    expander.builder.evaluate(call.head)
    parameters = expander.parameters.bind(call, tree, flow, env)
    if parameters is None:
        return broken(call.head)
    arguments = expander.parameters.shown(parameters)
    named = {one.name.text for one in call.arguments if one.name is not None}
    places = sum(one.name is None for one in call.arguments)
    given = tuple(n for at, n in enumerate(parameters) if at < places or n in named)
    expander.builder.step(len(parameters) // MANY_PARAMETERS)
    parent = env.names.path
    expander.builder.check_room(expander.least.block(title))
    expander.builder.spend()
    expander.builder.open(
        Scope(path, ScopeKind.BLOCK, title, parent, call.head, None, arguments, given)
    )
    visit = Visit(title, call.name.span)
    in_copy = bool(env.trail) and env.trail[-1].is_copy_of(visit)
    inner = Environment(
        parameters=parameters,
        names=Names(path),
        labels=Labels(),
        defaults=env.defaults,
        trail=env.trail if in_copy else (*env.trail, visit),
        aux=env.aux,
        blocks=(*env.blocks, title),
        start=Start([flow], title),
    )
    return expander.body(tree.body, flow, inner)
