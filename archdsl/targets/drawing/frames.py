"""One frame of a drawing: the boxes, ports and edges of containers that are drawn as one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from textwrap import wrap

from archdsl.graph import Graph, Node, NodeId, Scope, ScopeKind
from archdsl.ops import Role
from archdsl.targets.drawing.describe import block_sentence, node_sentence, unit_sentence
from archdsl.targets.drawing.faces import Face, Tail, face_of
from archdsl.targets.drawing.folds import Fold, arguments, named_alone, opened, spelled, told
from archdsl.targets.drawing.heat import Costs, share, span, times
from archdsl.targets.drawing.options import Heat, Label, Options, Style
from archdsl.targets.drawing.picture import Box, BoxKind, Edge, Group, Mark
from archdsl.targets.drawing.structure import Container, Item, Leaf, Part
from archdsl.targets.drawing.symbols import (
    Symbol,
    as_factor,
    common,
    common_shape,
    entry_symbols,
)

LONGEST_LINE = 34


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What all frames of a drawing go by."""

    graph: Graph
    options: Options
    usual: Mapping[str, Tail]
    folds: Mapping[int, Fold]
    depth: int
    """Levels that are unfolded in their places, every copy by itself."""
    heads: Mapping[str, float]
    """The weight of each auxiliary head, by its path."""
    labels: frozenset[Label]
    marks: Mapping[NodeId, Mark]
    costs: Costs
    total: int | None
    """What all that is drawn costs, where heat is asked for."""

    @property
    def splits(self) -> bool:
        """Whether a unit is drawn operator by operator."""
        return self.options.style is Style.FULL

    @property
    def is_paper(self) -> bool:
        return self.options.style is Style.PAPER

    def is_unfolded(self, item: Item, level: int) -> bool:
        """Return whether each part of an item is drawn by itself."""
        if level < self.depth:
            return True
        return self.splits and len(item.parts) == 1 and isinstance(item.parts[0], Leaf)

    def mark(self, nodes: Sequence[NodeId]) -> Mark | None:
        """Return the mark that all nodes have; a mixture is changed."""
        found = {self.marks.get(node) for node in nodes} if self.marks else {None}
        return found.pop() if len(found) == 1 else Mark.CHANGED


@dataclass(slots=True)
class _Flow:
    """An edge in the making, with the value that flows in each of the containers."""

    edge: Edge
    values: tuple[NodeId, ...]


class Frame:
    """Draws containers of one form, item by item, as one frame."""

    def __init__(self, plan: Plan, containers: Sequence[Container], level: int = 0) -> None:
        self.plan = plan
        self.graph = plan.graph
        self.containers = containers
        self.level = level
        self.parameters = _parameters(plan.graph, containers)
        entering = [one.inputs[:1] for one in containers]
        self.entry = (
            entry_symbols([self.graph.nodes[v].shape for (v,) in entering], self.parameters)
            if all(entering)
            else ()
        )
        self.flows: list[_Flow] = []
        self.tails: dict[NodeId, tuple[str, int]] = {}
        """The member and its slot that each value comes from, by its name in the first one."""
        self.telling: frozenset[tuple[str, str]] | None = None
        """The edges that say a shape, by their ends; None for all."""
        self.forks: dict[str, str] = {}
        """The shapes that boxes say themselves, since several edges lead away from them."""

    def outermost(self, path: str, title: str, *, panel: str = "") -> Group:
        """Return the overview or a panel, whose ports say which shapes come and go."""
        shapes = Label.SHAPES in self.plan.labels
        return replace(self.group(path, title, shapes=shapes, thin=bool(panel)), name=panel)

    def group(
        self,
        path: str,
        title: str,
        *,
        shapes: bool = False,
        thin: bool = True,
        aux: bool = False,
        repeated: bool = False,
        description: str = "",
    ) -> Group:
        first = self.containers[0]
        entries = self.ports(f"{path} in", [one.inputs for one in self.containers], shapes)
        for slot, value in enumerate(first.inputs):
            self.tails[value] = (entries[slot].id, 0)
        members = self.members()
        outputs = [one.outputs for one in self.containers]
        exits = self.ports(f"{path} out", outputs, shapes)
        for slot, port in enumerate(exits):
            self.flow(port.id, outputs, slot)
        ports = frozenset(port.id for port in (*entries, *exits))
        if thin and self.plan.is_paper:
            self.thin([member.id for member in (*entries, *members, *exits)])
            members = tuple(self.with_shape(member) for member in members)
        nodes = [node for one in self.containers for node in one.every_node()]
        return Group(
            f"{path} frame",
            title,
            entries,
            members,
            exits,
            self.edges(ports),
            aux,
            repeated,
            description,
            self.plan.mark(nodes),
        )

    def ports(self, id: str, values: Sequence[tuple[NodeId, ...]], shapes: bool) -> tuple[Box, ...]:
        """Return the places where values enter or leave; named where there are several."""
        made: list[Box] = []
        for slot in range(len(values[0])):
            names = {self.name_of(each[slot]) for each in values}
            is_named = shapes and len(values[0]) > 1 and len(names) == 1
            title = self.shape(tuple(each[slot] for each in values)) if shapes else ""
            lines = tuple(names) if is_named else ()
            made.append(Box(f"{id}{slot}", BoxKind.PORT, title, lines))
        return tuple(made)

    def members(self) -> tuple[Box | Group, ...]:
        """Return what is drawn for the items at the same place in each of the containers."""
        made: list[Box | Group] = []
        for items in zip(*(one.items for one in self.containers), strict=True):
            first = items[0].parts[0]
            if self.plan.is_unfolded(items[0], self.level):
                for part in items[0].parts:
                    made.extend(self.unfolded(part))
            elif isinstance(first, Leaf):
                made.append(self.unit(items))
            elif opened(first) is not None:
                made.append(self.plate(items))
            else:
                made.append(self.folded(items))
        return tuple(made)

    # What a member is drawn as

    def unfolded(self, part: Part) -> tuple[Box | Group, ...]:
        """Return a part by itself: a unit's boxes, or a frame with what is inside."""
        item = Item((part,), None)
        if isinstance(part, Leaf):
            if self.plan.splits:
                return tuple(self.operator(part, node) for node in part.nodes)
            return (self.unit((item,)),)
        inner = named_alone(part)
        path = self.relative(part.id)
        steps = [step for step in path.split(".") if not step.isdecimal()]
        automatic = not steps or _is_automatic(steps[-1], inner.title)
        given = arguments((inner,))
        call = " ".join((inner.title, *given))
        title = " ".join((path, *given)) if automatic else f"{path}: {call}"
        frame = Frame(self.plan, (inner,), self.level + 1)
        return (self.framed(frame, (item,), title, call),)

    def plate(self, items: Sequence[Item]) -> Group:
        """Return one frame for like items that are open, and all their copies."""
        parts = [part for item in items for part in item.parts]
        inners = [inner for part in parts if (inner := opened(_container(part))) is not None]
        title, rest = self.called(items, inners[0], "", arguments(inners))
        frame = Frame(self.plan, inners, self.level)
        heading = f"{title}: {rest}" if rest and title == items[0].name else f"{title} {rest}"
        return self.framed(frame, items, heading.strip(), " ".join((title, rest)).strip())

    def framed(self, frame: Frame, items: Sequence[Item], title: str, call: str) -> Group:
        """Return the group of a frame, with the edges that lead to it."""
        first = items[0].parts[0]
        weight = self.plan.heads.get(first.id)
        group = frame.group(
            items[0].id,
            title if weight is None else f"{title}, weight {weight:g}",
            aux=self.leads_away(first),
            repeated=bool(self.times(items)),
            description=block_sentence(self.graph, self.plan.costs, items, call, ""),
        )
        self.join(group.id, items, group.aux, apart=True)
        return group

    def operator(self, leaf: Leaf, node: Node) -> Box:
        """Return the box of one operator of a unit."""
        face = face_of((node,))
        title, lines = self.written(face, face.width)
        path, name = self.relative(node.id), leaf.id.rpartition(".")[2]
        if face.role is Role.ENDPOINT and not _is_automatic(name, face.title):
            lines = (name, *lines)
        box = Box(
            id=node.id,
            kind=BoxKind.UNIT,
            title=title,
            lines=(*lines, *self.figures(path, [[[node.id]]])),
            role=face.role,
            nodes=(node.id,),
            aux=self.leads_away(leaf),
            description=node_sentence(self.graph, self.plan.costs, node),
            heat=self.heat((node.id,)),
            mark=self.plan.mark((node.id,)),
        )
        for value in node.operands:
            tail, slot = self.tails[value]
            self.flows.append(_Flow(Edge(tail, box.id, "", box.aux, slot), (value,)))
        self.tails[node.id] = (box.id, 0)
        return box

    def unit(self, items: Sequence[Item]) -> Box:
        """Return the one box for like units, and all their copies."""
        face = _leaf(items[0].parts[0]).face
        width = self.shared(items, lambda part: _leaf(part).face.width)
        title, lines = self.written(face, width)
        if face.role is Role.ENDPOINT and not _is_automatic(items[0].name, face.title):
            lines = (items[0].name, *lines)
        title = self.times(items) + title
        words = " ".join((title, *lines))
        sentence = unit_sentence(self.graph, self.plan.costs, items, words)
        return self.box(items, title, lines, sentence, role=face.role)

    def written(self, face: Face, width: str) -> tuple[str, tuple[str, ...]]:
        """Return the text of an operator in the manner of the style."""
        if self.plan.is_paper:
            return face.in_papers(width, self.plan.usual), ()
        return face.text(width, self.plan.usual)

    def folded(self, items: Sequence[Item]) -> Box:
        """Return the one box for like blocks, and all their copies."""
        inner = named_alone(_container(items[0].parts[0]))
        fold = self.plan.folds.get(inner.form)
        number = "" if fold is None else fold.number
        given = spelled(
            inner,
            {
                name: self.shared(items, lambda part, name=name: _argument(part, name))
                for name in told((inner,) if fold is None else fold.containers)
            },
        )
        title, rest = self.called(items, inner, number, given)
        lines = [*wrap(rest, LONGEST_LINE)]
        weight = self.plan.heads.get(items[0].parts[0].id)
        if weight is not None:
            lines.append(f"weight {weight:g}")
        if fold is None:
            count = sum(1 for part in items[0].parts for _ in part.every_node())
            lines.append(f"{count:,} operator{'s' * (count != 1)}")
        where = "" if fold is None else f", drawn in the panel {fold.heading}"
        call = " ".join((title, rest)).strip()
        sentence = block_sentence(self.graph, self.plan.costs, items, call, where)
        return self.box(items, title, tuple(lines), sentence, fold=fold)

    def box(
        self,
        items: Sequence[Item],
        title: str,
        lines: tuple[str, ...],
        description: str,
        *,
        role: Role | None = None,
        fold: Fold | None = None,
    ) -> Box:
        """Return the box of like items, and add the edges that lead to it."""
        costs = [[tuple(part.every_node()) for part in item.parts] for item in items]
        nodes = tuple(node for item in costs for part in item for node in part)
        path = items[0].id if items[0].repeat is None else items[0].repeat.path
        said = (title.removeprefix(self.times(items)), *lines)
        name = "" if self.relative(path) in said else self.relative(path)
        box = Box(
            id=items[0].id,
            kind=BoxKind.FOLDED if role is None else BoxKind.UNIT,
            title=title,
            lines=(*lines, *self.figures(name, costs)),
            role=role,
            nodes=nodes if fold is None else (),  # otherwise they are in the panel
            panel=None if fold is None else f"{fold.id} frame",
            aux=self.leads_away(items[0].parts[0]),
            repeated=bool(self.times(items)),
            description=description,
            heat=self.heat(nodes),
            mark=self.plan.mark(nodes),
        )
        self.join(box.id, items, box.aux, apart=False)
        return box

    # Words

    def called(
        self, items: Sequence[Item], block: Container, number: str, given: Sequence[str]
    ) -> tuple[str, str]:
        """Return how a block is called: its title, ``4 × A``, and its arguments.

        A step named with `as` has the name for its title, and the call stands after it.
        """
        call = self.times(items) + block.title + number
        names = {item.name for item in items}
        if len(names) > 1 or _is_automatic(items[0].name, block.title):
            return call, " ".join(given)
        return items[0].name, " ".join((call, *given))

    def times(self, items: Sequence[Item]) -> str:
        """Return the count of a repeat, ``4 × ``, or nothing for a single part."""
        if all(len(item.parts) == 1 for item in items):
            return ""
        count = common([str(len(item.parts)) for item in items], self.parameters)
        return f"{as_factor(count)} × "

    def shared(self, items: Sequence[Item], text: Callable[[Part], str]) -> str:
        """Return what a text is in common: first of the copies of each item, then of the items."""
        each = [common([text(part) for part in item.parts]) for item in items]
        return common(each, self.parameters, self.entry[2:])

    def figures(self, name: str, nodes: Sequence[Sequence[Sequence[NodeId]]]) -> list[str]:
        """Return the lines with a name and costs; ``nodes`` by item, and by copy in it.

        What is written is the cost in one of the containers; heat is that in all of them.
        """
        lines = [name] if name and Label.NAMES in self.plan.labels else []
        hot, costs = self.plan.options.heat, self.plan.costs
        for label, heat, unit in (
            (Label.PARAMS, Heat.PARAMS, "params"),
            (Label.MACS, Heat.MACS, "MACs"),
        ):
            if label not in self.plan.labels or hot is heat:
                continue
            each = [[costs.of(heat, copy) for copy in item] for item in nodes]
            if any(map(any, each)):
                texts = dict.fromkeys(times(item, heat) for item in each)
                (text,) = texts if len(texts) == 1 else (span([sum(item) for item in each], heat),)
                lines.append(f"{text} {unit}")
        if hot is not None and self.plan.total is not None:
            every = [costs.of(hot, copy) for item in nodes for copy in item]
            if any(every):
                lines.append(f"{times(every, hot)} · {share(sum(every), self.plan.total)}")
        return lines

    def heat(self, nodes: Sequence[NodeId]) -> int | None:
        hot = self.plan.options.heat
        return None if hot is None else self.plan.costs.of(hot, nodes)

    def relative(self, path: str) -> str:
        """Return a path as seen from the first container."""
        return path.removeprefix(f"{self.containers[0].id}.")

    def name_of(self, value: NodeId) -> str:
        """Return the path of the step that makes a value, as seen from the net."""
        node = self.graph.nodes[value]
        is_unit = self.graph.scopes[node.scope].kind is ScopeKind.UNIT
        path = node.scope if is_unit else value
        return path.partition(".")[2]

    def shape(self, values: Sequence[NodeId]) -> str:
        shapes = [self.graph.nodes[value].shape for value in values]
        return common_shape(shapes, self.parameters, self.entry)

    def leads_away(self, part: Part) -> bool:
        """Return whether ``part`` is an auxiliary head of the path that the frame is on."""
        return self.in_head(part) and not self.in_head(self.containers[0])

    def in_head(self, part: Part) -> bool:
        if isinstance(part, Leaf):
            return part.nodes[0].aux is not None
        return any(f"{part.id}.".startswith(f"{head}.") for head in self.plan.heads)

    # Edges

    def join(self, member: str, items: Sequence[Item], aux: bool, *, apart: bool) -> None:
        """Add the edges that lead to a member, and know it as what its values come from.

        The ports of a frame are told ``apart`` by their slots.
        """
        inputs = [item.inputs for item in items]
        for slot in range(len(inputs[0])):
            self.flow(member, inputs, slot, aux, slot if apart else 0)
        for slot, value in enumerate(items[0].outputs):
            self.tails[value] = (member, slot if apart else 0)

    def flow(
        self,
        head: str,
        values: Sequence[tuple[NodeId, ...]],
        slot: int,
        aux: bool = False,
        head_slot: int = 0,
    ) -> None:
        tail, tail_slot = self.tails[values[0][slot]]
        edge = Edge(tail, head, "", aux, tail_slot, head_slot)
        self.flows.append(_Flow(edge, tuple(each[slot] for each in values)))

    def edges(self, ports: frozenset[str]) -> tuple[Edge, ...]:
        """Return the edges with their labels; a port says its shape itself."""
        if Label.SHAPES not in self.plan.labels:
            return tuple(flow.edge for flow in self.flows)
        return tuple(
            replace(flow.edge, label=self.shape(flow.values))
            if self.tells(flow, ports)
            else flow.edge
            for flow in self.flows
        )

    def tells(self, flow: _Flow, ports: frozenset[str]) -> bool:
        """Return whether an edge says a shape."""
        ends = (flow.edge.tail, flow.edge.head)
        return ports.isdisjoint(ends) and (self.telling is None or ends in self.telling)

    def thin(self, order: Sequence[str]) -> None:
        """Let shapes be said only where all data has one shape, and its grid is a new one.

        ``order`` is that of the ports and members, in which each is behind what it reads.
        """
        place = {id: at for at, id in enumerate(order)}
        crossing: list[list[_Flow]] = [[] for _ in order]
        for flow in self.flows:
            if not flow.edge.aux:
                for gap in range(place[flow.edge.tail], place[flow.edge.head]):
                    crossing[gap].append(flow)
        telling: set[tuple[str, str]] = set()
        entering = self.containers[0].inputs[:1]
        grid = [self.graph.nodes[value].shape.grid for value in entering]
        for flows in crossing:
            values = {flow.values for flow in flows}
            if len(values) != 1:
                continue
            (value,) = values
            before, grid = grid, [self.graph.nodes[value[0]].shape.grid]
            if grid == before:
                continue
            if len(flows) == 1:
                telling.add((flows[0].edge.tail, flows[0].edge.head))
            else:
                self.forks[flows[0].edge.tail] = self.shape(value)
        self.telling = frozenset(telling)

    def with_shape(self, member: Box | Group) -> Box | Group:
        """Return a box with the shape that it gives to several others."""
        if member.id not in self.forks or Label.SHAPES not in self.plan.labels:
            return member
        if isinstance(member, Group):
            return member
        return replace(member, lines=(self.forks[member.id], *member.lines))


def _is_automatic(name: str, title: str) -> bool:
    """Return whether a step has the name it gets without `as`: ``conv``, ``conv1``."""
    return name.startswith(title) and (name == title or name[len(title) :].isdecimal())


def _leaf(part: Part) -> Leaf:
    assert isinstance(part, Leaf)
    return part


def _container(part: Part) -> Container:
    assert isinstance(part, Container)
    return part


def _argument(part: Part, name: str) -> str:
    return dict(named_alone(_container(part)).scope.arguments)[name]


def _parameters(graph: Graph, containers: Sequence[Container]) -> tuple[Symbol, ...]:
    """Return the parameters of the blocks that the containers are in, with their values."""
    calls = [dict(_block_arguments(graph, one.scope)) for one in containers]
    return tuple(
        Symbol(name, tuple(call[name] for call in calls))
        for name in calls[0]
        if all(name in call for call in calls)
    )


def _block_arguments(graph: Graph, scope: Scope) -> tuple[tuple[str, str], ...]:
    while scope.kind is not ScopeKind.BLOCK:
        if scope.parent is None:
            return ()
        scope = graph.scopes[scope.parent]
    return scope.arguments
