"""The one number by name that a statement such as `residual scale=` takes."""

from __future__ import annotations

from archdsl.diagnostics import did_you_mean
from archdsl.graph.environment import Environment, Flow
from archdsl.graph.evaluate import Evaluator, Mistake, Unresolved
from archdsl.graph.report import Reporter
from archdsl.syntax import nodes


def named_number(
    reporter: Reporter,
    call: nodes.Call,
    name: str,
    default: float,
    flow: Flow,
    env: Environment,
    skip: int = 0,
) -> float | None:
    """Return the one named number a statement such as `residual scale=` takes."""
    number = default
    given = False
    for argument in call.arguments:
        try:
            if argument.name is None:
                if skip:
                    skip -= 1
                    continue
                raise Mistake(
                    "too-many-arguments",
                    f"`{call.name.text}` takes `{name}=` and a body",
                    argument.span,
                )
            if argument.name.text != name:
                hint = did_you_mean(argument.name.text, (name,))
                raise Mistake(
                    "unknown-argument",
                    f"`{call.name.text}` has no argument `{argument.name.text}`{hint}",
                    argument.name.span,
                )
            if given:
                raise Mistake("repeated-argument", f"`{name}` is given twice", argument.span)
            given = True
            number = float(Evaluator(env, flow).number(argument.value, f"`{name}`"))
        except Mistake as mistake:
            reporter.mistake(mistake, env)
            return None
        except Unresolved:
            return None
    return number
