"""Steps whose operator is a parameter of the block: ``block b(act) { batchnorm; act }``."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import replace

from archdsl.graph.calls import Fields
from archdsl.graph.evaluate import Mistake
from archdsl.graph.parameters import shown
from archdsl.light import light
from archdsl.ops import Operator, Value, operator_of
from archdsl.syntax import nodes


@light
class Passed:
    """A call of a parameter as a call of the operator that it is, and the fields passed with it."""

    call: nodes.Call
    fields: Fields


def passed(
    call: nodes.Call,
    parameters: Mapping[str, Value],
    operators: Mapping[str, type[Operator]],
    blocks: Container[str],
) -> Passed | None:
    """Return what a call of a parameter stands for; None where the name is no such parameter.

    Raises :class:`Mistake` where it is one and cannot be a step, or could be something else too.
    """
    name = call.name.text
    value = parameters.get(name)
    if value is None:
        return None
    meant, fields = operator_of(value)
    if meant not in operators:
        if name in operators or name in blocks or call.body is not None:
            return None  # a number called `scale` beside the operator, or a group of its name
        raise Mistake(
            "unknown-operator",
            f"`{name}` is {_said(value)} here, and a step is an operator or a block",
            call.name.span,
            "pass an operator: `relu`, or `leaky_relu(0.1)`; `identity` does nothing",
        )
    if (name in operators or name in blocks) and (meant, fields) != (name, ()):
        other = "an operator" if name in operators else "a block"
        raise Mistake(
            "ambiguous-step",
            f"`{name}` is {other}, and a parameter that is {_said(value)} here",
            call.name.span,
            f"call the parameter something else: `{name}_op`",
        )
    if meant == "linear" and not fields and not call.arguments:
        raise Mistake(
            "missing-argument",
            f"`{name}` is the operator `linear` here, which needs `features`",
            call.name.span,
            "for no activation at all pass `identity`",
        )
    return Passed(replace(call, name=nodes.Name(meant, call.name.span)), fields)


def _said(value: Value) -> str:
    return f"`{shown(value)}`"
