"""Pools that round up, where rounding down gives as many windows.

Runtimes differ in which last windows they drop, and ONNX before opset 22 drops none where torch
does: a pool whose windows are as many either way is written as one that rounds down.
"""

from __future__ import annotations

from typing import Any

POOLS = ("AveragePool", "LpPool", "MaxPool")


def round_down(model: Any) -> None:
    """Take `ceil_mode` off the pools of a model whose output's grid it does not change."""
    for node in model.graph:
        if node.op_type in POOLS and _rounds_up(node) and _windows_if_down(node) == _windows(node):
            del node.attributes["ceil_mode"]


def _rounds_up(node: Any) -> bool:
    attribute = node.attributes.get("ceil_mode")
    return attribute is not None and attribute.as_int() == 1


def _windows(node: Any) -> tuple[Any, ...]:
    return tuple(node.outputs[0].shape.dims[2:])


def _windows_if_down(node: Any) -> tuple[int, ...] | None:
    """Return the grid of a pool that rounds down, or None where its input's is not known."""
    lengths = node.inputs[0].shape.dims[2:]
    if not all(isinstance(length, int) for length in lengths):
        return None
    kernel = _of(node, "kernel_shape", [1] * len(lengths))
    strides = _of(node, "strides", [1] * len(lengths))
    dilations = _of(node, "dilations", [1] * len(lengths))
    pads = _of(node, "pads", [0] * 2 * len(lengths))
    before, after = pads[: len(lengths)], pads[len(lengths) :]
    sides = zip(lengths, kernel, strides, dilations, before, after, strict=True)
    return tuple((n + a + b - d * (k - 1) - 1) // s + 1 for n, k, s, d, a, b in sides)


def _of(node: Any, name: str, otherwise: list[int]) -> list[int]:
    attribute = node.attributes.get(name)
    return otherwise if attribute is None else list(attribute.as_ints())
