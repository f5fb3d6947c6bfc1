"""Module, source, .pt2 and ONNX in onnxruntime give the same numbers, outside of the zoo."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
import torch
from hypothesis import given, settings

import archdsl
from archdsl.pytorch.torch_module import example_inputs
from tests.differential import Drawn, faults, hostile_names, randomised, renamed
from tests.strategies import networks
from tests.trees import Net

COUNT = 100
"""Networks in the suite; `tools/differential.py` takes 2,000."""


@pytest.mark.filterwarnings("ignore")
def test_random_networks_give_the_same_numbers_by_every_way() -> None:
    drawn = Drawn()
    seen: Counter[str] = Counter()

    @settings(max_examples=COUNT)
    @given(networks())
    def check(net: Net) -> None:
        number = seen["networks"]
        seen["networks"] += 1
        text = renamed(net.text(), Random(number))
        seen["renamed"] += text != net.text()
        network = archdsl.load(text)
        seen["several outputs"] += len(network.ir.outputs) > 1
        seen["heads"] += bool(network.ir.aux)
        drawn.count(network)
        assert faults(network, number) == [], text

    check()
    assert seen["networks"] >= COUNT
    assert seen["renamed"] >= COUNT // 2
    assert min(seen["several outputs"], seen["heads"]) >= 3
    assert sum(count > 0 for count in drawn.operators.values()) >= 25


def test_there_are_names_to_clash_with() -> None:
    assert {"lambda_", "val_0", "relu_1", "print", "main_graph"} <= {*hostile_names()}


def test_a_number_that_is_off_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    network = archdsl.load("net n { input 4x4x2; conv 1x1 3 as a; relu as b; output @a @b }")
    assert faults(network, 0) == []

    def wrong(*_: object) -> tuple[torch.Tensor, ...]:
        module = randomised(network.module(), 1)
        return tuple(module(*example_inputs(network.ir, module, batch=2, seed=0)))

    monkeypatch.setattr("tests.differential.WAYS", {"wrong": wrong})
    assert [one.partition(" is off")[0] for one in faults(network, 0)] == [
        "wrong: output 0",
        "wrong: output 1",
    ]
