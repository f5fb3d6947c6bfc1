"""The graph in other forms: networkx and JSON."""

from __future__ import annotations

from typing import Any

import networkx

from archdsl.graph.graph import Graph, Node
from archdsl.ops.plain import arguments_of


def to_networkx(graph: Graph) -> networkx.MultiDiGraph[str]:
    """Return a frozen MultiDiGraph; see :attr:`Graph.networkx` for what its nodes carry."""
    made: networkx.MultiDiGraph[str] = networkx.MultiDiGraph(name=graph.name)
    for node in graph:
        span, shape = node.origin[0], node.shape
        attributes: dict[str, str | int] = {
            "operator": node.op.name,
            "call": span.text,
            "shape": str(shape),
            "channels": shape.channels,
            "scope": node.scope,
            "file": span.source.name.encode("utf-8", "replace").decode(),
            "line": span.line,
            "column": span.column,
        }
        if shape.grid is not None:
            attributes |= {"height": shape.height, "width": shape.width}
        if node.aux is not None:
            attributes["aux"] = node.aux
        made.add_node(node.id, **attributes)
    for node in graph:
        for position, operand in enumerate(node.operands):
            made.add_edge(operand, node.id, key=position, position=position)
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
        "arguments": arguments_of(node.op),
        "operands": list(node.operands),
        "shape": list(node.shape.triple),
        "scope": node.scope,
        "aux": node.aux,
        "file": span.source.name,
        "line": span.line,
        "column": span.column,
    }
