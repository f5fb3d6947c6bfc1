"""The module in memory: its submodules and names, its modes, its weights, and where it runs."""

from __future__ import annotations

import copy
import io
import pickle
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import archdsl
from archdsl.graph.names import MODULE_ATTRIBUTES
from archdsl.pytorch.torch_module import NetworkModule
from tests.pytorch.small import SMALL, picture, small

# Names and structure


def test_one_submodule_per_block_group_and_copy_named_as_in_the_spec() -> None:
    names = {name for name, _ in small().named_modules()}
    assert {"stem", "stem.conv.norm", "unit.0", "unit.1", "unit.1.branch1.conv", "fc"} <= names
    assert {"side", "side.linear", "residual.conv", "last.act"} <= names


def test_submodules_are_shown_by_the_names_of_their_blocks() -> None:
    shown = str(small())
    assert shown.startswith("Small(")
    assert "(stem): Stem(" in shown
    assert "(0): Unit(" in shown


def test_state_dict_keys_are_paths_without_the_name_of_the_net() -> None:
    network = archdsl.load(SMALL)
    learned = {key.rpartition(".")[0] for key in network.module().state_dict()}
    paths = {id.removeprefix("small.") for id in network.ir.nodes}
    assert learned <= paths


def test_every_attribute_of_torch_modules_is_a_reserved_name() -> None:
    public = {name for name in dir(nn.Module) if not name.startswith("_")}
    ours = {"forward_features", "forward_head", "get_classifier", "reset_classifier"}
    assert public | ours <= MODULE_ATTRIBUTES | {"dump_patches", "training"}


# Features and head


@pytest.mark.parametrize("drop", [0, 1])
def test_head_of_features_is_forward(drop: int) -> None:
    module = small(drop=drop).eval()
    features = module.forward_features(picture())
    assert features.shape == (2, 16, 4, 4)
    assert torch.equal(module.forward_head(features), module(picture()))


def test_classifier_is_replaced_and_nothing_else() -> None:
    module = archdsl.load(SMALL).module(dtype=torch.float64, seed=0).eval()
    before = {name: x.clone() for name, x in module.state_dict().items()}
    assert module.get_classifier() is module.fc
    module.reset_classifier(3)
    y, side = module.train()(picture().double())
    assert y.shape == side.shape == (2, 3)
    assert module.fc.weight.dtype == torch.float64
    after = module.state_dict()
    assert list(after) == list(before)
    changed = {name for name in after if not torch.equal(after[name], before[name])}
    kept = changed - {name for name in after if "num_batches" in name or "running" in name}
    assert kept == {"fc.weight", "fc.bias", "side.linear.weight", "side.linear.bias"}


def test_reset_keeps_the_classifier_on_its_device() -> None:
    module = archdsl.load(SMALL).module(torch.device("meta"))
    module.reset_classifier(5)
    assert module.fc.weight.device.type == "meta"
    assert module.fc.weight.shape == (5, 16)


def test_a_network_without_classifier_says_so() -> None:
    pooled = archdsl.load("net n { input 8x8x3; maxpool 2x2/2 }").module()
    with pytest.raises(LookupError, match="does not end in a classifier"):
        pooled.get_classifier()
    with pytest.raises(LookupError):
        pooled.reset_classifier(2)


# Training and evaluation


def test_auxiliary_outputs_come_in_training_and_get_gradients() -> None:
    module = small()
    y, side = module.train()(picture())
    assert y.shape == side.shape == (2, 10)
    (y.sum() + 0.3 * side.sum()).backward()
    assert all(x.grad is not None for x in module.parameters())


def test_auxiliary_heads_are_not_computed_in_evaluation() -> None:
    module = small().eval()
    called: list[str] = []
    module.side.register_forward_hook(lambda *_: called.append("side"))
    assert isinstance(module(picture()), Tensor)
    assert called == []
    module.train()(picture())
    assert called == ["side"]


# Several inputs and outputs, and values that leave their group

TWO_WAYS = """
net two_ways {
  input 8x8x3 as left
  input 8x8x3 as right
  concat { @left -> conv 3x3 4; @right -> conv 3x3 4 } as both
  conv 1x1 2 as near
  @both -> avgpool global -> linear 5 as far
  output @far @near
}
"""

U_NET = """
net u_net {
  input 16x16x3
  down { conv 3x3 4 act=relu as fine; maxpool 2x2/2; conv 3x3 8 act=relu as coarse; maxpool 2x2/2 }
  conv 3x3 8
  up {
    upconv 2x2/2 8; concat { identity; @coarse }; conv 3x3 4 act=relu
    upconv 2x2/2 4; concat { identity; @fine }; conv 3x3 4
  }
  conv 1x1 2
}
"""

GATED = """
net gated {
  input 8x8x16
  mul { identity; avgpool global -> conv 1x1 (channels / 4) act=relu -> conv 1x1 16 act=sigmoid }
}
"""


def test_inputs_and_outputs_stand_in_the_order_of_the_spec() -> None:
    module = archdsl.load(TWO_WAYS).module().eval()
    left, right = torch.randn(2, 2, 3, 8, 8).unbind()
    far, near = module(left, right)
    assert far.shape == (2, 5)
    assert near.shape == (2, 2, 8, 8)
    assert not torch.allclose(near, module(right, left)[1])
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'right'"):
        module(left)


def test_values_cross_from_one_group_into_another() -> None:
    module = archdsl.load(U_NET).module().eval()
    x = torch.randn(2, 3, 16, 16)
    down, up = module.down, module.up
    fine = down.fine(x)
    coarse = down.coarse(down.maxpool(fine))
    y = module.conv(down.maxpool1(coarse))
    y = up.conv(torch.cat([up.upconv(y), coarse], dim=1))
    y = up.conv1(torch.cat([up.upconv1(y), fine], dim=1))
    assert torch.equal(module(x), module.conv1(y))


def test_a_gate_scales_channels() -> None:
    module = archdsl.load(GATED).module().eval()
    x = torch.randn(2, 16, 8, 8)
    gate = module(torch.ones_like(x))[:, :, :1, :1]
    assert ((gate > 0) & (gate < 1)).all()
    squeezed = x.mean((2, 3), keepdim=True)
    weights = squeezed
    for layer in module.mul.branch1.children():
        weights = layer(weights) if not isinstance(layer, nn.AdaptiveAvgPool2d) else weights
    torch.testing.assert_close(module(x), x * weights)


# Copies and weights


def pickled(module: NetworkModule) -> NetworkModule:
    return pickle.loads(pickle.dumps(module))


def saved(module: NetworkModule) -> NetworkModule:
    file = io.BytesIO()
    torch.save(module.state_dict(), file)
    file.seek(0)
    fresh = archdsl.load(SMALL).module(seed=99)
    assert not torch.equal(fresh.fc.weight, module.fc.weight)
    fresh.load_state_dict(torch.load(file))
    return fresh


@pytest.mark.parametrize("copied", [pickled, copy.deepcopy, saved])
def test_copies_give_the_same_numbers(copied: Callable[[NetworkModule], NetworkModule]) -> None:
    module = small()
    module.train()(picture())  # moves the running averages
    other = copied(module).eval()
    assert torch.equal(other(picture()), module.eval()(picture()))
    nn.init.zeros_(other.fc.weight)
    assert module.fc.weight.abs().sum() > 0


def test_a_seed_gives_the_same_weights_and_leaves_the_callers_randomness_alone() -> None:
    network = archdsl.load(SMALL)
    torch.manual_seed(5)
    before = torch.get_rng_state()
    one, two, other = network.module(seed=3), network.module(seed=3), network.module(seed=4)
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))
    assert not torch.equal(one.fc.weight, other.fc.weight)


def test_without_a_seed_weights_come_from_torchs_own_randomness() -> None:
    network = archdsl.load(SMALL)
    torch.manual_seed(5)
    first = network.module().fc.weight
    assert not torch.equal(first, network.module().fc.weight)
    torch.manual_seed(5)
    assert torch.equal(first, network.module().fc.weight)
