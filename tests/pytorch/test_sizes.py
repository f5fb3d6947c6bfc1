"""Given another size than the spec's, a module computes what the spec says there, or raises."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

import archdsl
from archdsl import Network, SpecError
from tests.strategies import networks
from tests.trees import Net

NUMBERS_OF = {"ambiguous-argument"}
"""Refusals that say nothing about numbers: at one size only, a line has two readings."""


def without_claims(text: str) -> str:
    return re.sub(r"=>\s*\d+x\d+x\d+", "", text)


def returned(module: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    torch.manual_seed(3)
    made = module(*inputs)
    return tuple(made) if isinstance(made, tuple) else (made,)


def images(network: Network, batch: int = 2) -> tuple[Tensor, ...]:
    shapes = [network.ir.nodes[id].shape.torch for id in network.ir.inputs]
    return tuple(torch.randn(batch, *shape) for shape in shapes)


def assert_right_or_refused(text: str, elsewhere: str) -> str:
    """Give a module of one text the inputs of another; return what came of it."""
    module = archdsl.load(text).module(seed=0)
    try:
        network = archdsl.load(elsewhere)
    except SpecError as error:
        if all(one.code in NUMBERS_OF for one in error.diagnostics if one.is_error):
            return "two readings"
        shapes = re.findall(r"input (?:(\d+)x(\d+)x)?(\d+)", elsewhere)
        given = [[int(n) for n in (c, h, w) if n] for h, w, c in shapes]
        with pytest.raises((RuntimeError, ValueError, IndexError)):
            module(*(torch.randn(2, *shape) for shape in given))
        return "no network"
    inputs = images(network)
    try:
        for training in (True, False):
            found = returned(module.train(training), inputs)
    except (RuntimeError, ValueError, IndexError) as error:
        return "refused" if "is written for" in str(error) else "failed"
    other = network.module(seed=1)
    other.load_state_dict(archdsl.load(text).module(seed=0).state_dict())
    for training in (True, False):
        module.load_state_dict(other.state_dict())
        expected = returned(other.train(training), inputs)
        found = returned(module.train(training), inputs)
        assert [y.shape for y in found] == [y.shape for y in expected]
        for a, b in zip(found, expected, strict=True):
            torch.testing.assert_close(a, b, equal_nan=True)
    return "computed"


def resized(net: Net, apart: tuple[int, int, int]) -> str | None:
    """Return the text with other inputs, or None where there is nothing to change."""
    inputs = []
    for shape, label in net.inputs:
        other = tuple(n + more for n, more in zip(shape, apart[-len(shape) :], strict=True))
        if min(other) < 1 or max(other[:2]) > 40:
            return None
        inputs.append((other, label))
    return without_claims(dataclasses.replace(net, inputs=tuple(inputs)).text())


def test_random_networks_at_other_sizes() -> None:
    seen: Counter[str] = Counter()
    apart = st.tuples(
        st.sampled_from([0, 1, 2, 3, 4, 8, 16, -1, -2]),
        st.sampled_from([0, 1, 2, 4, 8, -1, -4]),
        st.sampled_from([0, 0, 0, 0, 1]),
    )

    @settings(max_examples=300, deadline=None)
    @given(networks(), apart)
    def check(net: Net, apart: tuple[int, int, int]) -> None:
        elsewhere = resized(net, apart)
        if elsewhere is None or not any(apart):
            return
        seen[assert_right_or_refused(without_claims(net.text()), elsewhere)] += 1

    check()
    assert min(seen[kind] for kind in ("computed", "refused", "no network")) >= 10, seen


@pytest.mark.parametrize(
    ("body", "size", "elsewhere", "outcome"),
    [
        ("conv 3x3/2 4", "15x15x3", "16x16x3", "refused"),
        ("conv 3x3/2 4", "15x15x3", "17x21x3", "computed"),
        ("conv 1x1/2 4", "15x15x3", "16x16x3", "computed"),  # nothing is padded
        ("conv 3x3/2 4 valid", "15x15x3", "16x16x3", "computed"),
        ("avgpool 3x3/2", "16x16x3", "18x18x3", "computed"),
        ("avgpool 3x3/2", "16x16x3", "16x16x4", "refused"),  # nothing checks the channels
        ("conv 1x1 3; avgpool 3x3/2", "16x16x3", "18x18x3", "computed"),
        ("conv 3x3/2 4; maxpool 3x3/2", "16x16x3", "18x18x3", "refused"),
        ("conv 3x3/2 4; maxpool 3x3/2", "16x16x3", "20x24x3", "computed"),
        # Two windows for one: after an enlargement, half a cell is a whole one.
        ("conv 1x1 3; resize 2; conv 3x3/2 4", "15x15x3", "16x16x3", "computed"),
        ("conv 1x1 3; resize to=8x8; conv 3x3/2 4", "15x15x3", "16x16x3", "computed"),
        ("conv 3x3 height", "15x15x3", "16x16x3", "refused"),
        ("block b { if in_width > 15 { relu } }\nconv 3x3 4; b", "15x15x3", "16x16x3", "refused"),
        ("conv 3x3 4; flatten; linear channels", "4x4x3", "5x5x3", "refused"),
        ("conv 3x3 4; flatten; linear 5", "4x4x3", "5x5x3", "failed"),
        ("conv 3x3 4; flatten; linear 5", "4x4x3", "2x8x3", "computed"),
        ("relu", "4x4x3", "4x4x5", "refused"),
        ("conv 3x3 4", "4x4x3", "4x4x5", "failed"),
        # torch would stretch the branch of one cell; archdsl refuses such a sum.
        ("conv 1x1 4; add { avgpool global; avgpool 4x4 valid }", "4x4x3", "5x5x3", "two readings"),
        ("conv 1x1 4; add { maxpool to=1x1; maxpool 3x3 valid }", "3x3x3", "4x4x3", "no network"),
        ("conv 1x1 4; add { conv 3x3/2 4 pad=1; conv 1x1/2 4 }", "7x7x3", "8x8x3", "computed"),
        ("conv 1x1 4; add { maxpool 2x2/2 valid; conv 1x1/2 4 }", "2x2x3", "3x3x3", "no network"),
        (
            "conv 1x1 4; add { avgpool global -> conv 1x1 1 -> flatten; conv 1x1 1 -> flatten }",
            "1x1x3",
            "2x2x3",
            "no network",
        ),
        # Floor and ceil give as many windows at some sizes, and torch sees to the others.
        (
            "concat { conv 3x3/2 4 pad=1; maxpool 3x3/2 valid ceil }",
            "8x8x3",
            "10x12x3",
            "computed",
        ),
        ("concat { conv 3x3/2 4 pad=1; maxpool 3x3/2 valid ceil }", "8x8x3", "9x8x3", "no network"),
        ("conv 1x1 4; mul { identity; avgpool global }", "7x7x3", "8x8x3", "computed"),
        ("conv 1x1 4; maxpool 3x3/2 valid ceil; conv 3x3/2 4", "7x7x3", "8x8x3", "refused"),
        ("conv 1x1 4; maxpool 3x3/2 valid ceil; conv 3x3/2 4", "7x7x3", "11x15x3", "computed"),
    ],
)
def test_a_size_is_right_or_refused(body: str, size: str, elsewhere: str, outcome: str) -> None:
    blocks, _, steps = body.rpartition("\n")
    texts = [f"{blocks}\nnet t {{ input {one}; {steps} }}" for one in (size, elsewhere)]
    found = assert_right_or_refused(*texts)
    assert found == outcome


def test_the_error_says_the_sizes() -> None:
    module = archdsl.load("net t { input 32x64x3; conv 3x3/2 4; conv 3x3/4 4 }").module()
    with pytest.raises(ValueError, match=r"\[3, 33, 64\].*\[3, 32, 64\].*\[1, 8, 8\]"):
        module(torch.zeros(1, 3, 33, 64))
    with pytest.raises(ValueError, match="written for"):
        module.forward_features(torch.zeros(1, 3, 33, 64))


def test_each_of_several_inputs_has_its_own_sizes() -> None:
    module = archdsl.load(
        "net t { input 8x8x3 as a; input 9x9x3 as b;"
        " @a -> conv 3x3/2 2 as left; @b -> conv 3x3 2 as right; output @left @right }"
    ).module()
    module(a=torch.zeros(1, 3, 10, 8), b=torch.zeros(1, 3, 4, 5))
    with pytest.raises(ValueError, match="written for"):
        module(a=torch.zeros(1, 3, 9, 8), b=torch.zeros(1, 3, 9, 9))
