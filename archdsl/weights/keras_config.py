"""The description of a model in Keras' files: its layers, and which reads which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, cast

import torch

from archdsl.weights.wiring import Wiring


@dataclass(frozen=True, slots=True)
class KerasLayer:
    """A layer: its class, its arguments, and the layers it reads, in order."""

    kind: str
    settings: Mapping[str, Any]
    reads: tuple[str, ...]

    @property
    def is_depthwise(self) -> bool:
        return self.kind == "DepthwiseConv2D"


@dataclass(frozen=True, slots=True)
class KerasModel:
    """A model's layers by name; ``wired`` says whether each is called once, so in one place."""

    layers: Mapping[str, KerasLayer]
    wired: bool


def read_config(config: Any) -> KerasModel:
    """Read a model's description; what is not there is left empty."""
    inside: Any = config.get("config", {})
    given = cast("list[Any]", inside if isinstance(inside, list) else inside.get("layers", []))
    names = [_name(one) for one in given]
    layers: dict[str, KerasLayer] = {}
    wired = True
    for one, name in zip(given, names, strict=True):
        calls: list[Any] = one.get("inbound_nodes", [])
        wired = wired and len(calls) <= 1 and "layers" not in one.get("config", {})
        reads = tuple(dict.fromkeys(_read_by(calls)))
        layers[name] = KerasLayer(one.get("class_name", ""), one.get("config", {}), reads)
    if config.get("class_name") == "Sequential":
        for before, name in pairwise(names):
            layers[name] = KerasLayer(layers[name].kind, layers[name].settings, (before,))
    return KerasModel(layers, wired)


def _name(layer: Any) -> str:
    return str(layer.get("name") or layer.get("config", {}).get("name", ""))


def _read_by(calls: object) -> Iterator[str]:
    """Yield the names of layers in the arguments of a call, as Keras 3 and Keras 2 write them."""
    if isinstance(calls, dict):
        held = cast("dict[str, Any]", calls)
        if "keras_history" in held:
            yield str(held["keras_history"][0])
            return
        for value in held.values():
            yield from _read_by(value)
    elif isinstance(calls, list):
        items = cast("list[Any]", calls)
        if len(items) >= 3 and isinstance(items[0], str) and isinstance(items[1], int):
            yield items[0]
            return
        for value in items:
            yield from _read_by(value)


def wiring_of(model: KerasModel, tensors: Mapping[str, torch.Tensor]) -> Wiring:
    """Return how the layers that hold ``tensors`` are wired; nothing if a layer is called twice."""
    if not model.wired:
        return Wiring()
    first: dict[str, str] = {}
    last: dict[str, str] = {}
    feeds: list[tuple[str, str]] = []
    for path in dict.fromkeys(name.rpartition(".")[0] for name in tensors):
        layer = path.removesuffix(".depthwise").removesuffix(".pointwise")
        if layer in last:
            feeds.append((last[layer], path))
        first.setdefault(layer, path)
        last[layer] = path
    gives: dict[str, tuple[str, ...]] = {}

    def given_by(layer: str) -> tuple[str, ...]:
        if layer in last:
            return (last[layer],)
        if layer not in gives:
            reads = model.layers[layer].reads if layer in model.layers else ()
            found = [path for one in reads for path in given_by(one)]
            gives[layer] = tuple(dict.fromkeys(found))
        return gives[layer]

    stacked: list[tuple[tuple[str, ...], ...]] = []
    for name, layer in model.layers.items():
        operands = tuple(given_by(one) for one in layer.reads)
        if name in first:
            feeds += [(path, first[name]) for operand in operands for path in operand]
        elif layer.kind == "Concatenate":
            stacked.append(operands)
    return Wiring(tuple(feeds), tuple(stacked))
