"""At which other sizes of its inputs a module of a graph computes what the spec says.

A module has the constants that were worked out for the sizes of the spec. Most operators compute
what is meant at any size. Those that do not, as a `same` convolution with a stride, do so where
their own input differs by whole strides, and that is where the network's input differs by all the
strides on the way to them. So each extent of an input has a step: sizes that differ by multiples of
it are right. Sizes at which torch itself fails, as at a `linear` of another number of features,
need no step.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from math import lcm

from archdsl.graph.graph import Graph, Node, NodeId, ScopeKind
from archdsl.graph.names import AT_HAND, OF_INPUT
from archdsl.light import light
from archdsl.ops import Growth, Input, Join
from archdsl.syntax import nodes

Steps = tuple[int, ...]
"""A step for each extent of an input, in torch's order: 1 where any size is right, 0 where only
that of the spec is."""

_CHANNELS = ("channels", "in_channels")
_SIZES = tuple(name for name in (*AT_HAND, *OF_INPUT) if name not in _CHANNELS)
_ASKS_SIZE = re.compile(rf"\b(?:{'|'.join(_SIZES)})\b")
_ASKS_CHANNELS = re.compile(rf"\b(?:{'|'.join(_CHANNELS)})\b")
_COMMENT = re.compile(r"#.*")


@light
class _Axis:
    """How rows or columns of a value follow from those of an input of the network.

    ``form`` are the growths on the way, merged where two are as one; ``scale`` is how many cells
    here one more there gives; ``period`` is how many there are needed so that all on the way move
    by whole cells. Without an ``input`` there are always as many.
    """

    input: NodeId | None
    at: int
    form: tuple[Growth, ...] = ()
    scale: Fraction = Fraction(1)
    period: int = 1


_STEADY = _Axis(None, 0)
_LENGTH = _Axis("", 0)
"""The length of a vector that was a map of any size."""


def steps(
    graph: Graph, texts: Iterable[str], *, same_windows: bool = False
) -> Mapping[NodeId, Steps]:
    """Return the steps of each input of a graph that was expanded from ``texts``.

    An expression in them that asks for a height or a width may give another network elsewhere.
    With ``same_windows``, windows whose count is rounded up reach as far beyond the grid at each
    of the sizes: for targets that cannot round up.
    """
    text = "\n".join(_COMMENT.sub("", text) for text in texts)
    return _Search(graph, text, same_windows).steps()


def texts_of(
    graph: Graph, blocks: Mapping[str, nodes.Block], net: nodes.Net | None
) -> tuple[str, ...]:
    """Return the texts of a graph's net and of the blocks that it calls."""
    titles = {one.title for one in graph.scopes.values() if one.kind is ScopeKind.BLOCK}
    called = [block for name, block in blocks.items() if name in titles]
    return tuple(_text(one) for one in (*called, *([] if net is None else [net])))


def _text(definition: nodes.Block | nodes.Net) -> str:
    span = definition.span
    return span.source.text[span.start : definition.body.span.end]


class _Search:
    def __init__(self, graph: Graph, text: str, same_windows: bool) -> None:
        self.graph = graph
        self.same_windows = same_windows
        self.asks_channels = _ASKS_CHANNELS.search(text) is not None
        self.is_bound = _ASKS_SIZE.search(text) is not None
        """Whether only the spec's own sizes are right."""
        self.periods: dict[tuple[NodeId, int], int] = {}
        self.known: dict[tuple[int, int], tuple[tuple[_Axis, ...], tuple[_Axis, ...]]] = {}

    def steps(self) -> dict[NodeId, Steps]:
        axes: dict[NodeId, tuple[_Axis, ...]] = {}
        unchecked: set[NodeId] = set()  # values for which torch takes any number of channels
        for node in self.graph:
            if isinstance(node.op, Input):
                ways = range(len(node.shape.torch) - 1)
                axes[node.id] = tuple(_Axis(node.id, at) for at in ways)
                unchecked.add(node.id)
                continue
            axes[node.id] = self._axes(node, [axes[id] for id in node.operands])
            if not self._checks_channels(node) and not unchecked.isdisjoint(node.operands):
                unchecked.add(node.id)
        ends = {*self.graph.outputs, *(head.output for head in self.graph.aux)}
        channels = 1 if unchecked.isdisjoint(ends) else 0
        return {id: (channels, *self._of(id)) for id in self.graph.inputs}

    def _of(self, input: NodeId) -> Steps:
        ways = range(len(self.graph.nodes[input].shape.torch) - 1)
        return tuple(0 if self.is_bound else self.periods.get((input, at), 1) for at in ways)

    def _checks_channels(self, node: Node) -> bool:
        """Whether torch fails at another number of channels: there are weights for each."""
        inputs = self.graph.shapes_into(node)
        return inputs[0].channels > 1 and node.op.cost(inputs, node.shape).params > 0

    def _axes(self, node: Node, given: list[tuple[_Axis, ...]]) -> tuple[_Axis, ...]:
        if isinstance(node.op, Join):
            return self._joined(node, node.op, given)
        (before,) = given
        key = (id(before), id(node.op))
        known = self.known.get(key)
        if known is None:
            known = self.known[key] = (before, self._grown(node, before))
        return known[1]

    def _grown(self, node: Node, before: tuple[_Axis, ...]) -> tuple[_Axis, ...]:
        (x,) = self.graph.shapes_into(node)
        if node.shape.grid is None or x.grid is None:
            steady = all(axis is _STEADY for axis in before) or self._checks_channels(node)
            if not steady and self.asks_channels:
                self.is_bound = True
            return () if steady else (_LENGTH,)
        growths = node.op.growth()
        for growth, n, m in zip(growths, x.grid.pair, node.shape.grid.pair, strict=True):
            if growth.over(n) not in (m, None):
                self.is_bound = True  # the operator does not say how its grid grows
        after = tuple(map(self._along, before, growths))
        return before if all(a is b for a, b in zip(after, before, strict=True)) else after

    def _along(self, axis: _Axis, growth: Growth) -> _Axis:
        if axis is _STEADY or growth.fixed is not None:
            return _STEADY
        if growth == Growth():
            return axis
        scale = axis.scale * growth.times / growth.step
        period = lcm(axis.period, scale.denominator)
        if growth.by_size or (self.same_windows and growth.ceil is not None):
            self._bind(axis, period)
        return _Axis(axis.input, axis.at, _merged(axis.form, growth), scale, period)

    def _bind(self, axis: _Axis, period: int) -> None:
        assert axis.input is not None, "what is steady has no period"
        key = (axis.input, axis.at)
        self.periods[key] = lcm(self.periods.get(key, 1), period)

    def _joined(self, node: Node, op: Join, given: list[tuple[_Axis, ...]]) -> tuple[_Axis, ...]:
        if node.shape.is_vector:
            moves = any(given)
            if moves and not op.torch_checks:
                self.is_bound = True  # torch stretches a vector of one
            return (_LENGTH,) if moves else ()
        return tuple(
            self._together(node, op, list(axes), at)
            for at, axes in enumerate(zip(*given, strict=True))
        )

    def _together(self, node: Node, op: Join, axes: list[_Axis], at: int) -> _Axis:
        """Return the axis of what a join gives, and see to sizes at which torch would stretch one.

        Where torch fails instead, branches are equal at every size that is left.
        """
        if op.torch_checks:
            return axes[0]
        if op.gates:
            shapes = self.graph.shapes_into(node)
            axes = [
                axis
                for axis, shape in zip(axes, shapes, strict=True)
                if axis is not _STEADY or shape.torch[1 + at] != 1
            ] or axes[:1]
        first, *others = axes
        if all(other == first for other in others):
            return first
        if len({(axis.input, axis.at, axis.scale) for axis in axes}) == 1:
            self._bind(first, lcm(*(axis.period for axis in axes)))
        else:
            self.is_bound = True
        return first


def _merged(form: tuple[Growth, ...], growth: Growth) -> tuple[Growth, ...]:
    """Return a form with one growth more: two floors make one, and so do two multiples."""
    growth = replace(growth, by_size=False)
    if not form:
        return (growth,)
    *before, last = form
    if last.ceil is not None or growth.ceil is not None:
        return (*form, growth)
    if growth.times == 1:
        one = Growth(last.times, last.more + growth.more * last.step, last.step * growth.step)
    elif last.step == 1:
        times = last.times * growth.times
        one = Growth(times, growth.times * last.more + growth.more, growth.step)
    else:
        return (*form, growth)
    return (*before, *([] if one == Growth() else [one]))
