"""Names that steps are given, the values behind them, and the shapes that are claimed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from archdsl.diagnostics import Label, Severity, near_names, or_meant
from archdsl.graph import environment as environments
from archdsl.graph.environment import Environment, Flow, broken
from archdsl.graph.evaluate import Evaluator, Mistake, Unresolved
from archdsl.graph.names import why_reserved
from archdsl.graph.paths import holder_of, path_in
from archdsl.graph.report import from_where, quote
from archdsl.source import Span
from archdsl.syntax import nodes

MOST_NAMED = 8
"""Steps of one name that a message points at."""

if TYPE_CHECKING:
    from archdsl.graph.expand import Expander


def tap(expander: Expander, tap: nodes.Tap, env: Environment) -> Flow:
    """Return a label's value: never the same object as the value at hand, which does nothing."""
    found = env.labels.find(tap.name.text)
    if not found:
        _unknown_label(expander, tap, env)
        return broken(tap.span)
    if len(found) > 1:
        _ambiguous_label(expander, tap, found, env)
        return broken(tap.span)
    expander.tapped.add(id(found[0]))
    return replace(found[0].flow)


def _ambiguous_label(
    expander: Expander, tap: nodes.Tap, found: Sequence[environments.Label], env: Environment
) -> None:
    name = tap.name.text
    expander.reporter.error(
        "ambiguous-label",
        f"`@{name}` could be the value of each of {len(found)} steps called `{name}`",
        tap.span,
        env,
        labels=tuple(Label(one.span, "one is here") for one in found[:MOST_NAMED]),
        help=f"name the one that is meant: `{name} {{ … }} as {name}_b`, and `@{name}_b`",
    )


def _unknown_label(expander: Expander, tap: nodes.Tap, env: Environment) -> None:
    name = tap.name.text
    places = (expander.given, expander.library.given)
    elsewhere = next((found for one in places if (found := one.labels.get(name))), None)
    head = next((found for one in places if (found := one.heads.get(name))), None)
    headline = f"label `{name}` is not known here"
    help = "a label holds from its step on, in its own block, copy of a repeat or head"
    labels, instead = (), ()
    if elsewhere is not None:
        labels = (Label(elsewhere.span, "it is given here"),)
    elif head is not None:
        headline = f"the value of the auxiliary head `{name}` cannot be used"
        labels = (Label(head.span, "the head is here"),)
        help = "a head is computed in training only; name a step before it: `conv 3x3 64 as skip`"
    else:
        near = near_names(name, env.labels.names())
        headline = f"there is no label `{name}`{or_meant(near)}"
        instead = tuple(f"@{one}" for one in near)
        step = _step_above(expander, env.names.path, name)
        help = "a label names a step before it is used: `conv 3x3 64 as skip`"
        if step is not None:
            labels = (Label(step, "the step at this path has its name by itself"),)
            help = f"give it the name: `{quote(step)} as {name}`"
    expander.reporter.error(
        "unknown-label", headline, tap.span, env, labels=labels, help=help, instead=instead
    )


def _step_above(expander: Expander, path: str, name: str) -> Span | None:
    """Return where a step ``name`` is in the scope at ``path``, or in one around it."""
    while path:
        step = _step_at(expander, path_in(path, name))
        if step is not None:
            return step
        path = holder_of(path)
    return None


def _step_at(expander: Expander, path: str) -> Span | None:
    """Return where the step at a path is, if there is one until now."""
    node, scope = expander.builder.nodes.get(path), expander.builder.scopes.get(path)
    if node is not None:
        return node.origin[0]
    return None if scope is None else scope.span


def label_of(expander: Expander, step: nodes.Step, env: Environment) -> nodes.Name | None:
    """Return the name a step is given, None if there is none that it can have."""
    if not step.labels:
        return None
    name, *extra = step.labels
    if extra:
        first = Label(name.span, "its name is here")
        expander.reporter.error(
            "duplicate-name", "a step has one name", extra[0].span, env, labels=(first,)
        )
    called = step.action.name.text if isinstance(step.action, nodes.Call) else ""
    if called in ("aux", "output", "expect"):
        expander.reporter.error(
            "misplaced-label",
            f"`{called}` is no step, and has no value to name",
            name.span,
            env,
            help="the head's name stands behind `aux`: `aux aux1 { … }`"
            if called == "aux"
            else None,
        )
        return None
    return name if is_nameable(expander, name, env) else None


def is_nameable(
    expander: Expander, name: nodes.Name, env: Environment, repeated: bool = False
) -> bool:
    """Return whether a step can have a name; ``repeated`` names get a number at need."""
    why = why_reserved(name.text)
    if why is not None:
        expander.reporter.error(
            "reserved-name", f"nothing can be called `{name.text}`: {why}", name.span, env
        )
        return False
    old = env.labels.table.get(name.text)
    if repeated or (old is None and env.names.is_free(name.text)):
        return True
    first = None if old is None else old.span
    if first is None:
        first = _step_at(expander, path_in(env.names.path, name.text))
    expander.reporter.error(
        "duplicate-name",
        f"there are two steps called `{name.text}`",
        name.span,
        env,
        labels=() if first is None else (Label(first, "the first is here"),),
    )
    return False


def check_claim(
    expander: Expander, claim: nodes.Claim, before: Flow, flow: Flow, env: Environment
) -> None:
    if flow.shape is None:
        return
    expander.builder.evaluate(claim.span)
    try:
        claimed = Evaluator(env, flow).shape(claim.value)
    except Mistake as mistake:
        expander.reporter.mistake(mistake, env)
        return
    except Unresolved:
        return
    if claimed.triple == flow.shape.triple or expander.claims_broken:
        return
    # With other parameters than the spec was written for, say where shapes first part from
    # its claims; those after it follow from that one.
    expander.claims_broken = expander.changed
    expander.reporter.error(
        "wrong-claim",
        f"the shape here is {flow.shape}, not {claimed}",
        claim.span,
        env,
        remark="claimed here",
        notes=from_where(before, "the input of this step"),
        help=None if expander.changed else f"`=> {flow.shape.source}`",
        severity=Severity.WARNING if expander.changed else Severity.ERROR,
        instead=() if expander.changed else (f"=> {flow.shape.source}",),
    )
