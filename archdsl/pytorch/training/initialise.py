"""First weights, as the recipe's `init` lines say."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from archdsl.check import chosen_by
from archdsl.graph import Graph
from archdsl.ops import Call
from archdsl.pytorch.torch_module import resolve
from archdsl.recipe import Fans, Recipe


def initialise(module: nn.Module, graph: Graph, recipe: Recipe, *, seed: int | None = None) -> None:
    """Draw the weights that a recipe speaks of anew, in place; the others stay as they are.

    With a ``seed`` they are the same every time, on every device and in every dtype, up to
    rounding. Of several rules that speak of a weight or a bias, the last one holds.
    """
    generator = None if seed is None else torch.Generator().manual_seed(seed)
    parameters = dict(module.named_parameters())
    for name, call in _plan(graph, recipe, parameters).items():
        if not parameters[name].is_meta:
            _fill(parameters[name], call, generator)


def _plan(graph: Graph, recipe: Recipe, parameters: dict[str, nn.Parameter]) -> dict[str, Call]:
    """Return how each parameter is filled, in the order of the network."""
    found: dict[str, Call] = {}
    for rule in recipe.inits:
        for node in chosen_by(graph, rule):
            path = node.id.removeprefix(f"{graph.name}.")
            weight, bias = parameters.get(f"{path}.weight"), f"{path}.bias"
            call = None if weight is None else rule.lower(_fans(weight))
            if call is not None:
                found[f"{path}.weight"] = call
            if rule.bias is not None and bias in parameters:
                found[bias] = Call("torch.nn.init.constant_", (rule.bias,), module=False)
    return {name: found[name] for name in parameters if name in found}


def _fans(weight: Tensor) -> Fans:
    """Count as torch does: the second and the first extent, each times the kernel's cells."""
    if weight.dim() < 2:
        return Fans(1, 1)
    cells = weight[0, 0].numel()
    return Fans(weight.shape[1] * cells, weight.shape[0] * cells)


def _fill(weight: nn.Parameter, call: Call, generator: torch.Generator | None) -> None:
    """Draw on the CPU in float32, so that neither device nor dtype changes the numbers."""
    drawn = torch.empty(weight.shape)
    options: dict[str, object] = dict(call.keywords)
    if not call.target.endswith("constant_"):
        options["generator"] = generator
    resolve(call.target)(drawn, *call.positional, **options)
    with torch.no_grad():
        weight.copy_(drawn)
