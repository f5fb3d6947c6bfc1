"""Small specs for the tests of the command line."""

SOUND = """\
net small(classes = 10) {
  input 8x8x3
  conv 3x3 4
  avgpool global
  linear classes
}
"""
# conv: 3·3·3·4 weights and 4 biases, each weight at 64 cells. linear: 4·10 weights and 10 biases.
SOUND_PARAMS = 108 + 4 + 40 + 10
SOUND_MACS = 108 * 64 + 40

TYPO = "net small {\n  input 8x8x3\n  covn 3x3 4\n}\n"
WRONG_SHAPE = "net small {\n  input 8x8x3\n  conv 3x3 4  => 8x8x5\n}\n"
UNUSED = SOUND + "block spare { conv 1x1 2 }\n"
BLOCKS = "block a { conv 1x1 2 }\nblock b { conv 1x1 3 }\n"
TWO = """\
net one { input 8x8x3; conv 1x1 2 }
net two { input 8x8x3; conv 1x1 4; aux h { avgpool global -> linear 3 } }
"""
