"""Functions in expressions, against the channels a convolution then has."""

from __future__ import annotations

import math

import pytest
import torchvision
from hypothesis import given
from hypothesis import strategies as st

import archdsl
from archdsl.diagnostics import SpecError
from archdsl.graph.functions import divisible


def channels(expression: str) -> int:
    network = archdsl.load(f"net n {{ input 4x4x3; conv 1x1 ({expression}) }}")
    return network.ir.nodes[network.ir.outputs[0]].shape.channels


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("min(7, 3, 5)", 3),
        ("max(7, 3, 5)", 7),
        ("floor(7 / 2)", 3),
        ("ceil(7 / 2)", 4),
        ("ceil(4)", 4),
        ("round(7 / 3)", 2),
        ("round(5 / 2)", 2),  # halves go to the even side, as in Python
        ("round(7 / 2)", 4),
        ("divisible(11, 8)", 16),  # 8 would be more than a tenth less
        ("divisible(10, 9)", 9),  # just a tenth less, which is not more
        ("divisible(20, 18)", 18),
        ("divisible(36, 8)", 40),
        ("divisible(34, 8)", 32),
        ("divisible(3, 8)", 8),
        ("divisible(32 * 0.75, 8)", 24),
        ("2 * ceil(channels / 2)", 4),
    ],
)
def test_value(expression: str, value: int) -> None:
    assert channels(expression) == value


@pytest.mark.parametrize(
    ("expression", "code", "headline"),
    [
        ("min(7)", "missing-argument", "`min` takes two numbers or more, and gives the smallest"),
        ("round(7, 2)", "too-many-arguments", "`round` takes a number, and rounds it"),
        ("divisible(7)", "missing-argument", "`divisible` takes a number and a divisor"),
        ("divisible(7, 0)", "argument-out-of-range", "of a number above 0, not of 0"),
        ("ceiling(7 / 2)", "unknown-name", "there is no function `ceiling`"),
        ("floor(same)", "expression-type", "`same` is no number"),
    ],
)
def test_mistake(expression: str, code: str, headline: str) -> None:
    with pytest.raises(SpecError) as caught:
        channels(expression)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == code
    assert headline in diagnostic.headline


@given(st.one_of(st.floats(0.01, 5000), st.integers(1, 500)), st.integers(1, 32))
def test_divisible_is_the_rule_of_torchvisions_mobilenets(number: float, by: int) -> None:
    expected = torchvision.models._utils._make_divisible(number, by)
    assert divisible(number, by) == expected
    assert math.isclose(divisible(number, by) % by, 0)


def test_divisible_is_torchvisions_where_a_multiple_is_just_a_tenth_less() -> None:
    rule = torchvision.models._utils._make_divisible
    for tens, by in ((10 * n, 9 * n) for n in range(1, 200)):
        assert divisible(tens, by) == rule(tens, by)
