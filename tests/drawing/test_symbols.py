"""The text of what differs from call to call, each case worked by hand."""

from __future__ import annotations

import pytest

from archdsl.drawing.symbols import Symbol, common, common_shape, entry_symbols
from archdsl.ops import Shape, Size

C = Symbol("c", ("64", "128", "256"))


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (["96", "96", "96"], "96"),
        (["64", "128", "256"], "c"),
        (["256", "512", "1024"], "4c"),
        (["16", "32", "64"], "c/4"),
        (["96", "160", "288"], "c+32"),
        (["63", "127", "255"], "c−1"),
        (["64", "128", "255"], "64|128|255"),
        (["64", "0", "128"], "0|64|128"),
        (["yes", "no", "yes"], "yes|no"),
    ],
)
def test_a_text_is_true_of_every_call(values: list[str], text: str) -> None:
    assert common(values, [C]) == text


def test_more_than_three_values_are_a_range() -> None:
    assert common(["256", "480", "64", "832"]) == "64…832"


def test_shapes_are_written_by_what_enters() -> None:
    entering = [Shape(64, Size(28, 28)), Shape(128, Size(14, 14))]
    leaving = [Shape(128, Size(14, 28)), Shape(256, Size(7, 14))]
    assert common_shape(leaving, (), entry_symbols(entering, ())) == "H/2×W×2C"


def test_an_entry_symbol_is_not_confused_with_a_parameter() -> None:
    names = [symbol.name for symbol in entry_symbols([Shape(3, Size(8, 8))], [C])]
    assert names == ["H", "W", "Cin"]
