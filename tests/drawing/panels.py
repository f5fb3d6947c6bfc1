"""What tests read off a drawing."""

from __future__ import annotations

from archdsl.drawing import (
    Drawing,
    Group,
    Options,
    Style,
)

PAPER = Options(style=Style.PAPER)


def panel(drawing: Drawing, title: str) -> Group:
    (found,) = [one for one in drawing.panels if one.title == title]
    return found


def titles(group: Group) -> list[str]:
    return [one.title for one in group.members]


def texts(group: Group) -> list[tuple[str, ...]]:
    return [(one.title, *one.lines) for one in group.every_box()]


def flows(group: Group) -> list[tuple[str, str, str]]:
    """Return a group's edges with the titles of their ends."""
    ends = (*group.entries, *group.members, *group.exits)
    names = {one.id: one.title for one in ends}
    return [(names[edge.tail], names[edge.head], edge.label) for edge in group.edges]
