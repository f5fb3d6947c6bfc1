"""How the calls of operators are written; what torch takes, the operators say themselves."""

from __future__ import annotations

from archdsl.graph import name_of
from archdsl.ops import Call
from archdsl.pytorch.plan import Step
from archdsl.pytorch.python_source.constants import REQUIRED, Constants
from archdsl.pytorch.python_source.expressions import Expr, New, Slot


def construction(call: Call, constants: Constants, child: str) -> Expr:
    """Return the construction of a layer; what torch assumes nothing for comes first."""
    arguments: list[tuple[str | None, Expr]] = []
    means = dict(call.means)
    for label, value in zip(call.leading, call.positional, strict=True):
        slot = constants.slot(value, child, label, argument=means.get(label, ""))
        arguments.append((None, slot))
    assumed = dict(call.assumed)
    order = {name: place for place, name in enumerate(assumed)}
    for label, value in sorted(call.keywords, key=lambda one: order.get(one[0], -1)):
        omit = assumed.get(label, REQUIRED)
        argument = means.get(label, "")
        arguments.append((label, constants.slot(value, child, label, omit, argument=argument)))
    return New(python_name(call.target), tuple(arguments))


def function(step: Step, constants: Constants) -> tuple[Slot, ...]:
    """Return the constants of a step's function, or of the one before its child."""
    call = step.before if step.function is None else step.function
    if call is None:
        return ()
    child = name_of(step.results[0])
    labelled = (*zip(call.leading, call.positional, strict=True), *call.keywords)
    return tuple(constants.slot(value, child, label) for label, value in labelled)


def python_name(target: str) -> str:
    """Return a target's name inside the generated module."""
    home, _, name = target.rpartition(".")
    short = {
        "torch": "torch.",
        "torch.nn": "nn.",
        "torch.nn.init": "nn.init.",
        "torch.nn.functional": "F.",
    }
    return short.get(home, "") + name


def call_structure(call: Call) -> object:
    return (call.target, len(call.positional), tuple(name for name, _ in call.keywords))
