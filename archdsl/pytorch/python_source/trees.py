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


def calls(tree: object) -> Iterator[nodes.Call]:
    """Yield the calls in a block's body."""
    match tree:
        case nodes.Call():
            yield tree
            yield from calls(tree.body)
        case nodes.Body():
            for statement in tree.statements:
                yield from calls(statement)
        case nodes.Chain():
            for step in tree.steps:
                yield from calls(step)
        case nodes.Step() | nodes.Repeat():
            yield from calls(tree.action)
        case nodes.Group():
            yield from calls(tree.body)
        case nodes.Choice():
            for arm in tree.arms:
                yield from calls(arm.body)
            yield from calls(tree.otherwise)
        case _:
            return


def expressions(tree: object) -> Iterator[nodes.Expression]:
    """Yield what calculates something among the arguments of a body's calls."""
    match tree:
        case nodes.Operation() | nodes.Prefixed() | nodes.Function():
            yield tree
        case nodes.Call():
            for argument in tree.arguments:
                yield from expressions(argument.value)
            if tree.body is not None:
                yield from expressions(tree.body)
        case nodes.Dims():
            for extent in (*tree.extents, *tree.stride):
                yield from expressions(extent)
        case nodes.Listing():
            for item in tree.items:
                yield from expressions(item)
        case nodes.Reference():
            for argument in tree.arguments:
                yield from expressions(argument.value)
        case nodes.Body():
            for statement in tree.statements:
                yield from expressions(statement)
        case nodes.Chain():
            for step in tree.steps:
                yield from expressions(step)
        case nodes.Step():
            yield from expressions(tree.action)
        case nodes.Repeat():
            yield from expressions(tree.count)
            yield from expressions(tree.action)
        case nodes.Group():
            yield from expressions(tree.body)
        case nodes.Choice():
            for arm in tree.arms:
                yield from expressions(arm.body)
            if tree.otherwise is not None:
                yield from expressions(tree.otherwise)
        case nodes.Default():
            for argument in tree.arguments:
                yield from expressions(argument.value)
        case _:
            return


def conditions(tree: object) -> Iterator[nodes.Expression]:
    """Yield the conditions in a block's body, in the spec's order."""
    match tree:
        case nodes.Choice():
            for arm in tree.arms:
                yield arm.condition
                yield from conditions(arm.body)
            if tree.otherwise is not None:
                yield from conditions(tree.otherwise)
        case nodes.Call():
            if tree.body is not None:
                yield from conditions(tree.body)
        case nodes.Body():
            for statement in tree.statements:
                yield from conditions(statement)
        case nodes.Chain():
            for step in tree.steps:
                yield from conditions(step)
        case nodes.Step() | nodes.Repeat():
            yield from conditions(tree.action)
        case nodes.Group():
            yield from conditions(tree.body)
        case _:
            return
