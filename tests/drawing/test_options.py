"""Plain words for options, right and wrong."""

from __future__ import annotations

from typing import Any

import pytest

import archdsl
from archdsl.drawing import (
    Direction,
    DrawingError,
    Heat,
    Label,
    Options,
    Style,
    read_options,
)


def test_words_are_read() -> None:
    assert read_options() == Options()
    assert read_options(
        style="paper",
        expand="A, stem",
        depth=2,
        only="x.y",
        direction="LR",
        theme="dark",
        labels="shapes,macs",
        heat="memory",
        title="T",
        legend=True,
    ) == Options(
        style=Style.PAPER,
        expand=("A", "stem"),
        depth=2,
        only="x.y",
        direction=Direction.LR,
        theme="dark",
        labels=frozenset({Label.SHAPES, Label.MACS}),
        heat=Heat.MEMORY,
        title="T",
        legend=True,
    )


def test_lists_are_words_too() -> None:
    assert read_options(expand=["A", "B"]).expand == ("A", "B")
    assert read_options(labels=["params"]).labels == {Label.PARAMS}
    assert read_options(labels="none").labels == frozenset()
    assert read_options(labels=[]).labels == frozenset()
    assert read_options(labels=None).labels is None


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"style": "papper"}, "no style `papper`; did you mean `paper`"),
        ({"style": "x"}, "no style `x`; there are `blocks`, `paper`, `full`, `table`"),
        ({"direction": "down"}, "no direction `down`; there are `TB`, `BT`, `LR`"),
        ({"labels": "shape"}, "no label `shape`; did you mean `shapes`"),
        ({"labels": "none,macs"}, "`none` or others"),
        ({"heat": "memroy"}, "no heat `memroy`; did you mean `memory`"),
        ({"theme": "drak"}, "no theme `drak`; did you mean `dark`"),
        ({"depth": -1}, "0 or more, and not -1"),
        ({"style": "table", "only": "conv"}, "takes no `only`"),
        ({"style": "full", "expand": "A"}, "leave out `expand`"),
    ],
)
def test_a_network_refuses_wrong_words(words: dict[str, Any], message: str) -> None:
    network = archdsl.load("net n { input 8x8x3; conv 3x3 4 }")
    with pytest.raises(DrawingError, match=message):
        network.draw("svg", **words)


def test_a_network_draws_by_words() -> None:
    network = archdsl.load("net n { input 8x8x3; conv 3x3 4 }")
    text = network.draw("mermaid", direction="LR", style="paper")
    assert isinstance(text, str)
    assert text.startswith("flowchart LR")
    assert "3×3 Conv (4)" in text
    with pytest.raises(DrawingError, match="cannot draw as `gif`"):
        network.draw("gif")
