"""Parameters take from outside what they could be given in a spec, and say what else was meant."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch

import archdsl
from archdsl.graph import Option
from archdsl.graph.outside import value_from_outside
from archdsl.ops import Patch, Reference, Shape, Size, Word
from archdsl.source import SourceFile
from archdsl.syntax.nodes import Name
from tests.reading import reading

TEXT = """
net n(classes = 7, kernel = 3x3, rule = same, norm = batchnorm, sides = [0, 0], wide = no) {
  input 12x12x8
  affine scale=sides shift=0
  conv kernel classes rule norm=norm
  if wide { conv 1x1 64 }
}
block unused(classes) { conv 1x1 classes }
"""
EIGHT = "sides = [1, 1, 1, 1, 1, 1, 1, 1]"


def network(**params: Any) -> archdsl.Network:
    return archdsl.load(TEXT.replace("sides = [0, 0]", EIGHT), **params)


def shapes(network: archdsl.Network) -> dict[str, int]:
    """Return the channels of each node."""
    return {id: node.shape.channels for id, node in network.ir.nodes.items()}


def refused(**params: Any) -> str:
    with pytest.raises(archdsl.SpecError) as error:
        network(**params)
    return str(error.value)


FIVES = [5, 5.0, np.int64(5), np.uint8(5), np.float32(5), np.array(5), Fraction(5), "5", "(2 + 3)"]


@pytest.mark.parametrize("five", [*FIVES, torch.tensor(5), torch.tensor(5.0)], ids=repr)
def test_a_number_is_taken_from_whatever_has_one(five: Any) -> None:
    assert network(classes=five).totals == network(classes=5).totals
    assert shapes(network(classes=five))["n.conv.conv"] == 5


@pytest.mark.parametrize("yes", [True, np.True_, "yes", "(1 < 2)"], ids=repr)
def test_a_switch_is_taken(yes: Any) -> None:
    assert shapes(network(wide=yes))["n.conv1"] == 64
    assert "n.conv1" not in shapes(network(wide=False))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("10", 10),
        ("-3", -3),
        ("42_679_816", 42_679_816),
        ("0.5", 0.5),
        ("1e-3", 0.001),
        ("(7 // 2)", 3),
        ("yes", Word("yes")),
        ("relu", Word("relu")),
        ("3x3", Patch(Size(3, 3))),
        ("3x3/2", Patch(Size(3, 3), Size(2, 2))),
        ("8x8x3", Shape(3, Size(8, 8))),
        ("[1, -2]", (1, -2)),
        ("dropout(rate=0.5)", Reference("dropout", (("rate", 0.5),))),
    ],
)
def test_text_is_a_value_of_the_language(text: str, value: object) -> None:
    name = Name("x", SourceFile("", "x").span(0, 1))
    for setting in (text, Option(text)):
        found, faults = value_from_outside(name, setting)
        assert faults == ()
        assert found == value
        assert type(found) is type(value)


NUMBERS = (2, 1, 2, 1, 2, 1, 2, 0.5)


@pytest.mark.parametrize(
    "numbers",
    [NUMBERS, [*NUMBERS], np.array(NUMBERS), torch.tensor(NUMBERS), "[2, 1, 2, 1, 2, 1, 2, 0.5]"],
    ids=lambda numbers: type(numbers).__name__,
)
def test_a_list_of_numbers_is_taken(numbers: Any) -> None:
    module = network(sides=numbers).module()
    first = next(one for name, one in module.named_children() if name == "affine")
    x = torch.ones(1, 8, 12, 12)
    assert first(x)[0, :, 0, 0].tolist() == list(NUMBERS)


def test_text_is_what_a_spec_could_have() -> None:
    conv = network(kernel="5x3/2", rule="valid", norm="groupnorm(groups=7)").module()
    layer = next(one for one in conv.modules() if isinstance(one, torch.nn.Conv2d))
    assert (layer.kernel_size, layer.stride, layer.padding) == ((5, 3), (2, 2), (0, 0))
    norm = next(one for one in conv.modules() if isinstance(one, torch.nn.GroupNorm))
    assert norm.num_groups == 7
    assert not [one for one in network(norm="none").ir if one.op.name == "batchnorm"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (None, "a value of type NoneType"),
        (torch.zeros(2, 2), "a value of type Tensor"),
        (np.zeros((2, 2)), "a value of type ndarray"),
        (b"5", "a value of type bytes"),
        (object(), "a value of type object"),
        (1j, "a value of type complex"),
        (float("nan"), "nan, which is no number of a spec"),
        (np.float64("inf"), "inf, which is no number of a spec"),
        (10**30, "too large a number"),
        ([1, None], "a value of type NoneType"),
        (["a"], "a list that holds more than numbers"),
        ([True], "a list that holds more than numbers"),
        ([0] * 5000, "a list of 5,000 numbers; it may have 4,096"),
        ("", "an empty text"),
    ],
    ids=lambda one: repr(one)[:20],
)
def test_what_is_no_value_of_a_spec_is_refused_with_the_parameters_name(
    wrong: Any, said: str
) -> None:
    assert f"`classes` is set to {said}" in refused(classes=wrong)


def test_text_of_another_kind_of_value_never_becomes_more_spec() -> None:
    for text in ("5 } block b {", "5) { input 1x1x1 } net m(c = 5", "5\nrelu", "@conv", '"5"'):
        refused(classes=text)


def test_an_error_says_which_value_came_from_outside_and_only_in_the_net() -> None:
    assert "`classes` is `1.5`, from Python" in refused(classes=1.5)
    assert "`kernel` is `33x33`, from --set" in refused(kernel=Option("33x33"), rule="valid")
    text = TEXT.replace("classes }", "clases }")
    found = reading(text, settings={"classes": 9, "sides": [1] * 8})[1]
    assert "unknown-name" in {one.code for one in found}
    assert all(one.notes == () for one in found)
