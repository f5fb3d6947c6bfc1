"""Receptive fields: which stretch of the input a cell sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

from archdsl.graph import Graph, Node, NodeId
from archdsl.ops import Size
from archdsl.ops.operator import POINT
from archdsl.ops.reads import Reads

Pixels = int | Fraction
"""Input pixels: a whole number, but for the steps between cells of a grid that has grown."""

MOST_READ = 2**20
"""Most cells that are looked at for one axis of a node. No network of the zoo comes near it; beyond
it a cell is said to see the whole input."""

Stretch = tuple[int, int]
"""The first and the last input pixel that a cell sees."""


@dataclass(frozen=True, slots=True)
class Field:
    """What one output cell sees: input pixels per axis, and input pixels between neighbours.

    ``size`` is that of the cells that see most, from the first pixel to the last, as if the input
    had no border. It is None where a cell sees the whole input.
    """

    size: tuple[int, int] | None
    jump: tuple[Pixels, Pixels]

    @property
    def pixels(self) -> Size | None:
        return None if self.size is None else Size(*self.size)


@dataclass(frozen=True, slots=True, eq=False)
class _Axis:
    """What the cells of one axis see: a pattern that repeats ``advance`` pixels further on.

    None for a cell that sees nothing. Without an ``advance`` the pattern is the whole axis.
    """

    pattern: tuple[Stretch | None, ...]
    advance: int | None

    def at(self, cell: int) -> Stretch | None:
        if self.advance is None:
            return self.pattern[cell] if 0 <= cell < len(self.pattern) else None
        turn, phase = divmod(cell, len(self.pattern))
        seen = self.pattern[phase]
        further = turn * self.advance
        return None if seen is None else (seen[0] + further, seen[1] + further)

    @property
    def most(self) -> int:
        return max((last - first + 1 for first, last in filter(None, self.pattern)), default=0)


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """What the cells of a node see; ``axes`` is None where that is the whole input."""

    axes: tuple[_Axis, _Axis] | None
    jump: tuple[Pixels, Pixels]

    @property
    def field(self) -> Field:
        size = None if self.axes is None else (self.axes[0].most, self.axes[1].most)
        return Field(size, self.jump)


_ONE = _Axis(((0, 0),), 1)
_START = _Seen((_ONE, _ONE), (1, 1))


def fields(graph: Graph) -> Mapping[NodeId, Field]:
    """Return the receptive field of every node.

    Where branches meet a cell sees from the first pixel that one of them sees to the last, which
    is more than each where their windows lie off-centre.
    """
    seen: dict[NodeId, _Seen] = {}
    found: dict[_Seen, Field] = {}
    for node in graph:
        seen[node.id] = _of(graph, node, [seen[operand] for operand in node.operands])
    for one in seen.values():
        if one not in found:
            found[one] = one.field
    return {id: found[one] for id, one in seen.items()}


def _of(graph: Graph, node: Node, operands: list[_Seen]) -> _Seen:
    if not operands:
        return _START
    shapes = graph.shapes_into(node)
    window = node.op.window(shapes[0])
    if window is POINT and len(operands) == 1:
        return operands[0]  # two of three operators look at one cell
    rows, columns = window.rows, window.columns
    jump = (
        _step(max(seen.jump[0] for seen in operands), rows),
        _step(max(seen.jump[1] for seen in operands), columns),
    )
    axes = [seen.axes for seen in operands if seen.axes is not None]
    if window.whole or len(axes) < len(operands):
        return _Seen(None, jump)
    if len(axes) == 1:
        down = _through(axes[0][0], rows, node.shape.height)
        across = _through(axes[0][1], columns, node.shape.width)
    else:
        tall, wide = [shape.height for shape in shapes], [shape.width for shape in shapes]
        down = _together([one[0] for one in axes], tall, node.shape.height)
        across = _together([one[1] for one in axes], wide, node.shape.width)
    return _Seen(None if down is None or across is None else (down, across), jump)


def _step(jump: Pixels, reads: Reads) -> Pixels:
    step = jump * Fraction(reads.advance, reads.period)
    return int(step) if step.denominator == 1 else step


def _through(axis: _Axis, reads: Reads, cells: int) -> _Axis | None:
    """Return what the ``cells`` of an axis see that read ``axis``; None if it is not worked out."""
    inside = len(axis.pattern)
    turns = inside // gcd(inside, reads.advance)
    length, advance = reads.period * turns, None
    if axis.advance is None or length > cells:
        length = cells
    else:
        advance = axis.advance * (reads.advance * turns // inside)
    if length * min(len(reads.of(0)) + 1, 2 * inside) > MOST_READ:
        return None
    return _Axis(tuple(_hull(axis, _read(reads, cell)) for cell in range(length)), advance)


def _read(reads: Reads, cell: int) -> range:
    turn, phase = divmod(cell, reads.period)
    read, further = reads.of(phase), turn * reads.advance
    return range(read.start + further, read.stop + further, read.step)


def _hull(axis: _Axis, cells: range) -> Stretch | None:
    """Return the stretch from the first pixel that one of ``cells`` sees to the last."""
    # Later cells see no earlier pixels, a turn of the pattern later: its first turn has the first.
    turn = len(axis.pattern) if axis.advance is not None else len(cells)
    return _over([axis.at(cell) for cell in {*cells[:turn], *cells[-turn:]}] if cells else [])


def _over(stretches: Sequence[Stretch | None]) -> Stretch | None:
    seen = [stretch for stretch in stretches if stretch is not None]
    if not seen:
        return None
    return min(first for first, _ in seen), max(last for _, last in seen)


def _together(axes: list[_Axis], extents: list[int], cells: int) -> _Axis | None:
    """Return what the ``cells`` of a join see; an operand of one cell is read by all of them."""
    steps = {
        Fraction(axis.advance, len(axis.pattern)) if axis.advance is not None else None
        for axis in axes
    }
    length = lcm(*(len(axis.pattern) for axis in axes))
    (step, *others) = steps
    if others or step is None or length > cells or set(extents) != {cells}:
        length, advance = cells, None
    else:
        advance = int(step * length)
    if length * len(axes) > MOST_READ:
        return None
    reads = [
        (axis, 0 if extent == 1 and cells > 1 else 1)
        for axis, extent in zip(axes, extents, strict=True)
    ]
    return _Axis(
        tuple(_over([axis.at(cell * moves) for axis, moves in reads]) for cell in range(length)),
        advance,
    )
