"""Where boxes stand and lines run: in come boxes of known sizes, out come their places.

Graphviz does it: the ``graphviz-pure`` that is installed with archdsl, or, if asked for, the
machine's own ``dot``. It never sees a text or a font, only sizes in points.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archdsl.drawing.figure import Point
from archdsl.drawing.options import DrawingError

SECONDS = 120.0
"""How long a picture may take. A thousand boxes take a few seconds."""

PROGRAMS = {"pure": "graphviz-pure", "dot": "dot"}
"""The program behind each engine."""

BESIDE, BELOW = 8, 12
"""Least points between boxes side by side, and between ranks."""

Size = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Knot:
    """A box to be placed. Values flow downwards: they come in above and leave below.

    ``entries`` and ``exits`` are the distances from the left border at which the lines of each
    slot end; without them lines end in the middle. ``end`` holds it at the ``top`` or ``bottom``.
    """

    size: Size
    entries: tuple[float, ...] = ()
    exits: tuple[float, ...] = ()
    round: bool = False
    end: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A line to be routed, between knots by number. ``label`` is room kept beside it.

    The greater the ``weight`` the shorter and straighter it is.
    """

    tail: int
    head: int
    tail_slot: int = 0
    head_slot: int = 0
    label: Size | None = None
    weight: int = 1
    arrow: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """What is laid out together. Links that leave a knot stand from left to right as listed."""

    knots: tuple[Knot, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """Where a line runs: Bézier pieces, the point of its arrow, the centre of its label."""

    points: tuple[Point, ...]
    tip: Point | None
    label: Point | None


@dataclass(frozen=True, slots=True)
class Layout:
    """Centres of knots and routes of links, from the upper left corner."""

    size: Size
    centres: tuple[Point, ...]
    routes: tuple[Route, ...]


def lay_out(
    plans: Sequence[Plan], engine: str = "pure", seconds: float = SECONDS
) -> tuple[Layout, ...]:
    """Return the layouts of plans, in their order; plans that are equal are laid out once.

    Raises :class:`DrawingError` where the engine is missing, fails or takes too long.
    """
    texts = [_dot(plan) for plan in plans]
    numbers = {text: at for at, text in enumerate(dict.fromkeys(texts))}
    if not numbers:
        return ()
    written = _run("\n".join(numbers), engine, seconds)
    try:
        answers = list(_values(written))
        return tuple(
            _layout(plan, answers[numbers[text]]) for plan, text in zip(plans, texts, strict=True)
        )
    except (ValueError, LookupError):
        raise DrawingError(f"`{PROGRAMS[engine]}` wrote what is no layout of the drawing") from None


def find_program(engine: str) -> str:
    """Return the path of an engine's program; a pip-installed one is beside the interpreter."""
    if engine not in PROGRAMS:
        known = " or ".join(f"`{name}`" for name in PROGRAMS)
        raise DrawingError(f"there is no drawing engine `{engine}`; it is {known}")
    name = PROGRAMS[engine]
    beside: list[str] = []
    if engine == "pure":
        scripts = Path(sysconfig.get_path("scripts"))
        beside = [str(scripts), str(Path(sys.executable).parent), str(Path(sys.prefix) / "bin")]
    for folder in (*beside, None):
        found = shutil.which(name, path=folder)
        if found is not None:
            return found
    if engine == "pure":
        raise DrawingError("`graphviz-pure` is not installed: run `pip install graphviz-pure`")
    raise DrawingError(
        "there is no `dot` on the PATH: install Graphviz, or leave out the engine to use the "
        "`graphviz-pure` that comes with archdsl"
    )


def _run(text: str, engine: str, seconds: float) -> str:
    program = find_program(engine)
    try:
        done = subprocess.run(
            [program, "-Tjson0"],
            input=text.encode(),
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise DrawingError(
            f"`{PROGRAMS[engine]}` did not finish within {seconds:g} seconds; "
            "a drawing with fewer boxes is quicker: leave out `depth`, or give a smaller one"
        ) from None
    except OSError as error:
        raise DrawingError(f"cannot run `{program}`: {error.strerror or error}") from None
    if done.returncode != 0 or not done.stdout:
        raise DrawingError(f"`{PROGRAMS[engine]}` failed: {_complaint(done)}")
    return done.stdout.decode()


def _complaint(done: subprocess.CompletedProcess[bytes]) -> str:
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    if lines:
        return lines[0]
    if done.returncode < 0:
        return f"it was stopped by signal {-done.returncode}"
    return f"it wrote nothing and returned {done.returncode}"


def _dot(plan: Plan) -> str:
    """Return the DOT text of a plan: numbers and sizes only."""
    lines = [
        "digraph {",
        f'graph [ordering=out nodesep="{_inches(BESIDE)}" ranksep="{_inches(BELOW)}"]',
        'node [shape=box fixedsize=true label="" margin=0]',
        'edge [arrowsize="0.6"]',
    ]
    for at, knot in enumerate(plan.knots):
        if knot.entries or knot.exits:
            lines.append(f"{at} [shape=plain fixedsize=false label=<{_ports(knot)}>]")
            continue
        width, height = map(_inches, knot.size)
        form = " shape=ellipse" if knot.round else ""
        lines.append(f'{at} [width="{width}" height="{height}"{form}]')
    for end, rank in (("top", "source"), ("bottom", "sink")):
        held = [str(at) for at, knot in enumerate(plan.knots) if knot.end == end]
        if held:
            lines.append(f"{{ rank={rank}; {'; '.join(held)} }}")
    for at, link in enumerate(plan.links):
        tail = f"{link.tail}:o{link.tail_slot}:s" if plan.knots[link.tail].exits else link.tail
        head = f"{link.head}:i{link.head_slot}:n" if plan.knots[link.head].entries else link.head
        label = "" if link.label is None else f" label=<{_cell(link.label)}>"
        bare = "" if link.arrow else " dir=none"
        lines.append(f"{tail} -> {head} [id={at} weight={link.weight}{label}{bare}]")
    return "\n".join((*lines, "}"))


def _ports(knot: Knot) -> str:
    """Return a table as large as a knot with a cell at the place of each slot."""
    width, height = map(round, knot.size)
    if not knot.entries:
        rows = [("o", knot.exits, height)]
    elif not knot.exits:
        rows = [("i", knot.entries, height)]
    else:
        rows = [("i", knot.entries, height // 2), ("o", knot.exits, height - height // 2)]
    tables = "".join(
        f"<TR><TD{_fixed(width, tall)}>{_row(letter, places, width, tall)}</TD></TR>"
        for letter, places, tall in rows
    )
    return f"<TABLE{_fixed(width, height)}>{tables}</TABLE>"


def _row(letter: str, places: tuple[float, ...], width: int, height: int) -> str:
    """Return a table of one row, each port a cell two points wide around its place."""
    cells: list[str] = []
    done = 0
    for slot, place in sorted(enumerate(places), key=lambda one: one[1]):
        start = min(max(round(place) - 1, done), width - 2)
        if start > done:
            cells.append(f"<TD{_fixed(start - done, height)}></TD>")
        cells.append(f'<TD PORT="{letter}{slot}"{_fixed(2, height)}></TD>')
        done = start + 2
    if done < width:
        cells.append(f"<TD{_fixed(width - done, height)}></TD>")
    return f"<TABLE{_fixed(width, height)}><TR>{''.join(cells)}</TR></TABLE>"


def _cell(size: Size) -> str:
    width, height = (max(1, round(one)) for one in size)
    return f"<TABLE{_fixed(width, height)}><TR><TD></TD></TR></TABLE>"


def _fixed(width: int, height: int) -> str:
    nothing = ' BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0"'
    return f'{nothing} FIXEDSIZE="TRUE" WIDTH="{width}" HEIGHT="{height}"'


def _inches(points: float) -> str:
    return f"{points / 72:.5f}"


def _values(text: str) -> Iterator[dict[str, Any]]:
    """Yield the JSON values that stand one behind the other in a text."""
    decoder, at = json.JSONDecoder(), 0
    text = text.strip()
    while at < len(text):
        value, at = decoder.raw_decode(text, at)
        yield value
        while at < len(text) and text[at].isspace():
            at += 1


def _layout(plan: Plan, answer: dict[str, Any]) -> Layout:
    _, _, width, height = map(float, answer["bb"].split(","))

    def point(text: str) -> Point:
        x, y = text.split(",")
        return float(x), height - float(y)

    places = {
        int(one["name"]): point(one["pos"]) for one in answer.get("objects", ()) if "pos" in one
    }
    found = sorted(answer.get("edges", ()), key=lambda one: int(one["id"]))
    routes: list[Route] = []
    for one in found:
        pieces = one["pos"].split()
        tip = None
        while pieces[0][1] == ",":  # `e,x,y` is the tip, `s,x,y` the other end's
            end, _, rest = pieces.pop(0).partition(",")
            tip = point(rest) if end == "e" else tip
        label = point(one["lp"]) if "lp" in one else None
        routes.append(Route(tuple(map(point, pieces)), tip, label))
    centres = tuple(places[at] for at in range(len(plan.knots)))
    return Layout((width, height), centres, tuple(routes))
