"""How a model of another package really runs, seen by running it on tensors without numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves

from archdsl.weights.units import unit_of
from archdsl.weights.wiring import Wiring

STACKS = ("cat", "concat", "concatenate", "hstack")
POOLS = ("pool1d", "pool2d", "pool3d", "mean")
ACTIVATIONS = (
    *("relu", "relu6", "leaky_relu", "rrelu", "elu", "selu", "celu", "gelu", "silu", "mish"),
    *("sigmoid", "hardsigmoid", "hardswish", "hardtanh", "tanh", "softmax", "softplus", "clamp"),
)


@dataclass(frozen=True, slots=True)
class _Value:
    """What a tensor came from: a layer's own numbers, or the layers it was last changed by.

    ``direct`` is the value of one layer as it gave it, at most laid out anew.
    """

    layers: frozenset[str]
    is_number: bool = False
    pooled: bool = False
    direct: bool = False


def wiring_when_run(model: nn.Module, inputs: Sequence[tuple[int, ...]]) -> Wiring:
    """Run a model on inputs of the given shapes, (N, C, H, W), and return how it is wired.

    The model must be on the meta device: no number is computed. Whatever the model raises goes
    through.
    """
    watch = _Watch(model)
    images = [torch.empty(shape, device="meta") for shape in inputs]
    watch.begins(images)
    with torch.no_grad(), watch:
        model.eval()(*images)
    return watch.found


class _Watch(TorchFunctionMode):
    """Follows values through all that torch is asked to compute."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.values: dict[int, _Value] = {}
        # An identity holds only as long as its tensor lives.
        self.kept: list[Tensor] = []
        self.reads: dict[str, set[str]] = {}
        self.pooled: set[str] = set()
        self.active: set[str] = set()
        self.stacked: dict[tuple[tuple[str, ...], ...], None] = {}
        named = [*model.named_parameters(remove_duplicate=False)]
        for name, tensor in [*named, *model.named_buffers(remove_duplicate=False)]:
            self._set([tensor], _Value(frozenset([unit_of(name)[0]]), is_number=True))

    @property
    def found(self) -> Wiring:
        return Wiring(
            tuple((one, layer) for layer, read in self.reads.items() for one in sorted(read)),
            tuple(self.stacked),
            frozenset(self.reads),
            frozenset(self.pooled),
            frozenset(self.active),
        )

    def begins(self, images: Iterable[Tensor]) -> None:
        self._set(images, _Value(frozenset()))

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        made = func(*args, **kwargs)
        name = getattr(func, "__name__", "")
        given = [self.values[id(t)] for t in _tensors((args, kwargs)) if id(t) in self.values]
        if given:
            # What is written into a tensor changes it, though nothing is returned.
            changed = _tensors(args[:1]) if name == "__setitem__" else _tensors(made)
            self._set(changed, self._computed(name, given))
        return made

    def _computed(self, name: str, given: list[_Value]) -> _Value:
        numbers = frozenset[str]().union(*(value.layers for value in given if value.is_number))
        data = [value for value in given if not value.is_number]
        if not data:
            return _Value(numbers, is_number=True)
        last = frozenset[str]().union(*(value.layers for value in data))
        pooled = any(value.pooled for value in data)
        if name in STACKS:
            self.stacked[tuple(tuple(sorted(value.layers)) for value in data)] = None
        if not numbers or numbers == last:
            direct = all(value.direct for value in data) and len({id(v) for v in data}) == 1
            if direct and name.rstrip("_") in ACTIVATIONS:
                self.active |= last
                direct = False
            is_pool = name.endswith(POOLS)
            return _Value(last, pooled=pooled or is_pool, direct=direct and not is_pool)
        for layer in numbers:
            self.reads.setdefault(layer, set()).update(last - numbers)
            if pooled:
                self.pooled.add(layer)
        return _Value(numbers, direct=True)

    def _set(self, tensors: Iterable[Tensor], value: _Value) -> None:
        for tensor in tensors:
            known = self.values.get(id(tensor))
            if known is not None and known.is_number and not value.is_number:
                continue
            self.values[id(tensor)] = value
            self.kept.append(tensor)


def _tensors(held: Any) -> list[Tensor]:
    return [leaf for leaf in tree_leaves(held) if isinstance(leaf, Tensor)]
