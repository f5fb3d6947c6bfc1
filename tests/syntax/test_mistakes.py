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
    assert (first.code, first.headline) == ("syntax", slip.headline)
    assert first.help == slip.help or slip.mend


@pytest.mark.parametrize(
    ("line", "mended"),
    [
        ("conv(3x3, 16)", "conv 3x3 16"),
        ("conv 3x3, 16", "conv 3x3 16"),
        ("conv (3,3) 16", "conv 3x3 16"),
        ("conv kernel=(3, 3) channels=16", "conv kernel=3x3 channels=16"),
        ("y = conv 3x3 16", "conv 3x3 16 as y"),
        ("3 * conv 3x3 16", "3 x conv 3x3 16"),
        ("3 conv 3x3 16", "3 x conv 3x3 16"),
        ("3x3 conv 16", "conv 3x3 16"),
        ("relu > tanh", "relu -> tanh"),
        ("relu --> tanh", "relu -> tanh"),
        ("relu → tanh", "relu -> tanh"),
        ("conv 3×3 16", "conv 3x3 16"),
        ("dropout .5", "dropout 0.5"),
        ("conv 3x3 4*channels", "conv 3x3 (4*channels)"),
    ],
)
@pytest.mark.parametrize(
    "place", ["net n {{ input 8x8x8; {} }}", "net n {{\n  input 8x8x8\n  {}\n}}"]
)
def test_help_shows_the_users_own_line_and_this_can_be_read(
    line: str, mended: str, place: str
) -> None:
    (found,) = findings(place.format(line))
    assert found.help == f"write `{mended}`"
    assert not findings(place.format(mended))


def test_a_slip_in_a_body_whose_lines_are_its_statements_is_recognised() -> None:
    (found,) = findings("net n {\n  input 8x8x8\n  relu\n  4 * A\n}\n")
    assert found.headline == "a repeat is written with `x`"


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("/* a stem */", "#"),
        ("conv 3x3 16 /* a stem */", "#"),
        ("if 1 == 2 { relu } elif 2 == 2 { tanh }", "else if"),
    ],
)
def test_letters_of_other_languages_are_known(line: str, word: str) -> None:
    first = findings(f"net n {{ input 8x8x8; {line} }}")[0]
    assert f"`{word}`" in first.headline


@pytest.mark.parametrize("head", ["net a", "net a:", "block b(c):"])
def test_a_definition_without_braces_shows_its_own_head_with_one(head: str) -> None:
    first = findings(f"{head}\n  relu\n")[0]
    assert first.help == f"write `{head.rstrip(':')} {{`"


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
