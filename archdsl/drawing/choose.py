"""Which part of a network is drawn, and which blocks are unfolded: names and paths, looked up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from archdsl.compare import Change
from archdsl.diagnostics import did_you_mean
from archdsl.drawing.options import DrawingError, Options
from archdsl.drawing.structure import Wish, is_container, title_of
from archdsl.graph import (
    Graph,
    NodeId,
    Scope,
    ScopeKind,
    holder_of,
    is_at_end,
    is_within,
    name_of,
    path_in,
    relative,
)

ALL = "all"
"""Unfolds every block."""

MOST_LISTED = 12
MOST_NEAR = 2000
"""Paths that near ones are looked for among; in a larger network only the first."""


def choose(graph: Graph, options: Options, marks: Mapping[NodeId, Change]) -> Wish:
    """Return what is to be drawn; raise :class:`DrawingError` for a name that is not there."""
    root = None if options.only is None else step_at(graph, options.only)
    return Wish(root=root, open=_opened(graph, root, options.expand), marks=marks)


def step_at(graph: Graph, path: str) -> str:
    """Return the full path of a step that may be given without the net's name in front."""
    for full in (path, path_in(graph.name, path)):
        if full in graph.scopes or full in graph.nodes:
            return full
    raise DrawingError(f"`{graph.name}` has no step `{path}`{_near_step(graph, path)}")


def _near_step(graph: Graph, path: str) -> str:
    """Return what the path may have meant: a near name, or what there is where it goes wrong."""
    own = relative(path, graph.name)
    known: dict[str, None] = {}
    for full in (*graph.scopes, *graph.nodes):
        known[relative(full, graph.name)] = None
    known.pop(graph.name, None)
    holder = holder_of(own)
    while holder and holder not in known:
        holder = holder_of(holder)
    wrong = relative(own, holder)
    beside = [one for one in known if holder_of(one) == holder]
    hint = did_you_mean(own, beside[:MOST_NEAR])
    if hint:
        return hint
    others = [one for one in known if is_at_end(one, wrong)]
    if others:
        return f"; there is {_listed(others)}"
    inside = [name_of(one) for one in beside]
    where = f"in `{holder}` there is" if holder else "there is"
    if not inside:
        return f"; `{holder}` is a single operator"
    return f"; {where} {_listed(inside)}"


def _opened(graph: Graph, root: str | None, names: Sequence[str]) -> frozenset[str]:
    """Return the paths of the containers that ``names`` ask to unfold."""
    if not names:
        return frozenset()
    within = [scope for scope in graph.scopes.values() if _is_within(scope.path, root)]
    containers = [scope for scope in within if is_container(graph, scope)]
    if ALL in names:
        return frozenset(scope.path for scope in containers)
    found: set[str] = set()
    for name in names:
        opened = [
            *(scope.path for scope in containers if title_of(graph, scope) == name),
            *_at(graph, containers, name),
        ]
        if not opened:
            raise DrawingError(_not_there(graph, containers, name))
        found.update(opened)
    return frozenset(found)


def _at(graph: Graph, containers: Iterable[Scope], name: str) -> Iterator[str]:
    """Yield the container at a path, or the copies of the repeat there."""
    paths = (name, path_in(graph.name, name))
    for scope in containers:
        holder = graph.scopes[scope.parent or ""]
        if scope.path in paths or (holder.path in paths and holder.kind is ScopeKind.REPEAT):
            yield scope.path


def _not_there(graph: Graph, containers: Sequence[Scope], name: str) -> str:
    full = next((f for f in (name, path_in(graph.name, name)) if f in graph.scopes), None)
    if full == graph.name:
        return f"`{name}` is the net itself, which is unfolded: `{ALL}` unfolds what is in it"
    if full is not None or path_in(graph.name, name) in graph.nodes or name in graph.nodes:
        return f"`{name}` is no block or group, and has nothing to unfold"
    titles = tuple(dict.fromkeys(title_of(graph, scope) for scope in containers))
    if not titles:
        return f"there is nothing to unfold as `{name}`: no block or group is drawn"
    paths = tuple(relative(scope.path, graph.name) for scope in containers)
    hint = did_you_mean(name, titles) or did_you_mean(name, paths[:MOST_NEAR])
    return f"there is no block `{name}` to unfold{hint or f'; there is {_listed(titles)}'}"


def _is_within(path: str, root: str | None) -> bool:
    return root is None or (path != root and is_within(path, root))


def _listed(names: Sequence[str]) -> str:
    """Return names in a sentence, the first of many."""
    quoted = [f"`{name}`" for name in names[:MOST_LISTED]]
    if len(names) > MOST_LISTED:
        return f"{', '.join(quoted)} and {len(names) - MOST_LISTED:,} more"
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"
