"""RMSProp as TensorFlow computes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

import torch
from torch import Tensor
from torch.optim import Optimizer


class RMSpropTF(Optimizer):
    """RMSProp with epsilon inside the root, as the Inception networks were trained.

    For a gradient g, with weight decay added to it::

        square    ← decay · square + (1 − decay) · g²                begins at 1
        velocity  ← momentum · velocity + lr · g / √(square + eps)   begins at 0
        weight    ← weight − velocity

    :class:`torch.optim.RMSprop` divides by √square + eps, begins ``square`` at 0, and applies the
    learning rate after the momentum, so that a falling rate also shrinks steps taken before.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 0.01,
        decay: float = 0.9,
        momentum: float = 0.0,
        eps: float = 1e-10,
        weight_decay: float = 0.0,
    ) -> None:
        numbers = {
            "lr": lr,
            "decay": decay,
            "momentum": momentum,
            "eps": eps,
            "weight_decay": weight_decay,
        }
        for name, value in numbers.items():
            if not value >= 0:
                raise ValueError(f"{name} is {value}, and is at least 0")
        super().__init__(params, numbers)

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> Any:
        """Take one step; ``closure`` computes the loss anew, and its value is returned."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for weight in cast("list[Tensor]", group["params"]):
                if weight.grad is not None:
                    self._update(weight, weight.grad, group)
        return loss

    def _update(self, weight: Tensor, gradient: Tensor, group: dict[str, Any]) -> None:
        if gradient.is_sparse:
            raise RuntimeError("RMSpropTF does not take sparse gradients")
        state = self.state[weight]
        if not state:
            state["square"] = torch.ones_like(weight)
            if group["momentum"] > 0:
                state["velocity"] = torch.zeros_like(weight)
        if group["weight_decay"] != 0:
            gradient = gradient.add(weight, alpha=group["weight_decay"])
        square: Tensor = state["square"]
        square.lerp_(gradient.square(), 1 - group["decay"])
        root = square.add(group["eps"]).sqrt_()
        if group["momentum"] > 0:
            velocity: Tensor = state["velocity"]
            velocity.mul_(group["momentum"]).addcdiv_(gradient, root, value=group["lr"])
            weight.sub_(velocity)
        else:
            weight.addcdiv_(gradient, root, value=-group["lr"])
