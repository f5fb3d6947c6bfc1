"""Receptive fields, held against the gradient of what a cell gives by what the network is given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

import archdsl
from archdsl.check import fields
from tests.reading import graph

Draw = Callable[..., Any]
SIDE = 40

KERNELS = ("1x1", "2x2", "3x3", "2x3", "4x1")
GROWING = ("upconv 2x2/2 1", "upconv 3x3/2 1", "upconv 2x2/2 1 dilation=2", "upconv 1x1/2 1")
RESIZED = ("resize 2", "resize 2 bilinear", "resize 3 bilinear")


def net(lines: str, side: int = SIDE) -> str:
    return f"net n {{\ninput {side}x{side}x1\n{lines}\n}}\n"


@st.composite
def windows(draw: Draw, strides: tuple[int, ...] = (1, 1, 2)) -> str:
    """A convolution or a pool, off-centre as often as not."""
    kernel, stride = draw(st.sampled_from(KERNELS)), draw(st.sampled_from(strides))
    pad = draw(st.sampled_from(["", " valid", " pad=0x1" if kernel != "1x1" else ""]))
    if kernel == "4x1":
        pad = ""
    if draw(st.booleans()):
        return f"avgpool {kernel}/{stride}{pad}"
    dilation = draw(st.sampled_from(["", "", " dilation=2"]))
    return f"conv {kernel}/{stride} 1{pad}{dilation}"


@st.composite
def branches(draw: Draw) -> str:
    """A join of branches that keep the grid, so that they fit together whatever they are."""
    kernels = st.sampled_from(KERNELS)
    kept = st.lists(kernels.map(lambda k: f"conv {k} 1"), min_size=1, max_size=2)
    several = st.one_of(
        kept.map(" -> ".join), st.sampled_from(["identity", "resize 2 -> avgpool 2x2/2"])
    )
    inside = "; ".join(draw(st.lists(several, min_size=2, max_size=3)))
    return f"add {{ {inside} }}"


steps = st.one_of(
    windows(),
    branches(),
    st.sampled_from((*GROWING, *RESIZED)),
    st.sampled_from(("pad [2, 0, 1, 0]", "crop [0, 1, 2, 0]", "relu", "batchnorm")),
)
networks = st.lists(steps, min_size=1, max_size=5).map("\n".join)


def seen(text: str) -> tuple[int, int]:
    """Return how many rows and columns of the input reach the cell that most of them reach."""
    module = archdsl.load(text).module().double().eval()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(parameter.abs() + 0.1)
    x = torch.rand(1, 1, SIDE, SIDE, dtype=torch.float64, requires_grad=True)
    y = module(x)
    rows = columns = 0
    for row in range(y.shape[2]):
        (down,) = torch.autograd.grad(y[:, :, row].sum(), x, retain_graph=True)
        rows = max(rows, extent(down.abs().sum((0, 1, 3))))
    for column in range(y.shape[3]):
        (across,) = torch.autograd.grad(y[:, :, :, column].sum(), x, retain_graph=True)
        columns = max(columns, extent(across.abs().sum((0, 1, 2))))
    return rows, columns


def extent(line: Any) -> int:
    """Return how many cells lie from the first one that is not zero to the last."""
    reached = line.nonzero().flatten().tolist()
    return reached[-1] - reached[0] + 1 if reached else 0


def size(text: str) -> tuple[int, int] | None:
    made = graph(text)
    return fields(made)[made.outputs[0]].size


@given(networks)
def test_a_cell_sees_what_its_gradient_reaches(lines: str) -> None:
    made = graph(net(lines))
    field = fields(made)[made.outputs[0]]
    assert field.size is not None
    # Far enough from the border, there are cells of every kind whose field it does not cut.
    assume(max(field.size) <= SIDE // 2 and max(field.jump) <= 4)
    assume(made.nodes[made.outputs[0]].shape.cells <= 10_000)
    assert field.size == seen(net(lines))


@pytest.mark.parametrize("to", [3, 7, 9, 16, 27, 33, 40, 57])
def test_a_share_of_the_map_is_the_one_that_its_gradient_reaches(to: int) -> None:
    """40 is no multiple of most: torch's windows overlap then, where both ends share a cell."""
    lines = f"conv 3x3 1 pad=1 -> avgpool to={to}x{to + 1}"
    assert size(net(lines)) == seen(net(lines))


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        # Off-centre by half a cell twice, the first branch sees from 0 to 2; the other -1 to 1.
        ("add { conv 2x2 1 -> conv 2x2 1; conv 3x3 1 }", (4, 4)),
        ("add { identity; crop [0, 3, 0, 0] -> pad [3, 0, 0, 0] }", (4, 1)),
        ("concat { conv 3x1 1; conv 1x3 1 }", (3, 3)),
        # The second of two output cells reads two input cells, the first of them one.
        ("upconv 3x3/2 1", (2, 2)),
        ("upconv 1x1/2 1", (1, 1)),
        ("resize 2 bilinear -> avgpool 2x2/2", (3, 3)),
        ("resize 2 -> avgpool 2x2/2", (1, 1)),
        ("resize to=30x20", (1, 1)),
        ("resize to=30x20 bilinear", (2, 2)),
        ("resize to=30x20 bilinear -> conv 3x3 1", (5, 6)),
        ("avgpool to=20x16", (2, 3)),
        ("avgpool to=16x16 -> resize to=20x20 -> conv 3x3 1", (8, 8)),
        # Cells that meet after different strides: the first sees the first pixel and the middle.
        ("concat { avgpool 2x2/2; crop 10 }", (11, 11)),
        ("mul { identity; avgpool 3x3/40 valid }", (40, 40)),
        ("conv 40x1 1 valid", (40, 1)),
    ],
)
def test_fields_of_single_networks(lines: str, expected: tuple[int, int]) -> None:
    assert size(net(lines)) == expected == seen(net(lines))


def test_a_pool_over_all_of_a_map_sees_all_of_the_input() -> None:
    for lines in ("avgpool global", "flatten", "groupnorm 1", "mul { identity; avgpool global }"):
        assert size(net(lines)) is None
    assert seen(net("avgpool global")) == (SIDE, SIDE)


def test_patterns_that_hardly_repeat_take_no_time() -> None:
    odd = " -> ".join(f"resize to={side}x{side}" for side in (9_999, 10_000, 10_007, 9_973))
    text = net(f"{odd} -> avgpool 4001x4001 valid", side=1)
    assert size(text) in (None, (1, 1))
