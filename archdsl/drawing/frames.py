"""One frame of a drawing: the boxes, ports and edges of containers that are drawn as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from textwrap import wrap

from archdsl.drawing.describe import block_sentence, node_sentence, unit_sentence
from archdsl.drawing.faces import VARYING, Face, face_of
from archdsl.drawing.flows import Flows
from archdsl.drawing.folds import Fold, arguments, named_alone, opened, spelled, told
from archdsl.drawing.options import Label
from archdsl.drawing.picture import Box, BoxKind, Group
from archdsl.drawing.plan import Plan
from archdsl.drawing.structure import Container, Item, Leaf, Part, as_container, as_leaf
from archdsl.drawing.words import LONGEST_LINE, Words, is_automatic
from archdsl.graph import Node, NodeId, name_of, parts_of
from archdsl.ops import Role


class Frame:
    """Draws containers of one form, item by item, as one frame."""

    def __init__(self, plan: Plan, containers: Sequence[Container], level: int = 0) -> None:
        self.plan = plan
        self.graph = plan.graph
        self.containers = containers
        self.level = level
        self.words = Words(plan, containers)
        self.flows = Flows(self.words)

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
            self.flows.tails[value] = (entries[slot].id, 0)
        members = self.members()
        outputs = [one.outputs for one in self.containers]
        exits = self.ports(f"{path} out", outputs, shapes, leaves=True)
        for slot, port in enumerate(exits):
            self.flows.flow(port.id, outputs, slot)
        ports = frozenset(port.id for port in (*entries, *exits))
        if thin and self.plan.is_paper:
            self.flows.thin([member.id for member in (*entries, *members, *exits)])
            members = tuple(self.flows.with_shape(member) for member in members)
        nodes = [node for one in self.containers for node in one.every_node()]
        return Group(
            f"{path} frame",
            title,
            entries,
            members,
            exits,
            self.flows.edges(ports),
            aux,
            repeated,
            description,
            self.plan.mark(nodes),
        )

    def ports(
        self,
        id: str,
        values: Sequence[tuple[NodeId, ...]],
        shapes: bool,
        leaves: bool = False,
    ) -> tuple[Box, ...]:
        """Return the places where values enter or leave; named where there are several."""
        made: list[Box] = []
        for slot in range(len(values[0])):
            names = {self.words.name_of(each[slot], leaves) for each in values}
            is_named = shapes and len(values[0]) > 1 and len(names) == 1
            title = self.words.shape(tuple(each[slot] for each in values)) if shapes else ""
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
        path = self.words.relative(part.id)
        steps = [step for step in parts_of(path) if not step.isdecimal()]
        automatic = not steps or is_automatic(steps[-1], inner.title)
        given = arguments((inner,))
        call = " ".join((inner.title, *given))
        title = " ".join((path, *given)) if automatic else f"{path}: {call}"
        frame = Frame(self.plan, (inner,), self.level + 1)
        return (self.framed(frame, (item,), title, call),)

    def plate(self, items: Sequence[Item]) -> Group:
        """Return one frame for like items that are open, and all their copies."""
        parts = [part for item in items for part in item.parts]
        inners = [inner for part in parts if (inner := opened(as_container(part))) is not None]
        title, rest = self.words.called(items, inners[0], "", arguments(inners))
        frame = Frame(self.plan, inners, self.level)
        heading = f"{title}{':' * self.words.is_named(items, inners[0])} {rest}"
        return self.framed(frame, items, heading.strip(), " ".join((title, rest)).strip())

    def framed(self, frame: Frame, items: Sequence[Item], title: str, call: str) -> Group:
        """Return the group of a frame, with the edges that lead to it."""
        first = items[0].parts[0]
        weight = self.plan.heads.get(first.id)
        group = frame.group(
            items[0].id,
            title if weight is None else f"{title}, weight {weight:g}",
            aux=self.words.leads_away(first),
            repeated=bool(self.words.times(items)),
            description=block_sentence(self.graph, self.plan.costs, items, call, ""),
        )
        self.flows.join(group.id, items, group.aux, apart=True)
        return group

    def operator(self, leaf: Leaf, node: Node) -> Box:
        """Return the box of one operator of a unit."""
        face = face_of((node,))
        title, lines = self.written(face)
        path, name = self.words.relative(node.id), name_of(leaf.id)
        if face.role is Role.ENDPOINT and not is_automatic(name, face.title):
            lines = (name, *lines)
        box = Box(
            id=node.id,
            kind=BoxKind.UNIT,
            title=title,
            lines=(*lines, *self.words.figures(path, [[[node.id]]])),
            role=face.role,
            nodes=(node.id,),
            aux=self.words.leads_away(leaf),
            description=node_sentence(self.graph, self.plan.costs, node),
            heat=self.words.heat((node.id,)),
            mark=self.plan.mark((node.id,)),
        )
        for value in node.operands:
            self.flows.flow(box.id, ((value,),), 0, box.aux)
        self.flows.tails[node.id] = (box.id, 0)
        return box

    def unit(self, items: Sequence[Item]) -> Box:
        """Return the one box for like units, and all their copies."""
        face = self.shared_face(items)
        title, lines = self.written(face)
        if face.role is Role.ENDPOINT and not is_automatic(items[0].name, face.title):
            lines = (items[0].name, *lines)
        title = self.words.times(items) + title
        words = " ".join((title, *lines))
        sentence = unit_sentence(self.graph, self.plan.costs, items, words)
        return self.box(items, title, lines, sentence, role=face.role)

    def shared_face(self, items: Sequence[Item]) -> Face:
        """Return the face of like units, with what is true of all of them where they differ."""
        words = {
            name: self.words.shared(
                items, lambda part, name=name: getattr(as_leaf(part).face, name)
            )
            for name in VARYING
        }
        return replace(as_leaf(items[0].parts[0]).face, **words)

    def written(self, face: Face) -> tuple[str, tuple[str, ...]]:
        """Return the text of an operator in the manner of the style."""
        if self.plan.is_paper:
            return face.in_papers(self.plan.usual), ()
        return face.text(self.plan.usual)

    def folded(self, items: Sequence[Item]) -> Box:
        """Return the one box for like blocks, and all their copies."""
        inner = named_alone(as_container(items[0].parts[0]))
        fold = self.plan.folds.get(inner.form)
        number = "" if fold is None else fold.number
        given = spelled(
            inner,
            {
                name: self.words.shared(items, lambda part, name=name: _argument(part, name))
                for name in told((inner,) if fold is None else fold.containers)
            },
        )
        title, rest = self.words.called(items, inner, number, given)
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
        said = (title.removeprefix(self.words.times(items)), *lines)
        name = "" if self.words.relative(path) in said else self.words.relative(path)
        box = Box(
            id=items[0].id,
            kind=BoxKind.FOLDED if role is None else BoxKind.UNIT,
            title=title,
            lines=(*lines, *self.words.figures(name, costs)),
            role=role,
            nodes=nodes if fold is None else (),  # otherwise they are in the panel
            panel=None if fold is None else f"{fold.id} frame",
            aux=self.words.leads_away(items[0].parts[0]),
            repeated=bool(self.words.times(items)),
            description=description,
            heat=self.words.heat(nodes),
            mark=self.plan.mark(nodes),
        )
        self.flows.join(box.id, items, box.aux, apart=False)
        return box


def _argument(part: Part, name: str) -> str:
    return dict(named_alone(as_container(part)).scope.arguments)[name]
