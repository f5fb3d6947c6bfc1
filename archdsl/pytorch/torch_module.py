"""A network as a PyTorch module in memory: its source, run."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from archdsl.graph import Graph
from archdsl.ops import Call
from archdsl.pytorch.python_source import Spec, Written, emit
from archdsl.pytorch.quick_start import QuickStart
from archdsl.pytorch.written import run

if TYPE_CHECKING:

    class NetworkModule(nn.Module):
        """What every network's class has; it is written anew for each, and derives from none.

        ``forward`` takes the inputs as NCHW tensors (NC for vectors) in the spec's order or by
        their names, and returns the output, or a tuple of several. In training a network with
        auxiliary heads returns a named tuple in which theirs follow; in evaluation they are not
        computed.

        What timm's programs ask of a model is there too: facts as attributes, of which
        ``head_hidden_size`` and ``global_pool`` are only where there is a classifier, or a pool
        before it that can be exchanged, and methods around the blocks.
        """

        num_classes: int
        """How many classes the classifier tells apart; 0 without one."""
        num_features: int
        """The channels of what :meth:`forward_features` returns."""
        head_hidden_size: int
        """How many numbers the classifier reads, or channels where it is a convolution."""
        global_pool: str
        """The pool before the classifier: avg, max, or nothing."""
        feature_info: list[dict[str, Any]]
        """The last value of each stride: its channels, stride and module."""
        pretrained_cfg: dict[str, Any]
        """What timm calls so: size of the input, its mean and deviation, first and last layer."""
        feature_shapes: dict[str, tuple[int, ...]]
        """Of modules that :meth:`archdsl.Network.features` returns: the shape of each value."""

        def forward_features(self, *inputs: Any, **named: Any) -> Any:
            """Return the last feature map of several cells, which the head pools or flattens."""

        def forward_head(self, features: Any, pre_logits: bool = False) -> Any:
            """Return the output for what :meth:`forward_features` gave; no auxiliary heads.

            With ``pre_logits`` it is what the classifier reads: raises ValueError without one.
            """

        def forward_intermediates(
            self,
            *inputs: Any,
            indices: int | Sequence[int | str] | None = None,
            norm: bool = False,
            stop_early: bool = False,
            output_fmt: str = "NCHW",
            intermediates_only: bool = False,
        ) -> Any:
            """Return the features, and a list of what is computed on the way to them.

            ``indices`` are places of ``feature_info`` by their numbers, strides such as "/8", or
            names of modules; one number is how many of the last, None all. ``norm`` changes
            nothing. With ``intermediates_only`` the list alone is returned; with ``stop_early``
            nothing behind the last of them is computed. Raises LookupError for a stride or a
            module that is not on the way, ValueError for a number or a format that is not there.
            """

        def get_classifier(self) -> nn.Module:
            """Return the layer that gives the class scores. Raises LookupError without one."""
            ...

        def reset_classifier(self, num_classes: int, global_pool: str | None = None) -> None:
            """Replace the classifier, and those of auxiliary heads, for ``num_classes``.

            The new layers stand where the old ones stood, on the same device and in the same
            dtype, with weights as torch begins them; none are left for 0. ``global_pool`` is
            avg, max, or, without classes, nothing. Raises LookupError if the network ends in no
            classifier, ValueError for fewer than 0 classes or a pool that cannot be.
            """

        def set_grad_checkpointing(self, enable: bool = True) -> None:
            """Compute blocks again in the backward pass, for less memory; or no more.

            Random numbers and running statistics are as without. Raises NotImplementedError for
            a network without blocks.
            """

        def group_matcher(self, coarse: bool = False) -> dict[str, str]:
            """Return patterns for groups of parameters from the first layers on.

            Those of the head match none, as timm's ``group_parameters`` expects.
            """
            ...

        def no_weight_decay(self) -> set[str]:
            """Return the parameters that the recipe's weight decay spares."""
            ...

        def init_weights(self) -> None:
            """Draw first weights as the recipe says; only where it says something."""

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
    source = written or emit(Spec(graph))
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
