"""A small network, and an image for it."""

from __future__ import annotations

import torch
from torch import Tensor

import archdsl
from archdsl.pytorch.torch_module import NetworkModule

SMALL = """
net small(classes = 10, drop = 0.2) {
  input 32x32x3
  default conv norm=batchnorm act=relu
  stem { conv 3x3/2 8; maxpool 3x3/2 }
  2 x unit 4
  aux side weight=0.3 { avgpool global -> linear classes }
  residual scale=0.5 { conv 3x3 8 linear } -> relu
  conv 3x3/2 16 as last
  avgpool global
  dropout drop
  linear classes as fc
}
block unit(c) { concat { conv 1x1 c; maxpool 3x3 -> conv 1x1 c } }
"""


def small(**params: int) -> NetworkModule:
    return archdsl.load(SMALL, **params).module(seed=0)


def picture(batch: int = 2) -> Tensor:
    return torch.randn(batch, 3, 32, 32, generator=torch.Generator().manual_seed(1))
