"""What a block's parameters are at one call of it."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import replace

from archdsl.diagnostics import Label, did_you_mean
from archdsl.graph.environment import Environment, Flow, Start
from archdsl.graph.evaluate import Evaluator, Mistake, Unresolved
from archdsl.graph.names import VALUE_NAMES
from archdsl.graph.report import Reporter
from archdsl.ops import Patch, Reference, Shape, Value, Word, known_words
from archdsl.syntax import nodes

MOST_NAMED = 12
"""Parameters of a block that a message names."""


class Parameters:
    """Binds the arguments of block calls. Calls with equal values get the same mapping."""

    def __init__(self, blocks: Container[str], reporter: Reporter) -> None:
        self.blocks = blocks
        self.reporter = reporter
        self._known: dict[tuple[str, tuple[Value, ...], tuple[type, ...]], Mapping[str, Value]] = {}
        self._shown: dict[int, tuple[tuple[str, str], ...]] = {}

    def bind(
        self, call: nodes.Call, block: nodes.Block, flow: Flow, env: Environment
    ) -> Mapping[str, Value] | None:
        """Return the parameters' values, or None after reporting what is wrong."""
        bound = self._given(call, block, flow, env)
        filled = None if bound is None else self._fill(call, block, bound, flow, env)
        if filled is None:
            return None
        values = tuple(filled.values())
        kinds = tuple(value.__class__ for value in values)  # `1` is equal to a true comparison
        return self._known.setdefault((block.name.text, values, kinds), filled)

    def shown(self, values: Mapping[str, Value]) -> tuple[tuple[str, str], ...]:
        """Return the names and values of a mapping from :meth:`bind` as a spec could write them."""
        if id(values) not in self._shown:  # what is bound is kept, and its id with it
            self._shown[id(values)] = tuple((name, shown(value)) for name, value in values.items())
        return self._shown[id(values)]

    def _given(
        self, call: nodes.Call, block: nodes.Block, flow: Flow, env: Environment
    ) -> dict[str, Value] | None:
        """Return the values of what the call gives, or None after an error."""
        matched, ok = self.matched(call, block, env)
        bound: dict[str, Value] = {}
        evaluator = Evaluator(env, flow)
        for name, tree in matched.items():
            try:
                bound[name] = evaluator.value(tree)
            except Mistake as mistake:
                self.reporter.mistake(mistake, env)
                ok = False
            except Unresolved:
                ok = False
        return bound if ok else None

    def matched(
        self, call: nodes.Call, block: nodes.Block, env: Environment
    ) -> tuple[dict[str, nodes.Value], bool]:
        """Return what the call gives to which parameter, and whether all of it is for one.

        Positional arguments go to the parameters in order; what is wrong is reported.
        """
        known = [parameter.name.text for parameter in block.parameters]
        unnamed = iter(known)
        matched: dict[str, nodes.Value] = {}
        ok = True
        for argument in call.arguments:
            try:
                if argument.name is None:
                    name = next(unnamed, None)
                    if name is None:
                        raise _too_many(call, block, argument)
                else:
                    name = argument.name.text
                    if name not in known:
                        raise _unknown(block, argument.name, known)
                if name in matched:
                    raise Mistake("repeated-argument", f"`{name}` is given twice", argument.span)
                value = argument.value
                if isinstance(value, nodes.Name) and self._is_block(value.text, env):
                    raise _no_value(value)
                matched[name] = value
            except Mistake as mistake:
                self.reporter.mistake(mistake, env)
                ok = False
                if mistake.code == "too-many-arguments":
                    break
        return matched, ok

    def _is_block(self, name: str, env: Environment) -> bool:
        known = name in env.parameters or name in VALUE_NAMES or name in known_words()
        return name in self.blocks and not known

    def _fill(
        self,
        call: nodes.Call,
        block: nodes.Block,
        bound: Mapping[str, Value],
        flow: Flow,
        env: Environment,
    ) -> dict[str, Value] | None:
        """Add the defaults of parameters that were not given; they may use earlier ones."""
        filled: dict[str, Value] = {}
        for parameter in block.parameters:
            name = parameter.name.text
            if name in bound:
                filled[name] = bound[name]
                continue
            if parameter.default is None:
                self.missing(call, block, bound, env)
                return None
            try:
                given = Start([flow], block.name.text)
                scope = replace(env, parameters=filled, index=None, start=given)
                filled[name] = Evaluator(scope, flow).value(parameter.default)
            except Mistake as mistake:
                self.reporter.mistake(mistake, env)
                return None
            except Unresolved:
                return None
        return filled

    def missing(
        self, call: nodes.Call, block: nodes.Block, given: Container[str], env: Environment
    ) -> None:
        """Report the parameters that a call has to give and does not."""
        absent = [
            f"`{parameter.name.text}`"
            for parameter in block.parameters
            if parameter.default is None and parameter.name.text not in given
        ]
        if not absent:
            return
        self.reporter.error(
            "missing-argument",
            f"block `{block.name.text}` needs {', '.join(absent)}",
            call.head,
            env,
            labels=(Label(block.name.span, "the block is here"),),
            help=_takes(block),
        )


def _too_many(call: nodes.Call, block: nodes.Block, argument: nodes.Argument) -> Mistake:
    most = len(block.parameters)
    given = sum(one.name is None for one in call.arguments)
    counted = f"{most} argument{'' if most == 1 else 's'}" if most else "no arguments"
    return Mistake(
        "too-many-arguments",
        f"block `{block.name.text}` takes {counted}, not {given}",
        argument.span,
        _takes(block) if most else None,
    )


def _unknown(block: nodes.Block, name: nodes.Name, known: list[str]) -> Mistake:
    return Mistake(
        "unknown-argument",
        f"block `{block.name.text}` has no parameter `{name.text}`"
        + did_you_mean(name.text, known),
        name.span,
        _takes(block),
    )


def _no_value(name: nodes.Name) -> Mistake:
    return Mistake(
        "argument-type",
        f"`{name.text}` is a block; what can be passed are numbers, sizes, words, lists and"
        " operators",
        name.span,
        f"call `{name.text}` where it is meant, and pass what it depends on",
    )


def _takes(block: nodes.Block) -> str:
    if not block.parameters:
        return f"block `{block.name.text}` takes no arguments"
    names = [f"`{parameter.name.text}`" for parameter in block.parameters[:MOST_NAMED]]
    more = len(block.parameters) - len(names)
    listed = ", ".join(names) + (f" and {more} more" if more else "")
    return f"block `{block.name.text}` takes {listed}"


def shown(value: Value) -> str:
    """Return a value as a spec could have written it."""
    match value:
        case bool():
            return "yes" if value else "no"
        case int():
            return str(value)
        case float():
            return f"{value:g}"
        case Word():
            return value.text
        case Patch():
            steps = value.stride
            stride = (
                "" if steps is None else f"/{steps.height if steps.is_square else steps.source}"
            )
            return f"{value.size.source}{stride}"
        case Shape():
            return value.source
        case Reference():
            return value.name
        case tuple():
            return "[" + ", ".join(shown(item) for item in value) + "]"
