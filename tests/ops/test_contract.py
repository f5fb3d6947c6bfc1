"""One contract for every operator of the registry, against torch.

A new operator is covered as soon as it is registered: its docstring's example and arguments
drawn from its signature drive everything here. Refusals are held against raw torch
(`tests.raw_torch`); for an operator that is not written out there, against its own lowering.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any

import pytest
import torch
from hypothesis import find, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

import archdsl
from archdsl.diagnostics import SpecError
from archdsl.network import Network
from archdsl.ops import Kind, operators, signature
from archdsl.pytorch.torch_module import apply as call_torch
from tests.agreement import agree, as_tuple, count, images
from tests.arguments import EITHER, arguments, shapes
from tests.own_rules import OWN_RULES, OwnRule, Refused, check
from tests.raw_torch import RAW, REFUSALS, apply
from tests.trees import Args, call_text, dims
from tests.witness import tensor

Extents = tuple[int, ...]

NAMES = sorted(operators())
EXAMPLES = 40
FEW = 8

# Weights are learned by these; the others are functions of their input alone in evaluation, so
# that their values can be held against raw torch as well.
LEARNED = ("conv", "upconv", "linear")


def spec(name: str, args: Args, inputs: tuple[Extents, ...], style: int | None = None) -> str:
    """Return a net of one operator; a join gets one branch per input."""
    lines = [f"input {dims(shape)} as in{n}" for n, shape in enumerate(inputs)]
    if operators()[name].joins:
        taps = "; ".join(f"@in{n}" for n in range(len(inputs)))
        lines.append(f"{name} {{ {taps} }}")
    else:
        lines.append(call_text(name, args, style))
    return "net n {\n" + "\n".join(lines) + "\n}\n"


def load(text: str) -> Network | list[str]:
    """Return the network, or the codes of the errors."""
    try:
        return archdsl.load(text)
    except SpecError as error:
        return [one.code for one in error.diagnostics if one.is_error]


def ask_torch(name: str, args: Args, inputs: tuple[Extents, ...]) -> Tensor | Refused | None:
    """Return what torch makes of an operator, trained on two images and on one alone."""
    try:
        run_raw(name, args, [tensor(shape, 1) for shape in inputs])
        return run_raw(name, args, [tensor(shape, 2) for shape in inputs])
    except REFUSALS:
        return None
    except Refused as refused:
        return refused


def run_raw(name: str, args: Args, xs: list[Tensor]) -> Tensor:
    return apply(name, args, *xs) if name in RAW else lowered(name, args, xs)


def lowered(name: str, args: Args, xs: list[Tensor]) -> Tensor:
    """Run what an operator lowers to, unasked whether its inputs fit."""
    found = archdsl.load(spec(name, args, tuple((64, 64, 64) for _ in xs)))
    node = found.ir.nodes[found.ir.outputs[0]]
    call = node.op.lower(found.ir.shapes_into(node), node.shape)
    return call_torch(call, *xs)


@pytest.mark.parametrize("name", NAMES)
def test_docstring_example_is_a_spec(name: str) -> None:
    cls = operators()[name]
    _, example, *_ = (part.strip() for part in (cls.__doc__ or "").split("\n\n"))
    assert example.split()[0] == name
    candidates = ("32x32x64", "32x32x3", "64")
    results = [load(f"net n {{\ninput {shape}\n{example}\n}}\n") for shape in candidates]
    accepted = [one for one in results if isinstance(one, Network)]
    assert accepted, results
    for network in accepted:
        assert any(node.op.name == name for node in network.ir)
        agree(network)


@pytest.mark.parametrize("name", NAMES)
def test_signature_says_what_each_argument_is_for(name: str) -> None:
    for argument in signature(operators()[name]):
        assert argument.doc, argument.name
        assert not argument.doc.endswith("."), argument.name
        if argument.kind is Kind.WORD:
            assert argument.words


@pytest.mark.parametrize("name", NAMES)
def test_accepted_and_refused_as_by_torch(name: str) -> None:
    seen: Counter[str] = Counter()
    joins = operators()[name].joins
    examples = EXAMPLES if joins or signature(operators()[name]) else FEW

    @settings(max_examples=examples)
    @given(st.data())
    def draw_one(data: st.DataObject) -> None:
        if joins:
            first = data.draw(shapes)
            near = st.one_of(st.just(first), st.just((1, 1, first[-1])), shapes)
            inputs = (first, *data.draw(st.lists(near, max_size=2)))
        else:
            inputs = (data.draw(shapes),)
        args = data.draw(arguments(name))
        text = spec(name, args, inputs, data.draw(st.integers(0, 9)))
        found, expected = load(text), ask_torch(name, args, inputs)
        if isinstance(found, Network):
            assert isinstance(expected, Tensor), text
            node = found.ir.nodes[found.ir.outputs[0]]
            assert node.shape.torch == tuple(expected.shape[1:])
            agree(found)
            run_for_real(found, name, args)
            seen["accepted"] += 1
            return
        assert not isinstance(expected, Tensor), text
        if isinstance(expected, Refused):
            assert expected.rule.code in found
        seen["refused"] += 1

    draw_one()
    assert seen["accepted"] >= FEW // 2, seen


def run_for_real(network: Network, name: str, args: Args) -> None:
    """Run on the CPU; without weights the values are those of raw torch too."""
    inputs = [x.normal_() for x in images(network.ir, torch.device("cpu"))]
    module = network.module(seed=1)
    for mode in (module.train(), module.eval()):
        (y,) = as_tuple(mode(*inputs))
        assert tuple(y.shape) == (2, *network.ir.nodes[network.ir.outputs[0]].shape.torch)
    assert count(module.parameters()) == network.totals.params
    if name in RAW and name not in LEARNED and name != "batchnorm":
        expected = apply(name, args, *inputs)
        torch.testing.assert_close(y, expected, rtol=1e-4, atol=1e-5, equal_nan=True)


@pytest.mark.parametrize("rule", OWN_RULES, ids=lambda rule: f"{rule.code}-{rule.ops[0]}")
def test_rules_stricter_than_torch_are_those_listed(rule: OwnRule) -> None:
    for name in rule.ops:
        xs = [tensor(shape, 2) for shape in rule.shapes]
        assert RAW[name](dict(rule.args), *xs).numel() > 0, "torch runs it"
        with pytest.raises(Refused):
            check(name, rule.args, *xs)
        assert load(spec(name, rule.args, rule.shapes)) == [rule.code]


@pytest.mark.parametrize(("op", "layer"), [("conv", nn.Conv2d), ("upconv", nn.ConvTranspose2d)])
@pytest.mark.parametrize(("into", "out"), [(6, 8), (8, 6), (7, 7), (6, 3), (9, 6)])
def test_groups_divide_the_channels_on_both_sides(
    op: str, layer: type[nn.Module], into: int, out: int
) -> None:
    """Torch refuses three groups where they do not divide one of the two, and so does a spec."""
    try:
        layer(into, out, 1, groups=3)
        expected = []
    except ValueError:
        expected = ["indivisible-groups"]
    found = load(spec(op, {"kernel": 1, "channels": out, "groups": 3}, ((2, 2, into),)))
    assert (found if isinstance(found, list) else []) == expected


@cache
def needed(name: str) -> Args:
    """Return the fewest arguments with which an operator takes two channels.

    They are drawn from its signature, so that a new operator needs no row here.
    """

    def is_enough(args: Args) -> bool:
        return isinstance(load(spec(name, args, ((1, 1, 2),))), Network)

    args: Args = find(arguments(name), is_enough, settings=settings(database=None))
    for key in args:
        fewer = {other: value for other, value in args.items() if other != key}
        if is_enough(fewer):
            args = fewer
    return args


UNFIT: dict[Kind, tuple[Any, ...]] = {
    Kind.COUNT: (0, -1, 1.5, "yes", (2, 2), 2**31),
    Kind.INTEGER: (-1, 1.5, "yes", (2, 2), 2**31),
    Kind.NUMBER: ("yes", (2, 2)),
    Kind.SIZE: (0, (0, 3), -1, "yes", [1, 2, 3], 2**31),
    Kind.PADDING: (-1, [1, 2, 3], [1, 1, 1, -1], "yes", 1.5),
    Kind.SWITCH: (1, 0.5, "same", (2, 2)),
    Kind.WORD: (1, "yes", (2, 2)),
    Kind.NUMBERS: ("yes", (2, 2), ["yes"]),
    Kind.OPERATOR: (1, "yes", "maxpool", (2, 2)),
}


@pytest.mark.parametrize(
    ("name", "argument"),
    [
        pytest.param(name, argument, id=f"{name}-{argument.name}")
        for name in NAMES
        for argument in signature(operators()[name])
    ],
)
def test_values_of_the_wrong_kind_or_range_are_refused(name: str, argument: Any) -> None:
    required = {
        key: value
        for key, value in needed(name).items()
        if not (key in EITHER and argument.name in EITHER)
    }
    unfit = list(UNFIT[argument.kind])
    if argument.low is not None:
        unfit.append(argument.low - 0.5)
    if argument.high is not None:
        unfit.append(argument.high + 0.5)
    for value in unfit:
        text = spec(name, {**required, argument.name: value}, ((1, 1, 2),))
        found = load(text)
        assert isinstance(found, list), text
        assert set(found) <= {"argument-type", "argument-out-of-range", "unknown-word"}, text
