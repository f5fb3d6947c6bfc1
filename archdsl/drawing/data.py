"""A drawing as JSON: all that a drawing says, for programs that draw by themselves."""

from __future__ import annotations

from typing import Any

from archdsl.drawing.picture import Box, Drawing, Edge, Group, Scale
from archdsl.escaping import json_text

VERSION = 1


def to_json(drawing: Drawing) -> str:
    """Return the text of a drawing as JSON; :func:`to_data` says what is in it."""
    return json_text(to_data(drawing), indent=1) + "\n"


def to_data(drawing: Drawing) -> dict[str, Any]:
    """Return a drawing as plain data, with its keys always in the same order.

        {"format": "archdsl-drawing", "version": 1,
         "title": "inception_v4",          the heading, may be empty
         "style": "blocks",                blocks, paper or full
         "direction": "TB",                TB, BT or LR
         "legend": false,
         "scale": {"heat": "macs", "most": 5930853376, "total": 12253974624} or null,
         "notes": ["Each conv is followed by …"],
         "description": "…",               the drawing in words, in lines
         "overview": GROUP, "panels": [GROUP, …]}

    A GROUP is a frame: ``kind`` "group", ``id``, ``title``, ``name`` (of a panel: its block's),
    ``description``, ``aux``, ``repeated``, ``mark`` (added, removed, changed or null), ``entries``,
    ``members`` and ``exits``, and ``edges`` between these. ``members`` are boxes and groups.

    A BOX has ``kind`` (unit, folded or port), ``id``, ``title``, ``lines``, ``description``,
    ``role`` (or null), ``nodes`` (the paths of what it stands for), ``panel`` (the id of the group
    that shows what is in it, or null), ``aux``, ``repeated``, ``heat`` (or null) and ``mark``.

    An EDGE has ``tail``, ``tail_slot``, ``head``, ``head_slot``, ``label`` and ``aux``. Where an
    end is a group, the slot says which of its entries or exits; otherwise it is 0.
    """
    return {
        "format": "archdsl-drawing",
        "version": VERSION,
        "title": drawing.title,
        "style": drawing.style.value,
        "direction": drawing.direction.value,
        "legend": drawing.legend,
        "scale": None if drawing.scale is None else _scale(drawing.scale),
        "notes": list(drawing.notes),
        "description": drawing.description,
        "overview": _group(drawing.overview),
        "panels": [_group(panel) for panel in drawing.panels],
    }


def _scale(scale: Scale) -> dict[str, Any]:
    return {"heat": scale.heat.value, "most": scale.most, "total": scale.total}


def _group(group: Group) -> dict[str, Any]:
    return {
        "kind": "group",
        "id": group.id,
        "title": group.title,
        "name": group.name,
        "description": group.description,
        "aux": group.aux,
        "repeated": group.repeated,
        "mark": None if group.mark is None else group.mark.value,
        "entries": [_box(box) for box in group.entries],
        "members": [
            _box(member) if isinstance(member, Box) else _group(member) for member in group.members
        ],
        "exits": [_box(box) for box in group.exits],
        "edges": [_edge(edge) for edge in group.edges],
    }


def _box(box: Box) -> dict[str, Any]:
    return {
        "kind": box.kind.value,
        "id": box.id,
        "title": box.title,
        "lines": list(box.lines),
        "description": box.description,
        "role": None if box.role is None else box.role.value,
        "nodes": list(box.nodes),
        "panel": box.panel,
        "aux": box.aux,
        "repeated": box.repeated,
        "heat": box.heat,
        "mark": None if box.mark is None else box.mark.value,
    }


def _edge(edge: Edge) -> dict[str, Any]:
    return {
        "tail": edge.tail,
        "tail_slot": edge.tail_slot,
        "head": edge.head,
        "head_slot": edge.head_slot,
        "label": edge.label,
        "aux": edge.aux,
    }
