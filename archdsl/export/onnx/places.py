"""Which step of the spec each node of an ONNX graph computes.

The exporter notes on a node the modules around it, whose names are the paths of steps. A node that
it made up on the way, as a constant or the extent of a value, belongs where it is read.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from archdsl.export.held import HELD
from archdsl.graph import Graph, Scope, ScopeKind, path_in

SCOPES = "pkg.torch.onnx.name_scopes"
FOLDED = frozenset({ScopeKind.BLOCK, ScopeKind.GROUP})
"""Scopes that have a name and a box of their own in drawings; they are functions in ONNX."""

Around = tuple[Scope, ...]
"""The folded scopes around a node, from the outside in."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where nodes belong, by their names; a node that is not listed belongs where it is read."""

    paths: Mapping[str, str]
    """The innermost steps and scopes."""
    around: Mapping[str, Around]

    def all_around(self, nodes: Iterable[Any]) -> dict[Any, Around]:
        """Return the folded scopes around each of a graph's nodes, which are given in order."""
        found: dict[Any, Around] = {}
        for node in reversed(list(nodes)):
            known = self.around.get(node.name)
            if known is not None:
                found[node] = known
            elif any(one.is_graph_output() for one in node.outputs):
                found[node] = ()
            else:
                readers = (reader for one in node.outputs for reader, _ in one.uses())
                found[node] = _in_common([found[reader] for reader in readers])
        return dict(reversed(found.items()))


def places_of(nodes: Iterable[Any], graph: Graph) -> Places:
    """Return the places of what an exporter wrote, as it noted them."""
    paths: dict[str, str] = {}
    scopes: dict[str, Around] = {}
    for node in nodes:
        modules = _modules(node)
        if node.op_type == "Constant" or not modules:
            continue
        within = [path_in(graph.name, one) if one else graph.name for one in modules]
        paths[node.name] = within[-1]
        known = [graph.scopes[path] for path in within if path in graph.scopes]
        scopes[node.name] = tuple(scope for scope in known if scope.kind in FOLDED)
    return Places(paths, scopes)


def module_of(node: Any) -> str:
    """Return the name of the innermost module that a node was written for; empty for the net."""
    return ["", *_modules(node)][-1]


def _modules(node: Any) -> list[str]:
    """Return the names of the modules around a node, the network's own first, which is empty."""
    names: list[str] = ast.literal_eval(node.metadata_props.get(SCOPES, "[]"))
    prefix = f"{HELD}."
    return [f"{one}."[len(prefix) : -1] for one in names if f"{one}.".startswith(prefix)]


def _in_common(chains: list[Around]) -> Around:
    """Return the scopes that are around all of some nodes."""
    shared: list[Scope] = []
    for level in zip(*chains, strict=False):
        if any(one is not level[0] for one in level):
            break
        shared.append(level[0])
    return tuple(shared)
