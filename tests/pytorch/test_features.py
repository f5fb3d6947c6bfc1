"""Feature maps from anywhere in a network: the same numbers, names and nothing more."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
import torch
from torch import Tensor, fx
from torchvision.models.feature_extraction import create_feature_extractor

import archdsl
from archdsl.graph import part_for, verify
from archdsl.pytorch.torch_module import example_inputs
from tests.samples import SAMPLES

INCEPTION = SAMPLES["inception"]


def as_tuple(made: Any) -> tuple[Any, ...]:
    return made if isinstance(made, tuple) else (made,)


@pytest.mark.filterwarnings("ignore:NOTE. The nodes obtained")
@torch.no_grad()
def test_numbers_are_those_that_torchvision_extracts() -> None:
    network = archdsl.load(INCEPTION)
    module = network.module(seed=0).eval()
    names = ("mixed_b", "stem.lrn", "inception.0")
    found = network.features(*names, module=module)
    x = torch.randn(2, 3, 20, 20)
    expected = create_feature_extractor(module, list(names))(x)
    for name, y in zip(names, found(x), strict=True):
        assert torch.equal(y, expected[name])
        assert tuple(y.shape[1:]) == found.feature_shapes[name]


@pytest.mark.parametrize("sample", SAMPLES)
@torch.no_grad()
def test_every_layer_gives_what_it_gives_in_the_network(sample: str) -> None:
    network = archdsl.load(SAMPLES[sample])
    module = network.module(seed=0).eval()
    inputs = example_inputs(network.ir, module, batch=2)
    seen: dict[str, Tensor] = {}
    for name, layer in module.named_modules():
        if f"{network.name}.{name}" in network.ir.nodes and not list(layer.children()):

            def keep(_layer: Any, _given: Any, made: Tensor, name: str = name) -> None:
                seen[name] = made.clone()

            layer.register_forward_hook(keep)
    module(*inputs)
    assert seen
    for name in list(seen)[:: max(1, len(seen) // 6)]:
        part = part_for(network.ir, [name])
        assert verify(part) == verify(network.ir)
        given = [x for id, x in zip(network.ir.inputs, inputs, strict=True) if id in part.nodes]
        torch.testing.assert_close(network.features(name, module=module)(*given), seen[name])


def test_it_holds_what_is_needed_under_the_same_names() -> None:
    network = archdsl.load(INCEPTION)
    module = network.module(seed=0)
    trunk = network.features("mixed_a", module=module)
    state = module.state_dict()
    assert set(trunk.state_dict()) == {
        name for name in state if name.startswith(("stem.", "mixed_a."))
    }
    assert all(torch.equal(x, state[name]) for name, x in trunk.state_dict().items())
    left = trunk.load_state_dict(state, strict=False)
    assert not left.missing_keys
    assert "linear.weight" in left.unexpected_keys


def test_weights_are_copies_and_mode_and_dtype_the_modules() -> None:
    network = archdsl.load(INCEPTION)
    module = network.module(seed=0, dtype=torch.float64).eval()
    trunk = network.features("stem", module=module)
    assert not trunk.training
    assert {x.dtype for x in trunk.parameters()} == {torch.float64}
    with torch.no_grad():
        next(trunk.parameters()).zero_()
    assert next(module.parameters()).abs().sum() > 0


def test_a_seed_gives_the_weights_of_the_whole_network() -> None:
    network = archdsl.load(INCEPTION)
    state = network.module(seed=3).state_dict()
    trunk = network.features("mixed_b", seed=3)
    assert all(torch.equal(x, state[name]) for name, x in trunk.state_dict().items())


@pytest.mark.filterwarnings("ignore")
@torch.no_grad()
def test_it_is_copied_pickled_traced_and_scripted() -> None:
    trunk = archdsl.load(INCEPTION).features("stem", "mixed_a", seed=0).eval()
    x = torch.randn(1, 3, 20, 20)
    expected = trunk(x)
    script: Any = torch.jit.script
    for way in (copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m)), fx.symbolic_trace, script):
        for a, b in zip(as_tuple(way(trunk)(x)), expected, strict=True):
            torch.testing.assert_close(a, b)


@pytest.mark.parametrize(
    ("names", "error", "says"),
    [
        (["mixd_a"], LookupError, "no step `mixd_a`; did you mean `mixed_a`"),
        (["side"], LookupError, "auxiliary head"),
        (["input"], LookupError, "is an input"),
        (["stem", "stem.lrn"], ValueError, "`stem` and `stem.lrn` are one value"),
        ([], ValueError, "at least one"),
    ],
)
def test_wrong_names_are_errors(names: list[str], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        archdsl.load(INCEPTION).features(*names)


def test_a_group_of_several_values_says_which() -> None:
    with pytest.raises(LookupError, match=r"`down` gives 3 values: name one of `down\.high`"):
        archdsl.load(SAMPLES["u_net"]).features("down")


def test_a_module_of_another_network_is_an_error() -> None:
    other = archdsl.load(SAMPLES["chain"]).module()
    with pytest.raises(RuntimeError, match=r"Missing key.*stem"):
        archdsl.load(INCEPTION).features("stem", module=other)
