"""Pairs of networks with one change each: what is said, and that nothing else is."""

from __future__ import annotations

import pytest

import archdsl
from archdsl.compare import Comparison, Kind, compare

HEAD = "net n { input 32x32x8; "


def diff(a: str, b: str) -> Comparison:
    return compare(archdsl.load(a).ir, archdsl.load(b).ir)


def said(a: str, b: str) -> list[str]:
    """Return the statements about two bodies of a net."""
    found = diff(f"{HEAD}{a} }}", f"{HEAD}{b} }}")
    return [f"{one.where}: {one.what}".removeprefix(": ") for one in found.statements]


@pytest.mark.parametrize(
    ("a", "b", "statement"),
    [
        ("conv 3x3 8", "conv 5x5 8", "`conv`: kernel 5×5 instead of 3×3"),
        ("conv 3x3 8", "conv 3x3/2 8", "`conv`: stride 2 instead of 1"),
        ("conv 3x3 8", "conv 3x3/2x1 8", "`conv`: stride 2×1 instead of 1"),
        ("conv 3x3 8", "conv 3x3 8 valid", "`conv`: pad valid instead of same"),
        ("conv 3x3 8", "conv 3x3 8 pad=[1, 0, 0, 1]", "`conv`: pad [1, 0, 0, 1] instead of same"),
        ("conv 3x3 8", "conv 3x3 16", "`conv`: channels 16 instead of 8"),
        ("conv 3x3 8", "conv 3x3 8 bias=no", "`conv`: no bias"),
        ("conv 3x3 8 bias=no", "conv 3x3 8", "`conv`: bias"),
        ("conv 3x3 8", "conv 3x3 8 groups=4", "`conv`: groups 4 instead of 1"),
        ("conv 3x3 8", "conv 3x3 8 act=relu", "after `conv`: `relu`, B only"),
        ("conv 3x3 8 act=relu", "conv 3x3 8 act=gelu", "`conv.act`: `gelu` instead of `relu`"),
        ("dropout 0.4", "dropout 0.2", "`dropout`: rate 0.2 instead of 0.4"),
        ("maxpool 3x3", "avgpool 3x3", "`maxpool`: `avgpool 3x3` instead of `maxpool 3x3`"),
        (
            "avgpool 32x32 valid",
            "avgpool global",
            "`avgpool`: `avgpool global` instead of `avgpool 32x32 valid`",
        ),
        (
            "residual scale=0.1 { conv 3x3 8 }",
            "residual scale=0.2 { conv 3x3 8 }",
            "`residual.scale`: factor 0.2 instead of 0.1",
        ),
        (
            "residual scale=0.1 { conv 3x3 8 }",
            "residual { conv 3x3 8 }",
            "after `residual.conv`: `scale 0.1`, A only",
        ),
        (
            "residual { conv 3x3 8 }",
            "conv 3x3 8",
            "after `input`: `conv 3x3 8` instead of `add { identity; conv 3x3 8 }`",
        ),
        (
            "concat { conv 1x1 4; conv 3x3 8 }",
            "concat { conv 3x3 8; conv 1x1 4 }",
            "`concat`: branches in another order: 1, 0 instead of 0, 1",
        ),
        (
            "concat { conv 1x1 4; conv 3x3 8 }",
            "concat { conv 1x1 4; conv 3x3 8; maxpool 3x3 }",
            "branch 2 of `concat`: `maxpool 3x3`, B only",
        ),
        (
            "conv 3x3 8; relu; maxpool 2x2/2",
            "conv 3x3 8; maxpool 2x2/2",
            "after `conv`: `relu`, A only",
        ),
        (
            "conv 3x3 8 norm=batchnorm",
            "conv 3x3 8 norm=lrn bias=no",
            "`conv.norm`: `lrn` instead of",
        ),
        (
            "relu -> batchnorm -> conv 1x1 2",
            "batchnorm -> relu -> conv 1x1 2",
            "`input`: followed by `batchnorm -> relu` instead of `relu -> batchnorm`",
        ),
        (
            "conv 1x1 4 -> concat { conv 1x1 2; conv 3x3 2 }",
            "conv 1x1 4 -> concat { conv 3x3 2; identity }",
            "branch",
        ),
    ],
)
def test_one_change_is_one_statement(a: str, b: str, statement: str) -> None:
    (found,) = said(a, b)[: 1 if statement == "branch" else None]
    assert found.startswith(statement)


def test_another_input_is_the_first_thing_said() -> None:
    found = diff(
        "net n { input 32x32x3; conv 3x3 8; dropout 0.1 }",
        "net n { input 48x48x3; conv 3x3 8; dropout 0.2 }",
    )
    assert [one.what for one in found.statements] == [
        "shape 48×48×3 instead of 32×32×3",
        "rate 0.2 instead of 0.1",
    ]


REPEATED = "block part(c) {{ residual {{ conv 3x3 c; conv 3x3 8 }} }}\nnet n {{ input 8x8x8; {} }}"


def test_more_copies_are_a_count() -> None:
    found = diff(REPEATED.format("3 x part 4"), REPEATED.format("5 x part 4"))
    assert [(one.where, one.what) for one in found.statements] == [
        ("", "5 × `part` instead of 3 ×")
    ]
    (one,) = found.differences
    assert (one.kind, one.operator, one.a, one.b) == (Kind.COUNT, "part", "3", "5")
    assert one.steps == ((), ("n.part.3.residual", "n.part.4.residual"))


def test_copies_that_differ_otherwise_are_still_counted() -> None:
    found = diff(REPEATED.format("3 x part 4"), REPEATED.format("5 x part 6"))
    assert [f"{one.where}: {one.what}" for one in found.statements] == [
        ": 5 × `part` instead of 3 ×",
        "`conv` in all 3 `part` modules: channels 6 instead of 4",
    ]


def test_only_modules_that_both_have_are_spoken_of() -> None:
    found = diff(REPEATED.format("5 x part 4"), REPEATED.format("3 x part 6"))
    assert [f"{one.where}: {one.what}" for one in found.statements] == [
        ": 3 × `part` instead of 5 ×",
        "`conv` in all 3 `part` modules: channels 6 instead of 4",
    ]


def test_several_steps_of_like_modules_share_a_phrase() -> None:
    branch = "conv 3x3 4{0} -> conv 3x3 4 -> conv 3x3 4{0}"
    block = f"block two {{{{ concat {{{{ maxpool 3x3; {branch} }}}} }}}}\n"
    net = "net n { input 8x8x8; two; conv 3x3 8; two }"
    (found,) = diff(block.format("") + net, block.format(" bias=no") + net).statements
    assert (found.where, found.what) == (
        "`conv` and `conv2` in branch 1 of both `two` modules",
        "no bias",
    )


def test_values_tapped_again_and_again_are_followed() -> None:
    # Every join reads three values before it, so that each stands within the next.
    before = [range(at - 1, max(at - 4, -1), -1) for at in range(400)]
    joins = ["; ".join(f"@v{back}" for back in backs) for backs in before]
    steps = [f"concat {{ {joins[at]} }} -> conv 1x1 1 as v{at}" for at in range(1, 400)]
    a = "net n { input 4x4x1; conv 1x1 1 as v0; " + "; ".join(steps) + " }"
    (found,) = diff(a, a.replace("1x1 1 as v200", "3x3 1 as v200")).statements
    assert (found.where, found.what) == ("`v200`", "kernel 3×3 instead of 1×1")
    assert not diff(a, a.replace("@v299; @v298", "@v298; @v299")).same


def test_plain_steps_are_counted_too() -> None:
    (found,) = said("conv 3x3 8; conv 3x3 8; maxpool 2x2/2", "conv 3x3 8; maxpool 2x2/2")
    assert found == "1 × `conv 3x3 8` instead of 2 ×"


def test_another_block_stands_for_one() -> None:
    blocks = (
        "block one { concat { conv 1x1 4; conv 3x3 4 } }\nblock two { conv 5x5 8; maxpool 2x2/2 }\n"
    )
    (found,) = diff(
        f"{blocks}{HEAD}conv 1x1 3; one; conv 1x1 2 }}",
        f"{blocks}{HEAD}conv 1x1 3; two; conv 1x1 2 }}",
    ).statements
    assert (found.where, found.what) == ("after `conv`", "`two` instead of `one`")


def test_what_holds_everywhere_is_said_once() -> None:
    body = "conv 3x3 8; {}concat {{ conv 1x1 4; conv 5x5 4 -> maxpool 3x3 }}; conv 1x1 2"
    assert said(body.format(""), "default conv norm=batchnorm; " + body.format("")) == [
        "every `conv`: no bias",
        "after every `conv`: `batchnorm`, B only",
    ]


def test_what_holds_but_for_one_place_names_it() -> None:
    a = "; ".join(f"conv 3x3 8 as c{at}" for at in range(8))
    b = "; ".join(f"conv 3x3 8 {'' if at == 3 else 'bias=no'} as c{at}" for at in range(8))
    assert said(a, b) == ["every `conv` but `c3`: no bias"]


def test_widths_by_one_factor_are_said_as_that() -> None:
    assert said("conv 3x3 8; conv 3x3 16; conv 3x3 24", "conv 3x3 4; conv 3x3 8; conv 3x3 12") == [
        "every `conv`: channels × 0.5"
    ]


def test_many_single_widths_are_one_statement() -> None:
    widths = [(8, 9), (12, 16), (20, 13), (24, 7), (28, 5)]
    (found,) = said(*("; ".join(f"conv 3x3 {pair[side]}" for pair in widths) for side in (0, 1)))
    assert found.startswith(
        "5 times `conv`: channels: `conv` 9 instead of 8, `conv1` 16 instead of"
    )


AUX = "net n {{ input 8x8x3; conv 3x3 8 as c; conv 3x3 8 as d; {}avgpool global; linear 3 }}"


def test_auxiliary_head_removed() -> None:
    head = "aux side weight=0.3 { avgpool global -> linear 3 }; "
    (found,) = diff(AUX.format(head), AUX.format("")).statements
    assert found.what == "`aux side weight=0.3 { avgpool global -> linear 3 }`, A only"


def test_auxiliary_head_weighs_and_reads_something_else() -> None:
    a = AUX.format("aux side weight=0.3 { avgpool global -> linear 3 }; ")
    b = a.replace("0.3", "0.4")
    assert [one.what for one in diff(a, b).statements] == ["loss weight 0.4 instead of 0.3"]
    moved = a.replace(" aux side weight=0.3 { avgpool global -> linear 3 };", "")
    moved = moved.replace("as c;", "as c; aux side weight=0.3 { avgpool global -> linear 3 };")
    assert [one.what for one in diff(a, moved).statements] == ["reads `c` instead of `d`"]


def test_another_tap_is_another_architecture() -> None:
    body = "conv 3x3 8 as a; conv 3x3 8 as b; conv 3x3 8 as c; concat {{ identity; @{} }}"
    assert said(body.format("a"), body.format("b")) != []
    assert said(body.format("a"), body.format("a")) == []


def test_outputs_in_another_order_differ() -> None:
    body = "conv 1x1 2 as a; conv 3x3 4 as b; output @{} @{}"
    assert said(body.format("a", "b"), body.format("b", "a")) != []


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("conv 3x3 8; conv 3x3 8", "2 x conv 3x3 8"),
        ("stem { conv 3x3 8 }; relu", "conv 3x3 8 act=relu"),
        ("residual { conv 3x3 8 }", "add { identity; conv 3x3 8 }"),
        ("residual { conv 3x3 8 }", "add { conv 3x3 8; identity }"),
        ("conv 3x3 8 as a; add { @a; conv 1x1 8 }", "conv 3x3 8; residual { conv 1x1 8 }"),
        ("conv 1x1 8 same", "conv 1x1 8 valid"),
        ("conv 3x3 8", "conv 3x3 8 pad=1"),
        ("conv 3x3 8 norm=batchnorm", "conv 3x3 8 bias=no -> batchnorm"),
        ("identity; relu", "relu; identity"),
        ("conv 3x3 8 # a comment\n", "conv 3x3 8 as other"),
    ],
)
def test_another_spelling_is_the_same_architecture(a: str, b: str) -> None:
    assert said(a, b) == []


def test_padding_that_agrees_on_this_grid_alone_still_differs() -> None:
    # On 33 cells `same` pads one on each side of a 3x3/2; on 32 it pads the end alone.
    a, b = (f"net n {{ input 33x33x3; conv 3x3/2 8 {pad} }}" for pad in ("same", "pad=1"))
    assert [one.what for one in diff(a, b).statements] == ["pad 1 instead of same"]


def test_totals_stand_side_by_side() -> None:
    found = diff(f"{HEAD}conv 3x3 8 }}", f"{HEAD}conv 3x3 16 }}")
    # 3·3·8 weights per filter and a bias, at 32·32 cells.
    assert {(one.name, one.a, one.b) for one in found.totals} == {
        ("parameters", 8 * 73, 16 * 73),
        ("MACs", 8 * 72 * 1024, 16 * 72 * 1024),
        ("weight layers deep", 1, 1),
        ("nodes", 2, 2),
    }
    (one,) = found.shapes
    a, b = one.a, one.b
    assert (a.source, b.source) == ("32x32x8", "32x32x16")
