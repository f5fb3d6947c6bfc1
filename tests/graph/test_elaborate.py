"""What specs expand to: defaults, parameters, choices, labels, heads, inputs and outputs."""

from __future__ import annotations

import pytest

from archdsl.diagnostics import render_text
from archdsl.ops import operators
from tests.reading import body, body_codes, codes, findings, graph, reading

Conv = operators()["conv"]


def channels(text: str) -> list[int]:
    return [node.shape.channels for node in graph(text) if isinstance(node.op, Conv)]


def names(text: str) -> list[str]:
    return [node.op.name for node in graph(text)][1:]


def test_the_innermost_default_wins_argument_by_argument() -> None:
    text = """\
net n {
  input 8x8x8
  default conv norm=batchnorm act=relu
  A
  conv 1x1 4
  { default conv act=tanh; conv 1x1 4 }
  conv 1x1 4 act=sigmoid
}
block A { conv 1x1 4; default conv norm=none; conv 1x1 4; B }
block B { conv 1x1 4 linear }
"""
    a = ["conv", "batchnorm", "relu", "conv", "relu", "conv"]
    rest = ["conv", "batchnorm", "relu", "conv", "batchnorm", "tanh", "conv", "batchnorm"]
    assert names(text) == [*a, *rest, "sigmoid"]


def test_defaults_reach_operators_given_as_arguments() -> None:
    made = body("default batchnorm eps=0.5; conv 1x1 8 norm=batchnorm(momentum=0.2)")
    norm = made.nodes["n.conv.norm"].op
    assert (norm.eps, norm.momentum) == (0.5, 0.2)  # type: ignore[attr-defined]


def test_a_default_ends_with_its_body() -> None:
    assert names("net n { input 8x8x8; s { default conv act=relu }; conv 1x1 8 }") == ["conv"]


def test_parameters_default_to_expressions_of_earlier_ones_and_of_the_input() -> None:
    text = """\
net n(c = 4, d = (2 * c)) { input 8x8x8; A c; A c d; A d=3 c=1; conv 1x1 d }
block A(c, d = (c + channels)) { conv 1x1 d }
"""
    assert channels(text) == [12, 8, 3, 8]


def test_a_scope_knows_which_arguments_its_call_gives() -> None:
    scopes = graph("""
        net n { input 8x8x8; A 4; A; A 4 by=2; A by=3 }
        block A(c = channels, d = 5, by = 1) { conv 1x1 c }
    """).scopes
    assert [scopes[f"n.A{at}"].given for at in ("", 1, 2, 3)] == [("c",), (), ("c", "by"), ("by",)]


def test_arguments_can_be_words_sizes_operators_and_lists() -> None:
    text = """\
net n { input 9x9x8; A 3x3/2 valid relu; A 5x5 same batchnorm(eps=0.5) pads=[1, 0, 1, 0] }
block A(k, rule, then, pads = 0) { pad pads; conv k 8 rule; conv 1x1 8 act=relu }
"""
    assert [str(node.shape) for node in graph(text) if node.op.name == "conv"] == [
        "4×4×8",
        "4×4×8",
        "5×5×8",
        "5×5×8",
    ]


def test_an_operator_given_to_a_block_is_used_there() -> None:
    text = "net n { input 8x8x8; A relu; A tanh }\nblock A(f) { conv 1x1 8 act=f }"
    assert names(text) == ["conv", "relu", "conv", "tanh"]


def test_a_parameter_hides_a_word_of_its_name() -> None:
    text = "net n { input 8x8x8; A 5 }\nblock A(valid) { conv 1x1 valid }"
    assert channels(text) == [5]


def test_index_counts_copies_and_stays_in_its_repeat() -> None:
    assert channels("net n { input 8x8x8; 3 x conv 1x1 (index + 1) }") == [1, 2, 3]
    inner = "net n { input 8x8x8; 2 x { 2 x conv 1x1 (index + 1); conv 1x1 (10 * index + 5) } }"
    assert channels(inner) == [1, 2, 5, 1, 2, 15]
    assert codes("net n { input 8x8x8; 2 x A }\nblock A { conv 1x1 (index + 1) }") == [
        "unknown-name"
    ]
    assert body_codes("conv 1x1 (index + 1)") == ["unknown-name"]


def test_choices_are_made_per_copy() -> None:
    lines = "3 x { if index == 0 { conv 3x3/2 32 } else if index == 1 { relu } else { tanh } }"
    assert [node.op.name for node in body(lines)][1:] == ["conv", "relu", "tanh"]


def test_a_branch_without_a_choice_is_left_out() -> None:
    text = """\
net n { input 8x8x8; A 1; A 0 }
block A(wide) { concat { identity; if wide > 0 { conv 1x1 4 }; conv 1x1 2 } }
"""
    shapes = [str(node.shape) for node in graph(text) if node.op.name == "concat"]
    assert shapes == ["8×8×14", "8×8×16"]


def test_conditions_stop_at_what_decides() -> None:
    text = "net n(a = 0) { input 8x8x8; if a == 0 or 8 / a > 1 { relu } else { tanh } }"
    assert names(text) == ["relu"]
    text = "net n(a = 0) { input 8x8x8; if a != 0 and 8 / a > 1 { relu } else { tanh } }"
    assert names(text) == ["tanh"]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("7 / 2 * 2", 7),
        ("7 // 2", 3),
        ("-7 // 2 + 10", 6),
        ("7 % 4", 3),
        ("2 + 3 * 4", 14),
        ("(2 + 3) * 4", 20),
        ("- - 5", 5),
        ("10 - 3 - 2", 5),
        ("64 / 4 / 2", 8),
        ("min(5, 3, 4) + max(1, 2)", 5),
        ("channels + height * 2 + width * 3", 5 * 32 + 16),
    ],
)
def test_arithmetic(expression: str, value: int) -> None:
    node = body(f"conv 1x1 ({expression})").nodes["n.conv"]
    assert node.shape.channels == value


def test_labels_hold_from_their_step_on_in_their_own_place() -> None:
    assert body_codes("@a; relu as a") == ["unknown-label"]
    assert body_codes("2 x { relu as a }; @a") == ["unknown-label"]
    assert body_codes("aux h { relu as a }; @a") == ["unknown-label"]
    assert codes("net n { input 8x8x8; relu as a; A }\nblock A { @a }") == ["unknown-label"]
    assert body_codes("relu as a; 2 x { add { identity; @a } }") == []
    assert body_codes("concat { relu as a; tanh }; concat { identity; @a }") == []


def test_a_label_out_of_sight_is_pointed_at() -> None:
    (found,) = findings("net n {\ninput 8x8x8\n2 x { relu as inner }\n@inner\n}")
    assert [label.span.line for label in found.labels] == [4, 3]


def test_a_residual_scales_its_body_and_adds_the_input() -> None:
    made = body("residual scale=0.25 { conv 3x3 16 }")
    assert made.nodes["n.residual"].operands == ("n.input", "n.residual.scale")
    assert made.nodes["n.residual.scale"].operands == ("n.residual.conv",)
    plain = body("residual { relu }")
    assert plain.nodes["n.residual"].operands == ("n.input", "n.residual.relu")


def test_branches_keep_their_order_and_may_repeat_a_value() -> None:
    made = body("relu as a; concat { @a; @a; conv 1x1 4; identity }; add { @a; @a } as twice")
    assert made.nodes["n.concat"].operands[:2] == ("n.a", "n.a")
    assert made.nodes["n.twice"].operands == ("n.a", "n.a")
    assert sorted(made.networkx.edges("n.a", keys=True))[-2:] == [
        ("n.a", "n.twice", 0),
        ("n.a", "n.twice", 1),
    ]


def test_heads_stand_in_nets_blocks_and_repeats() -> None:
    text = """\
net n { input 8x8x8; 2 x { relu; aux h weight=0.5 { tanh } }; A }
block A { aux h { avgpool global -> linear 3 }; relu }
"""
    made = graph(text)
    assert [(head.path, head.output, head.weight) for head in made.aux] == [
        ("n.repeat.0.h", "n.repeat.0.h.tanh", 0.5),
        ("n.repeat.1.h", "n.repeat.1.h.tanh", 0.5),
        ("n.A.h", "n.A.h.linear", 1.0),
    ]
    assert made.outputs == ("n.A.relu",)
    assert {node.aux for node in made} == {None, *(head.path for head in made.aux)}


@pytest.mark.parametrize(
    ("head", "warnings"),
    [
        ("@s", []),
        ("conv 1x1 2 as own; relu; @own", ["unused-step"]),
        ("conv 1x1 2; @s", ["unused-step"]),
        ("{ tanh -> @s }", ["unused-step"]),
        ("if 1 == 2 { relu } else { @s }", []),
    ],
)
def test_a_head_may_end_in_a_label(head: str, warnings: list[str]) -> None:
    lines = f"relu as s; conv 1x1 8; aux a {{ {head} }}; tanh"
    assert body_codes(lines) == warnings
    made = body(lines)
    (head_made,) = made.aux
    assert head_made.output.startswith("n.a.")
    assert made.nodes[head_made.output].aux == "n.a"
    assert made.outputs == ("n.tanh",)
    end = made.nodes[head_made.output]
    assert end.op.name == "conv" or end.operands == ("n.s",)


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ("aux { relu }", "missing-argument"),
        ("aux a", "missing-argument"),
        ("aux a { }", "missing-branches"),
        ("relu as r; aux a { if 1 == 2 { @r } }", "missing-branches"),
        ("relu as r; aux a { 0 x relu }", "missing-branches"),
        ("aux a { aux b { relu } }", "misplaced-statement"),
        ("aux a wait=1 { relu }", "unknown-argument"),
        ("aux a weight=1 weight=2 { relu }", "repeated-argument"),
        ("aux a weight=relu { relu }", "argument-type"),
        ("aux a { relu } as b", "misplaced-label"),
        ("residual", "missing-branches"),
        ("residual 3 { relu }", "too-many-arguments"),
        ("concat", "missing-branches"),
        ("concat 3 { relu }", "too-many-arguments"),
        ("default A x=1", "unknown-operator"),
        ("relu -> default conv", "misplaced-statement"),
        ("relu; block B { relu }", "misplaced-statement"),
        ("s { input 3x3x3 }", "misplaced-statement"),
        ("output relu", "argument-type"),
        ("output; output", "duplicate-name"),
        ("expect", "missing-argument"),
        ("expect parms = 3", "unknown-argument"),
        ("expect params = relu", "expression-type"),
        ("relu => 3x3", "expression-type"),
        ("(1.5) x relu", "expression-type"),
        ("(0 - 1) x relu", "argument-out-of-range"),
        ("if channels { relu }", "expression-type"),
        ("conv 3x3 (relu + 1)", "expression-type"),
        ("conv 3x3 @a", "syntax"),
        ("conv 3x3 (sqrt(4))", "unknown-name"),
        ("covn { relu }", None),
        ("concatt { relu }", "unknown-operator"),
        ("residuall { relu }", "unknown-operator"),
    ],
)
def test_statements_that_are_wrong(lines: str, code: str | None) -> None:
    assert body_codes(lines) == ([] if code is None else [code])


def test_inputs_and_outputs() -> None:
    text = """\
net n {
  input 8x8x8 as left
  relu as a
  if 1 == 1 { input 10 as right }
  linear 3 as b
  output @b @a
}
"""
    made = graph(text)
    assert made.inputs == ("n.left", "n.right")
    assert made.outputs == ("n.b", "n.a")
    assert made.nodes["n.right"].shape.is_vector


def test_nothing_follows_from_what_is_wrong() -> None:
    text = """\
net n {
  input 8x8x8
  conv 3x3 8 groups=3
  A channels
  add { identity; conv 3x3/2 8 }
  if channels == 8 { relu } else { tanh }
  covn 3x3 8 as skip
  concat { @skip; relu }  => 1x1x1
  linear 10
}
block A(c) { conv 3x3 c groups=5 }
"""
    assert codes(text) == ["indivisible-groups", "unknown-operator"]


def test_an_error_in_a_copy_names_the_copy_and_comes_once() -> None:
    text = """\
net n {
  input 16x16x8
  4 x A
  A
}
block A {
  maxpool 2x2/2
  conv 2x2 8 valid
  residual { conv 3x3/2 8 }
}
"""
    found = findings(text)
    assert [one.code for one in found] == ["unequal-branches"]
    assert "in copy 1 of 4 of `A`" in found[0].notes
    wider = text.replace("16x16", "32x32").replace("3x3/2 8", "3x3 8")
    assert [(one.code, one.notes[-1]) for one in findings(wider)] == [
        ("kernel-too-large", "in `A`, called in line 4")
    ]


def test_settings_from_outside() -> None:
    text = "net n(c = 8, k = 3x3, rule = same) { input 9x9x8; conv k c rule }"

    def shape(**settings: int | float | bool | str) -> str:
        nets, found = reading(text, settings=settings)
        assert found == ()
        return str(nets[0].graph.nodes["n.conv"].shape)

    assert shape() == "9×9×8"
    assert shape(c=16, rule="valid") == "7×7×16"
    assert shape(k="5x5", rule="valid") == "5×5×8"
    for wrong in ({"d": 1}, {"c": "many"}, {"c": 10**30}, {"k": 0}, {"k": "9" * 1000 + "x1"}):
        found = reading(text, settings=wrong)[1]
        assert len(found) == 1
        assert len(render_text(found)) < 1000
    assert codes("net n(c) { input 8x8x8; conv 1x1 c }") == ["missing-argument"]
    assert codes("net n(c) { input 8x8x8; conv 1x1 c }", settings={"c": 4}) == []


def test_json_carries_operator_shape_place_and_operands() -> None:
    import json

    import archdsl

    text = "net n {\n  input 8x8x3\n  conv 3x3/2 4 act=relu\n}"
    data = json.loads(json.dumps(archdsl.load(text).to_json()))
    conv = data["nodes"][1]
    assert (conv["path"], conv["operator"], conv["operands"]) == (
        "n.conv.conv",
        "conv",
        ["n.input"],
    )
    assert (conv["shape"], conv["line"], conv["column"]) == ([4, 4, 4], 3, 3)
    assert conv["arguments"]["stride"] == [2, 2]
    assert data["inputs"] == ["n.input"]
    assert data["outputs"] == ["n.conv.act"]
