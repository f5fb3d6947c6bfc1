"""Training follows the recipe: by hand arithmetic, by torch's own functions, and on real images."""

from __future__ import annotations

import copy
import io
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import onnx as onnx_library
import pytest
import torch
from torch import nn

import archdsl
from archdsl.export import onnx, pt2
from archdsl.pytorch.training import RMSpropTF

GUIDE = (Path(__file__).parents[2] / "docs" / "training.md").read_text(encoding="utf-8")
SPECS = re.findall(r"```arch\n(.*?)```", GUIDE, re.DOTALL)
(LESSON,) = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)


def network(*recipe: str, body: str = "linear 2") -> archdsl.Network:
    lines = "\n    ".join(recipe)
    return archdsl.load(f"net n {{\n  input 2\n  {body}\n  recipe {{\n    {lines}\n  }}\n}}")


# Real images


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the guide's code leaves behind: a network trained on scikit-learn's digits."""
    home = tmp_path_factory.mktemp("lesson")
    (home / "digits.arch").write_text(SPECS[0], encoding="utf-8")
    names: dict[str, Any] = {}
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # images this small leave nothing to share out
    try:
        with pytest.MonkeyPatch.context() as patch, torch.random.fork_rng():
            patch.chdir(home)
            exec(LESSON, names)
    finally:
        torch.set_num_threads(threads)
    return names


def test_guides_other_specs_are_sound() -> None:
    for spec in SPECS[1:]:
        assert archdsl.load(spec).diagnostics == ()


def test_digits_are_learnt(lesson: dict[str, Any]) -> None:
    assert lesson["accuracy"] >= 0.98


def test_learning_rate_fell_twice_in_five_epochs(lesson: dict[str, Any]) -> None:
    (rate,) = {group["lr"] for group in lesson["optimizer"].param_groups}
    assert rate == pytest.approx(0.045 * 0.94**2)


def test_auxiliary_heads_get_gradients_in_training(lesson: dict[str, Any]) -> None:
    network, images, labels = lesson["network"], lesson["images"][:8], lesson["labels"][:8]
    module = network.module(seed=1)
    outputs = module(images)
    assert [tuple(one.shape) for one in outputs] == [(8, 10), (8, 10)]
    network.loss(outputs, labels).backward()
    head = module.get_submodule("side.linear")
    assert head.weight.grad.abs().max() > 0
    # The head's own share: without the main output nothing else but it and the trunk below learns.
    module.zero_grad()
    (0.3 * nn.functional.cross_entropy(module(images)[1], labels)).backward()
    assert module.get_submodule("mixed_a.branch0.conv.conv").weight.grad.abs().max() > 0
    assert all(one.grad is None for one in module.get_submodule("mixed_b").parameters())


def test_auxiliary_heads_are_off_in_evaluation(lesson: dict[str, Any]) -> None:
    network, images, labels = lesson["network"], lesson["images"][:8], lesson["labels"][:8]
    module = network.module(seed=1).eval()
    ran: list[str] = []
    module.get_submodule("side.linear").register_forward_hook(lambda *_: ran.append("side"))
    outputs = module(images)
    assert ran == []
    assert outputs.shape == (8, 10)
    wanted = nn.functional.cross_entropy(outputs, labels, label_smoothing=0.1)
    assert network.loss(outputs, labels).item() == pytest.approx(wanted.item())


def test_auxiliary_heads_leave_no_trace_in_exported_graphs(lesson: dict[str, Any]) -> None:
    network, module = lesson["network"], lesson["average"].module
    before = list(module.state_dict())
    program = torch.export.load(io.BytesIO(pt2.export(network.ir, module)))
    assert list(module.state_dict()) == before  # the module itself keeps its heads
    kept = {*program.state_dict, *(node.name for node in program.graph.nodes)}
    assert any("mixed_b" in name for name in kept)
    assert not any("side" in name for name in kept)
    model = onnx_library.load_model_from_string(onnx.export(network.ir, module))
    named = {one.name for one in model.graph.initializer}
    named |= {value for node in model.graph.node for value in (*node.input, *node.output)}
    assert any("mixed_b" in name for name in named)
    assert not any("side" in name for name in named)


# Loss


def test_label_smoothing_by_hand() -> None:
    # Scores (ln 2, 0) are probabilities (2/3, 1/3); with e = 0.1 the target is (0.95, 0.05).
    loss = network("loss cross_entropy smoothing=0.1").loss(
        torch.tensor([[math.log(2), 0.0]]), torch.tensor([0])
    )
    assert loss.item() == pytest.approx(-0.95 * math.log(2 / 3) - 0.05 * math.log(1 / 3))


def test_auxiliary_losses_count_with_their_weights_by_hand() -> None:
    net = archdsl.load("net n { input 2; aux a weight=0.3 { linear 4 }; linear 4; }")
    # Equal scores over 4 classes cost ln 4; a head that is sure and right costs nothing.
    even, sure = torch.zeros(1, 4), torch.tensor([[1000.0, 0, 0, 0]])
    label = torch.tensor([0])
    assert net.loss((sure, even), label).item() == pytest.approx(0.3 * math.log(4))
    assert net.loss((even, sure), label).item() == pytest.approx(math.log(4))
    assert net.loss(even, label).item() == pytest.approx(math.log(4))


def test_several_outputs_take_a_target_each() -> None:
    net = archdsl.load(
        "net n { input 2 as a; linear 2 as left; @a -> linear 4 as right; output @left @right }"
    )
    even, label = (torch.zeros(1, 2), torch.zeros(1, 4)), torch.tensor([1])
    assert net.loss(even, (label, label)).item() == pytest.approx(math.log(2) + math.log(4))
    with pytest.raises(ValueError, match="one target per output: 2, not 1"):
        net.loss(even, label)


def test_scores_may_lie_on_a_map() -> None:
    net = archdsl.load("net n { input 4x4x3; conv 1x1 5; avgpool global; }")
    label = torch.tensor([2, 0])
    assert net.loss(net.module()(torch.zeros(2, 3, 4, 4)), label).dim() == 0
    pixels = torch.zeros(2, 5, 4, 4)
    assert net.loss(pixels, torch.zeros(2, 4, 4).long()).item() == pytest.approx(math.log(5))


def test_wrong_number_of_outputs_is_an_error() -> None:
    net = archdsl.load("net n { input 2; aux a weight=0.3 { linear 4 }; linear 4; }")
    with pytest.raises(ValueError, match="2 outputs in training and 1 in evaluation, and 3 came"):
        net.loss([torch.zeros(1, 4)] * 3, torch.tensor([0]))


def test_softmax_before_the_loss_is_an_error() -> None:
    net = archdsl.load("net n { input 2; linear 4; softmax; }")
    with pytest.raises(ValueError, match="softmax"):
        net.loss(torch.zeros(1, 4), torch.tensor([0]))


# Optimisers


def tensorflow_rmsprop(
    weight: np.ndarray, gradients: list[np.ndarray], rates: list[float]
) -> np.ndarray:
    """tf.compat.v1.train.RMSPropOptimizer(decay=0.9, momentum=0.8, epsilon=1.0), as documented."""
    mean_square, mom = np.ones_like(weight), np.zeros_like(weight)
    for gradient, rate in zip(gradients, rates, strict=True):
        mean_square = 0.9 * mean_square + (1 - 0.9) * gradient**2
        mom = 0.8 * mom + rate * gradient / np.sqrt(mean_square + 1.0)
        weight = weight - mom
    return weight


def test_rmsprop_follows_tensorflows_formula() -> None:
    random = np.random.default_rng(0)
    start = random.normal(size=(3, 4))
    gradients = [random.normal(size=(3, 4)) for _ in range(6)]
    rates = [0.1, 0.1, 0.1, 0.05, 0.05, 0.01]

    def run(kind: type[torch.optim.Optimizer], **options: float) -> np.ndarray:
        weight = nn.Parameter(torch.tensor(start))
        optimizer = kind([weight], lr=0.1, momentum=0.8, eps=1.0, **options)
        for gradient, rate in zip(gradients, rates, strict=True):
            optimizer.param_groups[0]["lr"] = rate
            weight.grad = torch.tensor(gradient)
            optimizer.step()
        return weight.detach().numpy()

    wanted = tensorflow_rmsprop(start, gradients, rates)
    np.testing.assert_allclose(run(RMSpropTF, decay=0.9), wanted, rtol=1e-12)
    assert np.abs(run(torch.optim.RMSprop, alpha=0.9) - wanted).max() > 0.1


def test_first_step_of_rmsprop_by_hand() -> None:
    # square = 0.9 + 0.1 * 2² = 1.3; step = 0.1 * 2 / √2.3, with decay 0.5 of the weight 4 in g.
    weight = nn.Parameter(torch.tensor([4.0]))
    optimizer = RMSpropTF([weight], lr=0.1, decay=0.9, eps=1.0, weight_decay=0.5)
    weight.grad = torch.tensor([0.0])
    optimizer.step()
    assert weight.item() == pytest.approx(4 - 0.2 / math.sqrt(2.3))


def test_rmsprop_goes_on_from_its_saved_state() -> None:
    def step(weight: nn.Parameter, optimizer: torch.optim.Optimizer) -> None:
        weight.grad = torch.ones_like(weight)
        optimizer.step()

    first = nn.Parameter(torch.zeros(3))
    one = RMSpropTF([first], lr=0.1, momentum=0.9)
    step(first, one)
    second = nn.Parameter(first.detach().clone())
    two = RMSpropTF([second], lr=0.5)
    two.load_state_dict(copy.deepcopy(one.state_dict()))
    step(first, one)
    step(second, two)
    assert torch.equal(first, second)


@pytest.mark.parametrize(
    ("line", "kind", "settings"),
    [
        (
            "sgd lr=0.1 momentum=0.9 nesterov",
            torch.optim.SGD,
            {"lr": 0.1, "momentum": 0.9, "nesterov": True},
        ),
        (
            "rmsprop lr=0.045 momentum=0.9 eps=1.0",
            torch.optim.RMSprop,
            {"lr": 0.045, "alpha": 0.9, "momentum": 0.9, "eps": 1.0},
        ),
        (
            "rmsprop lr=0.045 momentum=0.9 eps=1.0 tensorflow",
            RMSpropTF,
            {"lr": 0.045, "decay": 0.9, "momentum": 0.9, "eps": 1.0},
        ),
        ("adam lr=0.002 beta2=0.99", torch.optim.Adam, {"lr": 0.002, "betas": (0.9, 0.99)}),
        ("adamw", torch.optim.AdamW, {"lr": 0.001, "eps": 1e-8}),
    ],
)
def test_optimizer_is_set_up(line: str, kind: type, settings: dict[str, object]) -> None:
    net = network(f"optimizer {line}", "weight_decay 0.02")
    optimizer = net.optimizer(net.module())
    (group,) = optimizer.param_groups
    assert type(optimizer) is kind
    assert {name: group[name] for name in settings} == settings
    assert group["weight_decay"] == 0.02


def test_weight_decay_spares_biases_and_norms_when_asked() -> None:
    net = network(
        "optimizer sgd lr=1",
        "weight_decay 0.5 weights_only",
        body="linear 3 norm=batchnorm -> prelu -> linear 2",
    )
    module = net.module(seed=0)
    before = {name: one.detach().clone() for name, one in module.named_parameters()}
    optimizer = net.optimizer(module)
    for one in module.parameters():
        one.grad = torch.zeros_like(one)
    optimizer.step()
    kept = {name: one / before[name] for name, one in module.named_parameters()}
    # With no gradient a weight loses half of itself: 1 · 0.5.
    assert {name for name, ratio in kept.items() if torch.allclose(ratio, torch.tensor(0.5))} == {
        "linear.linear.weight",
        "linear1.weight",
    }
    assert all(
        torch.equal(one, before[name])
        for name, one in module.named_parameters()
        if not name.endswith(("linear.weight", "linear1.weight"))
    )


def test_frozen_parameters_are_left_out() -> None:
    net = network("optimizer sgd lr=1", body="linear 3 -> linear 2")
    module = net.module()
    module.get_submodule("linear").requires_grad_(False)
    (group,) = net.optimizer(module).param_groups
    assert group["params"] == list(module.get_submodule("linear1").parameters())


def test_without_a_recipe_there_is_no_optimizer_and_no_average() -> None:
    net = archdsl.load("net n { input 2; linear 2; }")
    module = net.module()
    with pytest.raises(LookupError, match="names no optimiser"):
        net.optimizer(module)
    with pytest.raises(LookupError, match="averages no weights"):
        net.average(module)
    optimizer = torch.optim.SGD(module.parameters(), lr=0.5)
    schedule = net.schedule(optimizer)
    for one in module.parameters():
        one.grad = torch.full_like(one, 1e6)
    net.clip(module)
    assert all(bool((one.grad == 1e6).all()) for one in module.parameters())
    optimizer.step()
    schedule.step()
    assert schedule.get_last_lr() == [0.5]


# Schedule, clip and average


@pytest.mark.parametrize(
    ("line", "rates"),
    [
        ("exponential 0.94 every=2", [1, 1, 0.94, 0.94, 0.94**2]),
        ("milestones 0.1 at=[1, 3]", [1, 0.1, 0.1, 0.01, 0.01]),
        ("cosine epochs=4", [1, 0.5 + math.sqrt(0.125), 0.5, 0.5 - math.sqrt(0.125), 0]),
        ("cosine epochs=2 floor=0.2", [1, 0.6, 0.2]),
        ("polynomial epochs=4", [1, 0.75, 0.5, 0.25, 0]),
        ("polynomial 0.5 epochs=4", [1, math.sqrt(0.75), math.sqrt(0.5), 0.5, 0]),
    ],
)
def test_schedules_by_hand(line: str, rates: list[float]) -> None:
    net = network("optimizer sgd lr=1", f"schedule {line}")
    optimizer = net.optimizer(net.module())
    schedule = net.schedule(optimizer)
    seen: list[float] = []
    for _ in rates:
        seen += schedule.get_last_lr()
        optimizer.step()
        schedule.step()
    assert seen == pytest.approx(rates, abs=1e-12)


@pytest.mark.parametrize(("line", "wanted"), [("clip 1", [0.6, 0.8]), ("clip 3.5 value", [3, 3.5])])
def test_clips_by_hand(line: str, wanted: list[float]) -> None:
    net = network(line, body="linear 1 bias=no")
    module = net.module()
    (weight,) = module.parameters()
    weight.grad = torch.tensor([[3.0, 4.0]])
    net.clip(module)
    assert weight.grad.flatten().tolist() == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        # The first update takes the weight, 1; then 0.9 · 1 + 0.1 · 2 and 0.9 · 1.1 + 0.1 · 3.
        ("average 0.9", 1.29),
        # With the warm-up the second update keeps 2/11 and the third 3/12.
        ("average 0.9 warmup", 0.25 * (2 / 11 + 2 * 9 / 11) + 0.75 * 3),
    ],
)
def test_averages_by_hand(line: str, wanted: float) -> None:
    net = network(line, body="batchnorm")
    module = net.module()
    average = net.average(module)
    for value in (1.0, 2.0, 3.0):
        for one in (*module.parameters(), *module.buffers()):
            one.detach().fill_(value)
        average.update_parameters(module)
    state = average.module.state_dict()
    for name in ("batchnorm.weight", "batchnorm.bias", "batchnorm.running_mean"):
        assert state[name].tolist() == pytest.approx([wanted] * 2)
    assert state["batchnorm.num_batches_tracked"] == 3


# First weights

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
