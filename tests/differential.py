"""One random network by every way that leads to torch's numbers: module, source, .pt2 and ONNX.

The networks are those of `tests.strategies`, under names that mean something to Python, torch or an
exporter. Weights and running averages are random, so that a layer that was swapped, left out or
given another's numbers shows.
"""

from __future__ import annotations

import ast
import io
import re
from collections import Counter
from collections.abc import Iterator
from enum import Enum
from functools import cache
from random import Random
from typing import Any

import onnxruntime
import torch
from torch import Tensor, nn

import archdsl
from archdsl.compare.spelling import value_text
from archdsl.diagnostics import SpecError
from archdsl.export import onnx, pt2
from archdsl.network import Network
from archdsl.ops import Argument, Kind, operators, signature
from archdsl.pytorch.torch_module import example_inputs
from tests.agreement import as_tuple
from tests.hostile import FEW, accepted

TOLERANCE = 1e-3
"""Of the largest number of an output. Runtimes add in another order, which a norm without an
epsilon makes a thousand times larger; numbers of another layer are off by far more."""

MADE_UP = re.compile(r"\b(?:v|in|aux|unit_|(?:stem|body|tail|part|middle)_)\d+\b")
"""The names that `tests.strategies` gives to labels, blocks, groups and heads."""

PLACES = (
    "net t { input 4x4x2 as NAME; relu }",
    "net t { input 4x4x2; conv 1x1 2 as NAME; relu }",
    "net t { input 4x4x2; NAME { relu } }",
    "net t { input 4x4x2; NAME }\nblock NAME { relu }",
    "net t { input 4x4x2; aux NAME { avgpool global }; relu }",
)
"""Where a network has names of people's own."""


@cache
def hostile_names() -> tuple[str, ...]:
    """Return names that a spec may give to anything, and that mean something elsewhere."""
    names = FEW
    for text in PLACES:
        names = accepted(text, names)
    return names


def renamed(text: str, random: Random) -> str:
    """Give some of a drawn network's names the name of something else; as it is where it cannot."""
    made_up = sorted(set(MADE_UP.findall(text)))
    chosen = [name for name in made_up if random.random() < 0.7]
    new = dict(zip(chosen, random.sample(hostile_names(), len(chosen)), strict=True))
    other = MADE_UP.sub(lambda found: new.get(found[0], found[0]), text)
    try:
        archdsl.load(other)
    except SpecError:
        return text
    return other


def faults(network: Network, seed: int) -> list[str]:
    """Return in which ways a network gives other numbers than its module, or none at all."""
    try:
        module = randomised(network.module(), seed).eval()
    except Exception as error:  # whatever it is, it is a fault
        return [f"module: {type(error).__name__}: {str(error)[:300]}"]
    inputs = example_inputs(network.ir, module, batch=2, seed=seed)
    with torch.no_grad():
        expected = as_tuple(module(*inputs))
        found: list[str] = []
        for way, run in WAYS.items():
            try:
                made = run(network, module, inputs)
            except Exception as error:  # whatever it is, it is a fault
                found.append(f"{way}: {type(error).__name__}: {str(error)[:300]}")
                continue
            if len(made) != len(expected):
                found.append(f"{way}: {len(made)} outputs instead of {len(expected)}")
            found += [
                f"{way}: output {at} is off by {off:.3g}"
                for at, (one, other) in enumerate(zip(expected, made, strict=False))
                if (off := _difference(one, other)) > TOLERANCE
            ]
    return found


def _difference(one: Tensor, other: Tensor) -> float:
    """Return the largest difference, relative to the largest number; NaN only equals NaN."""
    if one.shape != other.shape or not torch.equal(one.isnan(), other.isnan()):
        return float("inf")
    if not one.numel():
        return 0.0
    largest = one.nan_to_num(0.0).abs().max().clamp(min=1e-3)
    return float(((one - other).nan_to_num(0.0).abs().max() / largest).item())


def randomised(module: nn.Module, seed: int) -> Any:
    """Give every number of a module a value of its own."""
    draw = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, one in module.state_dict(keep_vars=True).items():
            if one.is_floating_point():
                spread = torch.rand(one.shape, generator=draw)
                one.copy_(spread + 0.5 if "var" in name else spread - 0.4)
    return module


def _source(network: Network, module: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    source = network.source()
    space: dict[str, Any] = {"__name__": "emitted"}
    exec(compile(source, "emitted.py", "exec"), space)
    classes = [node.name for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]
    twin = space[classes[-1]]()
    twin.load_state_dict(module.state_dict())
    return as_tuple(twin.eval()(*inputs))


def _pt2(network: Network, module: Any, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    data = pt2.export(network.ir, module)
    return as_tuple(torch.export.load(io.BytesIO(data)).module()(*inputs))


def _onnx(network: Network, module: Any, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    data = onnx.export(network.ir, module)
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    names = [one.name for one in session.get_inputs()]
    feed = {name: one.numpy() for name, one in zip(names, inputs, strict=True)}
    return tuple(map(torch.from_numpy, session.run(None, feed)))


WAYS = {"source": _source, "pt2": _pt2, "onnx": _onnx}


class Drawn:
    """How often each value of each argument of each operator came."""

    def __init__(self) -> None:
        self.operators: Counter[str] = Counter()
        self.values: Counter[tuple[str, str, str]] = Counter()

    def count(self, network: Network) -> None:
        for node in network.ir:
            self.operators[node.op.name] += 1
            if type(node.op) is not operators().get(node.op.name):
                continue
            for argument in signature(type(node.op)):
                value = value_text(getattr(node.op, argument.field))
                self.values[node.op.name, argument.name, value] += 1

    def never(self) -> Iterator[str]:
        """Yield the operators that never came, and the words and switches of those that did."""
        for name, cls in operators().items():
            if not self.operators[name]:
                yield name
                continue
            for argument in signature(cls):
                for value in _choices(argument):
                    if not self.values[name, argument.name, value]:
                        yield f"{name} {argument.name}={value}"


def _choices(argument: Argument) -> list[str]:
    if argument.kind is Kind.SWITCH:
        return ["yes", "no"]
    return [value_text(value) for value in argument.words.values() if isinstance(value, Enum)]
