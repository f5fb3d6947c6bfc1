"""What an exporter writes, under the names of the spec and without its own remarks."""

from __future__ import annotations

from typing import Any

from archdsl.export.held import HELD
from archdsl.graph import Graph
from archdsl.safe_names import Names, Rules, distinct

NAMES = Rules(first="A-Za-z0-9_", letters="A-Za-z0-9_.")
"""What archdsl calls things in ONNX, where each name of a graph is had once."""


def tidy(model: Any, graph: Graph) -> None:
    """Name a model's inputs and outputs as the spec does, and what is inside otherwise.

    Values of a name of its own are kept apart from these even where the exporter, which knows
    no spec, had given theirs to others. Remarks on nodes go: they quote files of the machine
    that compiled.
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
        node.metadata_props.clear()
        for value in node.outputs:
            value.metadata_props.clear()
    for value in (*main.inputs, *main.initializers.values()):
        value.metadata_props.clear()
    main.name = graph.name
    main.metadata_props.clear()
    model.metadata_props.clear()
