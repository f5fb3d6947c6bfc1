"""Widths of text, against the fonts' own files."""

from __future__ import annotations

import string

import pytest

from archdsl.drawing.metrics import width, wrap
from tests.drawing.figures import FONTS, PRESENT, measured

LETTERS = string.ascii_letters + string.digits + string.punctuation + " ×–—−·…→≤≥äöüßéñçαβγΣжЖ"


@pytest.mark.parametrize("bold", [False, True], ids=["regular", "bold"])
@pytest.mark.parametrize("family", FONTS)
def test_no_font_is_wider_than_a_text_is_taken_to_be(family: str, bold: bool) -> None:
    if family not in PRESENT:
        pytest.skip(f"{family} is not installed")
    widest = 0.0
    for letter in LETTERS if family != "Vera" else filter(str.isascii, LETTERS):
        actual = measured(letter, 10, bold, family)
        assert actual <= width(letter, 10, bold) + 1e-6, letter
        widest = max(widest, actual / width(letter, 10, bold))
    assert widest > 0.9  # not merely generous
    text = "3×3 conv inception_3a 35×35×(256…1024) then batch norm"
    assert measured(text, 9, bold, family) <= width(text, 9, bold)


def test_width_grows_with_size() -> None:
    assert width("conv", 20) == pytest.approx(2 * width("conv", 10))
    assert width("", 10) == 0


def test_letters_of_other_scripts_have_room() -> None:
    assert width("卷积", 10) >= 20
    assert width("\u0e01", 10) >= 10
    assert width("e\u0301", 10) == width("e", 10)


def test_lines_are_broken_at_spaces() -> None:
    text = "Each conv is followed by batch norm and relu, unless its box says otherwise."
    lines = wrap(text, 8, 120)
    assert " ".join(lines) == text
    assert len(lines) > 2
    assert all(width(line, 8) <= 120 for line in lines)
    assert wrap("incompressibilities", 8, 10) == ("incompressibilities",)
    assert wrap("", 8, 10) == ()
