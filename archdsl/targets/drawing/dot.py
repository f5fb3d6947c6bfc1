"""A drawing as DOT text, for Graphviz.

Panels stand beside the overview, in columns about as tall as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from itertools import pairwise

import graphviz

from archdsl.ops import Role
from archdsl.targets.drawing.picture import Box, BoxKind, Drawing, Edge, Group, Panel
from archdsl.targets.drawing.theme import LIGHT, Look, Outline, Theme

FONT = "Helvetica"
"""Graphviz has its metrics built in, and names a fallback for it in SVG."""
WIDEST_LETTER = 0.62
"""Mean width of a letter over the font's size in the widest fallback for Helvetica (DejaVu Sans).
A viewer without Helvetica or Arial uses one, and the text still has to fit."""

HEAVY = "4"
"""Weight of edges but those into merges and auxiliary heads: branches begin side by side, and the
main path is straight."""

TITLE, DETAIL, SHAPE = 11, 10, 9  # font sizes in points


def to_dot(drawing: Drawing, theme: Theme = LIGHT) -> str:
    """Return DOT text that Graphviz draws a drawing from."""
    return _Writer(drawing, theme).text()


class _Writer:
    def __init__(self, drawing: Drawing, theme: Theme) -> None:
        self.drawing = drawing
        self.theme = theme
        self.hues: Mapping[str, Look] = {
            panel.id: theme.panels[number % len(theme.panels)]
            for number, panel in enumerate(drawing.panels)
        }
        self.merges = {box.id for box in drawing.every_box() if box.role is Role.MERGE}
        self.ports = {box.id: box.title for box in drawing.every_box() if box.kind is BoxKind.PORT}

    def text(self) -> str:
        theme = self.theme
        dot = graphviz.Digraph(self.drawing.title)
        dot.attr(
            "graph",
            fontname=FONT,
            fontcolor=theme.text,
            bgcolor=theme.paper,
            nodesep="0.22",
            ranksep="0.2",
            labeljust="l",
            pad="0.15",
        )
        if self.drawing.notes:
            dot.attr("graph", label=_faint(self.drawing.notes, theme.faint))
        dot.attr(
            "node",
            fontname=FONT,
            fontsize=str(DETAIL),
            fontcolor=theme.text,
            shape="box",
            style="filled",
            height="0.3",
            margin="0.1,0.05",
        )
        dot.attr(
            "edge",
            fontname=FONT,
            fontsize=str(SHAPE),
            fontcolor=theme.faint,
            color=theme.edge,
            arrowsize="0.6",
        )
        for panel in self.drawing.every_panel():
            self.group(dot, panel.group)
            for edge in panel.edges:
                self.edge(dot, edge)
        for column in columns(self.drawing):
            for above, below in pairwise(column):
                # Ports of the panels, so that no panel is drawn into another's ranks.
                dot.edge(_last(above), _first(below), style="invis")
        return dot.source

    def group(self, parent: graphviz.Digraph, group: Group) -> None:
        theme = self.theme
        look = self.hues.get(group.id)
        frame = graphviz.Digraph(f"cluster_{group.id}")
        frame.attr(
            label=f"<<B>{escape(group.title)}</B>>",
            fontsize=str(TITLE + 1),
            margin="14",
            style="rounded,dashed" if group.aux else "rounded",
            color=theme.paper if group.id == self.drawing.overview.id else theme.faint,
        )
        if look is not None:
            frame.attr(color=look.line, penwidth="1.4")
        for member in group.members:
            if isinstance(member, Box):
                self.box(frame, member)
            else:
                self.group(frame, member)
        parent.subgraph(frame)

    def box(self, frame: graphviz.Digraph, box: Box) -> None:
        theme = self.theme
        if box.kind is BoxKind.PORT:
            label = _faint((box.title, *box.lines), theme.faint)
            frame.node(box.id, label, shape="plaintext", style="", height="0.2")
            return
        look = theme.folded if box.role is None else theme.roles[box.role]
        if box.panel is not None:
            look = self.hues[box.panel]
        if box.kind is BoxKind.FOLDED:
            label = _headed(box.title, box.lines)
        else:
            label = "\\n".join(graphviz.escape(row) for row in (box.title, *box.lines))
        attributes: dict[str, str] = {"fillcolor": look.fill, "color": look.line}
        styles = ["filled"]
        match look.outline:
            case Outline.BOX:
                attributes["width"] = _width(box)
            case Outline.OVAL:
                attributes |= {"shape": "ellipse", "margin": "0.02,0.02", "width": "0.3"}
            case Outline.PILL:
                attributes["width"] = _width(box)
                styles.append("rounded")
        if box.repeated:
            attributes["peripheries"] = "2"
        if box.aux:
            styles.append("dashed")
        frame.node(box.id, label, style=",".join(styles), **attributes)

    def edge(self, dot: graphviz.Digraph, edge: Edge) -> None:
        attributes: dict[str, str] = {}
        if edge.shape not in (self.ports.get(edge.tail), self.ports.get(edge.head)):
            attributes["label"] = f" {edge.shape}  "
        if edge.aux:
            attributes["style"] = "dashed"
        elif edge.head not in self.merges:
            attributes["weight"] = HEAVY
        dot.edge(edge.tail, edge.head, **attributes)


def columns(drawing: Drawing) -> tuple[tuple[Panel, ...], ...]:
    """Return the panels in columns, each about as long as the overview or the longest panel."""
    lengths = {panel.id: _length(panel) for panel in drawing.every_panel()}
    most = max(lengths.values())
    made: list[list[Panel]] = []
    room = 0
    for panel in drawing.panels:
        if lengths[panel.id] > room:
            made.append([])
            room = most
        made[-1].append(panel)
        room -= lengths[panel.id]
    return tuple(tuple(column) for column in made)


def _length(panel: Panel) -> int:
    """Return how many boxes follow one another at most; edges are in order."""
    rank: dict[str, int] = {}
    for edge in panel.edges:
        rank[edge.head] = max(rank.get(edge.head, 1), rank.get(edge.tail, 1) + 1)
    return max(rank.values(), default=1)


def _width(box: Box) -> str:
    """Return the least width of a box in inches, so that its text fits in any fallback font."""
    if box.kind is BoxKind.FOLDED:
        # Bold is wider, and text in several fonts is placed by its left end: it grows to the right.
        letter, size = WIDEST_LETTER + 0.14, TITLE
    else:
        letter, size = WIDEST_LETTER, DETAIL
    widest = max(len(box.title) * size, *(len(line) * DETAIL for line in box.lines), 0)
    return f"{(widest * letter + 12) / 72:.2f}"


def _headed(title: str, lines: tuple[str, ...]) -> str:
    """Return an HTML label with a bold title."""
    head = f'<FONT POINT-SIZE="{TITLE}"><B>{escape(title)}</B></FONT>'
    return f"<{'<BR/>'.join((head, *map(escape, lines)))}>"


def _faint(rows: tuple[str, ...], colour: str) -> str:
    """Return an HTML label of small grey rows."""
    text = "<BR/>".join(escape(row) for row in rows)
    return f'<<FONT POINT-SIZE="{SHAPE}" COLOR="{colour}">{text}</FONT>>'


def _first(panel: Panel) -> str:
    return next(panel.group.every_box()).id


def _last(panel: Panel) -> str:
    *_, last = panel.group.every_box()
    return last.id
