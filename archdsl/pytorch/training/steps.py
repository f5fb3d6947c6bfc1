"""What a training loop calls around its steps: optimiser, schedule, clip and average."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn.modules.conv import _ConvNd  # pyright: ignore[reportPrivateUsage]
from torch.optim import Optimizer
from torch.optim.lr_scheduler import ConstantLR, LRScheduler
from torch.optim.swa_utils import AveragedModel

from archdsl.pytorch.torch_module import resolve
from archdsl.recipe import Measure, Recipe

Tensors = list[Tensor] | tuple[Tensor, ...]


def optimizer(recipe: Recipe, module: nn.Module) -> Optimizer:
    """Return the optimiser of a recipe over the parameters of a module that are to be trained.

    Raises LookupError where the recipe names none.
    """
    if recipe.optimizer is None:
        raise LookupError(
            "the spec names no optimiser: add `recipe { optimizer sgd lr=0.1 momentum=0.9 }`"
        )
    call = recipe.optimizer.lower()
    groups = [group for group in _groups(recipe, module) if group["params"]]
    return resolve(call.target)(groups, *call.positional, **dict(call.keywords))


def schedule(recipe: Recipe, optimizer: Optimizer) -> LRScheduler:
    """Return the scheduler of a recipe, to be stepped after each epoch; without one, no change."""
    if recipe.schedule is None:
        return ConstantLR(optimizer, factor=1.0)
    call = recipe.schedule.lower()
    return resolve(call.target)(optimizer, *call.positional, **dict(call.keywords))


def clip(recipe: Recipe, module: nn.Module) -> None:
    """Bound a module's gradients in place, as the recipe says; without a clip do nothing."""
    if recipe.clip is None:
        return
    match recipe.clip.measure:
        case Measure.NORM:
            nn.utils.clip_grad_norm_(module.parameters(), recipe.clip.limit)
        case Measure.VALUE:
            nn.utils.clip_grad_value_(module.parameters(), recipe.clip.limit)


def average(recipe: Recipe, module: nn.Module) -> AveragedModel:
    """Return a copy of a module that holds the running average of its weights and statistics.

    Call ``update_parameters(module)`` after each step, and use the copy in evaluation. Raises
    LookupError where the recipe averages nothing.
    """
    if recipe.average is None:
        raise LookupError("the spec averages no weights: add `recipe { average 0.9999 }`")
    decay, warmup = recipe.average.decay, recipe.average.warmup

    def update(averages: Tensors, weights: Tensors, steps: Tensor | int) -> None:
        kept = decay
        if warmup:
            # As tf.train.ExponentialMovingAverage does with `num_updates`.
            kept = min(decay, (1 + float(steps)) / (10 + float(steps)))
        with torch.no_grad():
            for mean, weight in zip(averages, weights, strict=True):
                if mean.is_floating_point():
                    mean.lerp_(weight, 1 - kept)
                else:
                    mean.copy_(weight)

    # TensorFlow's releases average the moving statistics of norms too.
    return AveragedModel(module, multi_avg_fn=update, use_buffers=True)


def _groups(recipe: Recipe, module: nn.Module) -> Iterator[dict[str, object]]:
    """Yield the parameters that decay, and those that do not."""
    trained = [weight for weight in module.parameters() if weight.requires_grad]
    decay = recipe.weight_decay
    if decay is None or not decay.weights_only:
        yield {"params": trained, "weight_decay": 0.0 if decay is None else decay.amount}
        return
    kernels = {id(weight) for weight in _kernels(module)}
    yield {
        "params": [weight for weight in trained if id(weight) in kernels],
        "weight_decay": decay.amount,
    }
    yield {
        "params": [weight for weight in trained if id(weight) not in kernels],
        "weight_decay": 0.0,
    }


def _kernels(module: nn.Module) -> Iterator[Tensor]:
    """Yield the weights of convolutions and linear layers: neither biases nor norms."""
    for layer in module.modules():
        if isinstance(layer, _ConvNd | nn.Linear):
            yield layer.weight
