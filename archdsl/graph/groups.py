"""Expansion of groups: sequences that have a name, of a label or that they are called by."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from archdsl.graph.environment import Environment, Flow, Label, Names, broken
from archdsl.graph.graph import Scope, ScopeKind
from archdsl.graph.labels import is_nameable
from archdsl.ops import JOIN_WORDS
from archdsl.syntax import nodes

if TYPE_CHECKING:
    from archdsl.graph.expand import Expander

JOINS = ("concat", "add", "mul")


def group(
    expander: Expander, body: nodes.Body, title: str, path: str, flow: Flow, env: Environment
) -> Flow:
    """Run the steps of a group at ``path``."""
    expander.builder.open(Scope(path, ScopeKind.GROUP, title, env.names.path, body.span))
    return expander.body(body, flow, env.inside(Names(path)))


def named_group(
    expander: Expander, call: nodes.Call, flow: Flow, env: Environment, label: str | None
) -> Flow:
    """Run a group that is called by its name, unless the name is so near to another's."""
    assert call.body is not None
    name = call.name.text
    meant = JOIN_WORDS.get(name.lower())
    if meant is not None:
        joins = ", ".join(f"`{join} {{ … }}`" for join in meant)
        expander.reporter.error(
            "unknown-operator",
            f"there is no join `{name}`, and a group of that name would run its steps in turn",
            call.name.span,
            env,
            help=f"a join is written {joins}; to name a sequence, `{{ … }} as {name}`",
        )
        return broken(call.head)
    joins = get_close_matches(name, (*JOINS, "residual"), n=1, cutoff=0.8)
    near = joins[0] if joins else expander.library.slips.of(name)
    if near is not None:
        expander.reporter.error(
            "unknown-operator",
            f"there is no `{name}`; did you mean `{near}`?",
            call.name.span,
            env,
            help="a group can have any name that is not so close to another",
        )
        return broken(call.head)
    if label is None and not is_nameable(expander, call.name, env, repeated=True):
        return broken(call.head)
    end = group(expander, call.body, name, expander.path(env, label, name), flow, env)
    if label is None:
        env.labels.name_group(name, Label(end, call.name.span))
    return end
