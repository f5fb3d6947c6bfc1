"""The same in words: a sentence for each box and frame, and lines for the whole drawing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from archdsl.compare import call_text
from archdsl.drawing.heat import Costs
from archdsl.drawing.options import Heat, Style
from archdsl.drawing.picture import Box, Drawing, Group
from archdsl.drawing.structure import Item, Leaf, Part
from archdsl.graph import Graph, Node


def unit_sentence(graph: Graph, costs: Costs, items: Sequence[Item], fallback: str) -> str:
    """Return what a unit's box stands for, in one sentence with its path, shapes and costs."""
    parts = [part for item in items for part in item.parts if isinstance(part, Leaf)]
    calls = {_calls(part.nodes) for part in parts}
    what = calls.pop() if len(calls) == 1 else fallback
    return f"{_whose(items)}: {what}; {_facts(graph, costs, parts)}."


def node_sentence(graph: Graph, costs: Costs, node: Node) -> str:
    """Return what the box of a single operator stands for."""
    shapes = graph.shapes_into(node)
    flow = _flow([str(shape) for shape in shapes], [str(node.shape)])
    own = costs.by_node[node.id]
    return f"{node.id}: {call_text(node.op)}; {flow}{_numbers(own.params, own.macs, '')}."


def block_sentence(graph: Graph, costs: Costs, items: Sequence[Item], call: str, where: str) -> str:
    """Return what a folded box or a frame stands for; ``where`` says what is drawn of it."""
    parts = [part for item in items for part in item.parts]
    count = sum(1 for _ in parts[0].every_node())
    each = " each" if len(parts) > 1 else ""
    operators = f"{count} operator{'s' * (count != 1)}{each}"
    return f"{_whose(items)}: {call}, {operators}{where}; {_facts(graph, costs, parts)}."


def _whose(items: Sequence[Item]) -> str:
    """Return the path of what a box stands for, and of how many more it does."""
    parts = [part for item in items for part in item.parts]
    if len(parts) == 1:
        return parts[0].id
    if len(items) == 1 and items[0].repeat is not None:
        return f"{items[0].id} ({len(parts)} copies)"
    others = len(parts) - 1
    return f"{parts[0].id} and {others} like it"


def _calls(nodes: Sequence[Node]) -> str:
    first, *rest = (call_text(node.op) for node in nodes)
    return f"{first}, then {' and '.join(rest)}" if rest else first


def _facts(graph: Graph, costs: Costs, parts: Sequence[Part]) -> str:
    first, last = parts[0], parts[-1]
    into = [str(graph.nodes[value].shape) for value in first.inputs]
    out = [str(graph.nodes[value].shape) for value in first.outputs]
    of = [list(part.every_node()) for part in parts]
    params = [costs.of(Heat.PARAMS, nodes) for nodes in of]
    macs = [costs.of(Heat.MACS, nodes) for nodes in of]
    if len(parts) == 1:
        return _flow(into, out) + _numbers(params[0], macs[0], "")
    if len(set(params)) == len(set(macs)) == 1:
        return _flow(into, out) + _numbers(params[0], macs[0], " each")
    ends = (f"the first {_flow(into, out)}", f"the last {_flow(*_shapes(graph, last))}")
    return f"{', '.join(ends)}{_numbers(sum(params), sum(macs), ' together')}"


def _shapes(graph: Graph, part: Part) -> tuple[list[str], list[str]]:
    ends = (part.inputs, part.outputs)
    into, out = ([str(graph.nodes[value].shape) for value in values] for values in ends)
    return into, out


def _flow(into: Sequence[str], out: Sequence[str]) -> str:
    made = " and ".join(dict.fromkeys(out))
    if not into:
        return f"gives {made}"
    return f"{' and '.join(dict.fromkeys(into))} to {made}"


def _numbers(params: int, macs: int, each: str) -> str:
    numbers = [(params, "parameters"), (macs, "multiply-accumulates")]
    known = [f"{number:,} {word}" for number, word in numbers if number]
    return f"; {' and '.join(known)}{each}" if known else ""


# The whole drawing


def in_words(drawing: Drawing) -> str:
    """Return the drawing in lines: the overview step by step, then each panel path by path."""
    lines = [_heading(drawing.overview), *_steps(drawing.overview)]
    groups = [*drawing.panels]
    if drawing.style is not Style.FULL:
        groups[:0] = [*drawing.overview.every_group()][1:]
    for group in groups:
        lines += ["", _heading(group), *_paths(group)]
    lines += ["", *drawing.notes] if drawing.notes else []
    return "\n".join(lines)


def _heading(group: Group) -> str:
    ends = (group.entries, group.exits)
    into, out = (" and ".join(port.title for port in ports if port.title) for ports in ends)
    if into and out:
        return f"{group.title}, {into} to {out}:"
    return f"{group.title}, {out}:" if out and not into else f"{group.title}:"


def _steps(group: Group) -> Iterator[str]:
    """Yield a line for each member: what it is, what it reads if not the one before, its shape."""
    names, reads = _names(group), _reads(group)
    shapes: dict[str, str] = {}
    for edge in group.edges:
        shapes.setdefault(edge.tail, edge.label)
    last = group.entries[0].id if len(group.entries) == 1 else ""
    for member in group.members:
        line = names[member.id]
        if reads[member.id] not in ([], [last]):
            line += f" of {_joined([names[tail] for tail in reads[member.id]])}"
        if shape := shapes.get(member.id):
            line += f", gives {shape}"
        yield line
        last = member.id


def _paths(group: Group) -> Iterator[str]:
    """Yield the members in lines, each of which is one path without forks."""
    names, reads = _names(group), _reads(group)
    readers = Counter(tail for tails in reads.values() for tail in tails)
    row, last = "", ""
    for member in group.members:
        read = reads[member.id]
        if row and read == [last] and readers[last] == 1:
            row += f", then {names[member.id]}"
        else:
            yield from [row] if row else []
            row = names[member.id]
            if len(read) == 1:
                row = f"From {names[read[0]]}: {row}"
            elif read:
                row += f" of {_joined([names[tail] for tail in read])}"
        last = member.id
    yield from [row] if row else []


def _names(group: Group) -> dict[str, str]:
    """Return how members and entries are called."""
    names = {port.id: "the entry" for port in group.entries}
    if len(group.entries) > 1:
        names = {port.id: f"entry {at}" for at, port in enumerate(group.entries, 1)}
    texts = {member.id: _named(member) for member in group.members}
    return names | texts


def _reads(group: Group) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {member.id: [] for member in group.members}
    for edge in group.edges:
        if edge.head in found:
            found[edge.head].append(edge.tail)
    return found


def _named(member: Box | Group) -> str:
    if isinstance(member, Box):
        return " ".join((member.title, *member.lines))
    return f"{member.title} (unfolded)"


def _joined(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
