"""A small network as a spec, and as another implementation would have it."""

from __future__ import annotations

import torch
from torch import nn

SMALL = """
net small(classes = 3) {
  input 8x8x2
  default conv norm=batchnorm act=relu
  2 x block_a
  avgpool global
  linear classes as head
}
block block_a {
  concat { conv 1x1 2; conv 1x1 2 -> conv 3x3 2; avgpool 3x3 -> conv 1x1 2 }
  conv 1x1 2
}
"""


class Unit(nn.Module):
    def __init__(self, a: int, b: int, k: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(a, b, k, padding=k // 2, bias=False)
        self.bn = nn.BatchNorm2d(b)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.bn(self.conv(x)).relu()


class Block(nn.Module):
    """The same block with other names, its branches not in our order of letters."""

    def __init__(self) -> None:
        super().__init__()
        self.branch0 = Unit(2, 2, 1)
        self.branch1 = nn.Sequential(Unit(2, 2, 1), Unit(2, 2, 3))
        self.branch_pool = Unit(2, 2, 1)
        self.merge = Unit(6, 2, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        pooled = nn.functional.avg_pool2d(x, 3, 1, 1, count_include_pad=False)
        branches = [self.branch0(x), self.branch1(x), self.branch_pool(pooled)]
        return self.merge(torch.cat(branches, 1))


class Other(nn.Module):
    def __init__(self, classes: int = 3) -> None:
        super().__init__()
        self.features = nn.Sequential(Block(), Block())
        self.last_linear = nn.Linear(2, classes)
        for module in self.modules():
            if isinstance(module, nn.BatchNorm2d):
                nn.init.normal_(module.running_mean)
                nn.init.uniform_(module.running_var, 0.5, 2)
                nn.init.normal_(module.weight)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.last_linear(self.features(x).mean((2, 3)))
