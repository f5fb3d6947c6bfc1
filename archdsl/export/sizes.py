"""Heights and widths that are free in a model: which there are, and some to try it at.

Sizes of an input differ from the spec's by whole steps (:mod:`archdsl.graph.sizes`); an extent of
step 32 and 224 cells is written as ``32*height``, and one of step 1 as ``height``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from archdsl.export.broken import BrokenExport, first_line
from archdsl.graph import Graph, NodeId
from archdsl.graph.sizes import Steps
from archdsl.pytorch.torch_module import NetworkModule, example_inputs

SIDES = ("height", "width")
FARTHEST = 2
"""How many steps beyond the spec's size a model is tried at."""

Sizes = Mapping[NodeId, tuple[int, ...]]
"""Extents of each input without the batch, in torch's order."""


@dataclass(frozen=True, slots=True)
class Case:
    """Inputs of a network at another size than the spec's, and what torch makes of them."""

    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]

    @property
    def size(self) -> str:
        return ", ".join("x".join(map(str, one.shape[2:])) for one in self.inputs)


def examples(
    graph: Graph, module: NetworkModule, dtype: torch.dtype, cases: Sequence[Case]
) -> tuple[Tensor, ...]:
    """Return inputs for torch.export to see what is free: two images, larger where sizes are free.

    It takes an extent of one for a constant, and so it does with the batch.
    """
    inputs = example_inputs(graph, module, batch=2, dtype=dtype)
    if not cases:
        return inputs
    larger = cases[-1].inputs
    return tuple(torch.cat([one, one]).to(like) for one, like in zip(larger, inputs, strict=True))


def why_fixed(graph: Graph, steps: Mapping[NodeId, Steps]) -> str | None:
    """Return why no height or width can be free; None if one can."""
    maps = [id for id in graph.inputs if graph.nodes[id].shape.grid is not None]
    if not maps:
        return "its inputs are vectors"
    if not any(any(steps[id][1:]) for id in maps):
        return "its spec computes with heights and widths, and is another network elsewhere"
    return None


def free_axes(graph: Graph, steps: Mapping[NodeId, Steps]) -> tuple[dict[int, Any], ...]:
    """Return the free axes of each input for torch.export, the batch among them.

    Only those of inputs that have ``steps`` are.
    """
    batch = torch.export.Dim("batch", min=1)
    several = len(graph.inputs) > 1
    found: list[dict[int, Any]] = []
    for number, id in enumerate(graph.inputs):
        axes: dict[int, Any] = {0: batch}
        if id in steps and graph.nodes[id].shape.grid is not None:
            for at, (side, step) in enumerate(zip(SIDES, steps[id][1:], strict=True), 2):
                if step:
                    cells = graph.nodes[id].shape.torch[at - 1]
                    name = f"{side}{number}" if several else side
                    axes[at] = _axis(name, cells, step)
        found.append(axes)
    return tuple(found)


def _axis(name: str, cells: int, step: int) -> Any:
    """Return an extent that is ``cells`` or differs from it by whole steps; not below the spec's.

    Smaller ones work too down to where a window no longer fits, which torch would want to be told.
    """
    count, rest = divmod(cells, step)
    made: Any = torch.export.Dim(name, min=count)
    if step > 1:
        made = step * made
    return made + rest if rest else made


def other_sizes(graph: Graph, steps: Mapping[NodeId, Steps]) -> Iterator[Sizes]:
    """Yield sizes to try: higher ones, wider ones, and both."""
    for rows, columns in ((1, 0), (0, 1), (FARTHEST, 1)):
        sizes: dict[NodeId, tuple[int, ...]] = {}
        for id in graph.inputs:
            extents = graph.nodes[id].shape.torch
            if graph.nodes[id].shape.grid is not None:
                _, down, right = steps[id]
                channels, height, width = extents
                extents = (channels, height + rows * down, width + columns * right)
            sizes[id] = extents
        if any(sizes[id] != graph.nodes[id].shape.torch for id in graph.inputs):
            yield sizes


def run(module: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """Return what a module, or an exported program, gives: always several values."""
    with torch.inference_mode():
        made: Any = module(*inputs)
    return (made,) if isinstance(made, Tensor) else tuple(made)


def tried(
    graph: Graph, module: NetworkModule, steps: Mapping[NodeId, Steps], dtype: torch.dtype
) -> list[Case]:
    """Run a module at other sizes of its inputs, and return what it gives there, on the CPU.

    Raises :class:`BrokenExport` if it has no other sizes.
    """
    fixed = why_fixed(graph, steps)
    if fixed is not None:
        raise BrokenExport(f"{graph.name} has no other sizes: {fixed}")
    like = example_inputs(graph, module, dtype=dtype)
    generator = torch.Generator().manual_seed(0)
    cases: list[Case] = []
    for sizes in other_sizes(graph, steps):
        inputs = tuple(
            torch.randn(1, *sizes[id], generator=generator).to(one)
            for id, one in zip(graph.inputs, like, strict=True)
        )
        try:
            outputs = run(module, inputs)
        except RuntimeError as error:
            at = Case(inputs, ()).size
            raise BrokenExport(
                f"{graph.name} has no other sizes: at {at} torch says: {first_line(error)}"
            ) from error
        cases.append(Case(tuple(x.cpu() for x in inputs), tuple(x.cpu() for x in outputs)))
    return cases
