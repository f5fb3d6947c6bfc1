"""What source is written of: a checked network, and the same spec with other values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from archdsl.check import Checked
from archdsl.graph import Graph, elaborate
from archdsl.recipe import Recipe
from archdsl.syntax import Project, nodes

Number = int | float
Vary = Callable[[Mapping[str, Number]], Graph | None]
"""Expands the net with other values for some parameters; None where the spec refuses them."""


@dataclass(frozen=True, slots=True)
class Spec:
    """A network's graph with the trees that it was made of, where they are known.

    With the ``blocks`` and the ``net`` of its spec, classes are written in their own terms.
    ``values`` are the numbers among the net's parameters. The ``recipe`` says how weights begin
    and which of them decay.
    """

    graph: Graph
    blocks: Mapping[str, nodes.Block] = field(default_factory=dict[str, nodes.Block])
    net: nodes.Net | None = None
    recipe: Recipe = Recipe()
    values: Mapping[str, Number] = field(default_factory=dict[str, Number])
    vary: Vary = lambda _: None

    def with_values(self, others: Mapping[str, Number]) -> Spec | None:
        """Return the same spec with other values; None where they cannot be."""
        graph = self.vary(others)
        if graph is None:
            return None
        return replace(self, graph=graph, values={**self.values, **others})


def spec_of(checked: Checked, project: Project, net: nodes.Net | None) -> Spec:
    """Return what source is written of for a net of a project that was checked."""
    if net is None:
        return Spec(checked.graph, project.blocks, recipe=checked.recipe)
    tree = net

    def vary(others: Mapping[str, Number]) -> Graph | None:
        return elaborate(project, tree, {**checked.settings, **others})[0].graph

    numbers = {
        name: value
        for name, value in checked.parameters.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
    return Spec(checked.graph, project.blocks, net, checked.recipe, numbers, vary)
