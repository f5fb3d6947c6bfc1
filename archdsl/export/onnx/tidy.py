"""What an exporter writes, under the names of the spec and without its own remarks."""

from __future__ import annotations

from typing import Any

from archdsl.export.held import HELD
from archdsl.export.onnx.places import Places, places_of
from archdsl.graph import Graph, in_net
from archdsl.safe_names import Names, Rules, distinct

NAMES = Rules(first="A-Za-z0-9_", letters="A-Za-z0-9_.")
"""What archdsl calls things in ONNX, where each name of a graph is had once."""

PATH = "archdsl.path"
"""Where a node has the path of its step, without the net's name."""


def tidy(model: Any, graph: Graph) -> Places:
    """Name a model's inputs and outputs as the spec does; return where its nodes belong.

    Values of a name of its own are kept apart from these even where the exporter, which knows
    no spec, had given theirs to others. Remarks on nodes go, since they quote files of the machine
    that compiled; the path of the step in the spec takes their place.
    """
    main = model.graph
    assert len(main.inputs) == len(graph.inputs)
    assert len(main.outputs) == len(graph.outputs)
    ends = distinct((*graph.input_names, *graph.output_names), NAMES)
    inside = Names(NAMES, ends)
    outer = {id(value) for value in (*main.inputs, *main.outputs)}
    values = [value for value in main.initializers.values() if id(value) not in outer]
    values += [value for node in main for value in node.outputs if id(value) not in outer]
    # All are moved away first, as a list of weights takes no two of one name at any time.
    wanted = [value.name for value in values]
    for place, value in enumerate((*values, *main.inputs, *main.outputs)):
        value.name = f".{place}"
    for value, name in zip((*main.inputs, *main.outputs), ends, strict=True):
        value.name = name
    for value, name in zip(values, wanted, strict=True):
        value.name = inside.take((name or "value").removeprefix(f"{HELD}."))
    nodes = Names(NAMES, ends)
    for node in main:
        node.name = nodes.take(node.name or "node")
    places = places_of(main, graph)
    for node in main:
        node.metadata_props.clear()
        for value in node.outputs:
            value.metadata_props.clear()
    for value in (*main.inputs, *main.initializers.values()):
        value.metadata_props.clear()
    main.name = graph.name
    main.metadata_props.clear()
    model.metadata_props.clear()
    return places


def tell_places(model: Any, places: Places) -> None:
    """Write on each node of a graph's own which step of the spec it computes."""
    for node in model.graph:
        path = in_net(places.paths.get(node.name, ""))
        if path:
            node.metadata_props[PATH] = path
