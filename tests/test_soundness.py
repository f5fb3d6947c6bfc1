"""Soundness both ways: archdsl accepts a network if and only if torch builds and runs it.

Networks are drawn at random over all operators, and over blocks, repeats, joins, taps, groups,
choices, defaults and auxiliary heads. The witness runs each with torch alone; where archdsl
refuses what the witness runs, the reason must stand in `tests.own_rules`.
"""

from __future__ import annotations

from collections import Counter

import pytest
import torch
from hypothesis import given, settings

import archdsl
from archdsl.diagnostics import SpecError
from archdsl.network import Network
from archdsl.ops import operators
from tests.agreement import agree, as_tuple, images
from tests.interpreter import assert_wired
from tests.own_rules import NET_RULES, Refused
from tests.strategies import networks
from tests.trees import Net
from tests.witness import Result, accepts

# Together more than 500 networks in every run.
ACCEPTED = 400
REFUSED = 200

# More are drawn than counted, since a few wild networks happen to be sound, and some are
# refused by rules of archdsl's own.
DRAWN_TAME = 420
DRAWN_WILD = 260


def load(net: Net) -> Network | None:
    """Return the network, or None where archdsl refuses it with an error that has a place."""
    try:
        return archdsl.load(net.text())
    except SpecError as error:
        errors = [one for one in error.diagnostics if one.is_error]
        assert errors
        assert all(one.labels for one in errors)
        return None


def assert_outputs(network: Network, expected: Result) -> None:
    graph = network.ir
    assert tuple(graph.nodes[id].shape.torch for id in graph.outputs) == expected.outputs
    assert tuple(graph.nodes[head.output].shape.torch for head in graph.aux) == expected.aux


def run_for_real(network: Network) -> None:
    """Train and evaluate on the CPU; the auxiliary outputs come in training only."""
    module = network.module(seed=0)
    inputs = [x.normal_() for x in images(network.ir, torch.device("cpu"))]
    assert_wired(network.ir, module, tuple(inputs))
    shapes = [(2, *network.ir.nodes[id].shape.torch) for id in network.ir.outputs]
    heads = [(2, *network.ir.nodes[head.output].shape.torch) for head in network.ir.aux]
    assert [tuple(y.shape) for y in as_tuple(module.train()(*inputs))] == shapes + heads
    assert [tuple(y.shape) for y in as_tuple(module.eval()(*inputs))] == shapes


def test_what_torch_runs_is_accepted_and_agrees_node_by_node() -> None:
    seen: Counter[str] = Counter()
    used: Counter[str] = Counter()

    @settings(max_examples=DRAWN_TAME)
    @given(networks())
    def check(net: Net) -> None:
        expected = accepts(net)
        assert expected is not None
        network = load(net)
        assert network is not None
        assert_outputs(network, expected)
        agree(network)
        used.update(node.op.name for node in network.ir)
        seen["accepted"] += 1
        if seen["accepted"] % 5 == 0:
            run_for_real(network)
            seen["run"] += 1

    check()
    assert seen["accepted"] >= ACCEPTED
    assert seen["run"] >= ACCEPTED // 5
    assert all(used[name] > 0 for name in operators()), used


def test_what_archdsl_refuses_torch_refuses() -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=DRAWN_WILD)
    @given(networks(wild=True))
    def check(net: Net) -> None:
        try:
            expected = accepts(net)
        except Refused:
            assert load(net) is None
            seen["own rule"] += 1
            return
        network = load(net)
        assert (network is None) == (expected is None)
        if network is None or expected is None:
            seen["refused"] += 1
            return
        assert_outputs(network, expected)
        agree(network)
        seen["accepted"] += 1

    check()
    assert seen["refused"] >= REFUSED
    assert seen["own rule"] <= seen["refused"] // 10


@pytest.mark.parametrize("code", NET_RULES)
def test_rules_about_whole_networks_are_those_listed(code: str) -> None:
    with pytest.raises(SpecError) as caught:
        archdsl.load(NET_RULES[code])
    assert [one.code for one in caught.value.diagnostics if one.is_error] == [code]
