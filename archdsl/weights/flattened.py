"""Matrices behind a flattened map: their columns in the order in which this side flattens."""

from __future__ import annotations

import torch

from archdsl.graph import Graph, Node, path_in
from archdsl.ops import Role
from archdsl.ops.reshape import Flatten
from archdsl.ops.shapes import Shape
from archdsl.weights.match import Match, MatchError

ELEMENTWISE = (Role.ACTIVATION, Role.REGULARISE)


def places_last(
    graph: Graph, found: Match, theirs: dict[str, torch.Tensor], said: list[str]
) -> None:
    """Turn the columns of matrices of ``theirs`` that read a map flattened with channels last.

    Raises :class:`MatchError` where a flattened map reaches a matrix in another way than straight
    or through activations and dropout.
    """
    for ours, other in found.pairs:
        node = graph.nodes.get(path_in(graph.name, ours.path))
        if node is None or len(ours.shapes.get("weight", ())) != 2:
            continue
        shape = _flattened(graph, node)
        if shape is None:
            continue
        name = other.tensors["weight"]
        matrix = theirs[name]
        places = (shape.height, shape.width, shape.channels)
        if matrix.shape[1] != shape.elements:
            continue  # another width, which is said elsewhere
        turned = matrix.reshape(matrix.shape[0], *places).permute(0, 3, 1, 2)
        theirs[name] = turned.reshape(matrix.shape).contiguous()
        said.append(
            f"{name}: its columns run through the channels first, here through the places of "
            f"{shape} first; they are put in that order"
        )


def _flattened(graph: Graph, node: Node) -> Shape | None:
    """Return the shape of the map that a matrix reads flattened; None if there is none."""
    before = graph.nodes[node.operands[0]]
    while before.op.picture().role in ELEMENTWISE and len(before.operands) == 1:
        before = graph.nodes[before.operands[0]]
    if isinstance(before.op, Flatten):
        shape = graph.nodes[before.operands[0]].shape
        return shape if shape.cells > 1 and shape.channels > 1 else None
    if any(isinstance(one.op, Flatten) for one in _above_within_vectors(graph, before)):
        raise MatchError(
            f"`{node.id}` reads a flattened map through `{before.op.name}`: in which order its "
            "columns are is not known here"
        )
    return None


def _above_within_vectors(graph: Graph, node: Node) -> list[Node]:
    """Return a node and those above it whose values are vectors, up to the next matrix."""
    found: list[Node] = []
    open_ = [node]
    while open_:
        one = open_.pop()
        if not one.shape.is_vector or one.op.picture().role is Role.WEIGHTED:
            continue
        found.append(one)
        open_ += [graph.nodes[operand] for operand in one.operands]
    return found
