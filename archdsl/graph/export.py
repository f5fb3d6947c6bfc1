"""The graph in other forms: networkx and JSON."""

from __future__ import annotations

from dataclasses import fields
from enum import Enum
from typing import Any, cast

import networkx

from archdsl.graph.graph import Graph, Node
from archdsl.ops import Operator, Shape, Sides, Size


def to_networkx(graph: Graph) -> networkx.MultiDiGraph[str]:
    """Return a frozen MultiDiGraph; see :attr:`Graph.networkx` for what its nodes carry."""
    made: networkx.MultiDiGraph[str] = networkx.MultiDiGraph(name=graph.name)
    for node in graph:
        made.add_node(
            node.id,
            node=node,
            operator=node.op,
            path=node.id,
            span=node.origin[0],
            shape=node.shape,
            scope=node.scope,
        )
    for node in graph:
        for position, operand in enumerate(node.operands):
            made.add_edge(operand, node.id, key=position)
    networkx.freeze(made)
    return made


def to_json(graph: Graph) -> dict[str, Any]:
    """Return the graph as plain data: nodes with their operands, shapes and places, and scopes."""
    return {
        "name": graph.name,
        "inputs": list(graph.inputs),
        "outputs": list(graph.outputs),
        "output_names": list(graph.output_names),
        "aux": [
            {"path": head.path, "output": head.output, "weight": head.weight} for head in graph.aux
        ],
        "nodes": [_node_json(node) for node in graph],
        "scopes": [
            {
                "path": scope.path,
                "kind": scope.kind.value,
                "title": scope.title,
                "parent": scope.parent,
                "copies": scope.copies,
                "arguments": dict(scope.arguments),
            }
            for scope in graph.scopes.values()
        ],
    }


def _node_json(node: Node) -> dict[str, Any]:
    span = node.origin[0]
    return {
        "path": node.id,
        "operator": node.op.name,
        "arguments": {
            field.name: _plain(getattr(node.op, field.name)) for field in fields(_as_data(node.op))
        },
        "operands": list(node.operands),
        "shape": list(node.shape.triple),
        "scope": node.scope,
        "aux": node.aux,
        "file": span.source.name,
        "line": span.line,
        "column": span.column,
    }


def _as_data(op: Operator) -> Any:
    return op


def _plain(value: object) -> Any:
    match value:
        case Size():
            return list(value.pair)
        case Shape():
            return list(value.triple)
        case Sides():
            return [value.top, value.bottom, value.left, value.right]
        case Enum():
            return value.value
        case tuple():
            return list(cast("tuple[object, ...]", value))
        case _:
            return value
