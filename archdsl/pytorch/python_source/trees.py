"""What stands in the body of a block or a net: its calls, repeats, expressions and conditions."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from archdsl.source import Span
from archdsl.syntax import nodes


def everything(tree: Any) -> Iterator[Any]:
    """Yield a tree and what is in it, from the outside in, in the spec's order."""
    if isinstance(tree, tuple):
        for item in tree:  # pyright: ignore[reportUnknownVariableType]
            yield from everything(item)
    elif dataclasses.is_dataclass(tree) and not isinstance(tree, Span):
        yield tree
        for field in dataclasses.fields(tree):
            yield from everything(getattr(tree, field.name))


def names_in(tree: Any) -> frozenset[str]:
    """Return the names that expressions of a tree mention; what calls are named for is none."""
    if isinstance(tree, nodes.Call):
        return names_in((*(one.value for one in tree.arguments), tree.body))
    if isinstance(tree, nodes.Function | nodes.Reference):
        return names_in(tree.arguments)
    if isinstance(tree, nodes.Argument | nodes.Claim):
        return names_in(tree.value)
    if isinstance(tree, nodes.Step):
        return names_in((tree.action, tree.claims))
    if isinstance(tree, nodes.Default):
        return names_in(tree.arguments)
    if isinstance(tree, nodes.Name):
        return frozenset((tree.text,))
    found: set[str] = set()
    if isinstance(tree, tuple):
        for item in tree:  # pyright: ignore[reportUnknownVariableType]
            found |= names_in(item)
    elif dataclasses.is_dataclass(tree) and not isinstance(tree, Span):
        for field in dataclasses.fields(tree):
            found |= names_in(getattr(tree, field.name))
    return frozenset(found)


def given_to(call: nodes.Call, block: nodes.Block) -> Mapping[str, nodes.Value]:
    """Return what each parameter of a block is in a call, its default where it is left out."""
    given = {one.name.text: one.default for one in block.parameters if one.default is not None}
    placed = [one.value for one in call.arguments if one.name is None]
    names = [one.name.text for one in block.parameters]
    given.update(zip(names, placed, strict=False))
    given.update((one.name.text, one.value) for one in call.arguments if one.name is not None)
    return given


def replaced(tree: nodes.Expression, table: Mapping[str, nodes.Value]) -> nodes.Expression | None:
    """Return an expression with others in the place of names; None where one is no expression."""
    match tree:
        case nodes.Number():
            return tree
        case nodes.Name():
            other = table.get(tree.text)
            if isinstance(other, nodes.Dims | nodes.Listing | nodes.Reference | nodes.Tap):
                return None
            return other
        case nodes.Prefixed():
            operand = replaced(tree.operand, table)
            return None if operand is None else dataclasses.replace(tree, operand=operand)
        case nodes.Function():
            arguments = [replaced(one, table) for one in tree.arguments]
            known = tuple(one for one in arguments if one is not None)
            whole = len(known) == len(arguments)
            return dataclasses.replace(tree, arguments=known) if whole else None
        case nodes.Operation():
            operands = [replaced(one, table) for one in tree.operands]
            known = tuple(one for one in operands if one is not None)
            whole = len(known) == len(operands)
            return dataclasses.replace(tree, operands=known) if whole else None


Part = nodes.Call | nodes.Repeat | nodes.Arm | nodes.Default
"""What stands in a body and mentions values."""


def parts(tree: object) -> Iterator[Part]:
    """Yield the calls, repeats, arms and defaults of a body, from the outside in, in order."""
    match tree:
        case nodes.Call():
            yield tree
            yield from parts(tree.body)
        case nodes.Repeat():
            yield tree
            yield from parts(tree.action)
        case nodes.Arm():
            yield tree
            yield from parts(tree.body)
        case nodes.Default():
            yield tree
        case nodes.Body():
            for statement in tree.statements:
                yield from parts(statement)
        case nodes.Chain():
            for step in tree.steps:
                yield from parts(step)
        case nodes.Step():
            yield from parts(tree.action)
        case nodes.Group():
            yield from parts(tree.body)
        case nodes.Choice():
            for arm in tree.arms:
                yield from parts(arm)
            yield from parts(tree.otherwise)
        case _:
            return


def calls(tree: object) -> Iterator[nodes.Call]:
    """Yield the calls in a body."""
    return (part for part in parts(tree) if isinstance(part, nodes.Call))


def conditions(tree: object) -> Iterator[nodes.Expression]:
    """Yield the conditions in a body, in the spec's order."""
    return (part.condition for part in parts(tree) if isinstance(part, nodes.Arm))


def expressions(tree: object) -> Iterator[nodes.Expression]:
    """Yield what calculates something among the counts and the arguments of a body."""
    for part in parts(tree):
        match part:
            case nodes.Repeat():
                yield from _calculated(part.count)
            case nodes.Call() | nodes.Default():
                yield from _calculated_in(part.arguments)
            case nodes.Arm():
                pass


def _calculated_in(arguments: tuple[nodes.Argument, ...]) -> Iterator[nodes.Expression]:
    for argument in arguments:
        yield from _calculated(argument.value)


def _calculated(value: nodes.Value) -> Iterator[nodes.Expression]:
    """Yield what calculates something in a value."""
    match value:
        case nodes.Operation() | nodes.Prefixed() | nodes.Function():
            yield value
        case nodes.Dims():
            for extent in (*value.extents, *value.stride):
                yield from _calculated(extent)
        case nodes.Listing():
            for item in value.items:
                yield from _calculated(item)
        case nodes.Reference():
            yield from _calculated_in(value.arguments)
        case _:
            return
