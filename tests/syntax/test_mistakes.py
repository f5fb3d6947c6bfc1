"""Slips are recognised where they are made, and do not hide each other."""

from __future__ import annotations

import pytest

from archdsl.syntax.mistakes import ANYWHERE, CHARACTERS, PLACES, SLIPS, Slip
from tests.reading import findings

SAMPLES = [
    (slip, text)
    for slip in SLIPS
    for text in (*slip.texts, *(place.format(one) for one in slip.statements for place in PLACES))
]
DEEPER = "net a {{ input 1x1x1; stem {{ concat {{ relu; {} }}\n}} }}"


@pytest.mark.parametrize(("slip", "text"), SAMPLES, ids=range(len(SAMPLES)))
def test_a_slip_is_recognised_in_its_samples(slip: Slip, text: str) -> None:
    first = findings(text)[0]
    assert (first.code, first.headline, first.help) == ("syntax", slip.headline, slip.help)


@pytest.mark.parametrize(
    ("slip", "text"), [(slip, one) for slip in SLIPS for one in slip.statements]
)
def test_a_slip_is_recognised_at_any_depth(slip: Slip, text: str) -> None:
    assert findings(DEEPER.format(text))[0].headline == slip.headline


@pytest.mark.parametrize(
    ("line", "slip"),
    [
        ("conv 3x3 64 // stem", ANYWHERE["FLOOR"]),
        ('conv "3x3" 64', ANYWHERE["STRING"]),
        ("relu else { tanh }", ANYWHERE["_ELSE"]),
        ("conv 3×3 64", CHARACTERS["×"]),
        ("relu → tanh", CHARACTERS["→"]),
    ],
)
def test_slips_that_a_token_gives_away(line: str, slip: Slip) -> None:
    assert [one.headline for one in findings(f"net n {{ {line} }}")] == [slip.headline]


def test_every_statement_and_item_reports_its_first_mistake() -> None:
    text = """\
use blocks
net n {
  input 3x3x3
  conv 3x3, 64
    -> relu
  4 * A
  stem {
    y = relu; conv(3x3, 8)
    relu
  }
}
block {
}
block B(3) { relu }
block C { relu -> }
"""
    assert [one.span and one.span.line for one in findings(text)] == [1, 4, 6, 8, 8, 12, 14, 15]


def test_places_hold_behind_line_ends_of_all_kinds_tabs_and_marks() -> None:
    for end in ("\n", "\r\n", "\r"):
        text = "\ufeff" + end.join(("net n {", "\tinput 8x8x8", "\tconv 3x3, 64", "}"))
        (found,) = findings(text)
        assert found.span is not None
        assert (found.span.line, found.span.column) == (3, 10)


def test_chains_go_on_over_line_ends_and_comments() -> None:
    text = """\
net n {
  input 8x8x8  # an image
  conv 3x3 8 ->  # first

    # in between
    relu  # second

    -> tanh
  if channels == 8 { relu }  # one
  # or
  else { tanh }
  affine scale=[1,  # one
    2, 3, 4, 5, 6, 7,
    8]
}  # end"""
    assert findings(text) == ()
