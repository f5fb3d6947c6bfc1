"""The summary as a value; the printers need nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from archdsl.ops import Cost, Shape, Size


@dataclass(frozen=True, slots=True)
class Stage:
    """One row: a step of the net, or of the stage it stands in.

    ``type`` is what the step is made of (``conv``, ``inception``, ``4 × A``), ``patch`` the patch
    size/stride of a single operator, ``depth`` the weight layers on the longest path through it,
    ``widths`` its filters along the branches: ``64 ∥ 96→128``.
    """

    name: str
    path: str
    type: str
    patch: str
    output: Shape
    depth: int
    widths: str
    cost: Cost
    stages: tuple[Stage, ...] = ()


@dataclass(frozen=True, slots=True)
class Head:
    """An auxiliary head: it reads the stage ``reads``, and its loss counts ``weight``."""

    stage: Stage
    weight: float
    reads: str


@dataclass(frozen=True, slots=True)
class Reach:
    """What one cell of the last feature map sees of the input.

    ``step`` is the step that makes this feature map; ``field`` is None where a cell sees all of
    the input, however large.
    """

    step: str
    grid: Size
    field: Size | None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An input or an output of the network."""

    name: str
    path: str
    shape: Shape


@dataclass(frozen=True, slots=True)
class Summary:
    """A whole network. ``cost`` and ``depth`` leave the auxiliary heads out, ``aux`` is theirs."""

    name: str
    inputs: tuple[Endpoint, ...]
    outputs: tuple[Endpoint, ...]
    stages: tuple[Stage, ...]
    heads: tuple[Head, ...]
    nodes: int
    depth: int
    cost: Cost
    aux: Cost
    reach: Reach | None
    smallest_input: int | None
