"""What the page knows of a network, as plain data that JSON can hold.

The nesting is that of the drawings: units, and blocks, groups, heads and repeats around them.
Operators, places, shapes and fields that occur many times stand in tables once. Offsets into
sources count UTF-16 units, as JavaScript does.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from textwrap import wrap
from typing import Any, TypeVar

from archdsl.check import Field, costs, fields
from archdsl.compare import call_text, spoken
from archdsl.drawing import DrawingError
from archdsl.drawing.faces import Face, Tail, explain, joint, usual_tails
from archdsl.drawing.folds import leaves, named_alone, spelled, told
from archdsl.drawing.structure import Container, Item, Leaf, Part, as_container, as_leaf, structure
from archdsl.drawing.symbols import common
from archdsl.drawing.words import LONGEST_LINE, is_automatic
from archdsl.graph import Graph, Node, NodeId, ScopeKind, is_within, name_of
from archdsl.ops import Cost, Input, Operator, Role, signature
from archdsl.source import SourceFile, Span
from archdsl.syntax import Project

MOST_NODES = 20_000
"""Most nodes of a network that a page is made for; a browser takes seconds beyond."""

MOST_TOGETHER = 3_000
"""Most boxes of one block, which are always drawn together."""

Plain = dict[str, Any]
T = TypeVar("T")


def document(graph: Graph, project: Project) -> Plain:
    """Return what the page shows of a network; equal networks give equal data.

    Its ``nodes`` are all nodes of the graph, in its order, and each is in the ``nodes`` of exactly
    one unit below ``root``. Raises :class:`DrawingError` for more than :data:`MOST_NODES` nodes,
    or :data:`MOST_TOGETHER` boxes of one block.
    """
    if len(graph) > MOST_NODES:
        raise DrawingError(
            f"the page would hold {len(graph):,} nodes, and {MOST_NODES:,} are the most that a "
            "browser can take: draw a folded figure instead, such as `-o FILE.svg`"
        )
    return _Writer(graph, project).document()


class _Table:
    """Values in the order they were first asked for, each once."""

    def __init__(self) -> None:
        self.rows: list[Any] = []
        self._at: dict[object, int] = {}
        # A graph's operators and shapes are shared, and to hash them takes longer than all else.
        self._same: dict[int, tuple[object, int]] = {}

    def index(self, key: object, row: Any) -> int:
        if key not in self._at:
            self._at[key] = len(self.rows)
            self.rows.append(row)
        return self._at[key]

    def row(self, key: T, shown: Callable[[T], Any]) -> int:
        """Return the row of a value, which is made of it where it has none yet."""
        same = self._same.get(id(key))
        if same is not None:
            return same[1]
        known = self._at.get(key)
        row = self.index(key, shown(key)) if known is None else known
        self._same[id(key)] = (key, row)
        return row


class _Writer:
    def __init__(self, graph: Graph, project: Project) -> None:
        self.graph = graph
        self.project = project
        self.net = structure(graph)
        self.usual: Mapping[str, Tail] = usual_tails(leaf.face for leaf in leaves(self.net))
        self.heads = {head.path: head.weight for head in graph.aux}
        self.at: dict[NodeId, int] = {id: at for at, id in enumerate(graph.nodes)}
        self.sources = {id(source): at for at, source in enumerate(project.sources)}
        self.offsets = [_Offsets(source) for source in project.sources]
        self.operators = _Table()
        self.shapes = _Table()
        self.fields = _Table()
        self.places = _Table()
        self.hues: dict[str, int] = {}

    def document(self) -> Plain:
        cost = costs(self.graph)
        field = fields(self.graph)
        nodes = [self.node(node, cost[node.id], field[node.id]) for node in self.graph]
        return {
            "version": 1,
            "name": self.graph.name,
            "notes": list(explain(self.usual)),
            "sources": [{"name": one.name, "text": one.text} for one in self.project.sources],
            "main": self.sources[id(self.project.source)],
            "outputs": [
                [self.at[id], ", ".join(self.graph.names_of(id))]
                for id in dict.fromkeys(self.graph.outputs)
            ],
            "root": self.container(self.net, self.net.title, ()),
            "nodes": nodes,
            "operators": self.operators.rows,
            "shapes": self.shapes.rows,
            "fields": self.fields.rows,
            "places": self.places.rows,
        }

    def node(self, node: Node, cost: Cost, field: Field) -> Plain:
        made: Plain = {
            "path": node.id,
            "operator": self.operators.row(node.op, _operator),
            "shape": self.shapes.row(node.shape, str),
            "field": self.fields.row(field, _field_text),
            "places": [self.place(span) for span in node.origin],
        }
        if node.operands:
            made["reads"] = [self.at[operand] for operand in node.operands]
        if cost.params:
            made["params"] = cost.params
        if cost.macs:
            made["macs"] = cost.macs
        return made

    def place(self, span: Span) -> int:
        """Return the row of a span: its file, where it starts and ends, and its first line."""
        file = self.sources[id(span.source)]
        offsets = self.offsets[file]
        row = [file, offsets.utf16(span.start), offsets.utf16(span.end), span.line]
        return self.places.index((file, span.start, span.end), row)

    def items(self, container: Container) -> list[Plain]:
        if len(container.items) > MOST_TOGETHER:
            raise DrawingError(
                f"`{container.id}` would be drawn as {len(container.items):,} boxes, and "
                f"{MOST_TOGETHER:,} are the most a browser can place together: "
                "gather steps in blocks or repeats, which fold"
            )
        return [self.item(item) for item in container.items]

    def item(self, item: Item) -> Plain:
        if len(item.parts) == 1:
            return self.part(item.parts[0], item.name)
        assert item.repeat is not None  # only copies of a repeat share an item
        copies = [self.part(part, "") for part in item.parts]
        first = item.parts[0]
        if isinstance(first, Leaf):
            title, lines = self.leaf_text(joint([as_leaf(part).face for part in item.parts]), "")
            inner = {"role": first.face.role.value}
        else:
            title, lines = self.call_of([as_container(part) for part in item.parts], item.name)
            inner = {"hue": self.hue(named_alone(first).title)}
        return {
            "kind": "repeat",
            "id": item.id,
            "title": f"{len(copies)} × {title}",
            "lines": lines,
            **inner,
            "in": self.values(item.inputs),
            "out": self.values(item.outputs),
            "places": [self.place(item.repeat.span)],
            "parts": copies,
        }

    def part(self, part: Part, name: str) -> Plain:
        if isinstance(part, Leaf):
            title, lines = self.leaf_text(part.face, name)
            return {
                "kind": "unit",
                "id": part.id,
                "title": title,
                "lines": lines,
                "role": part.face.role.value,
                **self.aux(part.nodes[0]),
                "in": self.values(part.inputs),
                "out": self.values(part.outputs),
                "nodes": [self.at[node.id] for node in part.nodes],
            }
        title, lines = self.call_of([part], name)
        if not name:
            title = f"{title}.{name_of(part.id)}"  # one of several copies
        return self.container(part, title, lines)

    def container(self, container: Container, title: str, lines: Sequence[str]) -> Plain:
        scope = container.scope
        made: Plain = {
            "kind": scope.kind.value,
            "id": container.id,
            "title": title,
            "lines": list(lines),
            "arguments": [list(pair) for pair in scope.arguments],
            "in": self.values(container.inputs),
            "out": self.values(container.outputs),
            "places": [self.place(scope.span)],
            "parts": self.items(container),
        }
        if scope.parent is not None:
            made["hue"] = self.hue(named_alone(container).title)
        if container.id in self.heads:
            made["weight"] = self.heads[container.id]
        if any(is_within(container.id, head) for head in self.heads):
            made["aux"] = True
        block = self.project.blocks.get(scope.title) if scope.kind is ScopeKind.BLOCK else None
        if block is not None:
            made["definition"] = self.place(block.name.span)
        return made

    def aux(self, node: Node) -> Plain:
        return {} if node.aux is None else {"aux": True}

    def leaf_text(self, face: Face, name: str) -> tuple[str, list[str]]:
        """Return the title of a unit's box and the lines below it."""
        title, lines = face.text(self.usual)
        if face.role is Role.ENDPOINT and name and not is_automatic(name, title):
            return title, [name, *lines]
        return title, list(lines)

    def call_of(self, copies: Sequence[Container], name: str) -> tuple[str, list[str]]:
        """Return how a block's box is called: its own name or the block's, and the arguments."""
        inner = [named_alone(one) for one in copies]
        calls = [dict(one.scope.arguments) for one in inner]
        given = {name: common([call[name] for call in calls]) for name in told(inner)}
        arguments = spelled(inner[0], given)
        title = inner[0].title
        if not name or is_automatic(name, title):
            lines = wrap(" ".join(arguments), LONGEST_LINE)
        else:
            lines = wrap(" ".join((title, *arguments)), LONGEST_LINE)
            title = name
        if copies[0].id in self.heads:
            lines.append(f"weight {self.heads[copies[0].id]:g}")
        return title, lines

    def hue(self, title: str) -> int:
        """Return the number of a block's colour: blocks of one title look alike."""
        return self.hues.setdefault(title, len(self.hues))

    def values(self, ids: Sequence[NodeId]) -> list[int]:
        return [self.at[id] for id in ids]


class _Offsets:
    """Turns offsets into a text to offsets in UTF-16 units."""

    def __init__(self, source: SourceFile) -> None:
        self.wide = [at for at, letter in enumerate(source.text) if ord(letter) > 0xFFFF]

    def utf16(self, offset: int) -> int:
        return offset + bisect_left(self.wide, offset)


def _operator(op: Operator) -> Plain:
    """Return what is told of an operator wherever it stands."""
    picture = op.picture()
    arguments = () if isinstance(op, Input) else signature(type(op))
    return {
        "name": op.name,
        "title": picture.title,
        "patch": picture.patch,
        "call": call_text(op),
        "arguments": [
            [argument.name, spoken(argument, value)]
            for argument in arguments
            if not ((value := getattr(op, argument.field)) is None and argument.base)
        ],
    }


def _field_text(field: Field) -> list[str]:
    """Return a receptive field and the step between neighbouring ones, in input pixels."""
    size = "the whole input" if field.pixels is None else str(field.pixels)
    return [size, "×".join(str(step) for step in field.jump)]
