"""Words for many places at once: `every conv`, `conv1 in branch 2 of all 9 inception modules`.

A phrase is only used where it holds: what it names is looked up among all operators that both
networks have, and must be exactly, or all but a few of, the places in question.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from archdsl.compare.difference import Pair, Place
from archdsl.compare.spelling import spoken
from archdsl.graph import (
    Graph,
    Node,
    Scope,
    ScopeKind,
    in_net,
    is_within,
    name_of,
    parts_of,
    relative,
)
from archdsl.ops import Argument, Operator, signature

MODULES = frozenset({ScopeKind.BLOCK, ScopeKind.GROUP, ScopeKind.JOIN, ScopeKind.RESIDUAL})
AUX = "auxiliary head"
MOST_NAMES = 5
EXCEPTIONS = 2
PER_EXCEPTION = 4
"""Places that must share a phrase for each one it has to except."""


@dataclass(frozen=True, slots=True)
class Sort:
    """A quality that places can share, and how places of it are called: ``words`` and ``where``.

    ``rank`` orders phrases that cover equally much: the plainest first. ``module`` is the title of
    the modules that the places are in, and ``each`` says that every module has one of them.
    """

    rank: int
    key: tuple[object, ...]
    words: str
    where: str = ""
    module: str | None = None
    each: bool = False


class Places:
    """Knows every place of a comparison, and finds words for some of them."""

    def __init__(self, graph: Graph, pairs: Sequence[Pair], other: Graph) -> None:
        self.graph = graph
        self.order = {pair.place: at for at, pair in enumerate(pairs)}
        self._modules = self._shared_modules(pairs)
        self._sorts: dict[Place, tuple[Sort, ...]] = {}
        self._having: dict[tuple[object, ...], set[Place]] = {}
        for pair in pairs:
            a, b = graph.nodes[pair.place.a], other.nodes[pair.place.b]
            sorts = tuple(self._sorts_of(a, b))
            self._sorts[pair.place] = sorts
            for sort in sorts:
                self._having.setdefault(sort.key, set()).add(pair.place)

    def describe(self, places: Iterable[Place]) -> str:
        """Return where ``places`` are, in as few words as are true."""
        left = sorted(set(places), key=self._position)
        phrases: dict[str, list[str]] = {}
        while (found := self._best(left)) is not None:
            words, where, covered = found
            phrases.setdefault(where, []).append(words)
            left = [place for place in left if place not in covered]
        apart = phrases.pop("", [])
        joined = [f"{listed(words)} {where}" for where, words in phrases.items()]
        return listed([*apart, *joined, *self._names(left)])

    def name(self, place: Place) -> str:
        """Return the name of one place: the path of its step, without the net."""
        node = self.graph.nodes[place.a]
        scope = self.graph.scopes[node.scope]
        leads = scope.kind is ScopeKind.UNIT and node.name == scope.title
        return f"`{in_net(scope.path if leads else node.id)}`"

    def around(self, place: Place, title: str) -> str:
        """Return the part of the network in which something called ``title`` is repeated."""
        for scope in self.graph.tree.scopes_around(self.graph.nodes[place.a]):
            is_named = scope.name != title and not scope.name.isdigit()
            if is_named and scope.kind in (ScopeKind.GROUP, ScopeKind.REPEAT, ScopeKind.BRANCH):
                return f"`{in_net(scope.path)}`"
        return ""

    def heads(self, places: Iterable[Place]) -> str:
        """Return the auxiliary heads that ``places`` are the results of."""
        paths = dict.fromkeys(self.graph.nodes[place.a].aux for place in places)
        return listed([f"`{in_net(path or '')}`" for path in paths])

    def is_aux(self, place: Place) -> bool:
        return self.graph.nodes[place.a].aux is not None

    def _position(self, place: Place) -> int:
        return self.order.get(place, len(self.order))

    def _names(self, places: Sequence[Place]) -> Iterator[str]:
        """Yield single places by name, those at the same point of like modules together."""
        alike: dict[object, list[Place]] = {}
        for place in places:
            alike.setdefault(self._point(place) or place, []).append(place)
        names: list[str] = []
        for same in alike.values():
            if len(same) == 1:
                names.append(self.name(same[0]))
                continue
            modules = [self._innermost(self.graph.nodes[place.a]) for place in same]
            node = self.graph.nodes[same[0].a]
            if modules[0] is not None:
                named = [f"`{in_net(one.path)}`" for one in modules if one is not None]
                words, where = self._inside(node, modules[0])
                yield f"{words} {where} {listed(_cut(named, 'modules'))}"
        yield from _cut(list(dict.fromkeys(names)), "places")

    def _point(self, place: Place) -> tuple[str, str] | None:
        """Return which module a place is in, by its title, and where in it."""
        node = self.graph.nodes[place.a]
        module = self._innermost(node)
        if module is None or module.path == node.id:
            return None
        return module.title, relative(node.id, module.path)

    def _innermost(self, node: Node) -> Scope | None:
        around = [scope for scope in self._around(node) if self._count(scope) > 1]
        blocks = [scope for scope in around if scope.kind is ScopeKind.BLOCK]
        return next(iter(blocks or around), None)

    def _best(self, left: Sequence[Place]) -> tuple[str, str, set[Place]] | None:
        """Return the phrase that covers most of ``left``, and what it covers; at least two."""
        wanted = set(left)
        best: tuple[tuple[int, int, int], str, str, set[Place]] | None = None
        for sort in {
            sort.key: sort for place in left for sort in self._sorts.get(place, ())
        }.values():
            having = self._having[sort.key]
            excepted = having - wanted
            covered = having & wanted
            if len(covered) < 2 or len(excepted) > EXCEPTIONS:
                continue
            if len(covered) < PER_EXCEPTION * len(excepted) + 2 * bool(excepted):
                continue
            worth = (len(covered) - len(excepted), -len(excepted), -sort.rank)
            if best is not None and worth <= best[0]:
                continue
            where = self._where(sort, len(having))
            if excepted:
                names = [self.name(one) for one in sorted(excepted, key=self._position)]
                where = f"{where} but {listed(names)}".lstrip()
            best = (worth, sort.words, where, covered)
        return None if best is None else best[1:]

    def _where(self, sort: Sort, places: int) -> str:
        """Return the second half of a phrase: which modules, and how many of them."""
        if sort.module is None:
            return sort.where
        count = self._modules[sort.module]
        of = _modules(sort.module, count)
        if sort.each and places < count:
            of = f"{places} of {of.removeprefix('all ').replace('both', 'the 2')}"
        return f"{sort.where} {of}"

    # What a place can share with others

    def _sorts_of(self, a: Node, b: Node) -> Iterator[Sort]:
        if type(a.op) is not type(b.op):
            return
        name = a.op.name
        every = f"every `{name}`"
        yield Sort(0, (name,), every)
        region = f"in the {AUX}s" if a.aux is not None else f"outside of the {AUX}s"
        if self.graph.aux:
            yield Sort(1, (name, a.aux is not None), f"{every} {region}")
        shared = tuple(_shared(a.op, b.op))
        for argument, value in shared:
            words = f"with {_quality(argument, value)}"
            yield Sort(2, (name, argument.field, value), f"{every} {words}")
            if self.graph.aux:
                key = (name, argument.field, value, a.aux is not None)
                yield Sort(3, key, f"{every} {words} {region}")
        for scope in self._around(a):
            title, count = self._title(scope), self._count(scope)
            if count < 2:
                continue
            rank = 6 if scope.kind in (ScopeKind.JOIN, ScopeKind.RESIDUAL) else 4
            inside = relative(a.id, scope.path)
            words, where = self._inside(a, scope)
            yield Sort(rank, (title, inside, name), words, where, title, each=True)
            yield Sort(rank + 1, (title, None, name), every, "in", title)
            for argument, value in shared:
                words = f"{every} with {_quality(argument, value)}"
                key = (title, None, name, argument.field, value)
                yield Sort(rank + 2, key, words, "in", title)

    def _inside(self, node: Node, module: Scope) -> tuple[str, str]:
        """Return the name of a node in a module, and the way there: `conv1`, in branch 2 of."""
        scope = self.graph.scopes[node.scope]
        leads = scope.kind is ScopeKind.UNIT and node.name == scope.title
        path = relative(scope.path if leads else node.id, module.path)
        if path == module.path:
            return "the end", "of"
        parts = parts_of(path)
        match parts:
            case [branch, name] if branch.startswith("branch"):
                number = branch.removeprefix("branch")
                return f"`{name}`", f"in branch {number} of"
            case [*_, name] if module.kind is ScopeKind.AUX:
                same = list(self._ends_in(module, name))
                return f"`{name if len(same) == 1 else path}`", "in"
            case _:
                return f"`{path}`", "in"

    def _ends_in(self, module: Scope, name: str) -> Iterator[str]:
        steps = (*self.graph.nodes, *self.graph.scopes)
        for path in dict.fromkeys(steps):
            if path != module.path and is_within(path, module.path) and name_of(path) == name:
                yield path

    def _around(self, node: Node) -> Iterator[Scope]:
        for scope in self.graph.tree.scopes_around(node):
            if scope.kind in MODULES or scope.kind is ScopeKind.AUX:
                yield scope

    def _shared_modules(self, pairs: Sequence[Pair]) -> Mapping[str, int]:
        """Return how many modules of each title hold something that both networks have."""
        paths: dict[str, set[str]] = {}
        for pair in pairs:
            for scope in self._around(self.graph.nodes[pair.place.a]):
                paths.setdefault(self._title(scope), set()).add(scope.path)
        return {title: len(inside) for title, inside in paths.items()}

    def _title(self, scope: Scope) -> str:
        return AUX if scope.kind is ScopeKind.AUX else scope.title

    def _count(self, scope: Scope) -> int:
        return self._modules.get(self._title(scope), 0)


def listed(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1]


def _cut(names: Sequence[str], what: str) -> list[str]:
    if len(names) <= MOST_NAMES + 1:
        return list(names)
    return [*names[:MOST_NAMES], f"{len(names) - MOST_NAMES} more {what}"]


def _modules(title: str, count: int) -> str:
    quoted = AUX if title == AUX else f"`{title}` module"
    return f"both {quoted}s" if count == 2 else f"all {count} {quoted}s"


def _shared(a: Operator, b: Operator) -> Iterator[tuple[Argument, object]]:
    """Yield the arguments in which two operators of one class agree."""
    data: Any = a
    declared = {field.name for field in fields(data) if "archdsl" in field.metadata}
    for argument in signature(type(a)) if declared else ():
        value = getattr(a, argument.field)
        if value not in (None, False) and value == getattr(b, argument.field):
            yield argument, value


def _quality(argument: Argument, value: object) -> str:
    return argument.name if value is True else f"{argument.name} {spoken(argument, value)}"
