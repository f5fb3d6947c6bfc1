"""Names, arguments and words are checked wherever they stand; what needs values is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

import archdsl
from archdsl.diagnostics import SpecError
from archdsl.graph import rehearse_blocks, rehearse_nets
from archdsl.preview.answer import look_at
from archdsl.syntax import read_text
from tests.reading import codes, findings

# Lines that are wrong whatever values there are, in a place where `k` is a parameter.
WRONG = [
    ("covn 3x3 64", "unknown-operator"),
    ("relu -> relu -> rellu", "unknown-operator"),
    ("conv 3x3 64 stide=2", "unknown-argument"),
    ("conv 3x3 k stide=k", "unknown-argument"),
    ("concat axis=1 { relu; tanh }", "unknown-argument"),
    ("conv 3x3 64 globl", "unknown-name"),
    ("conv 3x3 64 global", "unknown-word"),
    ("conv 3x3 64 64", "ambiguous-argument"),
    ("linear 8 9", "too-many-arguments"),
    ("conv 3x3 8 stride=2 stride=k", "repeated-argument"),
    ("dropout 1.5", "argument-out-of-range"),
    ("conv 3x3 8 groups=3x3", "argument-type"),
    ("conv 3x3", "missing-argument"),
    ("conv (k * widht) 64", "unknown-name"),
    ("conv 3x3 (floor(k, 2))", "too-many-arguments"),
    ("conv 3x3 (flor(k))", "unknown-name"),
    ("conv 3x3 64 act=leaky_relu(k, slop=3)", "unknown-argument"),
    ("conv 3x3 64 act=reluu", "unknown-name"),
    ("affine scale=[k, kk]", "unknown-name"),
    ("pad [k, k, k, kk]", "unknown-name"),
    ("relu => height x width x chanels", "unknown-name"),
    ("if kk == 3 { relu }", "unknown-name"),
    ("if k == 3 { relu } else { rellu }", "unknown-operator"),
    ("if 3 { relu }", "expression-type"),
    ("concat { relu; tahn }", "unknown-operator"),
    ("concat { relu; if k == 3 { tahn } }", "unknown-operator"),
    ("concat { }", "missing-branches"),
    ("concat", "missing-branches"),
    ("residual scale=k { tahn }", "unknown-operator"),
    ("residual scael=k { tanh }", "unknown-argument"),
    ("k x { tahn }", "unknown-operator"),
    ("k x tahn", "unknown-operator"),
    ("kk x relu", "unknown-name"),
    ("relu { tanh }", "unexpected-body"),
    ("concatenate { relu }", "unknown-operator"),
    ("residal { relu }", "unknown-operator"),
    ("stem { tahn }", "unknown-operator"),
    ("net", "misplaced-statement"),
    ("@skip", "unknown-label"),
    ("k x { relu as a }; @a", "unknown-label"),
    ("s { relu }; s { relu }; @s", "ambiguous-label"),
    ("relu as forward", "reserved-name"),
    ("relu as a as b", "duplicate-name"),
    ("relu as a; tanh as a", "duplicate-name"),
    ("default cnov valid", "unknown-operator"),
    ("default B 3", "unknown-operator"),
    ("default conv stide=k", "unknown-argument"),
    ("B", "missing-argument"),
    ("B 1 2", "too-many-arguments"),
    ("B m=1", "unknown-argument"),
    ("B kk", "unknown-name"),
    ("B B", "argument-type"),
    ("if index == 0 { relu }", "unknown-name"),
]
PLACES = {
    "a net": "net n(k = 8) {{ input 32x32x16; {0} }}\nblock B(c) {{ identity }}",
    "an arm of a net": "net n(k = 8) {{ input 32x32x16; if k == 1 {{ {0} }} }}\n"
    "block B(c) {{ identity }}",
    "an arm behind others": "net n(k = 8) {{ input 32x32x16; if k > 1 {{ relu }} else {{ {0} }} }}"
    "\nblock B(c) {{ identity }}",
    "no copies": "net n(k = 0) {{ input 32x32x16; k x {{ b 8 }} }}\nblock b(k) {{ {0} }}\n"
    "block B(c) {{ identity }}",
    "a block that is called": "net n {{ input 32x32x16; b 8 }}\nblock b(k) {{ {0} }}\n"
    "block B(c) {{ identity }}",
    "a block that nothing calls": "net n {{ input 32x32x16 -> relu }}\nblock b(k) {{ {0} }}\n"
    "block B(c) {{ identity }}",
    "a block that an untaken arm calls": "net n {{ input 32x32x16; if 1 == 2 {{ b 8 }} }}\n"
    "block b(k) {{ {0} }}\nblock B(c) {{ identity }}",
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("line", "code"), WRONG)
def test_what_is_wrong_is_wrong_everywhere_and_once(place: str, line: str, code: str) -> None:
    found = findings(PLACES[place].format(line))
    assert [one.code for one in found if one.code != "unused-block"] == [code]


@pytest.mark.parametrize(("line", "code"), WRONG)
def test_messages_are_those_of_the_expansion(line: str, code: str) -> None:
    called, idle = (
        next(one for one in findings(PLACES[place].format(line)) if one.code == code)
        for place in ("a net", "a block that nothing calls")
    )
    assert idle.headline == called.headline
    if code != "ambiguous-label":
        assert idle.help == called.help


# Lines that some values make right, or that are right as they are.
RIGHT = [
    "conv 3x3 k; conv k k; conv k 64; conv 3x3 64 k",
    "conv 3x3 64 k 2",
    "maxpool k stride=k; maxpool k 2 2",
    "k; k 3x3 64; k { relu; tanh }; 2 x k",
    "k { relu } ; @k",
    "dropout k; conv 3x3 8 act=k norm=k(k)",
    "conv 3x3 (64 / (channels - 16))",
    "conv 3x3 (64 / (in_channels - 16)) => height x width x in_channels",
    "if k == 1 { relu as a } else { tanh as a }; @a",
    "if k == 1 { relu as a }; if k == 2 { relu as a }; relu as a",
    "if k == 1 { s { relu } } else { s { tanh } }; @s",
    "if k == 1 { relu } else { if k == 2 { relu as a } else { tanh as a; @a } }; @a",
    "if k == 1 { if k == 2 { if k == 3 { s { relu } } }; @s }; @s",
    "if k == relu { relu } else if index_free == 1 { tanh }".replace("index_free", "k"),
    "k x { if index == 0 { relu } else { conv 3x3 (64 // index) } }",
    "k x { conv 3x3 (64 // (channels - 16)) as a; @a }",
    "concat { if k == 1 { relu }; if k == 2 { tanh } }",
    "residual scale=k { conv 3x3 (64 * k) }",
    "default conv 3x3; conv 64; concat { default conv k; conv }; default conv act=k",
    "avgpool global; linear 10; conv 3x3 64",
    "B k; B c=k; B (channels // 2)",
    "aux h weight=k { relu }; k x { aux h2 { @x } }".replace("@x", "tanh"),
    "relu as a; k x { tanh as a; @a }; aux h { relu as a }",
]


@pytest.mark.parametrize("line", RIGHT)
def test_what_values_decide_is_left_alone(line: str) -> None:
    found = findings(PLACES["a block that nothing calls"].format(line))
    assert [one.code for one in found] == ["unused-block"] * 2


def test_labels_of_arms_are_known_behind_them_in_their_own_body_only() -> None:
    line = "2 x { if k == 1 { relu as a } else { tanh as a }; @a }; "
    wrong = "2 x { if k == 1 { relu as a } }; if k == 2 { @a }"
    text = "net n {{ input 8x8x3; relu }}\nblock b(k) {{ {0} }}"
    assert codes(text.format(line * 40)) == ["unused-block"]
    assert codes(text.format(line * 40 + wrong)) == ["unused-block", "unknown-label"]


def test_defaults_of_callers_may_give_what_a_block_leaves_out() -> None:
    idle = "block b { conv 3x3 }"
    assert "missing-argument" in codes("net n { input 8x8x3; relu }\n" + idle)
    assert codes("net n { input 8x8x3; default conv 64; relu }\n" + idle) == ["unused-block"]
    assert codes("net n { input 8x8x3; if 1 == 2 { conv 3x3 }; relu }") == ["missing-argument"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("net n(k = kk) { input 8x8x3; relu }", "unknown-name"),
        ("net n { input 8x8x3; b }\nblock b(k = kk) { relu }", "unknown-name"),
        ("net n { input 8x8x3; b 1 }\nblock b(k = kk) { relu }", "unknown-name"),
        ("net n { input 8x8x3; b 1 }\nblock b(k = later, later = 1) { relu }", "unknown-name"),
        ("net n { input 8x8x3; b 1 }\nblock b(k, j = (k * flor(2))) { relu }", "unknown-name"),
        ("block b { input 8x8x3 }", "misplaced-statement"),
        ("block b { if 1 == 2 { output } }", "misplaced-statement"),
        ("block b { aux h { aux g { relu } } }", "misplaced-statement"),
        ("block b { aux { relu } }", "missing-argument"),
        ("net n { input 8x8x3; relu as a; if 1 == 2 { output @b } }", "unknown-label"),
        ("net n { input 8x8x3; if 1 == 2 { expect parms = 3 } }", "unknown-argument"),
        ("block conv { relu }", "reserved-name"),
        ("block b(index) { relu }", "reserved-name"),
        ("block b(forward) { forward }", "reserved-name"),
    ],
)
def test_defaults_statements_and_definitions_are_looked_at(text: str, code: str) -> None:
    project, found = read_text(text)
    assert found == ()
    blocks, nets = rehearse_blocks(project), rehearse_nets(project, *project.nets)
    assert [one.code for one in (*blocks, *nets)] == [code]


@pytest.mark.parametrize(
    ("blocks", "circle"),
    [
        ("block a { a }", "`a` → `a`"),
        (
            "block a { relu; b }\nblock b { concat { relu; c } }\nblock c { g { b } }",
            "`b` → `c` → `b`",
        ),
        ("block a { if 1 == 2 { a } }", None),
        ("block a(k) { k x a }", None),
        ("block a { b; b; c }\nblock b { relu }\nblock c { b }", None),
        ("block a(b) { b }\nblock b { a relu }", None),
    ],
)
def test_circles_of_blocks_are_found_though_nothing_calls_them(
    blocks: str, circle: str | None
) -> None:
    project, _ = read_text(blocks)
    found = rehearse_blocks(project)
    if circle is None:
        assert {one.code for one in found} <= {"missing-argument"}
    else:
        assert [one.code for one in found] == ["recursive-block"]
        assert found[0].headline == f"blocks call each other in a circle: {circle}"


def test_circles_are_said_once_wherever_a_net_comes_in() -> None:
    circle = "block a { relu; b }\nblock b { a }\n"
    for entry in "ab":
        assert codes(f"{circle}net n {{ input 8x8x3; {entry} }}") == ["recursive-block"]
    assert codes(f"{circle}net n {{ input 8x8x3; if 1 == 2 {{ a }} }}") == []


def test_arms_may_each_have_the_output_and_the_recipe() -> None:
    arms = "output @a; recipe { loss cross_entropy }"
    text = f"net n(k = 1) {{ input 8x8x3; relu as a; if k == 1 {{ {arms} }} else {{ {arms} }} }}"
    assert codes(text) == []


def test_a_net_needs_no_values_to_be_read() -> None:
    project, _ = read_text("net n(classes) { input 8x8x3; flatten; linear classes; rellu }")
    assert [one.code for one in rehearse_nets(project, *project.nets)] == ["unknown-operator"]


OTHER = "net a { input 8x8x3; relu }\nnet b { input 8x8x3; rellu }\n"


def test_the_other_nets_of_a_file_are_read_whichever_is_made() -> None:
    with pytest.raises(SpecError, match="rellu"):
        archdsl.load(OTHER, net="a")
    # Their shapes are their own affair.
    assert archdsl.load(OTHER.replace("rellu", "linear 8"), net="a").name == "a"


def test_the_page_is_told_of_blocks_alone(tmp_path: Path) -> None:
    answer = look_at("block b { covn 3x3 64 }\n", tmp_path / "blocks.arch", None, {})
    assert [one.code for one in answer.found] == ["unknown-operator"]


def test_blocks_of_used_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "blocks.arch").write_text("block b { relu }\nblock c { covn 3x3 64 }\n")
    (found,) = findings('use "blocks.arch"\nnet n { input 8x8x3; b }', folder=tmp_path)
    assert found.code == "unknown-operator"
    assert found.span is not None
    assert found.span.source.name == "blocks.arch"
