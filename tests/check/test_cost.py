"""What nodes cost, by hand arithmetic."""

from __future__ import annotations

import pytest

import archdsl
from archdsl.check import memory, weighted_depth
from tests.reading import body


def test_memory_counts_what_is_written_in_float32() -> None:
    text = """
    net n {
      input 8x8x4
      concat { conv 3x3 2; identity; slice 0 2 }
      flatten
      linear 5
    }
    """
    graph = archdsl.load(text).ir
    found = {graph.nodes[id].op.name: size for id, size in memory(graph).items()}
    # 8·8 cells of 2 channels, of 2 + 4 + 2 channels, and 5 numbers, each of 4 bytes; the input is
    # given, and `identity`, `slice` and `flatten` look at what is there.
    assert found == {
        "input": 0,
        "conv": 8 * 8 * 2 * 4,
        "identity": 0,
        "slice": 0,
        "concat": 8 * 8 * 8 * 4,
        "flatten": 0,
        "linear": 5 * 4,
    }


@pytest.mark.parametrize(
    ("lines", "depth"),
    [
        ("conv 3x3 16 groups=16 -> conv 1x1 8", 1),
        ("conv 7x7/2 128 groups=16 -> conv 1x1 64 -> conv 1x1 64", 2),
        # MobileNet, whose paper counts both, has a norm and an activation between them.
        ("conv 3x3 16 groups=16 norm=batchnorm act=relu -> conv 1x1 8", 2),
        ("conv 3x3 16 groups=8 -> conv 1x1 8", 2),
        ("conv 3x3 16 groups=16 -> conv 3x3 8", 2),
        ("conv 3x3 16 groups=16 -> conv 1x1 8 groups=2", 2),
        ("conv 3x3 16 groups=16 -> concat { identity; conv 1x1 8 }", 2),
        ("conv 3x3 16 groups=16 as a -> conv 1x1 8 as b; output @a @b", 2),
        ("conv 3x3 16 groups=16 as a -> conv 1x1 16 -> add { identity; @a }", 2),
        ("conv 1x1 16 -> conv 3x3 16 groups=16", 2),
    ],
)
def test_a_separable_convolution_is_one_layer(lines: str, depth: int) -> None:
    assert weighted_depth(body(lines)) == depth


def test_one_channel_has_no_depthwise_convolution() -> None:
    text = "net n { input 8x8x1; conv 3x3 8 -> conv 1x1 8 }"
    assert weighted_depth(archdsl.load(text).ir) == 2
