"""A network as a PyTorch module in memory: its source, run."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from archdsl.graph import Graph
from archdsl.ops import Call
from archdsl.pytorch.python_source import Written, emit
from archdsl.pytorch.quick_start import QuickStart
from archdsl.pytorch.written import run

if TYPE_CHECKING:

    class NetworkModule(nn.Module):
        """What every network's class has; it is written anew for each, and derives from none.

        ``forward`` takes the inputs as NCHW tensors (NC for vectors) in the spec's order or by
        their names, and returns the output, or a tuple of several. In training a network with
        auxiliary heads returns a named tuple in which theirs follow; in evaluation they are not
        computed.
        """

        def forward_features(self, *inputs: Any, **named: Any) -> Any:
            """Return the last feature map of several cells, which the head pools or flattens."""

        def forward_head(self, features: Any) -> Any:
            """Return the output for what :meth:`forward_features` gave; no auxiliary heads."""

        def get_classifier(self) -> nn.Module:
            """Return the layer that gives the class scores. Raises LookupError without one."""
            ...

        def reset_classifier(self, num_classes: int) -> None:
            """Replace the classifier, and those of auxiliary heads, for ``num_classes``.

            The new layers stand where the old ones stood, on the same device and in the same
            dtype, with weights as torch begins them; none are left for 0. Raises LookupError if
            the network ends in no classifier.
            """

else:
    NetworkModule = nn.Module


def build(
    graph: Graph,
    *,
    device: torch.device | str | None = None,
    dtype: torch.dtype | None = None,
    seed: int | None = None,
    written: Written | None = None,
) -> NetworkModule:
    """Build the module of a checked graph; like every torch module it begins in training mode.

    Weights begin with the distributions of torch's own layers. With a ``seed`` they are the same
    every time, and the caller's random state is left as it was. Without a ``device`` tensors are
    made where torch makes them: on the CPU, or as ``with torch.device("meta"):`` around the call
    says. On an accelerator, convolution weights are kept in channels-last memory. ``written`` is
    the graph's source, where it is known.
    """
    source = written or emit(graph)
    made: Callable[[], Any] = getattr(run(source.text, graph.name), source.name)
    place = None if device is None else torch.device(device)
    # What a recipe draws is the same on every device: it is drawn on the CPU.
    home = torch.device("cpu") if source.draws and _has_numbers(place) else place
    with _seeded(seed), nullcontext() if home is None else home, _first_weights():
        module = made()
    if home is not place:
        module.to(device=place)
    if dtype is not None:
        module.to(dtype=dtype)
    if place is not None and place.type in ("cuda", "mps"):
        for parameter in module.parameters():
            if parameter.ndim == 4:
                parameter.data = parameter.data.to(memory_format=torch.channels_last)
    return module


def example_inputs(
    graph: Graph,
    module: nn.Module,
    batch: int = 1,
    seed: int = 0,
    dtype: torch.dtype | None = None,
) -> tuple[torch.Tensor, ...]:
    """Return random inputs of the announced shapes, on the module's device and in its dtype.

    A module without numbers of its own has no dtype; ``dtype`` says which is meant.
    """
    like = next(_numbers(module), torch.empty(0)).detach()
    if dtype is not None:
        like = like.to(dtype)
    generator = torch.Generator().manual_seed(seed)
    return tuple(
        torch.randn(batch, *graph.nodes[id].shape.torch, generator=generator).to(like)
        for id in graph.inputs
    )


def dtype_of(module: nn.Module) -> torch.dtype:
    """Return the dtype of a module's numbers; torch's own where it has none."""
    return next(_numbers(module), torch.empty(0)).dtype


def _numbers(module: nn.Module) -> Iterator[torch.Tensor]:
    """Yield the parameters and buffers that have the module's dtype."""
    every = (*module.parameters(), *module.buffers())
    return (one for one in every if one.is_floating_point())


def make(call: Call) -> nn.Module:
    """Construct the module a call describes."""
    return resolve(call.target)(*call.positional, **dict(call.keywords))


def apply(call: Call, *operands: Any) -> Any:
    """Return what a call gives for some values; a module is made anew."""
    if call.module:
        given = operands if call.before is None else (apply(call.before, *operands),)
        return make(call)(*given)
    first = (list(operands),) if call.listed else operands
    return resolve(call.target)(*first, *call.positional, **dict(call.keywords))


def resolve(target: str) -> Callable[..., Any]:
    """Return what a dotted name such as ``torch.nn.Conv2d`` stands for."""
    home, _, name = target.rpartition(".")
    return getattr(importlib.import_module(home), name)


def _has_numbers(place: torch.device | None) -> bool:
    return place is not None and place.type != "meta"


def _first_weights() -> AbstractContextManager[Any]:
    """Draw first weights quickly where there are numbers to draw: not on meta, nor on fakes."""
    probe = torch.empty(0)
    return QuickStart() if type(probe) is torch.Tensor and probe.is_cpu else nullcontext()


@contextmanager
def _seeded(seed: int | None) -> Generator[None]:
    if seed is None:
        yield
        return
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        yield
