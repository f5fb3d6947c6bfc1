"""Expansion of auxiliary heads, which read the main path and leave it alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archdsl.graph.environment import Environment, Flow, Labels, Names, broken
from archdsl.graph.graph import AuxHead, Scope, ScopeKind
from archdsl.graph.labels import is_nameable
from archdsl.graph.paths import is_within
from archdsl.graph.walk import head_name
from archdsl.ops import Identity
from archdsl.syntax import nodes

if TYPE_CHECKING:
    from archdsl.graph.expand import Expander


def head(expander: Expander, call: nodes.Call, flow: Flow, env: Environment) -> Flow:
    """Run an auxiliary head on the value at hand, which the main path keeps."""
    name = head_name(call)
    names = [argument for argument in call.arguments if argument.name is None]
    if call.body is None or len(names) != 1 or name is None:
        expander.reporter.error(
            "missing-argument",
            "`aux` needs a name and a body",
            call.head,
            env,
            help="write `aux aux1 weight=0.3 { … }`",
        )
        return flow
    weight = expander.keyword(call, "weight", 1.0, flow, env, skip=1)
    if weight is None or not expander.has_input(flow, call, env):
        return flow
    if env.aux is not None:
        expander.reporter.error(
            "misplaced-statement",
            "an `aux` head cannot stand inside another",
            call.name.span,
            env,
        )
        return broken(call.head)
    if not is_nameable(expander, name, env):
        return flow
    path = env.names.labelled(name.text)
    expander.builder.open(Scope(path, ScopeKind.AUX, name.text, env.names.path, call.head))
    inner = env.inside(Names(path), labels=Labels(env.labels), aux=path)
    end = expander.body(call.body, flow, inner)
    if end is flow:
        expander.reporter.error(
            "missing-branches",
            f"`aux` head `{name.text}` computes nothing",
            call.head,
            env,
            help="give it steps, or the label of the value that it gives",
        )
        return flow
    if end.node is not None and not is_within(end.node, path):
        # A value of the main path is what the head gives, and so a step of the head.
        own = inner.names.fresh(Identity.name)
        end = expander.calls.place(Identity(), (end,), own, path, inner, call)
    if end.node is not None:
        expander.builder.aux.append(AuxHead(path, end.node, weight))
    return flow
