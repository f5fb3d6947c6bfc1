"""A `default` holds for the calls it can apply to, and makes no other call wrong."""

from __future__ import annotations

import pytest

from tests.reading import body, body_codes

FORMS = {
    "avgpool": (
        "3x3/2",
        "3x3/2 valid ceil",
        "3x3 same",
        "3x3 pad=[1, 0, 1, 0]",
        "global",
        "to=4x4",
    ),
    "maxpool": ("2x2/2", "3x3/2 pad=1 ceil", "3x3/2 same", "global", "to=3x5"),
    "resize": ("2", "3 bilinear", "to=40x40", "to=40x40 bilinear"),
}
"""Calls that exclude one another: each says how large its result is, and some how it rounds."""


@pytest.mark.parametrize("operator", FORMS)
def test_a_default_of_another_form_makes_no_call_wrong(operator: str) -> None:
    for default in FORMS[operator]:
        for call in FORMS[operator]:
            lines = f"default {operator} {default}\n{operator} {call}"
            assert body_codes(lines) == [], lines


@pytest.mark.parametrize(
    ("lines", "alone"),
    [
        ("default avgpool valid; avgpool global", "avgpool global"),
        ("default avgpool 3x3/2 valid; avgpool to=4x4", "avgpool to=4x4"),
        ("default avgpool global; avgpool 3x3/2 valid", "avgpool 3x3/2 valid"),
        ("default avgpool to=2x2; avgpool global", "avgpool global"),
        ("default maxpool ceil; maxpool 3x3/2 same", "maxpool 3x3/2"),
        ("default maxpool ceil; maxpool 3x3/2 valid", "maxpool 3x3/2 valid ceil"),
        (
            "default avgpool valid count_include_pad=yes; avgpool 3x3 pad=1",
            "avgpool 3x3 pad=1 count_include_pad=yes",
        ),
        ("default resize 2 bilinear; resize to=40x40", "resize to=40x40 bilinear"),
        ("default resize to=40x40; resize 2", "resize 2"),
        ("default conv act=relu norm=batchnorm; conv 1x1 8 linear norm=none", "conv 1x1 8"),
        ("default conv groups=2; conv 3x3 16 groups=16", "conv 3x3 16 groups=16"),
    ],
)
def test_what_can_apply_does_and_the_rest_is_left_aside(lines: str, alone: str) -> None:
    ours, theirs = body(lines), body(alone)
    assert [node.op for node in ours] == [node.op for node in theirs]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ("avgpool 3x3 global", "conflicting-arguments"),
        ("avgpool global valid", "conflicting-arguments"),
        ("avgpool global to=4x4", "conflicting-arguments"),
        ("default avgpool 3x3; avgpool global valid", "conflicting-arguments"),
        ("default avgpool global to=4x4; avgpool", "conflicting-arguments"),
        ("default maxpool ceil; maxpool 3x3/2", "conflicting-arguments"),
        ("resize 2 to=40x40", "conflicting-arguments"),
        ("default conv groups=3; conv 3x3 16", "indivisible-groups"),
    ],
)
def test_what_a_call_itself_says_in_two_ways_is_wrong(lines: str, code: str) -> None:
    assert body_codes(lines) == [code]
