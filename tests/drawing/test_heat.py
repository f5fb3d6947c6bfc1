"""Numbers on boxes, by hand."""

from __future__ import annotations

import pytest

from archdsl.drawing import Heat, Scale
from archdsl.drawing.heat import scale_in_words, share, short, span, times


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1.00 k"),
        (9_994, "9.99 k"),
        (9_995, "10.0 k"),
        (37_056, "37.1 k"),
        (99_949, "99.9 k"),
        (99_951, "100 k"),
        (999_499, "999 k"),
        (999_500, "1.00 M"),
        (12_253_974_624, "12.3 G"),
    ],
)
def test_numbers_have_three_digits(number: int, text: str) -> None:
    assert short(number, Heat.MACS) == text


def test_bytes_have_their_unit() -> None:
    assert short(512, Heat.MEMORY) == "512 B"
    assert short(1_500_000, Heat.MEMORY) == "1.50 MB"


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0%"), (1, "<0.1%"), (99, "1.0%"), (995, "10%"), (994, "9.9%"), (10_000, "100%")],
)
def test_shares_are_percentages(number: int, text: str) -> None:
    assert share(number, 10_000) == text


def test_a_share_of_nothing_is_nothing() -> None:
    assert share(0, 0) == "0%"


def test_copies_are_counted_where_they_cost_the_same() -> None:
    assert times([1000, 1000, 1000], Heat.MACS) == "3 × 1.00 k"
    assert times([1000, 2000], Heat.MACS) == "3.00 k"
    assert times([1000], Heat.MACS) == "1.00 k"


def test_copies_that_differ_have_a_range() -> None:
    assert span([4000, 1000, 2000], Heat.MACS) == "1.00 k…4.00 k"
    assert span([1000, 1000], Heat.MACS) == "1.00 k"


def test_the_scale_is_told_in_words() -> None:
    told = scale_in_words(Scale(Heat.MEMORY, 1_000, 25_000))
    assert told == "Colours show bytes of feature maps: from 0 to 1.00 kB; 25.0 kB in all."
