"""A network in a notebook: its diagram, and its numbers below."""

from __future__ import annotations

from html import escape

from archdsl.check import Totals
from archdsl.graph import Graph

HINT = "too large to draw as a whole: network.draw(only=…) draws a part, network.summary() lists it"


def to_html(graph: Graph, totals: Totals, figure: str | None) -> str:
    """Return a network's diagram, the text of an SVG, with a caption; without one only that."""
    inputs = ", ".join(str(graph.nodes[id].shape) for id in graph.inputs)
    outputs = ", ".join(str(graph.nodes[id].shape) for id in graph.outputs)
    numbers = (
        f"{inputs} → {outputs}; {len(graph):,} nodes, {totals.params:,} parameters, "
        f"{totals.macs:,} multiply–accumulates"
    )
    caption = f"<b>{escape(graph.name)}</b>: {escape(numbers)}"
    if figure is None:
        return f"<figure><figcaption>{caption}; {escape(HINT)}</figcaption></figure>\n"
    svg = figure[figure.index("<svg") :]
    return f"<figure>\n{svg}\n<figcaption>{caption}</figcaption></figure>\n"
