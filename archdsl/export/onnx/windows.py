"""Pools that round up, written as pools that round down.

Runtimes differ in which last windows they drop, and ONNX before opset 22 drops none where torch
does. So each side is padded at its end by as much as torch's windows reach beyond the map: then
rounding down counts them. What is padded so is no part of a maximum, nor of an average that leaves
padding out; averages that count it round down by then (see `written_out.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from torch import Tensor, nn

from archdsl.export.onnx.places import module_of
from archdsl.export.sizes import run

Grids = Mapping[str, tuple[tuple[int, ...], tuple[int, ...]]]
"""Cells that go into a module and come out of it, by the module's name."""

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


def grids_of(module: nn.Module, inputs: tuple[Tensor, ...]) -> Grids:
    """Return the grids of pools that round up, as they are when a module runs on ``inputs``."""
    found: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {}

    def note(name: str, pool: nn.Module, inputs: tuple[Tensor], output: Tensor) -> None:
        found[name] = tuple(inputs[0].shape[2:]), tuple(output.shape[2:])

    layers = cast("Iterable[tuple[str, nn.Module]]", module.named_modules())
    hooks = [
        layer.register_forward_hook(partial(note, name))
        for name, layer in layers
        if getattr(layer, "ceil_mode", False)
    ]
    try:
        run(module, inputs)
    finally:
        for hook in hooks:
            hook.remove()
    return found


def round_down(model: Any, grids: Grids) -> None:
    """Take `ceil_mode` off the pools of a model.

    Where sizes are free, ``grids`` are those at the spec's size. At each other one that is right
    for the network, windows reach as far beyond the map.
    """
    from onnxscript import ir  # not before the extra is known to be there

    for node in model.graph:
        if node.op_type not in POOLS or not _number(node, "ceil_mode", 0):
            continue
        sides = _sides(node, grids)
        pads = (*(side.before for side in sides), *(side.end for side in sides))
        node.attributes["pads"] = ir.AttrInt64s("pads", pads)
        del node.attributes["ceil_mode"]


def _sides(node: Any, grids: Grids) -> list[_Side]:
    """Return the axes of a pool."""
    lengths = list(node.inputs[0].shape.dims[2:])
    windows = list(node.outputs[0].shape.dims[2:])
    if not all(isinstance(length, int) for length in (*lengths, *windows)):
        lengths, windows = map(list, grids[module_of(node)])
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
