"""Questions about syntax trees that the expansion asks before it runs them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from archdsl.graph.names import COMPARISONS, STATEMENTS, VALUE_NAMES
from archdsl.light import light
from archdsl.ops import operators
from archdsl.syntax import nodes


def varies(arguments: tuple[nodes.Argument, ...]) -> bool:
    """Return whether arguments may ask about the value at hand or the copy of a repeat."""
    return any(
        name.text in VALUE_NAMES for argument in arguments for name in names_in(argument.value)
    )


def mentions_index(repeat: nodes.Repeat) -> bool:
    """Return whether copies of a repeat may differ because they ask for their `index`."""
    span = repeat.span
    return re.search(r"\bindex\b", span.text) is not None


def values_in(tree: nodes.Value) -> Iterator[nodes.Value]:
    """Yield a value and every value that is a part of it."""
    pending = [tree]
    while pending:
        value = pending.pop()
        yield value
        match value:
            case nodes.Number() | nodes.Name() | nodes.Tap():
                pass
            case nodes.Dims(extents=extents):
                pending.extend(extents)
            case nodes.Listing(items=items):
                pending.extend(items)
            case nodes.Reference(arguments=inner):
                pending.extend(argument.value for argument in inner)
            case nodes.Operation(operands=operands):
                pending.extend(operands)
            case nodes.Prefixed(operand=operand):
                pending.append(operand)
            case nodes.Function(arguments=operands):
                pending.extend(operands)


def names_in(tree: nodes.Value) -> Iterator[nodes.Name]:
    return (value for value in values_in(tree) if isinstance(value, nodes.Name))


def compared(tree: nodes.Value) -> Iterator[nodes.Name]:
    """Yield the names whose values are compared in an expression."""
    for value in values_in(tree):
        if isinstance(value, nodes.Operation) and value.symbols[0] in COMPARISONS:
            yield from names_in(value)


def links(body: nodes.Body) -> Iterator[nodes.Link]:
    """Yield every step in a body, at any depth, without recursion."""
    pending = [body]
    while pending:
        for statement in pending.pop().statements:
            match statement:
                case nodes.Default() | nodes.Hole():
                    continue
                case nodes.Chain():
                    steps = statement.steps
                case _:
                    steps = (statement,)
            for link in steps:
                yield link
                pending.extend(bodies_of(action_of(link)))


def input_in(body: nodes.Body) -> nodes.Call | None:
    """Return the first `input` of a net's own body."""
    calls = (action_of(link) for link in links(body))
    return next((c for c in calls if isinstance(c, nodes.Call) and c.name.text == "input"), None)


def defaults_in(body: nodes.Body) -> Iterator[str]:
    """Yield the operators that a body has `default` statements of, at any depth."""
    inner = (within for link in links(body) for within in bodies_of(action_of(link)))
    for one in (body, *inner):
        for statement in one.statements:
            if isinstance(statement, nodes.Default):
                yield statement.operator.text


def bodies_of(action: nodes.Action) -> tuple[nodes.Body, ...]:
    match action:
        case nodes.Call(body=body):
            return () if body is None else (body,)
        case nodes.Group():
            return (action.body,)
        case nodes.Repeat():
            return bodies_of(action.action)
        case nodes.Choice():
            bodies = tuple(arm.body for arm in action.arms)
            return bodies if action.otherwise is None else (*bodies, action.otherwise)
        case nodes.Tap():
            return ()


def action_of(link: nodes.Link) -> nodes.Action:
    return link.action if isinstance(link, nodes.Step) else link


def calls_in(body: nodes.Body) -> Iterator[str]:
    """Yield the name of everything that is called in a body."""
    for link in links(body):
        action = action_of(link)
        if isinstance(action, nodes.Repeat):
            action = action.action
        if isinstance(action, nodes.Call):
            yield action.name.text


def reached(bodies: Iterable[nodes.Body], blocks: Mapping[str, nodes.Block]) -> set[str]:
    """Return the blocks that bodies call, or that blocks call which they call, taken or not."""
    found: set[str] = set()
    pending = [name for body in bodies for name in calls_in(body)]
    while pending:
        name = pending.pop()
        if name in blocks and name not in found:
            found.add(name)
            pending.extend(calls_in(blocks[name].body))
    return found


def labels_in(body: nodes.Body) -> Iterator[nodes.Name]:
    """Yield where a body names steps or calls groups by a name, at any depth."""
    for link in links(body):
        if isinstance(link, nodes.Step):
            yield from link.labels
        action = action_of(link)
        if isinstance(action, nodes.Repeat):
            action = action.action
        if isinstance(action, nodes.Call) and is_group(action):
            yield action.name


def is_group(call: nodes.Call) -> bool:
    """Return whether a call with a body is a group of its name: no statement, and no operator."""
    name = call.name.text
    return call.body is not None and name not in STATEMENTS and name not in operators()


def group_name(action: nodes.Action) -> nodes.Name | None:
    """Return the name that a group is called by, None for all else."""
    return action.name if isinstance(action, nodes.Call) and is_group(action) else None


def head_name(call: nodes.Call) -> nodes.Name | None:
    """Return the name that a call of `aux` gives to its head."""
    if call.name.text != "aux":
        return None
    first = next((one.value for one in call.arguments if one.name is None), None)
    return first if isinstance(first, nodes.Name) else None


def heads_in(body: nodes.Body) -> Iterator[nodes.Name]:
    """Yield the names of a body's auxiliary heads, at any depth."""
    for link in links(body):
        action = action_of(link)
        head = head_name(action) if isinstance(action, nodes.Call) else None
        if head is not None:
            yield head


def is_lone(body: nodes.Body) -> bool:
    """Return whether a body consists of a single step, `default` statements aside."""
    steps = [one for one in body.statements if not isinstance(one, nodes.Default)]
    return len(steps) == 1 and not isinstance(steps[0], nodes.Chain)


@light
class Reserved:
    """Names that the statements of one scope give to steps and heads, and those of groups."""

    labels: tuple[str, ...]
    groups: tuple[str, ...]


def reserved(statements: tuple[nodes.Statement, ...]) -> Reserved:
    """Return the names that are kept from steps that take what is free."""
    labels: list[str] = []
    groups: list[str] = []
    pending = list(statements)
    while pending:
        statement = pending.pop()
        match statement:
            case nodes.Step():
                labels.extend(label.text for label in statement.labels)
                if not statement.labels:
                    pending.append(statement.action)
            case nodes.Chain():
                pending.extend(statement.steps)
            case nodes.Group():
                pending.extend(statement.body.statements)
            case nodes.Repeat():
                if isinstance(statement.action, nodes.Call):
                    pending.append(statement.action)
            case nodes.Call():
                head = head_name(statement)
                if head is not None:
                    labels.append(head.text)
                elif is_group(statement):
                    groups.append(statement.name.text)
            case nodes.Choice():
                for arm in statement.arms:
                    pending.extend(arm.body.statements)
                if statement.otherwise is not None:
                    pending.extend(statement.otherwise.statements)
            case _:
                pass
    return Reserved(tuple(labels), tuple(groups))
