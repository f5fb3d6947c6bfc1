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
