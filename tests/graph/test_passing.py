"""What is passed as a parameter means what it would mean if it stood there itself."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archdsl.ops import Operator, operators
from tests.arguments import arguments
from tests.reading import body_codes, codes, findings, reading
from tests.trees import call_text

INPUT = "input 12x12x8"
TOKEN = re.compile(r"(?:\([^()]*\)|\[[^\]]*\]|[^\s(\[])+")


def made(text: str) -> tuple[list[Operator], list[str]]:
    """Return the operators a text stands for, and the codes of what is wrong with it."""
    nets, found = reading(text)
    nodes = [node for net in nets for node in net.graph]
    return [node.op for node in nodes], [one.code for one in found]


plain_calls = st.sampled_from(sorted(n for n, cls in operators().items() if not cls.joins)).flatmap(
    lambda name: st.tuples(st.just(name), arguments(name), st.integers(0, 99))
)


@given(plain_calls)
def test_arguments_can_be_parameters(drawn: tuple[str, dict[str, object], int]) -> None:
    name, args, style = drawn
    call = call_text(name, args, style)
    _, *tokens = TOKEN.findall(call)
    values = [token.partition("=")[2] or token for token in tokens]
    used = [
        f"{token.partition('=')[0]}=p{at}" if "=" in token.partition("(")[0] else f"p{at}"
        for at, token in enumerate(tokens)
    ]
    listed = ", ".join(f"p{at}" for at in range(len(tokens)))
    block = f"block b({listed}) {{ {name} {' '.join(used)} }}"
    passed = made(f"net n {{ {INPUT}; b {' '.join(values)} }}\n{block}")
    assert passed == made(f"net n {{ {INPUT}; {call} }}"), (call, block)


@given(plain_calls)
def test_operators_can_be_steps(drawn: tuple[str, dict[str, object], int]) -> None:
    name, args, style = drawn
    call = call_text(name, args, style)
    _, *tokens = TOKEN.findall(call)
    value = f"{name}({', '.join(tokens)})" if tokens else name
    passed = made(f"net n {{ {INPUT}; b {value} }}\nblock b(op) {{ op }}")
    alone = made(f"net n {{ {INPUT}; {call} }}")
    assert passed == alone, (call, value)


@pytest.mark.parametrize(
    ("block", "call", "expected"),
    [
        ("b(act) { batchnorm; act }", "b relu", ["b.batchnorm", "b.act"]),
        ("b(act) { act; act }", "b leaky_relu(0.2)", ["b.act", "b.act1"]),
        ("b(act) { act as on }", "b relu", ["b.on"]),
        ("b(act) { 2 x act }", "b relu", ["b.act.0", "b.act.1"]),
        (
            "b(act) { conv 1x1 8 act=act(0.3); act 0.1 }",
            "b leaky_relu",
            ["b.conv.conv", "b.conv.act", "b.act"],
        ),
        (
            "b(op) { op; op stride=2 }",
            "b conv(3x3, 8, act=relu)",
            ["b.op.conv", "b.op.act", "b.op1.conv", "b.op1.act"],
        ),
        (
            "b(merge) { relu; merge { relu; tanh } }",
            "b add",
            ["b.relu", "b.merge.branch0.relu", "b.merge.branch1.tanh", "b.merge"],
        ),
        (
            "b(merge) { merge { relu; tanh } }",
            "b concat",
            ["b.branch0.relu", "b.branch1.tanh", "b.merge"],
        ),
        ("b(act = relu) { act }", "b", ["b.act"]),
        # A parameter that is no operator leaves its name to operators, and to groups.
        (
            "b(scale) { residual scale=scale { scale 0.2 } }",
            "b 2",
            ["b.scale", "b.scale1", "b.residual"],
        ),
        ("b(c) { c { conv 1x1 c } }", "b 2", ["b.c.conv"]),
        ("b(relu) { relu }", "b relu", ["b.relu"]),
    ],
)
def test_steps_that_are_parameters_are_known_by_them(
    block: str, call: str, expected: list[str]
) -> None:
    nets, found = reading(f"net n {{ {INPUT}; {call} }}\nblock {block}")
    assert found == ()
    ids = [node.id.removeprefix("n.") for node in nets[0].graph]
    assert ids[1:] == expected


@pytest.mark.parametrize(
    ("block", "call", "code"),
    [
        ("b(act) { act }", "b 3", "unknown-operator"),
        ("b(act) { act }", "b none", "unknown-operator"),
        ("b(act) { act }", "b valid", "unknown-operator"),
        ("b(act) { act }", "b linear", "missing-argument"),
        ("b(act) { act 0.1 }", "b leaky_relu(0.2)", "repeated-argument"),
        ("b(act) { act { relu } }", "b tanh", "unexpected-body"),
        ("b(merge) { merge }", "b add", "missing-branches"),
        ("b(relu) { relu }", "b tanh", "ambiguous-step"),
        ("b(relu) { relu }", "b relu6", "ambiguous-step"),
        ("b(forward) { forward }", "b relu", "reserved-name"),
        ("b(n) { conv 1x1 8 norm=n(eps=0.1) }", "b 3", "unknown-operator"),
        ("b(n) { conv 1x1 8 norm=n(eps=0.1) }", "b batchnorm(eps=0.2)", "repeated-argument"),
    ],
)
def test_what_cannot_be_a_step_or_could_be_two(block: str, call: str, code: str) -> None:
    assert codes(f"net n {{ {INPUT}; {call} }}\nblock {block}") == [code]


def test_a_block_cannot_be_passed_and_the_message_says_what_can() -> None:
    (found,) = findings(f"net n {{ {INPUT}; a; b a }}\nblock a {{ relu }}\nblock b(f) {{ f }}")
    assert found.code == "argument-type"
    assert found.headline.startswith("`a` is a block; what can be passed are numbers, sizes")


@pytest.mark.parametrize(
    ("parameters", "with_them", "literal"),
    [
        ("size = 12x12x8", "input size; relu => size", "input 12x12x8; relu => 12x12x8"),
        ("c = 8", f"{INPUT}; relu => 12 x 12 x c", f"{INPUT}; relu => 12x12x8"),
        ("n = 8", "input n; relu => n", "input 8; relu => 8"),
        ("k = 3x3/2", f"{INPUT}; conv k 8", f"{INPUT}; conv 3x3/2 8"),
        ("k = 3, s = 2x1", f"{INPUT}; conv k x k 8 stride=s", f"{INPUT}; conv 3x3 8 stride=2x1"),
        ("n = 2", f"{INPUT}; n x relu", f"{INPUT}; 2 x relu"),
        (
            "f = 0.2",
            f"{INPUT}; residual scale=f {{ relu }}",
            f"{INPUT}; residual scale=0.2 {{ relu }}",
        ),
        (
            "f = 0.2",
            f"{INPUT}; aux h weight=f {{ relu }}; tanh",
            f"{INPUT}; aux h weight=0.2 {{ relu }}; tanh",
        ),
        (
            "p = 16",
            f"{INPUT}; prelu; expect params = (p - 15)",
            f"{INPUT}; prelu; expect params = 1",
        ),
        ("b = yes", f"{INPUT}; if b {{ relu }}", f"{INPUT}; if yes {{ relu }}"),
        (
            "p = valid",
            f"{INPUT}; if p == valid {{ relu }}",
            f"{INPUT}; if valid == valid {{ relu }}",
        ),
        (
            "r = valid",
            f"{INPUT}; default conv r; conv 3x3 8",
            f"{INPUT}; default conv valid; conv 3x3 8",
        ),
    ],
)
def test_parameters_stand_wherever_a_literal_does(
    parameters: str, with_them: str, literal: str
) -> None:
    ours = made(f"net n({parameters}) {{ {with_them} }}")
    assert ours == made(f"net n {{ {literal} }}")
    assert ours[1] == []


def test_a_shape_is_no_size() -> None:
    assert body_codes("conv 3x3x3 8") == ["too-many-arguments"]
    assert codes("net n(k = 3x3x3) { input k; conv kernel=k 8 }") == ["argument-type"]
    assert codes("net n(k = 3x3) { input k; relu }") == ["expression-type"]


@pytest.mark.parametrize("given", ["yes", "(1 == 1)"])
@pytest.mark.parametrize("asked", ["p == yes", "p != no", "p", "not (p == no)", "yes == p"])
def test_yes_is_what_a_comparison_gives(given: str, asked: str) -> None:
    text = f"net n {{ {INPUT}; b {given} }}\nblock b(p) {{ if {asked} {{ relu }} else {{ tanh }} }}"
    assert [op.name for op in made(text)[0]] == ["input", "relu"]


@pytest.mark.parametrize("calls", ["b 1; b (1 == 1)", "b (1 == 1); b 1"])
def test_one_is_not_taken_for_yes_whatever_comes_first(calls: str) -> None:
    text = f"net n {{ {INPUT}; {calls} }}\nblock b(p) {{ if p {{ relu }} }}"
    assert codes(text) == ["expression-type"]
    assert body_codes("conv 1x1 4 groups=1; conv 1x1 4 groups=(1 == 1)") == ["argument-type"]


def test_an_operator_of_a_net_is_a_step_too() -> None:
    text = f"net n(act = leaky_relu(0.3)) {{ {INPUT}; act; 2 x act }}"
    names = [node.op.name for node in reading(text)[0][0].graph]
    assert names == ["input", *["leaky_relu"] * 3]
