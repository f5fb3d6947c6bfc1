"""Which network weights were stored for, in a form that says what differs from another."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, cast

from archdsl.graph import Graph, Node, path_in
from archdsl.graph.export import to_json
from archdsl.ops.shapes import Padding, PadRule, Sides, Size, Sliding

GRAPH = "archdsl.graph"
"""Metadata key: the network's steps, each with its operator, arguments and operands."""

Step = tuple[str, dict[str, Any], list[str]]
Steps = dict[str, Step]


def fingerprint(graph: Graph) -> str:
    """Return a network's steps as JSON, by their paths without the net's name.

    The net's name, places in the source, blocks' titles and the size of the images do not count:
    the same weights compute the same with any of them.
    """
    return json.dumps(_steps(graph), separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two networks, and what differs of their training only, in words."""

    different: tuple[str, ...]
    in_training: tuple[str, ...]


def compare(graph: Graph, stored: str) -> Comparison:
    """Compare a network with one that :func:`fingerprint` noted.

    Raises ValueError where the text is none of a fingerprint's.
    """
    mine = _read(fingerprint(graph))
    theirs = _read(stored)
    said = [f"`{path}` ({mine[path][0]}) is in this network only" for path in mine.keys() - theirs]
    said += [f"`{path}` ({theirs[path][0]}) is in theirs only" for path in theirs.keys() - mine]
    said.sort()
    aside: list[str] = []
    for path in mine:
        if path in theirs:
            node = graph.nodes.get(path_in(graph.name, path))
            _step(path, mine[path], theirs[path], graph, node, said, aside)
    return Comparison(tuple(said), tuple(aside))


def _step(
    path: str,
    mine: Step,
    theirs: Step,
    graph: Graph,
    node: Node | None,
    said: list[str],
    aside: list[str],
) -> None:
    if mine[0] != theirs[0]:
        said.append(f"`{path}` is {mine[0]} here, {theirs[0]} in theirs")
        return
    for name in [*mine[1], *(name for name in theirs[1] if name not in mine[1])]:
        values = (mine[1].get(name), theirs[1].get(name))
        if values[0] == values[1] or (node is not None and _pads_alike(graph, node, name, values)):
            continue
        only_trains = node is not None and name in node.op.only_trains
        (aside if only_trains else said).append(
            f"`{path}`: {name} {_text(values[0])} here, {_text(values[1])} in theirs"
        )
    if mine[2] != theirs[2]:
        reads = [", ".join(f"`{operand}`" for operand in one[2]) for one in (mine, theirs)]
        said.append(f"`{path}` reads {reads[0]} here, {reads[1]} in theirs")


def _pads_alike(graph: Graph, node: Node, name: str, values: tuple[object, object]) -> bool:
    """Return whether two ways to write a padding place the same cells around this step's map."""
    if name != "pad" or getattr(node.op, "kernel", None) is None:
        return False
    sliding = getattr(node.op, "sliding", None)
    if not isinstance(sliding, Sliding):
        return False
    shape = graph.nodes[node.operands[0]].shape
    grid = Size(shape.height, shape.width)
    placed = [replace(sliding, padding=_padding(value)).sides(grid) for value in values]
    return placed[0] == placed[1]


def _padding(value: object) -> Padding:
    if isinstance(value, list):
        return Sides(*cast("list[int]", value))
    return PadRule(cast("str", value))


def _text(value: object) -> str:
    if isinstance(value, list):
        return "×".join(str(one) for one in cast("list[object]", value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)


def _steps(graph: Graph) -> Steps:
    data = to_json(graph)
    prefix = f"{graph.name}."
    steps: Steps = {}
    for node in data["nodes"]:
        is_input = node["path"] in graph.inputs
        steps[node["path"].removeprefix(prefix)] = (
            node["operator"],
            {} if is_input else node["arguments"],
            [operand.removeprefix(prefix) for operand in node["operands"]],
        )
    outputs = [*data["outputs"], *(head["output"] for head in data["aux"])]
    steps["the net's outputs"] = ("outputs", {}, [path.removeprefix(prefix) for path in outputs])
    return steps


def _read(text: str) -> Steps:
    try:
        found: Any = json.loads(text)
        return {path: (str(op), dict(args), list(ins)) for path, (op, args, ins) in found.items()}
    except (AttributeError, TypeError, ValueError) as error:
        raise ValueError("what the file says of its network cannot be read") from error
