"""Checking one net: expansion, then every rule over the graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from archdsl.check.claims import wrong_totals
from archdsl.check.cost import Totals, totals
from archdsl.check.recipe import recipe_faults
from archdsl.check.unused import unused_blocks, unused_steps
from archdsl.diagnostics import Collector, Diagnostic
from archdsl.graph import (
    Graph,
    Limits,
    Setting,
    Settings,
    elaborate,
    rehearse_blocks,
    rehearse_nets,
)
from archdsl.light import GarbageCollectorPaused
from archdsl.ops import Value
from archdsl.recipe import Recipe
from archdsl.syntax import Project, nodes


@dataclass(frozen=True, slots=True)
class Checked:
    """A network that builds and runs with exactly the shapes and totals that are given here."""

    graph: Graph
    totals: Totals
    parameters: Mapping[str, Value]
    recipe: Recipe = Recipe()
    settings: Settings = field(default_factory=dict[str, Setting])
    """What was set from outside."""


def check(
    project: Project,
    net: nodes.Net,
    settings: Settings | None = None,
    limits: Limits | None = None,
) -> tuple[Checked | None, tuple[Diagnostic, ...]]:
    """Check one net of a project; the result is None if anything is wrong with it."""
    found = Collector()
    checked, of_net = check_net(project, net, settings, limits)
    found.extend(of_net)
    found.extend(check_blocks(project))
    return checked, found.sorted()


def check_net(
    project: Project,
    net: nodes.Net,
    settings: Settings | None = None,
    limits: Limits | None = None,
) -> tuple[Checked | None, tuple[Diagnostic, ...]]:
    """Check one net, and leave what :func:`check_blocks` tells to it; the result is the same."""
    with GarbageCollectorPaused():
        return _check_net(project, net, settings, limits)


def check_blocks(project: Project) -> tuple[Diagnostic, ...]:
    """Return what is found in the blocks of a project, whichever net calls them: once for all."""
    return _of_blocks(project).found


def check_others(project: Project, net: str | None) -> tuple[Diagnostic, ...]:
    """Return what is wrong with a project apart from one of its nets, which is checked by itself.

    Only names, arguments and words: a file is read as a whole, whichever net is made of it.
    """
    others = (tree for tree in project.nets if tree.name.text != net)
    found = Collector()
    found.extend(rehearse_nets(project, *others))
    found.extend(rehearse_blocks(project))
    return found.sorted()


@dataclass(frozen=True, slots=True)
class _OfBlocks:
    found: tuple[Diagnostic, ...]
    are_sound: bool


_known: WeakKeyDictionary[Project, _OfBlocks] = WeakKeyDictionary()


def _of_blocks(project: Project) -> _OfBlocks:
    known = _known.get(project)
    if known is None:
        found = Collector()
        with GarbageCollectorPaused():
            found.extend(rehearse_blocks(project))
            found.extend(unused_blocks(project))
        known = _known[project] = _OfBlocks(found.sorted(), not found.has_errors)
    return known


def _check_net(
    project: Project, net: nodes.Net, settings: Settings | None, limits: Limits | None
) -> tuple[Checked | None, tuple[Diagnostic, ...]]:
    found = Collector()
    elaborated, expansion = elaborate(project, net, settings, limits)
    found.extend(expansion)
    found.extend(rehearse_nets(project, net))
    if elaborated.graph is None:
        return None, found.sorted()
    found.extend(unused_steps(elaborated))
    cost = totals(elaborated.graph)
    found.extend(wrong_totals(elaborated, cost))
    found.extend(recipe_faults(elaborated.graph, elaborated.recipe))
    if found.has_errors or not _of_blocks(project).are_sound:
        return None, found.sorted()
    checked = Checked(
        elaborated.graph, cost, elaborated.parameters, elaborated.recipe, settings or {}
    )
    return checked, found.sorted()
