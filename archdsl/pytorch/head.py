"""Where a network's features end and its classifier stands."""

from __future__ import annotations

from dataclasses import dataclass, replace

from archdsl.graph import Graph, Node, NodeId
from archdsl.ops import Role
from archdsl.ops.reshape import Flatten
from archdsl.pytorch.plan import Section

KEEPS_CHANNELS = (Role.ACTIVATION, Role.POOL, Role.REGULARISE)


@dataclass(frozen=True, slots=True)
class Cut:
    """Between two steps of the whole network, where a single value crosses."""

    steps: int
    value: NodeId


def features_end(graph: Graph, section: Section) -> Cut:
    """Return where the feature extractor ends: behind the last feature map of several cells.

    Only places count where nothing but that map is needed afterwards, auxiliary heads aside;
    if there is none, the features are all of the network.
    """
    last_read: dict[NodeId, int] = {}
    for number, step in enumerate(section.steps):
        if not step.training:
            for operand in step.operands:
                last_read[operand] = number
    for output in graph.outputs:
        last_read[output] = len(section.steps)
    made: list[NodeId] = list(section.inputs)
    best: Cut | None = None
    alive: set[NodeId] = set(made)
    for number, step in enumerate(section.steps):
        if not step.training:
            alive.update(id for id in step.results if graph.nodes[id].aux is None)
        alive = {id for id in alive if last_read.get(id, -1) > number}
        if len(alive) == 1:
            (value,) = alive
            shape = graph.nodes[value].shape
            if shape.cells > 1 and not shape.is_vector:
                best = Cut(number + 1, value)
    return best or Cut(len(section.steps), graph.outputs[0])


def classifier_of(graph: Graph, output: NodeId) -> Node | None:
    """Return the last layer with weights before ``output``, if its width is the output's."""
    node = graph.nodes[output]
    while node.operands:
        if node.op.picture().role is Role.WEIGHTED:
            return node
        if len(node.operands) != 1 or node.op.picture().role not in KEEPS_CHANNELS:
            return None
        if not _takes_any_width(graph, node):
            return None
        node = graph.nodes[node.operands[0]]
    return None


def _takes_any_width(graph: Graph, node: Node) -> bool:
    """Return whether torch is called the same for another number of channels."""
    here = (*graph.shapes_into(node), node.shape)
    *inputs, output = (replace(shape, channels=shape.channels + 1) for shape in here)
    return node.op.lower(here[:-1], here[-1]) == node.op.lower(tuple(inputs), output)


def classifiers(graph: Graph) -> tuple[Node, ...]:
    """Return the classifier, and those of auxiliary heads that are as wide; empty if none is."""
    if len(graph.outputs) != 1:
        return ()
    main = classifier_of(graph, graph.outputs[0])
    if main is None:
        return ()
    others = [classifier_of(graph, one.output) for one in graph.aux]
    width = main.shape.channels
    return (main, *(n for n in others if n is not None and n.shape.channels == width))


def pool_before(graph: Graph, classifier: Node, features: NodeId) -> Node | None:
    """Return the pool that makes a vector of the features for a classifier.

    None where anything else that looks at cells or weighs channels stands between them.
    """
    pool: Node | None = None
    node = graph.nodes[classifier.operands[0]]
    while node.id != features:
        if len(node.operands) != 1:
            return None
        if node.op.picture().role is Role.POOL and pool is None and node.shape.cells == 1:
            pool = node
        elif node.op.picture().role is not Role.REGULARISE and not isinstance(node.op, Flatten):
            return None
        node = graph.nodes[node.operands[0]]
    return pool
