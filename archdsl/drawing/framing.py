"""The frame around a group in its place: its sides, its title, and where values cross it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import ceil

from archdsl.drawing.boxes import TITLE
from archdsl.drawing.engine import Size
from archdsl.drawing.figure import Point
from archdsl.drawing.metrics import width
from archdsl.drawing.options import Direction
from archdsl.drawing.picture import Group
from archdsl.drawing.places import Places, Turn
from archdsl.drawing.routes import Route, bent, bounds, reach, shifted

ASIDE = 10.0
"""Points between what is in a frame and its sides."""
NEAR = 64.0
"""How far apart a frame's entry and its exit may be to be put in line."""
BAND = 17.0
"""Height of the strip that holds a frame's title."""
APART = 6.0
"""Points between a title and a line beside it."""

Members = Mapping[str, tuple[Point, Size]]


def framed(group: Group, turn: Turn, members: Members, routes: Sequence[Route]) -> Places:
    """Return the places in a frame whose border goes through the ports.

    No line runs through its title: those that come in go straight down beside it first.
    """
    ports = {box.id for box in (*group.entries, *group.exits)}
    if len(group.entries) == len(group.exits) == 1:
        members, routes = _in_line(group, turn, members, routes)
    boxes = {id: one for id, one in members.items() if id not in ports}
    entries = [_centre(members[box.id]) for box in group.entries]
    exits = [_centre(members[box.id]) for box in group.exits]
    text = width(group.title, TITLE, bold=True) if group.title else 0.0
    left, top, right, bottom = bounds(boxes, routes)
    if turn.direction is Direction.LR:
        left = min([left, *(x for x, _ in entries)] if entries else [left - ASIDE])
        right = max([right, *(x for x, _ in exits)] if exits else [right + ASIDE])
        right = max(right, left + text + 2 * ASIDE)
        top, bottom = top - (BAND if text else ASIDE), bottom + ASIDE
        start = left + ASIDE
    else:
        above, below = (entries, exits) if turn.direction is Direction.TB else (exits, entries)
        top = min((y for _, y in above), default=top - ASIDE)
        bottom = max((y for _, y in below), default=bottom + ASIDE)
        left, right, start = _title_room(left - ASIDE, right + ASIDE, [x for x, _ in above], text)
        if text:
            # As little room as keeps the title clear of lines that fan out, and of boxes.
            near = [y for route in routes for x, y in route.along() if start < x < start + text]
            near += [y for (x, y), (w, _) in boxes.values() if x < start + text and start < x + w]
            top = min(top, min(near, default=bottom) - BAND)
    # The engine takes whole points.
    right, bottom = left + ceil(right - left), top + ceil(bottom - top)
    match turn.direction:
        case Direction.LR:
            entries, exits = [(left, y) for _, y in entries], [(right, y) for _, y in exits]
        case Direction.TB:
            entries, exits = [(x, top) for x, _ in entries], [(x, bottom) for x, _ in exits]
        case Direction.BT:
            entries, exits = [(x, bottom) for x, _ in entries], [(x, top) for x, _ in exits]
    ids = (box.id for box in (*group.entries, *group.exits))
    ends = dict(zip(ids, (*entries, *exits), strict=True))

    def moved(point: Point) -> Point:
        return point[0] - left, point[1] - top

    return Places(
        (right - left, float(bottom - top)),
        {id: (moved(place), size) for id, (place, size) in boxes.items()},
        tuple(shifted(reach(route, ends), -left, -top) for route in routes),
        tuple(map(moved, entries)),
        tuple(map(moved, exits)),
        moved((start, top)) if text else None,
    )


def _in_line(
    group: Group, turn: Turn, members: Members, routes: Sequence[Route]
) -> tuple[Members, Sequence[Route]]:
    """Return places with the exit straight below the entry, if they are near each other.

    Where values part at once the entry moves, otherwise the exit does, with its line.
    """
    (entry,), (exit,) = group.entries, group.exits
    start, end = _centre(members[entry.id]), _centre(members[exit.id])
    gap = turn.across(end) - turn.across(start)
    parts = sum(route.edge.tail == entry.id for route in routes) > 1
    if not gap or abs(gap) > NEAR:
        return members, routes
    if not parts:
        gap = -gap
    port = entry if parts else exit
    dx, dy = (0.0, gap) if turn.direction is Direction.LR else (gap, 0.0)
    (x, y), size = members[port.id]
    there = {**members, port.id: ((x + dx, y + dy), size)}
    place = _centre(there[port.id])
    moved: list[Route] = []
    for route in routes:
        if parts and route.edge.tail == port.id:
            route = replace(route, points=bent(route.points[::-1], place)[::-1])
        elif not parts and route.edge.head == port.id:
            route = replace(route, points=bent(route.points, place))
        moved.append(route)
    return there, moved


def _centre(place: tuple[Point, Size]) -> Point:
    (x, y), (wide, high) = place
    return x + wide / 2, y + high / 2


def _title_room(
    left: float, right: float, crossing: Sequence[float], text: float
) -> tuple[float, float, float]:
    """Return the sides of a frame, and where its title begins so that no edge crosses it."""
    if not text:
        return left, right, left
    room = text + APART
    if not crossing:
        return left, max(right, left + room + APART), left + APART
    first, last = min(crossing), max(crossing)
    if first - left >= room + APART or right - last < first - left:
        left = min(left, first - room - APART)
        return left, right, left + APART
    right = max(right, last + room + APART)
    return left, right, last + APART
