"""First weights are drawn as the recipe's `init` lines say, in the module and in its source."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import nn

import archdsl

PLAIN = "net n { input 9x9x16; conv 3x3 32; avgpool global; linear 20; recipe { %s } }"


@pytest.mark.parametrize(
    ("rule", "fill"),
    [
        ("normal std=0.01", lambda t: nn.init.normal_(t, std=0.01)),
        (
            "truncated_normal std=0.1",
            lambda t: nn.init.trunc_normal_(t, std=0.1, a=-0.2, b=0.2),
        ),
        ("constant 0.5", lambda t: nn.init.constant_(t, 0.5)),
        ("xavier", nn.init.xavier_uniform_),
        ("xavier normal", nn.init.xavier_normal_),
        (
            "kaiming fan_out",
            lambda t: nn.init.kaiming_normal_(t, mode="fan_out", nonlinearity="relu"),
        ),
        ("kaiming uniform", lambda t: nn.init.kaiming_uniform_(t, nonlinearity="relu")),
    ],
)
def test_first_weights_are_those_of_torch(rule: str, fill: Any) -> None:
    module: Any = archdsl.load(PLAIN % f"init {rule}").module(seed=7)
    torch.manual_seed(7)
    module.init_weights()
    torch.manual_seed(7)
    for name in ("conv.weight", "linear.weight"):
        weight = module.get_parameter(name)
        torch.testing.assert_close(weight, fill(torch.empty(weight.shape)), rtol=1e-5, atol=1e-7)


def test_source_begins_as_the_module_does() -> None:
    network = archdsl.load(
        PLAIN % "init conv truncated_normal 0.1 bias=1; init linear kaiming uniform bias=0"
    )
    module = network.module(seed=0)
    space: dict[str, Any] = {}
    exec(network.source(), space)
    twin = space["N"]()
    for one in (module, twin):
        assert 0.08 < one.conv.weight.std() < 0.1
        assert one.conv.weight.abs().max() <= 0.2
        reach = math.sqrt(6 / 32)
        assert 0.9 * reach < one.linear.weight.abs().max() <= reach
        assert set(one.conv.bias.tolist()) == {1}
        assert set(one.linear.bias.tolist()) == {0}


@pytest.mark.parametrize(
    ("rule", "variance"),
    [
        # 16 channels in, 32 out, 3×3: fans of 144 and 288.
        ("xavier fan_in", 1 / 144),
        ("xavier fan_avg truncated", 1 / 216),
        ("kaiming fan_in truncated", 2 / 144),
        ("kaiming fan_out uniform", 2 / 288),
    ],
)
def test_spread_of_first_weights(rule: str, variance: float) -> None:
    weight = archdsl.load(PLAIN % f"init {rule}").module(seed=0).state_dict()["conv.weight"]
    assert weight.var().item() == pytest.approx(variance, rel=0.05)
    assert abs(weight.mean().item()) < 0.1 * math.sqrt(variance)


def test_cut_bounds_weights() -> None:
    state = archdsl.load(PLAIN % "init truncated_normal 0.1 cut=1.5").module(seed=0).state_dict()
    assert 0.14 < state["conv.weight"].abs().max().item() <= 0.15


def test_last_rule_holds_for_weights_and_biases_apart() -> None:
    net = archdsl.load("""
        net n {
          input 8x8x3
          conv 5x5 4 as stem
          aux side weight=0.3 { conv 5x5 4 norm=batchnorm; avgpool global; linear 2 }
          tail { conv 3x3 4; avgpool global; linear 2 }
          recipe {
            init constant 1 bias=0.5
            init conv 5x5 constant 2
            init conv at=aux constant 3
            init at=tail bias=0.25
            init batchnorm constant 4 bias=5
          }
        }
    """)
    state = net.module(seed=0).state_dict()
    found = {
        name: set(tensor.flatten().tolist())
        for name, tensor in state.items()
        if name.endswith(("weight", "bias"))
    }
    assert found == {
        "stem.weight": {2},
        "stem.bias": {0.5},
        "side.conv.conv.weight": {3},
        "side.conv.norm.weight": {4},
        "side.conv.norm.bias": {5},
        "side.linear.weight": {1},
        "side.linear.bias": {0.5},
        "tail.conv.weight": {1},
        "tail.conv.bias": {0.25},
        "tail.linear.weight": {1},
        "tail.linear.bias": {0.25},
    }


def test_a_rule_passes_over_layers_without_what_it_sets() -> None:
    net = archdsl.load("""
        net n {
          input 8x8x3
          conv 1x1 4 norm=batchnorm(gamma=no) as a; conv 1x1 4 bias=no as b
          batchnorm beta=no as c; batchnorm as d; layernorm affine=no; avgpool global
          linear 4 bias=no as e; linear 4 as f
          recipe { init batchnorm constant 2 bias=3; init constant 4 bias=5; init at=e constant 6 }
        }
    """)
    state = net.module(seed=0).state_dict()
    found = {
        name: tensor.flatten()[0].item()
        for name, tensor in state.items()
        if name.endswith(("weight", "bias"))
    }
    assert found == {
        "a.conv.weight": 4,
        "a.norm.bias": 3,
        "b.weight": 4,
        "c.weight": 2,
        "d.weight": 2,
        "d.bias": 3,
        "e.weight": 6,
        "f.weight": 4,
        "f.bias": 5,
    }


@pytest.mark.parametrize(
    ("at", "wanted"),
    [("tail", {"tail"}), ("tail1", {"tail1.deep"}), ("deep", {"tail1.deep", "tailor.deep"})],
)
def test_a_rule_speaks_of_whole_names(at: str, wanted: set[str]) -> None:
    """`tail` is part of `tail1` and of `tailor`, and neither is meant by it."""
    net = archdsl.load(f"""
        net n {{
          input 8x8x3
          tail {{ conv 1x1 2 }}
          tail1 {{ deep {{ conv 1x1 2 }} }}
          tailor {{ deep {{ conv 1x1 2 }} }}
          recipe {{ init conv at={at} constant 7 }}
        }}
    """)
    state = net.module(seed=0).state_dict()
    sevens = {name for name, one in state.items() if bool((one == 7).all())}
    assert {name.removesuffix(".conv.weight") for name in sevens} == wanted


def test_first_weights_are_reproducible_and_leave_the_rest_alone() -> None:
    ruled = archdsl.load(PLAIN % "init conv normal 0.1")
    plain = archdsl.load(PLAIN % "clip 1").module(seed=3).state_dict()
    state = torch.get_rng_state()
    one, two = (ruled.module(seed=3).state_dict() for _ in range(2))
    other = ruled.module(seed=4).state_dict()
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert not torch.equal(one["conv.weight"], other["conv.weight"])
    assert not torch.equal(one["conv.weight"], plain["conv.weight"])
    for name in ("conv.bias", "linear.weight", "linear.bias"):
        assert torch.equal(one[name], plain[name])
    half = ruled.module(seed=3, dtype=torch.bfloat16).state_dict()
    assert torch.equal(half["conv.weight"], one["conv.weight"].bfloat16())


def test_first_weights_need_memory() -> None:
    module = archdsl.load(PLAIN % "init conv normal 0.1").module("meta", seed=3)
    assert all(one.is_meta for one in module.parameters())
