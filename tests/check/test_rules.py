"""Claims and unused things."""

from __future__ import annotations

import pytest

from archdsl.diagnostics import Severity
from tests.reading import body_codes, codes, findings

# 3×3, 32 → 64 on 35×35: 9·32·64 weights, each used at 35² places.
WEIGHTS, MACS = 9 * 32 * 64, 9 * 32 * 64 * 35**2


def net(claims: str, line: str = "conv 3x3 64 bias=no") -> str:
    return f"net n(size = 35) {{\ninput size x size x 32\n{line}\n{claims}\n}}"


def test_totals_are_those_of_hand_arithmetic() -> None:
    assert MACS == 22_579_200
    assert codes(net(f"expect params = {WEIGHTS} macs = {MACS}")) == []
    assert codes(net(f"expect params = {WEIGHTS + 64}", "conv 3x3 64")) == []
    assert codes(net("aux a { conv 1x1 2 }\nexpect aux_params = 130 aux_macs = 156800")) == []


def test_each_wrong_total_is_an_error_with_the_right_one() -> None:
    found = findings(net("expect params = 1 macs = 2"))
    assert [one.code for one in found] == ["wrong-claim"] * 2
    assert found[0].help == "`params = 18_432`"
    assert found[1].help == "`macs = 22_579_200`"


def test_shapes_are_claimed_and_vectors_are_one_by_one() -> None:
    lines = "conv 3x3/2 8 => 16x16x8\navgpool global => 1x1x8\nflatten => 1x1x8 => 8\nlinear 5 => 5"
    assert body_codes(lines) == []
    assert body_codes("relu => 1x1x1 => 2x2x2") == ["wrong-claim"] * 2


def test_claims_may_be_expressions() -> None:
    text = "net n(c = 5) { input 8x8x8; conv 1x1 c => height x width x c; expect params = 9 * c }"
    assert codes(text.replace("9 * c", "(9 * c)")) == []


def test_with_parameters_set_totals_are_not_asked_and_shapes_warn_once() -> None:
    text = net(
        "relu => 35x35x64\nconv 3x3/2 8 => 18x18x8\nexpect params = 23_048",
        "conv 3x3 64 bias=no => 35x35x64",
    )
    assert codes(text) == []
    assert codes(text, settings={"size": 35}) == []
    (found,) = findings(text, settings={"size": 64})
    assert (found.code, found.severity) == ("wrong-claim", Severity.WARNING)
    assert found.span is not None
    assert found.span.line == 3


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("relu as a; tanh as b; @a", ["unused-label"]),
        ("relu as a; tanh as b; add { identity; @a }", []),
        ("relu as a", []),
        ("relu as a; relu", []),
        ("relu as a; 0 x relu; tanh; @a", ["unused-step"]),
        ("input 3x3x3; relu", ["unused-step"]),
        ("input 3x3x3 as image; relu", ["unused-step"]),
        ("concat { relu; tanh } as a; relu as b; output @a", ["unused-label"]),
        ("aux a { relu }; tanh", []),
    ],
)
def test_values_that_go_nowhere(lines: str, expected: list[str]) -> None:
    assert body_codes(lines) == expected


def test_blocks_are_used_through_others_and_in_arms_not_taken() -> None:
    text = """\
net n { input 8x8x8; if 1 == 2 { A } else { relu } }
block A { 2 x B }
block B { relu }
block C { D }
block D { relu }
"""
    assert codes(text) == ["unused-block"] * 2
    assert codes("block C { relu }") == []
