"""Small networks that together use every form a target has to carry."""

from __future__ import annotations

CHAIN = """
net chain(classes = 5) {
  input 16x16x3
  conv 3x3/2 8 act=relu
  maxpool 3x3/2
  avgpool global
  linear classes
}
"""

RESIDUAL = """
net residual_net(classes = 4) {
  input 16x16x3
  default conv norm=batchnorm act=relu
  conv 3x3 8
  2 x bottleneck 4
  2 x bottleneck 8 stride=2
  3 x { residual scale=(0.1 * (index + 1)) { conv 3x3 32 linear } -> relu }
  avgpool global; dropout 0.1; linear classes
}
block bottleneck(c, stride = 1) {
  add {
    { conv 1x1 c; conv 3x3 c stride=stride; conv 1x1 (4*c) linear }
    if stride != 1 or channels != 4*c { conv 1x1 (4*c) stride=stride linear } else { identity }
  } -> relu
}
"""

INCEPTION = """
net small_inception(classes = 6) {
  input 20x20x3
  default conv act=relu
  stem { conv 5x5/2 8; lrn 3 }
  inception 4 4 6 2 2 2 as mixed_a
  aux side weight=0.3 { avgpool 3x3/3 valid -> flatten -> linear 12 act=relu -> linear classes }
  inception 3 2 5 2 3 4 as mixed_b
  maxpool 2x2/2 ceil valid
  2 x inception 4 4 6 2 2 2
  avgpool global; linear classes
}
block inception(c1, r3, c3, r5, c5, proj) {
  concat {
    conv 1x1 c1
    conv 1x1 r3 -> conv 3x3 c3
    conv 1x1 r5 -> conv 5x5 c5
    maxpool 3x3 -> conv 1x1 proj
  }
}
"""

U_NET = """
net u_net {
  input 16x16x2
  down { conv 3x3 4 act=relu; relu as high; maxpool 2x2/2; conv 3x3 8 as low; maxpool 2x2/2 }
  conv 3x3 8 act=gelu
  upconv 2x2/2 8; concat { identity; @low }; conv 3x3 6
  resize 2 bilinear; concat { identity; @high }
  conv 1x1 2
}
"""

TWO_WAYS = """
net two_ways {
  input 8x8x3 as left
  input 8x8x3 as right
  add { @left -> conv 3x3 4; @right -> conv 3x3 4 }
  mul { identity; avgpool global -> conv 1x1 2 act=relu -> conv 1x1 4 act=sigmoid } as gated
  conv 3x3/2 4 -> l2norm as map
  @gated -> avgpool global -> linear 3 as scores
  output @map @scores
}
"""

OWN_LAYERS = """
net own_layers {
  input 9x9x4
  affine scale=[0.5, 1, 2, 3] shift=0.1
  conv 2x2 6 norm=batchnorm(gamma=no) act=hard_swish
  avgpool 2x2/1
  maxpool 2x2/1
  layernorm
  shuffle 3
  upconv 3x3/2 6
  droppath 0.2
  batchnorm beta=no
  prelu shared=no
  pad [0, 1, 2, 1] reflect
  avgpool 2x2/3 count_include_pad=yes
  groupnorm 2
  concat { pad 1; { conv 3x3 5 pad=[2, 2, 2, 2] } }
  scale 2
  avgpool to=3x2
  flatten -> linear 7 norm=batchnorm(beta=no) act=silu -> softmax
}
"""

SAMPLES = {
    "chain": CHAIN,
    "residual": RESIDUAL,
    "inception": INCEPTION,
    "u_net": U_NET,
    "two_ways": TWO_WAYS,
    "own_layers": OWN_LAYERS,
}
