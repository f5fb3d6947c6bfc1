"""A drawing as DOT text, for who has Graphviz and wants to go on from there.

Frames are clusters, and edges go from box to box through them. Panels stand beside the overview,
in columns about as tall as it is.
"""

from __future__ import annotations

from itertools import pairwise

import graphviz

from archdsl.drawing.boxes import Brush
from archdsl.drawing.heat import scale_in_words
from archdsl.drawing.picture import Box, BoxKind, Drawing, Edge, Group
from archdsl.drawing.theme import LIGHT, SIGNS, Outline, Theme
from archdsl.escaping import dot_html, dot_text
from archdsl.ops import Role

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
        hues = {
            panel.id: theme.panels[number % len(theme.panels)]
            for number, panel in enumerate(drawing.panels)
        }
        self.brush = Brush(theme, hues, drawing.scale)
        self.merges = {box.id for box in drawing.every_box() if box.role is Role.MERGE}

    def text(self) -> str:
        theme = self.theme
        dot = graphviz.Digraph(dot_text(self.drawing.overview.title))
        dot.attr(
            "graph",
            fontname=FONT,
            fontcolor=theme.text,
            bgcolor=theme.paper,
            rankdir=self.drawing.direction.value,
            nodesep="0.22",
            ranksep="0.2",
            labeljust="l",
            pad="0.15",
        )
        notes = list(self.drawing.notes)
        if self.drawing.scale is not None:
            notes.append(scale_in_words(self.drawing.scale))
        if notes:
            dot.attr("graph", label=_faint(tuple(notes), theme.faint))
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
        for group in self.drawing.every_panel():
            self.group(dot, group, outermost=True)
            for edge in group.wires():
                self.edge(dot, edge)
        for column in columns(self.drawing):
            for above, below in pairwise(column):
                # Ports of the panels, so that no panel is drawn into another's ranks.
                dot.edge(_boxes(above)[-1].id, _boxes(below)[0].id, style="invis")
        return dot.source

    def group(self, parent: graphviz.Digraph, group: Group, *, outermost: bool = False) -> None:
        theme = self.theme
        frame = graphviz.Digraph(f"cluster {group.id}")
        is_overview = group.id == self.drawing.overview.id
        title = self.drawing.title if is_overview else group.title
        line, weight = theme.paper if is_overview else theme.frame, 1.0
        if (hue := self.brush.hues.get(group.id)) is not None:
            line, weight = hue.line, 1.4
        if group.mark is not None:
            line, weight = theme.marks[group.mark].line, theme.marks[group.mark].weight
            title = f"{SIGNS[group.mark]} {title}"
        frame.attr(
            label=f"<<B>{dot_html(title)}</B>>" if title else "",
            tooltip=dot_text(group.description or group.title),
            fontsize=str(TITLE + 1),
            margin="14",
            style="rounded,dashed" if group.aux else "rounded",
            color=line,
            penwidth=f"{weight:g}",
            peripheries="2" if group.repeated else "1",
        )
        # Ports of frames within others are seen through.
        for box in group.entries if outermost else ():
            self.box(frame, box)
        for member in group.members:
            if isinstance(member, Box):
                self.box(frame, member)
            else:
                self.group(frame, member)
        for box in group.exits if outermost else ():
            self.box(frame, box)
        parent.subgraph(frame)

    def box(self, frame: graphviz.Digraph, box: Box) -> None:
        theme = self.theme
        if box.kind is BoxKind.PORT:
            rows = tuple(row for row in (box.title, *box.lines) if row)
            label = _faint(rows, theme.faint) if rows else ""
            frame.node(box.id, label, shape="plaintext", style="", height="0.2", width="0.1")
            return
        look = self.brush.look(box)
        title = box.title if box.mark is None else f"{SIGNS[box.mark]} {box.title}"
        if box.kind is BoxKind.FOLDED:
            label = _headed(title, box.lines)
        else:
            label = dot_text(title, *box.lines)
        attributes = {
            "fillcolor": look.fill,
            "color": look.line,
            "penwidth": f"{look.weight:g}",
            "fontcolor": self.brush.ink(look.fill),
            "tooltip": dot_text(box.description),
        }
        styles = ["filled"]
        match look.outline:
            case Outline.BOX:
                attributes["width"] = _width(box, title)
            case Outline.OVAL:
                attributes |= {"shape": "ellipse", "margin": "0.02,0.02", "width": "0.3"}
            case Outline.PILL:
                attributes["width"] = _width(box, title)
                styles.append("rounded")
        if box.repeated:
            attributes["peripheries"] = "2"
        if box.aux:
            styles.append("dashed")
        frame.node(box.id, label, style=",".join(styles), **attributes)

    def edge(self, dot: graphviz.Digraph, edge: Edge) -> None:
        attributes: dict[str, str] = {}
        if edge.label:
            attributes["label"] = dot_text(f" {edge.label}  ")
        if edge.aux:
            attributes["style"] = "dashed"
        elif edge.head not in self.merges:
            attributes["weight"] = HEAVY
        dot.edge(edge.tail, edge.head, **attributes)


def columns(drawing: Drawing) -> tuple[tuple[Group, ...], ...]:
    """Return the panels in columns, each about as long as the overview or the longest panel."""
    lengths = {group.id: _length(group) for group in drawing.every_panel()}
    most = max(lengths.values())
    made: list[list[Group]] = []
    room = 0
    for panel in drawing.panels:
        if lengths[panel.id] > room:
            made.append([])
            room = most
        made[-1].append(panel)
        room -= lengths[panel.id]
    return tuple(tuple(column) for column in made)


def _length(group: Group) -> int:
    """Return how many boxes follow one another at most; what is read comes first."""
    rank: dict[str, int] = {}
    for edge in group.wires():
        rank[edge.head] = max(rank.get(edge.head, 1), rank.get(edge.tail, 1) + 1)
    return max(rank.values(), default=1)


def _boxes(group: Group) -> tuple[Box, ...]:
    return (*group.entries, *group.every_box(), *group.exits)


def _width(box: Box, title: str) -> str:
    """Return the least width of a box in inches, so that its text fits in any fallback font."""
    if box.kind is BoxKind.FOLDED:
        # Bold is wider, and text in several fonts is placed by its left end: it grows to the right.
        letter, size = WIDEST_LETTER + 0.14, TITLE
    else:
        letter, size = WIDEST_LETTER, DETAIL
    widest = max(len(title) * size, *(len(line) * DETAIL for line in box.lines), 0)
    return f"{(widest * letter + 12) / 72:.2f}"


def _headed(title: str, lines: tuple[str, ...]) -> str:
    """Return an HTML label with a bold title."""
    head = f'<FONT POINT-SIZE="{TITLE}"><B>{dot_html(title)}</B></FONT>'
    return f"<{'<BR/>'.join((head, *map(dot_html, lines)))}>"


def _faint(rows: tuple[str, ...], colour: str) -> str:
    """Return an HTML label of small grey rows."""
    text = "<BR/>".join(dot_html(row) for row in rows)
    return f'<<FONT POINT-SIZE="{SHAPE}" COLOR="{colour}">{text}</FONT>>'
