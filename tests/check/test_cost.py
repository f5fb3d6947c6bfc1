"""What nodes cost, by hand arithmetic."""

from __future__ import annotations

import archdsl
from archdsl.check import memory


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
