"""Small networks that the drawing tests share, each with something that is hard to draw."""

from __future__ import annotations

from pathlib import Path

import archdsl
from archdsl.graph import Graph

SPECS = Path(__file__).parents[2] / "specs"

RESIDUAL = """
net residual_net {
  input 32x32x16
  default conv norm=batchnorm act=relu
  3 x { residual scale=0.2 { conv 3x3 16 -> conv 3x3 16 linear } -> relu } as stage
  4 x conv 3x3 16
  avgpool global
  linear 10
}
"""

BOTTLENECKS = """
net bottlenecks {
  input 56x56x64
  default conv norm=batchnorm act=relu
  stage 3 64 1
  stage 4 128 2
  stage 6 256 2
  avgpool global
  linear 1000
}
block stage(n, c, s) { bottleneck c s; (n - 1) x bottleneck c 1 }
block bottleneck(c, s) {
  add {
    if s != 1 or channels != 4*c { conv 1x1 (4*c) stride=s linear } else { identity }
    conv 1x1 c -> conv 3x3 c stride=s -> conv 1x1 (4*c) linear
  }
  relu
}
"""

SKIPS = """
net skips {
  input 64x64x3
  down1 { two 8 as skip1; maxpool 2x2/2 }
  down2 { two 16 as skip2; maxpool 2x2/2 }
  two 32 as bottom
  up2 { concat { resize 2; @skip2 }; two 16 }
  up1 { concat { resize 2; @skip1 }; two 8 }
  conv 1x1 2 act=sigmoid
}
block two(c) { 2 x conv 3x3 c act=relu }
"""

GATE = """
net gated {
  input 16x16x32
  gate 32
  add { identity; identity }
}
block gate(c) {
  mul { identity; avgpool global -> conv 1x1 (c / 4) act=relu -> conv 1x1 c act=sigmoid }
}
"""

TWO_INPUTS = """
net two_inputs {
  input 32x32x3 as left
  conv 3x3 16 as a
  input 32x32x1 as right
  conv 3x3 16 as b
  concat { @a; @b }
  6 x dense 12
  avgpool global as pooled
  linear 10 as classes
  @pooled -> linear 4 as box
  output @classes @box
}
block dense(g) { concat { identity; batchnorm -> relu -> conv 3x3 g } }
"""

HEADS = """
net heads {
  input 8x8x4
  conv 3x3 4
  aux early weight=0.3 { avgpool global; linear 10 }
  conv 3x3 8
  aux late weight=0.3 { avgpool global; linear 10 }
  avgpool global
  linear 10
}
"""

# A copy that reads the same value from outside as the one before, and one that is different.
TAPPED = """
net tapped {
  input 8x8x4
  conv 3x3 4 as skip
  maxpool 3x3
  3 x { add { conv 3x3 4; @skip } }
  3 x { conv 3x3 (4 + index // 2); if index == 1 { relu } }
}
"""

SMALLEST = "net smallest { input 3x3x3 }"

JOIN_ONLY = "net join_only { input 8x8x4; concat { identity; identity } }"

TEXTS = {
    "residual": RESIDUAL,
    "bottlenecks": BOTTLENECKS,
    "skips": SKIPS,
    "gate": GATE,
    "two inputs": TWO_INPUTS,
    "heads": HEADS,
    "tapped": TAPPED,
    "smallest": SMALLEST,
    "join only": JOIN_ONLY,
    "inception_v4": SPECS / "inception_v4.arch",
    "googlenet": SPECS / "googlenet.arch",
}


def graph_of(name: str) -> Graph:
    return archdsl.load(TEXTS[name]).ir
