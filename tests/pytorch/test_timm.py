"""Networks as models of timm: what timm's own tests ask of a model, and what its programs do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import timm
import torch
from timm import data, models, optim
from torch import Tensor

import archdsl
from archdsl.timm import register
from archdsl.weights import CheckpointError, Convention
from tests.samples import SAMPLES

CREATE: Any = timm.create_model
DATA: Any = data
TIMM: Any = models
OPTIM: Any = optim
JIT: Any = torch.jit

STAGED = """
net staged(classes = 10, drop = 0.2, colours = 3, w = 8) {
  input 64 x 64 x colours
  default conv norm=batchnorm act=relu

  stem { conv 3x3/2 w; conv 3x3 w }
  unit (2 * w)
  2 x unit (2 * w) 1
  deep { unit (4 * w); unit (4 * w) 1 }
  concat { unit (4 * w); maxpool 3x3/2 } as widest
  conv 3x3/2 (8 * w)

  avgpool global
  dropout drop
  linear classes
}

block unit(c, stride = 2) {
  conv 3x3 c stride=stride
  residual { conv 3x3 c act=none } -> relu
}
"""


@pytest.fixture(scope="module")
def name() -> str:
    return register(STAGED, name="staged_arch")


@pytest.fixture(scope="module")
def model(name: str) -> Any:
    torch.manual_seed(0)
    return CREATE(name).eval()


X = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(1))


# What timm's tests ask of every model


def test_forward_gives_finite_scores(model: Any) -> None:
    y = model(X)
    assert y.shape == (2, 10)
    assert torch.isfinite(y).all()


def test_every_parameter_gets_a_gradient(name: str) -> None:
    model = CREATE(name, num_classes=42).train()
    model(X).mean().backward()
    assert all(one.grad is not None for one in model.parameters())
    assert model.num_classes == 42


def test_its_default_cfg_is_true(model: Any) -> None:
    cfg, state = model.default_cfg, model.state_dict()
    assert cfg["input_size"] == (3, 64, 64)
    assert f"{cfg['classifier']}.weight" in state
    assert f"{cfg['first_conv']}.weight" in state
    assert cfg["num_classes"] == model.num_classes == 10
    assert model.forward_features(X).shape[1:] == (model.num_features, *cfg["pool_size"])
    config = DATA.resolve_model_data_config(model)
    assert config["input_size"] == (3, 64, 64)
    assert config["mean"] == (0.485, 0.456, 0.406)


def test_without_a_classifier_it_gives_pooled_features(name: str) -> None:
    model = CREATE(name).eval()
    model.reset_classifier(0)
    assert model(X).shape == (2, model.num_features)
    assert model.num_classes == 0
    model.reset_classifier(0, "")
    assert torch.equal(model(X), model.forward_features(X))
    model.reset_classifier(0, "max")
    assert torch.equal(model(X), model.forward_features(X).amax((2, 3)))


def test_options_at_creation_are_those_of_reset_classifier(name: str) -> None:
    assert CREATE(name, num_classes=0).eval()(X).shape == (2, 64)
    assert CREATE(name, num_classes=0, global_pool="").eval()(X).shape == (2, 64, 2, 2)
    assert CREATE(name, global_pool="max").eval()(X).shape == (2, 10)
    with pytest.raises(ValueError, match="a classifier needs a pool"):
        CREATE(name, global_pool="")
    with pytest.raises(ValueError, match='a pool is "avg", "max"'):
        CREATE(name, global_pool="catavgmax")


def test_the_head_in_two_parts_is_the_head(model: Any) -> None:
    features = model.forward_features(X)
    before = model.forward_head(features, pre_logits=True)
    assert before.shape == (2, model.head_hidden_size)
    assert torch.equal(model.get_classifier()(before), model(X))


def test_feature_maps_are_as_feature_info_says(name: str) -> None:
    trunk = CREATE(name, features_only=True).eval()
    maps = trunk(X)
    info = trunk.feature_info
    assert info.reduction() == [2, 4, 8, 16, 32]
    assert [one.shape[1] for one in maps] == info.channels()
    assert [64 // one.shape[2] for one in maps] == info.reduction()
    assert len(CREATE(name, features_only=True, out_indices=2)(X)) == 2


@pytest.mark.parametrize("indices", [(1, 3), (-2, -1), (4,)])
def test_chosen_feature_maps_come_alone_and_in_order(name: str, indices: tuple[int, ...]) -> None:
    torch.manual_seed(3)
    trunk = CREATE(name, features_only=True, out_indices=indices).eval()
    torch.manual_seed(3)
    whole = CREATE(name).eval()
    expected = whole.forward_intermediates(X, indices=indices, intermediates_only=True)
    for one, other in zip(trunk(X), expected, strict=True):
        torch.testing.assert_close(one, other)
    assert not any("linear" in key for key in trunk.state_dict())


def test_wrong_feature_maps_are_an_error(name: str) -> None:
    with pytest.raises(ValueError, match="has 5 feature maps"):
        CREATE(name, features_only=True, out_indices=(5,))


def test_intermediates_are_those_of_the_forward(model: Any) -> None:
    features, maps = model.forward_intermediates(X)
    assert torch.equal(features, model.forward_features(X))
    assert len(maps) == 5
    last, only = model.forward_intermediates(X, indices=[1, 2], stop_early=True)
    assert torch.equal(last, only[-1])
    assert torch.equal(only[0], maps[1])
    by_name = model.forward_intermediates(X, ["stem", "/16"], intermediates_only=True)
    assert torch.equal(by_name[0], model.stem(X))
    assert torch.equal(by_name[1], maps[3])
    assert len(model.forward_intermediates(X, 2, intermediates_only=True)) == 2


@pytest.mark.parametrize(
    ("indices", "error", "says"),
    [
        (["/5"], LookupError, "stride /5: known are /2, /4, /8, /16, /32"),
        (["stam"], LookupError, "no module stam"),
        (["linear"], LookupError, "linear is not on the way"),
        ([7], ValueError, "feature map 7 is wanted of 5"),
        (9, ValueError, "the last 9 are wanted of 5"),
    ],
)
def test_wrong_intermediates_are_errors(
    model: Any, indices: Any, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        model.forward_intermediates(X, indices)
    with pytest.raises(ValueError, match="NCHW"):
        model.forward_intermediates(X, output_fmt="NLC")
    assert not any(layer._forward_hooks for layer in model.modules())


@pytest.mark.filterwarnings("ignore")
def test_it_is_scripted_and_traced_with_its_head_in_parts(model: Any) -> None:
    scripted = JIT.script(model)
    torch.testing.assert_close(scripted(X), model(X))
    features = model.forward_features(X)
    before = scripted.forward_head(features, pre_logits=True)
    torch.testing.assert_close(before, model.forward_head(features, pre_logits=True))
    torch.testing.assert_close(torch.fx.symbolic_trace(model)(X), model(X))


# Less memory for the backward pass


def saved(model: Any, x: Tensor) -> int:
    """Return how many numbers autograd keeps from a forward for the backward pass."""
    kept: dict[int, int] = {}

    def pack(value: Tensor) -> Tensor:
        kept[value.untyped_storage().data_ptr()] = value.untyped_storage().nbytes()
        return value

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda value: value):
        model(x).sum().backward()
    return sum(kept.values())


def test_checkpointing_changes_memory_and_nothing_else(name: str) -> None:
    torch.manual_seed(0)
    plain = CREATE(name, drop=0.0).train()
    torch.manual_seed(0)
    again = CREATE(name, drop=0.0).train()
    again.set_grad_checkpointing()
    for model in (plain, again):
        model(X).square().sum().backward()
    for one, other in zip(plain.parameters(), again.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad)
    for (key, one), other in zip(
        plain.state_dict().items(), again.state_dict().values(), strict=True
    ):
        assert torch.equal(one, other), key
    assert saved(again, X) < saved(plain, X) / 2
    again.set_grad_checkpointing(False)
    assert saved(again, X) == saved(plain, X)


def test_checkpointing_survives_a_copy_and_takes_dropout_along(tmp_path: Path) -> None:
    spec = """net dropping { input 8x8x3; block_a; block_a; avgpool global; linear 2 }
    block block_a { conv 3x3 4 norm=batchnorm; dropout 0.5; relu }"""
    torch.manual_seed(0)
    module: Any = archdsl.load(spec).module()
    module.set_grad_checkpointing()
    torch.save(module, tmp_path / "module.pt")
    loaded = torch.load(tmp_path / "module.pt", weights_only=False)
    plain: Any = torch.load(tmp_path / "module.pt", weights_only=False)
    plain.set_grad_checkpointing(False)
    x = torch.randn(4, 3, 8, 8)
    for one in (loaded, plain):
        torch.manual_seed(5)
        one(x).square().sum().backward()
    for one, other in zip(loaded.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad)


def test_a_network_of_single_layers_has_nothing_to_compute_again() -> None:
    module: Any = archdsl.load("net bare { input 8x8x3; conv 3x3 4; flatten; linear 2 }").module()
    module.set_grad_checkpointing(False)
    with pytest.raises(NotImplementedError, match="Bare has no blocks"):
        module.set_grad_checkpointing()


# Groups of parameters


def test_layer_decay_finds_layers_in_their_order(model: Any) -> None:
    layers = TIMM.group_parameters(model, model.group_matcher(), reverse=True)
    assert set(layers) == {key for key, _ in model.named_parameters()}
    assert layers["stem.conv.conv.weight"] == 0
    assert layers["unit1.0.conv.conv.weight"] + 1 == layers["unit1.1.conv.conv.weight"]
    assert layers["linear.weight"] == max(layers.values())
    coarse = TIMM.group_parameters(model, model.group_matcher(coarse=True), reverse=True)
    assert coarse["unit1.0.conv.conv.weight"] == coarse["unit1.1.conv.conv.weight"]
    groups = OPTIM.param_groups_layer_decay(model, weight_decay=0.1, layer_decay=0.5)
    assert len({group["lr_scale"] for group in groups}) > 4


def test_weight_decay_spares_what_the_recipe_does() -> None:
    recipe = "recipe { optimizer sgd lr=0.1; weight_decay 1e-4 weights_only }"
    network = archdsl.load(SAMPLES["residual"].replace("input", f"{recipe}\n  input", 1))
    module = network.module()
    _, spared = network.optimizer(module).param_groups
    ids = {id(one) for one in spared["params"]}
    assert module.no_weight_decay() == {
        key for key, one in module.named_parameters() if id(one) in ids
    }
    assert archdsl.load(SAMPLES["residual"]).module().no_weight_decay() == set()
    assert OPTIM.create_optimizer_v2(module, opt="sgd", lr=0.1, weight_decay=1e-4)


# What a spec's parameters say


def test_words_of_timm_set_the_parameters_that_say_them(name: str) -> None:
    model = CREATE(name, in_chans=1, drop_rate=0.5, num_classes=7)
    assert model(X[:, :1]).shape == (2, 7)
    assert model.dropout.p == 0.5
    assert CREATE(name, w=4)(X).shape == (2, 10)
    with pytest.raises(archdsl.SpecError, match="output_stride"):
        CREATE(name, output_stride=8)


def test_what_no_parameter_says_is_an_error() -> None:
    known = register(SAMPLES["residual"], name="plain_arch")
    with pytest.raises(ValueError, match=r"in_chans=1: `plain_arch` has 3"):
        CREATE(known, in_chans=1)
    assert CREATE(known, num_classes=3).num_classes == 3


def test_first_weights_are_the_recipes_also_for_other_classes() -> None:
    spec = """net drawn { input 8x8x3; conv 3x3 4; avgpool global; linear 5
      recipe { init normal std=3.0 bias=1 } }"""
    model = CREATE(register(spec, name="drawn_arch"), num_classes=400)
    assert 2.5 < model.linear.weight.std() < 3.5
    assert (model.linear.bias == 1).all()


# Weights, and names


def test_pretrained_weights_are_a_file_of_archdsl(tmp_path: Path) -> None:
    network = archdsl.load(STAGED)
    module = network.module(seed=4).eval()
    path = tmp_path / "staged.safetensors"
    convention = Convention("RGB", 255.0, (127.5,) * 3, (51.0,) * 3)
    network.save_weights(module, path, metadata={"archdsl.input": convention.to_text()})
    known = register(STAGED, name="trained_arch", weights=path)
    model = CREATE(known, pretrained=True).eval()
    torch.testing.assert_close(model(X), module(X))
    assert model.pretrained_cfg["mean"] == (0.5, 0.5, 0.5)
    assert model.pretrained_cfg["std"] == (0.2, 0.2, 0.2)
    trunk = CREATE(known, pretrained=True, features_only=True, out_indices=(-1,)).eval()
    torch.testing.assert_close(trunk(X)[0], module.forward_features(X))
    other = CREATE(known, pretrained=True, num_classes=3).eval()
    torch.testing.assert_close(other.forward_features(X), module.forward_features(X))
    with pytest.raises(CheckpointError):
        register(SAMPLES["residual"], name="wrong_arch", weights=path)


def test_names_of_timms_own_models_are_not_taken() -> None:
    spec = "net resnet50 { input 8x8x3; conv 3x3 4; avgpool global; linear 2 }"
    with pytest.raises(ValueError, match='another name, `name="resnet50_arch"`'):
        register(spec)
    with pytest.raises(ValueError, match="cannot be the name of a model"):
        register(spec, name="my.net")
    with pytest.raises(ValueError, match="does not take one image"):
        register(SAMPLES["two_ways"], name="two_arch")


def test_it_is_listed_and_found_from_archdsl_alone() -> None:
    code = f"""
import archdsl, sys
assert "torch" not in sys.modules
name = archdsl.timm.register({SAMPLES["chain"]!r}, name="chain_arch")
import timm
assert timm.list_models(module="specs") == [name]
assert timm.is_model_pretrained(name) is False
"""
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True)
