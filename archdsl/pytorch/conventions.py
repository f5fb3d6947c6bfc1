"""What the classes of networks need for timm's conventions.

Each function stands by itself, with nothing but torch and others of these around it: generated
source carries those that it uses.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn


def chosen(
    feature_info: Sequence[dict[str, Any]],
    indices: int | Sequence[int | str] | None,
) -> list[dict[str, Any]]:
    """Return the places that ``indices`` mean, as ``feature_info`` describes its own.

    A number counts from the first or, below 0, from the last; a text is a stride, as "/8", or the
    name of a module. A number by itself is how many of the last; None is all.
    """
    count = len(feature_info)
    if indices is None:
        return list(feature_info)
    if isinstance(indices, int):
        if not 0 < indices <= count:
            raise ValueError(f"the last {indices} are wanted of {count} feature maps")
        return list(feature_info[-indices:])
    by_stride = {f"/{one['reduction']}": one for one in feature_info}
    found: list[dict[str, Any]] = []
    for index in indices:
        if not isinstance(index, str):
            if not -count <= index < count:
                raise ValueError(f"feature map {index} is wanted of {count}")
            found.append(feature_info[index])
        elif index.startswith("/"):
            if index not in by_stride:
                known = ", ".join(by_stride) or "none"
                raise LookupError(f"no map has stride {index}: known are {known}")
            found.append(by_stride[index])
        else:
            found.append({"module": index})
    return found


def intermediates(
    network: nn.Module,
    places: Sequence[dict[str, Any]],
    run: Callable[..., Any],
    *inputs: Tensor,
    stop_early: bool = False,
) -> tuple[Any, list[Tensor]]:
    """Run a part of a network; return what it gives, and what is computed at some places.

    With ``stop_early`` nothing behind the last place is computed, and its value is what it gives.
    """

    class Reached(Exception):
        """All that is wanted has been computed."""

    seen: dict[int, Tensor] = {}

    def keep(place: int, value: Any) -> None:
        if not isinstance(value, Tensor):
            raise LookupError(f"{places[place]['module']} gives no single map")
        seen[place] = value
        if stop_early and len(seen) == len(places):
            raise Reached

    def before(place: int, _: nn.Module, given: tuple[Any, ...]) -> None:
        keep(place, given[0])

    def behind(place: int, _: nn.Module, __: tuple[Any, ...], made: Any) -> None:
        keep(place, made)

    handles: list[Any] = []
    try:
        for place, one in enumerate(places):
            try:
                module = network.get_submodule(one["module"])
            except AttributeError as error:
                raise LookupError(f"there is no module {one['module']}") from error
            if one.get("hook_type") == "forward_pre":
                handles.append(module.register_forward_pre_hook(partial(before, place)))
            else:
                handles.append(module.register_forward_hook(partial(behind, place)))
        made = run(*inputs)
    except Reached:
        made = list(seen.values())[-1]
    finally:
        for handle in handles:
            handle.remove()
    for place, one in enumerate(places):
        if place not in seen:
            raise LookupError(f"{one['module']} is not on the way to the features")
    return made, [seen[place] for place in range(len(places))]


def pooling(kind: str) -> nn.Module:
    """Return a pool over the whole map: "avg" or "max"; for "" one that changes nothing."""
    if kind == "":
        return nn.Identity()
    if kind == "avg":
        return nn.AdaptiveAvgPool2d(1)
    if kind == "max":
        return nn.AdaptiveMaxPool2d(1)
    raise ValueError(f'a pool is "avg", "max" or "" for none, and not "{kind}"')


def read_by(layer: nn.Module, run: Callable[..., Any], *inputs: Tensor) -> Tensor:
    """Return what a layer reads when a part of the network around it runs."""
    read: list[Tensor] = []

    def keep(_: nn.Module, given: tuple[Tensor, ...]) -> None:
        read.append(given[0])

    with layer.register_forward_pre_hook(keep):
        run(*inputs)
    return read[0]


def recompute(block: nn.Module, enable: bool) -> None:
    """Let a block compute what its backward pass needs again instead of keeping it, or keep it."""
    vars(block).pop("forward", None)
    if enable:
        block.forward = partial(again, block)


def again(block: nn.Module, *inputs: Tensor) -> Any:
    """Run a block whose values are not kept; random numbers and statistics are as without."""
    # Its type is not wholly known; those who never want it need not load it.
    from torch.utils.checkpoint import (
        checkpoint,  # pyright: ignore[reportUnknownVariableType]
    )

    forward = partial(type(block).forward, block)
    if not torch.is_grad_enabled():
        return forward(*inputs)

    def contexts() -> tuple[Any, Any]:
        return nullcontext(), steady(block)

    if torch.compiler.is_compiling():
        return checkpoint(forward, *inputs, use_reentrant=False)
    return checkpoint(forward, *inputs, use_reentrant=False, context_fn=contexts)


@contextmanager
def steady(block: nn.Module) -> Generator[None]:
    """Leave running statistics as they are: what is computed again is no further batch."""
    norms = [
        layer
        for layer in block.modules()
        if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d | nn.SyncBatchNorm)
    ]
    momentums = [norm.momentum for norm in norms]
    counts = [norm.num_batches_tracked for norm in norms]
    before = [None if count is None else count.clone() for count in counts]
    for norm in norms:
        norm.momentum = 0.0
    try:
        yield
    finally:
        for norm, momentum in zip(norms, momentums, strict=True):
            norm.momentum = momentum
        for count, kept in zip(counts, before, strict=True):
            if count is not None and kept is not None:
                count.copy_(kept)
