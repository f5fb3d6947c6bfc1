"""A network one level down, so that none of its names is one of a program of torch's own."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

HELD = "network_"
"""Where a held network is; the names of its weights begin with it."""


class Held(nn.Module):
    """A module that does what the network does that it holds."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        setattr(self, HELD, module)
        self.train(module.training)

    def forward(self, *inputs: Tensor) -> Any:
        return getattr(self, HELD)(*inputs)


def clashes(module: nn.Module) -> bool:
    """Return whether a part of a network is called as something that a program of torch's has.

    Such a program is a `GraphModule` with the network's parts as attributes, and a step may well
    be called `graph` or `code`.
    """
    program = torch.fx.GraphModule(nn.Module(), torch.fx.Graph())
    return any(hasattr(program, name) for name, _ in module.named_children())
