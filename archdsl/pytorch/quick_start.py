"""First weights drawn quickly: torch's own distributions, on all cores.

On a CPU, torch draws its numbers one after the other; for Inception-v4 that is most of the time
it takes to build. Numpy's generators can be split, so that each layer draws its own numbers while
the next one is made.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np
import torch
from torch._subclasses.fake_tensor import FakeTensor
from torch.nn import init
from torch.overrides import TorchFunctionMode


class QuickStart(TorchFunctionMode):
    """While it is active, layers that are made draw their first weights with numpy.

    Its seed is drawn from torch's generator, so that ``torch.manual_seed`` decides as ever; which
    numbers a layer gets depends on its place among the layers, and not on how many cores there
    are. All weights are there when the mode ends.
    """

    def __init__(self) -> None:
        super().__init__()
        self._seeds = np.random.SeedSequence(int(torch.randint(2**62, ()).item()))
        self._pool = ThreadPoolExecutor(os.cpu_count())
        self._pending: dict[int, tuple[torch.Tensor, Future[None]]] = {}
        """Tensors that are being filled, by their identity."""

    def __exit__(self, *exception: Any) -> None:
        super().__exit__(*exception)
        self._pool.shutdown(wait=True)
        for _, filled in self._pending.values():
            filled.result()

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        named = kwargs or {}
        if self._pending:
            for one in args:
                self._await(one)
            for one in named.values():
                self._await(one)
        if func is init.kaiming_uniform_:
            named = dict(named)
            tensor = _only(args, named)
            if tensor is not None:
                return self._kaiming(tensor, **named)
        return func(*args, **named)

    def _kaiming(
        self,
        tensor: torch.Tensor,
        a: float = 0,
        mode: str = "fan_in",
        nonlinearity: str = "leaky_relu",
        **_: Any,
    ) -> torch.Tensor:
        """Do what :func:`torch.nn.init.kaiming_uniform_` does."""
        receptive = math.prod(tensor.shape[2:])
        fan = tensor.shape[1 if mode == "fan_in" else 0] * receptive
        bound = init.calculate_gain(nonlinearity, a) * math.sqrt(3 / fan)  # pyright: ignore[reportArgumentType]
        numbers = tensor.detach().numpy()
        (seed,) = self._seeds.spawn(1)
        self._pending[id(tensor)] = tensor, self._pool.submit(_fill, numbers, seed, bound)
        return tensor

    def _await(self, value: object) -> None:
        """Wait until a tensor is filled that something else is done with now."""
        found = self._pending.pop(id(value), None)
        if found is not None:
            found[1].result()


def _fill(numbers: np.ndarray[Any, Any], seed: np.random.SeedSequence, bound: float) -> None:
    """Fill an array with numbers between ``-bound`` and ``bound``."""
    np.random.Generator(np.random.SFC64(seed)).random(dtype=np.float32, out=numbers)
    numbers *= 2 * bound
    numbers -= bound


def _only(args: tuple[Any, ...], named: dict[str, Any]) -> torch.Tensor | None:
    """Return the tensor to fill, if it is one whose memory numpy can write to."""
    tensor = args[0] if len(args) == 1 else named.get("tensor") if not args else None
    if not isinstance(tensor, torch.Tensor) or isinstance(tensor, FakeTensor):
        return None
    plain = tensor.device.type == "cpu" and tensor.dtype == torch.float32
    if not plain or not tensor.is_contiguous() or tensor.numel() == 0 or tensor.ndim < 2:
        return None
    named.pop("tensor", None)
    return None if named.get("generator") is not None else tensor
