"""A network as a PyTorch module in memory."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from typing import Any

import torch
from torch import nn

from archdsl.graph import Graph, Node, NodeId
from archdsl.ops import Call
from archdsl.ops.conv import Convolution
from archdsl.ops.linear import Linear
from archdsl.targets.head import classifiers, features_end
from archdsl.targets.plan import Leaf, Section, Step, class_name, plan
from archdsl.targets.quick_start import QuickStart


def build(
    graph: Graph,
    *,
    device: torch.device | str | None = None,
    dtype: torch.dtype | None = None,
    seed: int | None = None,
) -> NetworkModule:
    """Build the module of a checked graph; like every torch module it begins in training mode.

    Weights begin with the distributions of torch's own layers. With a ``seed`` they are the same
    every time, and the caller's random state is left as it was. Without a ``device`` tensors are
    made where torch makes them: on the CPU, or as ``with torch.device("meta"):`` around the call
    says. On an accelerator, convolution weights are kept in channels-last memory.
    """
    place = None if device is None else torch.device(device)
    with _seeded(seed), nullcontext() if place is None else place, _first_weights():
        module = NetworkModule(graph)
    if dtype is not None:
        module.to(dtype=dtype)
    if place is not None and place.type in ("cuda", "mps"):
        for parameter in module.parameters():
            if parameter.ndim == 4:
                parameter.data = parameter.data.to(memory_format=torch.channels_last)
    return module


def example_inputs(
    graph: Graph, module: nn.Module, batch: int = 1, seed: int = 0
) -> tuple[torch.Tensor, ...]:
    """Return random inputs of the announced shapes, on the module's device and in its dtype."""
    like = next((t for t in module.parameters()), torch.empty(0))
    generator = torch.Generator().manual_seed(seed)
    return tuple(
        torch.randn(batch, *graph.nodes[id].shape.torch, generator=generator).to(like)
        for id in graph.inputs
    )


def make(call: Call) -> nn.Module:
    """Construct the module a call describes."""
    return resolve(call.target)(*call.positional, **dict(call.keywords))


def resolve(target: str) -> Callable[..., Any]:
    """Return what a dotted name such as ``torch.nn.Conv2d`` stands for."""
    home, _, name = target.rpartition(".")
    return getattr(importlib.import_module(home), name)


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


def _adopt(parent: nn.Module, section: Section) -> None:
    """Add a section's children to a module under their names."""
    for child in section.children:
        if isinstance(child, Leaf):
            parent.add_module(child.name, make(child.call))
        else:
            parent.add_module(child.name, Chain(child) if child.is_chain else Wiring(child))


class Chain(nn.Sequential):
    """A submodule whose children run one after the other."""

    def __init__(self, section: Section) -> None:
        super().__init__()
        self._title = class_name(section.scope.title)
        _adopt(self, section)

    def _get_name(self) -> str:
        return self._title


class Wiring(nn.Module):
    """A submodule whose children are wired as its section says."""

    def __init__(self, section: Section) -> None:
        super().__init__()
        self._title = class_name(section.scope.title)
        self._section = section
        _adopt(self, section)
        self._bind()

    def _get_name(self) -> str:
        return self._title

    def _bind(self) -> None:
        """Number the values, so that the forward works on slots and needs no names."""
        slots: dict[NodeId, int] = {id: slot for slot, id in enumerate(self._section.inputs)}
        for step in self._section.steps:
            for result in step.results:
                slots.setdefault(result, len(slots))
        self._slots = slots
        self._program = tuple(_line(step, slots) for step in self._section.steps)
        self._results = tuple(slots[id] for id in self._section.outputs)

    def __getstate__(self) -> dict[str, Any]:
        # The program holds torch's functions, which need not pickle; the section makes it anew.
        return {name: value for name, value in self.__dict__.items() if name != "_program"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self._bind()

    def forward(self, *inputs: torch.Tensor) -> Any:
        values = self._run(inputs, len(self._program))
        results = tuple(values[slot] for slot in self._results)
        return results[0] if len(results) == 1 else results

    def _run(self, inputs: tuple[Any, ...], stop: int) -> list[Any]:
        """Run the steps before ``stop``; return the value in every slot."""
        if len(inputs) != len(self._section.inputs):
            count = len(self._section.inputs)
            raise TypeError(f"{self._title} takes {count} inputs, and was given {len(inputs)}")
        values: list[Any] = [*inputs, *[None] * (len(self._slots) - len(inputs))]
        self._continue(values, 0, stop)
        return values

    def _continue(self, values: list[Any], start: int, stop: int) -> None:
        """Run the steps from ``start`` up to ``stop`` on the slots."""
        for (
            child,
            function,
            constants,
            keywords,
            listed,
            operands,
            results,
            training,
        ) in self._program[start:stop]:
            if training and not self.training:
                continue
            arguments = [values[slot] for slot in operands]
            if child is not None:
                made = self._modules[child](*arguments)  # pyright: ignore[reportOptionalCall]
            elif listed:
                made = function(arguments, *constants, **keywords)
            else:
                made = function(*arguments, *constants, **keywords)
            if len(results) == 1:
                values[results[0]] = made
            else:
                for slot, value in zip(results, made, strict=True):
                    values[slot] = value


def _line(step: Step, slots: dict[NodeId, int]) -> tuple[Any, ...]:
    call = step.function
    operands = tuple(slots[id] for id in step.operands)
    results = tuple(slots[id] for id in step.results)
    if call is None:
        return (step.child, None, (), {}, False, operands, results, step.training)
    keywords = dict(call.keywords)
    function = resolve(call.target)
    return (None, function, call.positional, keywords, call.listed, operands, results, False)


class NetworkModule(Wiring):
    """A whole network.

    ``forward`` takes the inputs as NCHW tensors (NC for vectors) in the spec's order, and returns
    the output, or a tuple of several. In training the outputs of the auxiliary heads follow; in
    evaluation they are not computed.
    """

    def __init__(self, graph: Graph) -> None:
        super().__init__(plan(graph))
        self._graph = graph
        self._cut = features_end(graph, self._section)

    def forward(self, *inputs: torch.Tensor) -> Any:
        return self._returned(self._run(inputs, len(self._program)))

    def _returned(self, values: list[Any]) -> Any:
        count = len(self._graph.outputs) + (len(self._graph.aux) if self.training else 0)
        results = tuple(values[slot] for slot in self._results[:count])
        return results[0] if count == 1 else results

    def forward_features(self, *inputs: torch.Tensor) -> torch.Tensor:
        """Return the last feature map of several cells, which the head pools or flattens."""
        return self._run(inputs, self._cut.steps)[self._slots[self._cut.value]]

    def forward_head(self, features: torch.Tensor) -> Any:
        """Return the output for what :meth:`forward_features` gave; no auxiliary heads."""
        values: list[Any] = [None] * len(self._slots)
        values[self._slots[self._cut.value]] = features
        self._continue(values, self._cut.steps, len(self._program))
        results = tuple(values[slot] for slot in self._results[: len(self._graph.outputs)])
        return results[0] if len(results) == 1 else results

    def get_classifier(self) -> nn.Module:
        """Return the layer that gives the class scores. Raises LookupError if there is none."""
        return self.get_submodule(_relative(self._classifiers()[0].id, self._graph))

    def reset_classifier(self, classes: int) -> None:
        """Replace the classifier, and those of auxiliary heads, by new ones for ``classes``.

        The new layers stand where the old ones stood, on the same device and in the same dtype,
        with weights as torch begins them. Raises LookupError if the network ends in none.
        """
        for node in self._classifiers():
            path = _relative(node.id, self._graph)
            parent, _, name = path.rpartition(".")
            old = next(self.get_submodule(path).parameters())
            with torch.device(old.device):
                new = make(_widened(node, self._graph, classes)).to(dtype=old.dtype)
            self.get_submodule(parent).add_module(name, new)

    def _classifiers(self) -> tuple[Node, ...]:
        found = classifiers(self._graph)
        if not found:
            raise LookupError(f"{self._title} does not end in a classifier")
        return found


def _relative(path: NodeId, graph: Graph) -> str:
    return path.removeprefix(f"{graph.name}.")


def _widened(node: Node, graph: Graph, classes: int) -> Call:
    """Return the call of a classifier with another number of classes."""
    if isinstance(node.op, Linear):
        op: Linear | Convolution = replace(node.op, features=classes)
    elif isinstance(node.op, Convolution):
        op = replace(node.op, channels=classes)
    else:
        raise LookupError(f"{node.id} is no classifier")
    inputs = graph.shapes_into(node)
    return op.lower(inputs, op.infer(*inputs))
