"""What holds for every drawing of a graph, whatever the options."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from functools import cache

from archdsl.drawing import Box, BoxKind, Drawing, Group
from archdsl.graph import Graph, NodeId, ScopeKind

COUNT = re.compile(r"(\d+) × ")
LAST = re.compile(r"(\d+) operators?")


def within(graph: Graph, path: str) -> list[NodeId]:
    """Return the nodes of a step: those of a scope and all scopes in it, or the one node."""
    inside: set[str] = set()
    for scope in graph.scopes.values():
        if scope.path == path or scope.parent in inside:
            inside.add(scope.path)
    return [node.id for node in graph if node.scope in inside or (not inside and node.id == path)]


def every_group(drawing: Drawing) -> Iterator[Group]:
    for panel in drawing.every_panel():
        yield from panel.every_group()


def units(graph: Graph, nodes: Collection[NodeId]) -> int:
    """Return how many units some nodes make up: a convolution with its norm is one."""
    found = {
        graph.nodes[id].scope
        if graph.scopes[graph.nodes[id].scope].kind is ScopeKind.UNIT
        else f"{id} itself"
        for id in nodes
    }
    return len(found)


def check_drawing(graph: Graph, drawing: Drawing, nodes: Collection[NodeId]) -> None:
    """Assert all that holds for a drawing of some nodes of a graph."""
    check_nodes(drawing, nodes)
    check_ids(drawing)
    check_edges(drawing)
    check_counts(graph, drawing)
    check_order(graph, drawing)


def check_nodes(drawing: Drawing, nodes: Collection[NodeId]) -> None:
    """Every node is in exactly one box, and folded boxes have a panel or say what is in them."""
    drawn = Counter(node for box in drawing.every_box() for node in box.nodes)
    assert drawn == Counter(list(nodes))
    panels = {panel.id for panel in drawing.panels}
    assert panels == {box.panel for box in drawing.every_box() if box.panel is not None}
    for box in drawing.every_box():
        assert (box.panel is None) == bool(box.nodes)
        assert box.title
        assert box.description.endswith(".")
        assert "\n" not in box.description


def check_ids(drawing: Drawing) -> None:
    ids = Counter[str]()
    for group in every_group(drawing):
        ids.update([group.id, *(port.id for port in (*group.entries, *group.exits))])
        assert all(port.kind is BoxKind.PORT for port in (*group.entries, *group.exits))
    ids.update(box.id for box in drawing.every_box())
    assert max(ids.values()) == 1


def check_edges(drawing: Drawing) -> None:
    """Edges join what a group has; each port of an inner group is reached, and led on, once."""
    outermost = {panel.id for panel in drawing.every_panel()}
    for group in every_group(drawing):
        slots = {port.id: (1, 1) for port in (*group.entries, *group.exits)}
        into, out = Counter[tuple[str, int]](), Counter[tuple[str, int]]()
        for member in group.members:
            one = isinstance(member, Box)
            slots[member.id] = (1, 1) if one else (len(member.entries), len(member.exits))
        for edge in group.edges:
            assert edge.tail_slot < slots[edge.tail][1]
            assert edge.head_slot < slots[edge.head][0]
            into[edge.head, edge.head_slot] += 1
            out[edge.tail, edge.tail_slot] += 1
        for port in group.entries:
            assert out[port.id, 0] >= 1
        for port in group.exits:
            assert into[port.id, 0] == 1
        for member in group.members:
            if isinstance(member, Group):
                assert member.id not in outermost
                assert all(into[member.id, slot] == 1 for slot in range(len(member.entries)))


def check_counts(graph: Graph, drawing: Drawing) -> None:
    """What folded boxes announce, `4 ×` and `92 operators`, is what their boxes stand for."""
    boxes: list[tuple[str, Box, int | None]] = []
    """The panel of each box, and how many of it there are in each copy of that panel."""
    for panel in drawing.every_panel():
        for holder, count in _counted(panel, 1):
            for box in holder.members:
                if isinstance(box, Box):
                    boxes.append((panel.id, box, _product(count, _times(box))))

    @cache
    def copies(panel: str) -> int | None:
        if panel == drawing.overview.id:
            return 1
        found = [_product(copies(of), count) for of, box, count in boxes if box.panel == panel]
        return None if None in found else sum(one or 0 for one in found)

    for panel, box, count in boxes:
        total = _product(copies(panel), count)
        if total is not None and box.kind is BoxKind.UNIT:
            assert units(graph, box.nodes) == total, box
        if box.kind is BoxKind.FOLDED and box.panel is None:
            (said,) = [found for line in box.lines if (found := LAST.fullmatch(line))]
            assert int(said[1].replace(",", "")) == len(box.nodes)


def _product(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one * other


def _counted(group: Group, count: int | None) -> Iterator[tuple[Group, int | None]]:
    yield group, count
    for member in group.members:
        if isinstance(member, Group):
            yield from _counted(member, _product(count, _times(member)))


def _times(part: Box | Group) -> int | None:
    """Return how many copies a part announces; None where that is a symbol."""
    if not part.repeated:
        return 1
    rows = (part.title, *(part.lines if isinstance(part, Box) else ()))
    row = next(row for row in rows if " × " in row)
    found = COUNT.match(row)
    return None if found is None else int(found[1])


def check_order(graph: Graph, drawing: Drawing) -> None:
    """Members stand in the order of the spec."""
    place = {node.id: at for at, node in enumerate(graph)}
    for group in every_group(drawing):
        firsts = [
            min(place[node] for node in nodes)
            for member in group.members
            if (nodes := _nodes(member))
        ]
        assert firsts == sorted(firsts)


def _nodes(member: Box | Group) -> list[NodeId]:
    if isinstance(member, Box):
        return list(member.nodes)
    return [node for box in member.every_box() for node in box.nodes]


def check_dataflow(graph: Graph, drawing: Drawing, nodes: Collection[NodeId]) -> None:
    """The edges from box to box are the graph's, in the order of what each node reads."""
    inside = frozenset(nodes)
    wires = list(drawing.overview.wires())
    entries = {port.id for port in drawing.overview.entries}
    into: dict[str, list[str]] = {}
    for edge in wires:
        into.setdefault(edge.head, []).append(edge.tail)
    boxes = {box.id: box for box in drawing.every_box()}
    for id in nodes:
        assert boxes[id].nodes == (id,)
        read = into.pop(id, [])
        operands = graph.nodes[id].operands
        assert [tail for tail in read if tail not in entries] == [
            operand for operand in operands if operand in inside
        ]
        assert len(read) == len(operands)
    exits = [into.pop(port.id) for port in drawing.overview.exits]
    assert not into
    results = [id for id in nodes if _leaves(graph, id, inside)]
    heads = {head.output for head in graph.aux}
    left = [tail for tails in exits for tail in tails]
    assert len(set(left)) == len(left)
    assert {*results} <= {*left} <= {*results, *heads}


def _leaves(graph: Graph, id: NodeId, inside: frozenset[NodeId]) -> bool:
    """Return whether a node's value is a result, or read outside."""
    return id in graph.outputs or any(reader not in inside for reader in graph.readers[id])
