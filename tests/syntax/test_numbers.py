"""A number ends where it ends: what runs on into something else is refused, and said."""

from __future__ import annotations

import pytest

from tests.reading import findings


def net(line: str) -> str:
    return f"net t {{ input 32x32x3; {line} }}"


@pytest.mark.parametrize(
    ("line", "marked", "help"),
    [
        ("conv 3x3 2c", "2c", "a product is written `(2 * c)`"),
        ("conv 3x3 (2c)", "2c", "a product is written `(2 * c)`"),
        ("linear channels=2c", "2c", "a product is written `(2 * c)`"),
        ("conv 3x3 4_", "4_", None),
        ("conv 3x3 1__0", "1__0", None),
        ("conv 3x3 1.", "1.", None),
        ("conv 3x3x 4", "3x3x", None),
        ("dropout 1e5c", "1e5c", None),
        ("dropout 1.5c", "1.5c", None),
        ("dropout 1.5.2", "1.5.2", None),
    ],
)
def test_what_begins_as_a_number_and_is_none_is_marked_whole(
    line: str, marked: str, help: str | None
) -> None:
    (found,) = findings(net(line))
    assert found.span is not None
    assert (found.code, found.headline) == ("syntax", f"`{marked}` is no number")
    assert found.span.text == marked
    assert found.help == (help or found.help)
    assert help is not None or "product" not in (found.help or "")


@pytest.mark.parametrize("line", ["dropout .5", "conv 3x3 –1", "conv 3×3 4", "conv 3x3 १"])
def test_signs_that_only_look_like_numbers_are_errors(line: str) -> None:
    assert [one.code for one in findings(net(line))] == ["syntax"]


STAY = (
    "2xA",
    "4 x A",
    "conv 3x3/2 4",
    "conv 3 x 3 4",
    "conv 3x 3 4",
    "conv 3x3 1_000",
    "2x{ relu }",
)
STAY += ("dropout 1e-4", "dropout 0.5", "relu => 32x32x3", "conv k x k 4")


@pytest.mark.parametrize("line", STAY)
def test_sizes_repeats_and_numbers_stay_as_they_are(line: str) -> None:
    text = f"block A {{ relu }}\nnet t(k = 3) {{ input 32x32x3; A; {line} }}"
    assert not findings(text)
