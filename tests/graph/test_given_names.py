"""A name that a person gave is the name everywhere: to tap, and for what the net gives."""

from __future__ import annotations

import json

import pytest

import archdsl
from archdsl.network import Network
from tests.reading import body, body_codes, codes, findings, graph


def operands(lines: str) -> tuple[str, ...]:
    """Return what the last node of a net reads."""
    made = body(lines)
    return made.nodes[made.outputs[0]].operands


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("left { relu }; tanh; add { @left; identity }", "n.left.relu"),
        ("left { relu; tanh }; relu; add { @left; identity }", "n.left.tanh"),
        (
            "concat { left { relu }; right { tanh } }; add { @left; @right }",
            "n.concat.branch0.left.relu",
        ),
        ("g { left { relu } }; tanh; add { @left; identity }", "n.g.left.relu"),
        ("3 x left { relu }; tanh; add { @left; identity }", "n.left.2.relu"),
        ("left { relu } as l; tanh; add { @l; identity }", "n.l.relu"),
        ("if 1 == 1 { left { relu } }; tanh; add { @left; identity }", "n.left.relu"),
        # A label of the same name, further in or later, belongs to another place.
        ("left { relu }; 2 x { tanh as left; add { @left; relu } }", "n.repeat.1.left"),
    ],
)
def test_a_groups_name_is_the_label_of_its_value(lines: str, expected: str) -> None:
    first, *_ = operands(lines)
    assert first == expected


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ("s { relu }; s { tanh }; @s", "ambiguous-label"),
        ("s { relu }; tanh as s; @s", "ambiguous-label"),
        ("relu as s; s { tanh }; @s", "ambiguous-label"),
        ("s { @s }", "unknown-label"),
        ("aux h { relu }; @h", "unknown-label"),
        ("conv 1x1 8; @conv", "unknown-label"),
        ("2 x { s { relu } }; @s", "unknown-label"),
    ],
)
def test_names_that_are_no_one_value(lines: str, code: str) -> None:
    assert body_codes(lines) == [code]


def test_messages_say_why_a_name_is_no_label() -> None:
    def help_of(lines: str) -> str:
        (found,) = findings(f"net n {{ input 8x8x4; {lines} }}")
        return f"{found.headline}; {found.help}"

    assert "training only" in help_of("aux h { relu }; relu -> @h")
    assert "`conv 1x1 8 as conv`" in help_of("conv 1x1 8; concat { @conv; relu }")


def test_steps_that_take_what_is_free_leave_names_to_groups_and_heads() -> None:
    ids = [node.id for node in body("relu; relu; relu1 { tanh }; aux relu2 { relu }; relu")]
    assert ids == ["n.input", "n.relu", "n.relu3", "n.relu1.tanh", "n.relu2.relu", "n.relu4"]


OUTPUTS = """\
net n {
  input 16x16x3 as left
  trunk { conv 3x3 8 act=relu }
  cls1 { conv 3x3 4; conv 3x3 5 act=relu }
  { conv 3x3 4; conv 3x3 6 } as cls2
  conv 1x1 7 norm=batchnorm act=relu as cls3
  { relu; @left } as cls4
  tanh
  output @cls2 @cls1 @cls3 @cls4
}
"""
NAMES = ("cls2", "cls1", "cls3", "cls4")


@pytest.fixture(scope="module")
def several() -> Network:
    return archdsl.load(OUTPUTS)


def test_outputs_have_their_labels_in_the_graph_and_in_json(several: Network) -> None:
    assert several.ir.output_names == NAMES
    assert several.ir.outputs == ("n.cls2.conv1", "n.cls1.conv1.act", "n.cls3.act", "n.left")
    assert several.to_json()["output_names"] == list(NAMES)
    assert several.ir.input_names == ("left",)


def test_outputs_have_their_labels_in_summaries(several: Network) -> None:
    ends = "n: 16×16×3 → cls2 16×16×6, cls1 16×16×5, cls3 16×16×7, cls4 16×16×3"
    assert several.summary().splitlines()[0] == ends
    data = json.loads(several.summary(format="json"))
    assert tuple(end["name"] for end in data["outputs"]) == NAMES


@pytest.mark.parametrize("style", ["blocks", "full", "paper"])
def test_outputs_have_their_labels_in_drawings(several: Network, style: str) -> None:
    drawn = json.loads(several.draw("json", style=style))
    ports = {line for port in drawn["overview"]["exits"] for line in port["lines"]}
    assert ports == set(NAMES)


def test_outputs_have_their_labels_on_the_page(several: Network) -> None:
    page = several.page()
    for name in NAMES:
        assert f',"{name}"]' in page.replace(" ", "")


def test_outputs_have_their_labels_in_python(several: Network) -> None:
    assert f"return {', '.join(NAMES[:3])}, cls4" in several.source()
    assert "output cls2 16x16x6, cls1 16x16x5, cls3" in several.source()


def test_outputs_and_inputs_have_their_labels_in_onnx(several: Network) -> None:
    onnx = pytest.importorskip("onnx")
    from archdsl.export.onnx import export

    made = onnx.load_from_string(export(several.ir, several.module()))
    assert tuple(value.name for value in made.graph.output) == NAMES
    assert [value.name for value in made.graph.input] == ["left"]


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        ("conv 1x1 8 act=relu as scores", "scores"),
        ("head { relu; conv 1x1 8 act=relu }", "head"),
        ("{ relu; conv 1x1 8 } as scores", "scores"),
        ("conv 1x1 8 norm=batchnorm act=relu", "conv"),
        ("2 x { relu }", "repeat"),
        ("relu as scores; tanh -> @scores", "scores"),
        ("relu as scores; output", "scores"),
    ],
)
def test_without_labels_an_output_is_called_as_the_nets_own_step(lines: str, name: str) -> None:
    assert body(lines).output_names == (name,)


def test_one_value_can_have_two_names() -> None:
    made = body("relu as a; { @a } as b; output @a @b @a")
    assert made.output_names == ("a", "b", "a")
    assert made.outputs == ("n.a",) * 3
    assert made.names_of("n.a") == ("a", "b")


def test_groups_can_be_outputs_by_their_names() -> None:
    text = "net n { input 8x8x3; a { relu }; b { tanh }; output @b @a }"
    assert codes(text) == []
    assert graph(text).output_names == ("b", "a")
