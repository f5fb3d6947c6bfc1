"""Pools that round up, written as pools that round down.

Runtimes differ in which last windows they drop, and ONNX before opset 22 drops none where torch
does. So each side is padded at its end by as much as torch's windows reach beyond the map: then
rounding down counts them. What is padded so is no part of a maximum, nor of an average that leaves
padding out; averages that count it round down by then (see `written_out.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

POOLS = ("AveragePool", "LpPool", "MaxPool")


@dataclass(frozen=True, slots=True)
class _Side:
    """One axis of a pool: its length, window, padding, and how many windows torch has."""

    length: int
    reach: int
    stride: int
    before: int
    after: int
    windows: int

    @property
    def end(self) -> int:
        """The padding behind the map with which rounding down gives torch's windows."""
        spare = self.length + self.before + self.after - self.reach
        if spare // self.stride + 1 == self.windows:
            return self.after
        return (self.windows - 1) * self.stride + self.reach - self.length - self.before


def round_down(model: Any) -> None:
    """Take `ceil_mode` off the pools of a model whose grids are known."""
    from onnxscript import ir  # not before the extra is known to be there

    for node in model.graph:
        if node.op_type not in POOLS or not _number(node, "ceil_mode", 0):
            continue
        sides = _sides(node)
        if sides is not None:
            pads = (*(side.before for side in sides), *(side.end for side in sides))
            node.attributes["pads"] = ir.AttrInt64s("pads", pads)
            del node.attributes["ceil_mode"]


def _sides(node: Any) -> list[_Side] | None:
    """Return the axes of a pool, or None where a length is not known."""
    lengths = list(node.inputs[0].shape.dims[2:])
    windows = list(node.outputs[0].shape.dims[2:])
    if not all(isinstance(length, int) for length in (*lengths, *windows)):
        return None
    kernel = _numbers(node, "kernel_shape", [1] * len(lengths))
    strides = _numbers(node, "strides", [1] * len(lengths))
    dilations = _numbers(node, "dilations", [1] * len(lengths))
    pads = _numbers(node, "pads", [0] * 2 * len(lengths))
    before, after = pads[: len(lengths)], pads[len(lengths) :]
    reaches = [d * (k - 1) + 1 for k, d in zip(kernel, dilations, strict=True)]
    rows = zip(lengths, reaches, strides, before, after, windows, strict=True)
    return [_Side(*row) for row in rows]


def _number(node: Any, name: str, otherwise: int) -> int:
    attribute = node.attributes.get(name)
    return otherwise if attribute is None else attribute.as_int()


def _numbers(node: Any, name: str, otherwise: list[int]) -> list[int]:
    attribute = node.attributes.get(name)
    return otherwise if attribute is None else list(attribute.as_ints())
