"""Two recipes that differ in one thing differ in just that."""

from __future__ import annotations

import json
from dataclasses import replace
from enum import Enum
from typing import Any

import pytest

import archdsl
from archdsl.compare import compare, compare_recipes, line_text, print_comparison
from archdsl.ops import Argument, Size, signature
from archdsl.recipe import Line, Recipe, registered

HEAD = """net n {
  input 16x16x3
  conv 3x3 4 norm=batchnorm as stem; conv 5x5 4 as wide
  aux side weight=0.3 { avgpool global; linear 2 }
  avgpool global; linear 2
  recipe {
"""

LINES = {
    "loss cross_entropy": "smoothing=0.1",
    "optimizer sgd": "lr=0.5 momentum=0.9 nesterov",
    "optimizer rmsprop": "lr=0.5 decay=0.8 momentum=0.9 eps=1.0 tensorflow",
    "optimizer adam": "lr=0.5 beta1=0.8 beta2=0.9 eps=0.1",
    "optimizer adamw": "lr=0.5 beta1=0.8 beta2=0.9 eps=0.1",
    "schedule exponential": "0.94 every=2",
    "schedule milestones": "0.1 at=[30, 60]",
    "schedule cosine": "epochs=90 floor=0.01",
    "schedule polynomial": "0.5 epochs=60",
    "weight_decay": "0.001 weights_only",
    "clip": "2 value",
    "average": "0.99 warmup",
    "init": "conv 5x5 at=wide bias=1",
    "init constant": "batchnorm 2 at=stem bias=1",
    "init normal": "conv 5x5 std=0.1 bias=1",
    "init truncated_normal": "linear std=0.1 cut=3 at=aux bias=1",
    "init xavier": "linear fan_in normal at=aux",
    "init kaiming": "conv fan_out uniform 3x3 bias=0.5",
}
"""A line of every kind, with each of its arguments."""


def recipe(*lines: str) -> Recipe:
    return archdsl.load(HEAD + "".join(f"{line}\n" for line in lines) + "}\n}\n").recipe


def other(value: Any) -> Any:
    """Return another value of the same kind."""
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case Enum():
            return next(one for one in type(value) if one is not value)
        case Size():
            return Size(value.height + 1, value.width)
        case tuple():
            return value[:-1]
        case _:
            return f"{value}_other"


def test_there_is_a_line_of_every_kind() -> None:
    kinds = {
        f"{statement} {kind}" if kind not in ("", statement) else statement
        for statement, kinds in registered().items()
        for kind in kinds
    }
    assert kinds == LINES.keys()


@pytest.mark.parametrize("kind", LINES)
def test_a_line_is_printed_as_a_spec_may_have_it(kind: str) -> None:
    (line,) = recipe(f"{kind} {LINES[kind]}").lines
    (again,) = recipe(line_text(line.ingredient)).lines
    assert again.ingredient == line.ingredient


@pytest.mark.parametrize("kind", LINES)
def test_each_argument_that_differs_is_found_alone(kind: str) -> None:
    a = recipe("loss cross_entropy" if "loss" not in kind else "clip 9", f"{kind} {LINES[kind]}")
    assert compare_recipes(a, a) == ()
    line = a.lines[1]
    given = [one for one in signature(type(line.ingredient)) if value_of(line, one) is not None]
    assert given
    for argument in given:
        value = other(value_of(line, argument))
        changed = Line(replace(line.ingredient, **{argument.field: value}), line.span)
        b = Recipe((a.lines[0], changed), a.place)
        (found,) = compare_recipes(a, b)
        assert (found.statement, found.argument) == (str(line.ingredient), argument.name)
        (back,) = compare_recipes(b, a)
        assert (back.a, back.b) == (found.b, found.a)


def value_of(line: Line, argument: Argument) -> Any:
    return getattr(line.ingredient, argument.field)


@pytest.mark.parametrize("kind", LINES)
def test_a_line_that_one_recipe_lacks_is_found(kind: str) -> None:
    text = f"{kind} {LINES[kind]}"
    lost = compare_recipes(recipe(text), recipe())
    assert [(one.statement, one.argument, one.b) for one in lost] == [(kind.split()[0], None, None)]
    assert lost[0].a == line_text(recipe(text).lines[0].ingredient)
    assert lost[0].what == f"A only: `{lost[0].a}`"


def test_another_kind_of_line_is_shown_whole() -> None:
    (found,) = compare_recipes(recipe("optimizer sgd lr=0.1"), recipe("optimizer adam lr=0.1"))
    assert found.what == "`optimizer adam lr=0.1` instead of `optimizer sgd lr=0.1`"


def test_the_order_of_first_weights_counts_and_that_of_other_lines_does_not() -> None:
    lines = ("init conv kaiming", "init xavier", "clip 1", "loss cross_entropy")
    assert compare_recipes(recipe(*lines), recipe(*lines[:2], *lines[:1:-1])) == ()
    assert compare_recipes(recipe(*lines[:2]), recipe(*lines[1::-1])) != ()


def test_what_differs_is_printed_and_makes_no_other_architecture() -> None:
    networks = [archdsl.load(HEAD + f"optimizer sgd lr={rate}\n}}\n}}\n") for rate in (0.1, 0.2)]
    first, second = networks
    found = compare(first.ir, second.ir, (first.recipe, second.recipe))
    assert found.same
    text = print_comparison(found, ("a.arch", "b.arch"), "text")
    assert "the same architecture\n- recipe, optimizer sgd: lr 0.2 instead of 0.1\n" in text
    assert json.loads(print_comparison(found, ("a.arch", "b.arch"), "json"))["recipe"] == [
        {"statement": "optimizer sgd", "argument": "lr", "a": "0.1", "b": "0.2"}
    ]
