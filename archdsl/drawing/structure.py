"""The nesting of a network as a drawing sees it, and which parts of it have the same form.

In comes a graph; out goes the :class:`Container` of the net or of one step. Joins, residuals and
branches are seen through: they show as the edges between boxes. Copies of a repeat that have the
same form and follow one another become one :class:`Item`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from archdsl.compare import Change
from archdsl.drawing.faces import Face, face_of
from archdsl.graph import Graph, Node, NodeId, Scope, ScopeKind, is_within, name_of, path_in

SEEN_THROUGH = frozenset({ScopeKind.JOIN, ScopeKind.RESIDUAL, ScopeKind.BRANCH})


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """A unit: one operator, or a convolution with its norm and activation."""

    id: str
    nodes: tuple[Node, ...]
    inputs: tuple[NodeId, ...]
    outputs: tuple[NodeId, ...]
    form: int
    face: Face

    def every_node(self) -> Iterator[NodeId]:
        for node in self.nodes:
            yield node.id


@dataclass(frozen=True, slots=True, eq=False)
class Container:
    """A net, block, group, auxiliary head, or copy of a repeat, with the items in it.

    ``inputs`` are the values it reads from outside, ``outputs`` those of its own read there.
    Containers of one ``form`` differ in widths, shapes and counts of repeats only. ``open`` says
    that it is drawn in its place, and not folded.
    """

    id: str
    scope: Scope
    title: str
    items: tuple[Item, ...]
    inputs: tuple[NodeId, ...]
    outputs: tuple[NodeId, ...]
    form: int
    open: bool

    @property
    def arguments(self) -> tuple[str, ...]:
        """The values of all parameters of its block, defaults too."""
        return tuple(value for _, value in self.scope.arguments)

    def every_node(self) -> Iterator[NodeId]:
        for item in self.items:
            for part in item.parts:
                yield from part.every_node()


Part = Leaf | Container


def as_leaf(part: Part) -> Leaf:
    """Return a part of which it is known that it is one."""
    assert isinstance(part, Leaf)
    return part


def as_container(part: Part) -> Container:
    """Return a part of which it is known that it has others in it."""
    assert isinstance(part, Container)
    return part


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """One part, or several copies of a repeat in a row, each reading the one before it."""

    parts: tuple[Part, ...]
    repeat: Scope | None

    @property
    def id(self) -> str:
        if self.repeat is None:
            return self.parts[0].id
        first, last = (_number(self.parts[at]) for at in (0, -1))
        return path_in(self.repeat.path, f"{first}-{last}")

    @property
    def name(self) -> str:
        """The last part of its path, which is what `as` gave it where that was used."""
        path = self.parts[0].id if self.repeat is None else self.repeat.path
        return name_of(path)

    @property
    def inputs(self) -> tuple[NodeId, ...]:
        return self.parts[0].inputs

    @property
    def outputs(self) -> tuple[NodeId, ...]:
        return self.parts[-1].outputs


@dataclass(frozen=True, slots=True)
class _Unit:
    """A unit, or an operator by itself, while its scope is gathered."""

    id: str
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class _Draft:
    """A scope while its contents are gathered, in the order of their first nodes."""

    scope: Scope
    entries: list[_Draft | _Unit] = field(default_factory=list["_Draft | _Unit"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a drawing is to show apart from the graph itself.

    ``root`` is the path of the step that is drawn, a scope's or a node's; None for the net.
    ``open`` are the paths of the containers to be drawn in their places. Parts whose ``marks``
    differ have different forms.
    """

    root: str | None = None
    open: frozenset[str] = frozenset()
    marks: Mapping[NodeId, Change] = field(default_factory=dict[NodeId, Change])


def structure(
    graph: Graph, wish: Wish | None = None, refuse: Callable[[int], None] | None = None
) -> Container:
    """Return the net of ``graph``, or the one step asked for, with all that is nested in it.

    ``refuse`` is told how many steps there are at the top, each of them a box or more, before
    any of them is looked at; it may raise.
    """
    wish = Wish() if wish is None else wish
    root = _gathered(graph, graph.name if wish.root is None else wish.root)
    if refuse is not None and root.scope.kind is not ScopeKind.REPEAT:
        refuse(len(root.entries))
    return _Freezer(graph, wish).container(root)


def title_of(graph: Graph, scope: Scope) -> str:
    """Return a scope's title; a copy of `3 x { … }` has none but the name of the repeat."""
    if scope.kind is ScopeKind.GROUP and scope.parent is not None:
        above = graph.scopes[scope.parent]
        if above.kind is ScopeKind.REPEAT:
            return above.name
    return scope.title


def is_container(graph: Graph, scope: Scope) -> bool:
    """Return whether a scope, other than the net, is one box or frame with more inside."""
    if scope.parent is None or scope.kind in (ScopeKind.UNIT, ScopeKind.REPEAT):
        return False
    is_copy = graph.scopes[scope.parent].kind is ScopeKind.REPEAT
    return is_copy or scope.kind not in SEEN_THROUGH


def _gathered(graph: Graph, path: str) -> _Draft:
    """Sort the nodes at a path into the scopes that a drawing shows."""
    members, scopes = graph.tree.members, graph.scopes
    if path not in scopes:
        node = graph.nodes[path]
        return _Draft(replace(scopes[node.scope], path=path), [_Unit(path, (node,))])
    root = _Draft(scopes[path])
    if root.scope.kind is ScopeKind.UNIT:
        root.entries.append(_Unit(path, graph.tree.nodes_in(path)))
        return root
    ahead = [(root, iter(members.get(path, ())))]
    while ahead:
        draft, left = ahead[-1]
        member = next(left, None)
        if member is None:
            ahead.pop()
        elif isinstance(member, Node):
            draft.entries.append(_Unit(member.id, (member,)))
        elif member.kind is ScopeKind.UNIT:
            draft.entries.append(_Unit(member.path, graph.tree.nodes_in(member.path)))
        else:
            is_copy = draft.scope.kind is ScopeKind.REPEAT
            if is_copy or member.kind not in SEEN_THROUGH:
                inner = _Draft(member)
                draft.entries.append(inner)
                draft = inner
            ahead.append((draft, iter(members[member.path])))
    return root


class _Freezer:
    """Turns drafts into parts, innermost first, and numbers their forms."""

    def __init__(self, graph: Graph, wish: Wish) -> None:
        self.graph = graph
        self.wish = wish
        self._forms: dict[object, int] = {}
        self._faces: dict[tuple[int, ...], tuple[Face, object]] = {}
        self._kept = frozenset(graph.outputs)
        self._heads = {head.output: head.path for head in graph.aux}

    def container(self, draft: _Draft) -> Container:
        items: list[Item] = []
        scope = draft.scope
        if scope.kind is ScopeKind.REPEAT:
            items.extend(self.runs(draft))
        else:
            for entry in draft.entries:
                if isinstance(entry, _Unit):
                    items.append(Item((self.leaf(entry.id, entry.nodes),), None))
                elif entry.scope.kind is ScopeKind.REPEAT:
                    items.extend(self.runs(entry))
                else:
                    items.append(Item((self.container(entry),), None))
        own = {id for item in items for part in item.parts for id in part.every_node()}
        inputs = tuple(dict.fromkeys(v for item in items for v in item.inputs if v not in own))
        outputs = self.outputs(
            (v for item in items for part in item.parts for v in part.outputs), own, scope.path
        )
        title, is_open = title_of(self.graph, scope), scope.path in self.wish.open
        made = Container(scope.path, scope, title, tuple(items), inputs, outputs, 0, is_open)
        named = None if scope.kind is ScopeKind.AUX else scope.title
        form = self.form(scope.kind, named, is_open, *_wiring(made))
        return replace(made, form=form)

    def face(self, nodes: Sequence[Node]) -> tuple[Face, object]:
        """Return the face of a unit, and what it has in common with others of its form.

        Found by identity: a graph's operators are shared, and few are different.
        """
        key = tuple(id(node.op) for node in nodes)
        if key not in self._faces:
            made = face_of(tuple(nodes))
            self._faces[key] = made, made.form
        return self._faces[key]

    def leaf(self, id: str, nodes: tuple[Node, ...]) -> Leaf:
        own = {node.id for node in nodes}
        inputs = tuple(v for node in nodes for v in node.operands if v not in own)
        face, look = self.face(nodes)
        outputs = self.outputs((node.id for node in nodes), own, id)
        marks = tuple(self.wish.marks.get(node.id) for node in nodes)
        form = self.form("leaf", look, len(inputs), marks)
        return Leaf(id, nodes, inputs, outputs, form, face)

    def outputs(
        self, candidates: Iterable[NodeId], own: set[NodeId], path: str
    ) -> tuple[NodeId, ...]:
        """Return the values read outside of ``own``, or that are results there."""
        return tuple(
            value
            for value in candidates
            if value in self._kept
            or any(reader not in own for reader in self.graph.readers[value])
            or self._ends_head(value, path)
        )

    def _ends_head(self, value: NodeId, path: str) -> bool:
        """Return whether ``value`` is the result of an auxiliary head that ``path`` is within."""
        head = self._heads.get(value)
        return head is not None and is_within(path, head)

    def form(self, *key: object) -> int:
        return self._forms.setdefault(key, len(self._forms))

    def runs(self, draft: _Draft) -> Iterator[Item]:
        """Yield the copies of a repeat, those that can share a box together."""
        copies: list[Part] = [
            self.leaf(entry.id, entry.nodes) if isinstance(entry, _Unit) else self.container(entry)
            for entry in draft.entries
        ]
        run: list[Part] = []
        for copy in copies:
            if run and not self._continues(run, copy):
                yield Item(tuple(run), draft.scope)
                run = []
            run.append(copy)
        if run:
            yield Item(tuple(run), draft.scope)

    def _continues(self, run: list[Part], copy: Part) -> bool:
        """Return whether ``copy`` does again what the last of ``run`` does, to its result."""
        last = run[-1]
        if copy.form != last.form or _number(copy) != _number(last) + 1:
            return False
        inside = frozenset(copy.every_node())
        for value in last.outputs:
            if value in self._kept or any(r not in inside for r in self.graph.readers[value]):
                return False
        chained = [value in last.outputs for value in copy.inputs]
        if not any(chained):
            return False
        outer = [None if link else value for link, value in zip(chained, copy.inputs, strict=True)]
        if len(run) == 1:
            given = last.inputs
            return all(v is None or v == before for v, before in zip(outer, given, strict=True))
        before = run[-2]
        slots = [_slot(last, value) for value in copy.inputs]
        return slots == [_slot(before, value) for value in last.inputs] and all(
            v is None or v == old for v, old in zip(outer, last.inputs, strict=True)
        )


def _slot(part: Part, value: NodeId) -> int | None:
    return part.outputs.index(value) if value in part.outputs else None


def _wiring(container: Container) -> Iterator[object]:
    """Yield what makes two containers the same picture, item by item."""
    made = {
        value: (index, slot)
        for index, item in enumerate(container.items)
        for slot, value in enumerate(item.outputs)
    }
    entering = {value: (None, slot) for slot, value in enumerate(container.inputs)}
    for item in container.items:
        reads = tuple(made.get(v) or entering.get(v) for v in item.inputs)
        yield item.parts[0].form, item.repeat is not None, reads
    yield tuple(made.get(value) for value in container.outputs)


def _number(copy: Part) -> int:
    return int(name_of(copy.id))
