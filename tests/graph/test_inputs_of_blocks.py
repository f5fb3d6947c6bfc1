"""`in_channels` is what the block was given, `channels` the value at hand."""

from __future__ import annotations

import pytest

from archdsl.diagnostics import Severity
from tests.reading import body_codes, codes, findings, graph

SHORTCUT = """\
net n {{ input 8x8x16; unit {call} }}
block unit(w, s = 1) {{
  {{ conv 1x1 w; conv 3x3 w stride=s; conv 1x1 (4 * w); if s != 1 or {asked} != 4 * w {{ relu }} }}
}}
"""


def widths(text: str) -> list[int]:
    """Return the channels that each convolution gives."""
    return [node.shape.channels for node in graph(text) if node.op.name == "conv"]


@pytest.mark.parametrize(("call", "shortcut"), [("4", False), ("8", True), ("4 2", True)])
def test_a_shortcut_asks_for_the_blocks_input(call: str, shortcut: bool) -> None:
    made = graph(SHORTCUT.format(call=call, asked="in_channels"))
    assert any(node.op.name == "relu" for node in made) is shortcut
    # The value at hand always has 4 w channels: with stride 1 the same text asks nothing.
    asked = graph(SHORTCUT.format(call=call, asked="channels"))
    assert any(node.op.name == "relu" for node in asked) is (call == "4 2")


def test_comparing_what_has_changed_is_a_warning_that_says_both_numbers() -> None:
    (found,) = findings(SHORTCUT.format(call="8 2", asked="channels"))
    assert (found.code, found.severity) == ("compared-after-change", Severity.WARNING)
    assert found.headline == "`channels` is 32 here, and 16 where block `unit` begins"
    assert found.edits[0].text == "in_channels"
    assert codes(SHORTCUT.format(call="8 2", asked="in_channels")) == []


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        # However deep, it is the block's own input.
        ("conv 1x1 8; conv 1x1 in_channels", [8, 16]),
        ("g { conv 1x1 8; conv 1x1 in_channels }", [8, 16]),
        ("conv 1x1 8; concat { conv 1x1 in_channels; conv 1x1 channels }", [8, 16, 8]),
        ("conv 1x1 8; residual { conv 1x1 in_channels; conv 1x1 8 }", [8, 16, 8]),
        ("2 x { conv 1x1 (in_channels + index); conv 1x1 8 }", [16, 8, 17, 8]),
        ("conv 1x1 8; aux h { conv 1x1 in_channels }", [8, 16]),
        ("conv 1x1 in_height pad=(in_width - 9)", [9]),
        # A block inside has another, and so have its parameters' defaults.
        ("conv 1x1 8; inner", [8, 10, 8]),
        ("conv 1x1 8; inner in_channels", [8, 18, 8]),
        ("conv 1x1 8; 2 x inner", [8, 10, 8, 10, 8]),
    ],
)
def test_it_is_the_input_of_the_block_around(inside: str, expected: list[int]) -> None:
    text = f"net n {{ input 9x9x16; outer }}\nblock outer {{ {inside} }}\n"
    if "inner" in inside:
        text += "block inner(c = in_channels) { conv 1x1 (c + 2); conv 1x1 in_channels }\n"
    assert widths(text) == expected


def test_in_a_net_it_is_the_input() -> None:
    assert widths("net n { input 9x9x3; conv 1x1 8; g { conv 1x1 in_channels } }") == [8, 3]
    two = "net n {{ input 8x8x3; input 8x8x{} as b; conv 1x1 8; conv 1x1 {}; output }}"
    assert codes(two.format(4, "in_channels")) == ["ambiguous-input"]
    assert widths(two.format(4, "in_height")) == [8, 8]
    assert widths(two.format(3, "in_channels")) == [8, 3]
    # Before the second input there is one.
    text = "net n { input 8x8x3; conv 1x1 in_channels as a; input 8x8x4; add { conv 1x1 3; @a } }"
    assert widths(text) == [3, 3]


def test_without_an_input_there_is_none() -> None:
    assert codes("net n { conv 1x1 in_channels; input 8x8x3 }") == ["missing-input"]
    assert codes("net n(c = in_channels) { input 8x8x3; conv 1x1 c }") == ["missing-input"]
    assert body_codes("input 3x16x16; conv 1x1 in_channels") == ["swapped-input"]


@pytest.mark.parametrize(
    ("inside", "warned"),
    [
        ("if channels != 4 { relu }", False),
        ("relu; if channels != 4 { relu }", False),
        ("conv 1x1 8; if channels > 4 { relu }", True),
        ("conv 1x1 8; if 1 == 1 and not channels == 4 { relu }", True),
        ("conv 1x1 8; if in_channels > 4 { relu }", False),
        ("conv 1x1 8; if height > 4 { relu }", False),
        ("maxpool 2x2/2; if min(height, width) > 4 { relu }", True),
        ("conv 1x1 8; conv 1x1 (channels // 2)", False),
        ("conv 1x1 8; g { if channels > 4 { relu } }", True),
        ("conv 1x1 8; conv 1x1 8 bias=(channels > 4)", True),
        ("conv 1x1 8; inner (channels > 4)", True),
        # A fork, a residual's body and a copy have an input of their own.
        ("conv 1x1 8; add { relu; if channels > 4 { tanh } else { identity } }", False),
        ("conv 1x1 8; add { relu; { if channels > 4 { tanh } } }", False),
        ("conv 1x1 8; add { relu; conv 1x1 9 -> if channels > 4 { conv 1x1 8 } }", True),
        ("conv 1x1 8; residual { if channels > 4 { tanh } }", False),
        ("conv 1x1 8; 2 x { if channels > 4 { tanh } }", False),
    ],
)
def test_what_is_warned_of(inside: str, warned: bool) -> None:
    text = f"net n {{ input 9x9x16; outer }}\nblock outer {{ {inside} }}\n"
    if "inner" in inside:
        text += "block inner(b) { if b { relu } }\n"
    assert set(codes(text)) == ({"compared-after-change"} if warned else set())
    # In the body of a net it is the value at hand that is asked for.
    if "inner" not in inside:
        assert body_codes(inside) == []


@pytest.mark.parametrize("name", ["in_channels", "in_height", "in_width"])
def test_the_words_are_the_languages(name: str) -> None:
    (found,) = findings(f"net n {{ input 8x8x3; A 4 }}\nblock A({name}) {{ conv 1x1 {name} }}")
    assert found.code == "reserved-name"
    assert "the input has it" in found.headline
