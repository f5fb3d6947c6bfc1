"""What to say of names that nothing here has: what is meant by them, as far as it is known."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import chain

from archdsl.diagnostics import did_you_mean, mended, near_names, or_meant
from archdsl.graph.environment import Environment
from archdsl.graph.evaluate import Mistake
from archdsl.graph.names import STATEMENTS
from archdsl.graph.report import Reporter
from archdsl.ops import beyond, operator_meant, operators, signature
from archdsl.source import Span
from archdsl.syntax import nodes

GUIDE = "docs/language.md, under “What the language cannot say”, says more"


def unknown_step(
    reporter: Reporter, call: nodes.Call, blocks: Iterable[str], env: Environment
) -> None:
    """Report a step that is no operator, block or statement."""
    name, span = call.name.text, call.name.span
    if name in ("net", "block", "use"):
        reporter.error("misplaced-statement", f"`{name}` stands at the top of a file", span, env)
        return
    if name == "default":
        headline = "`default` is a statement of its own, no step"
        reporter.error("misplaced-statement", headline, span, env)
        return
    if name.lower() not in operators():
        if beyond(name) is not None or operator_meant(name) is not None:
            reporter.mistake(unknown_operator(name, span, call.head), env)
            return
        if name in _arguments():
            reporter.error(
                "unknown-operator",
                f"`{name}` is an argument, and no step of its own",
                span,
                env,
                help=f"write `{name}={_value(call)}` behind the operator that it belongs to",
            )
            return
    near = near_names(name, chain(operators(), blocks, STATEMENTS))
    headline = f"there is no operator or block `{name}`{or_meant(near)}"
    reporter.error("unknown-operator", headline, span, env, instead=near)


@cache
def _arguments() -> frozenset[str]:
    return frozenset(a.name for cls in operators().values() for a in signature(cls))


def unknown_operator(name: str, span: Span, head: Span | None = None) -> Mistake:
    """Return the mistake of an operator that does not exist; ``head`` is its whole call."""
    out_of_reach = beyond(name)
    if out_of_reach is not None:
        why, help = out_of_reach
        headline = f"archdsl has no `{name}`: {why}"
        return Mistake("not-in-the-language", headline, span, f"{help}; {GUIDE}")
    meant = operator_meant(name)
    if meant is None:
        hint = did_you_mean(name, operators())
        return Mistake("unknown-operator", f"there is no operator `{name}`{hint}", span)
    if " " in meant:
        line = mended(head or span, meant)
        help = f"for example `{line or meant}`"
    else:
        help = f"write `{mended(span, meant) or meant}`"
    headline = f"there is no operator `{name}`, which is `{meant}` here"
    return Mistake("unknown-operator", headline, span, help)


def _value(call: nodes.Call) -> str:
    if not call.arguments:
        return "…"
    span = call.arguments[0].span
    return span.source.text[span.start : span.end]
