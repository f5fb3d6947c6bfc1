"""Which network weights were stored for, in a form that says what differs from another."""

from __future__ import annotations

import json
from typing import Any, cast

from archdsl.graph import Graph
from archdsl.graph.export import to_json

GRAPH = "archdsl.graph"
"""Metadata key: the network's steps, each with its operator, arguments and operands."""

Steps = dict[str, tuple[str, dict[str, Any], list[str]]]


def fingerprint(graph: Graph) -> str:
    """Return a network's steps as JSON, by their paths without the net's name.

    The net's name, places in the source, blocks' titles and the size of the images do not count:
    the same weights compute the same with any of them.
    """
    return json.dumps(_steps(graph), separators=(",", ":"))


def differences(graph: Graph, stored: str) -> tuple[str, ...]:
    """Return what differs between a network and one that :func:`fingerprint` noted, in words.

    Raises ValueError where the text is none of a fingerprint's.
    """
    mine = _read(fingerprint(graph))
    theirs = _read(stored)
    said = [f"`{path}` ({mine[path][0]}) is in this network only" for path in mine.keys() - theirs]
    said += [f"`{path}` ({theirs[path][0]}) is in theirs only" for path in theirs.keys() - mine]
    said.sort()
    for path in mine:
        if path in theirs:
            said += _step(path, mine[path], theirs[path])
    return tuple(said)


def _step(
    path: str,
    mine: tuple[str, dict[str, Any], list[str]],
    theirs: tuple[str, dict[str, Any], list[str]],
) -> list[str]:
    if mine[0] != theirs[0]:
        return [f"`{path}` is {mine[0]} here, {theirs[0]} in theirs"]
    names = [*mine[1], *(name for name in theirs[1] if name not in mine[1])]
    said = [
        f"`{path}`: {name} {_text(mine[1].get(name))} here, {_text(theirs[1].get(name))} in theirs"
        for name in names
        if mine[1].get(name) != theirs[1].get(name)
    ]
    if mine[2] != theirs[2]:
        reads = [", ".join(f"`{operand}`" for operand in one[2]) for one in (mine, theirs)]
        said.append(f"`{path}` reads {reads[0]} here, {reads[1]} in theirs")
    return said


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
