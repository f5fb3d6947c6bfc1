"""A network's summary as a drawn table, in the manner of the papers' table 1."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archdsl.drawing.boxes import PITCH, Row
from archdsl.drawing.figure import Anchor, Figure, Part, Rect, Shape, Text
from archdsl.drawing.metrics import width, wrap
from archdsl.drawing.theme import Theme
from archdsl.tables.summary import Stage, Summary

SIZE, NOTE = 9.0, 8.0
"""Sizes of text in points."""
MARGIN, GAP, LINE = 8.0, 14.0, 3.0
"""Points around the table, between columns, and between lines."""
INDENT = 10.0
"""Points that a stage within another one stands in."""
WIDEST = 190.0
"""Points that a cell of widths takes before it is broken into lines."""
THICK, THIN = 1.1, 0.5
"""Weights of the rules: above and below the table, and within it."""
HEADINGS = (
    "stage",
    "type",
    "patch size/stride",
    "output size",
    "depth",
    "widths",
    "params",
    "ops",
)
NUMBERS = frozenset({"depth", "params", "ops"})


@dataclass(frozen=True, slots=True)
class _Line:
    """A row of the table: lines of text for each column."""

    id: str
    cells: tuple[tuple[str, ...], ...]
    indent: float = 0.0
    bold: bool = False
    rule: float = 0.0
    """Weight of the rule above it."""
    description: str = ""

    @property
    def height(self) -> float:
        return max(len(cell) for cell in self.cells) * SIZE * PITCH + LINE


def table_figure(summary: Summary, theme: Theme, title: str | None = None) -> Figure:
    """Return a table of the stages of a network as a figure; ``title`` is its name if None."""
    lines = list(_lines(summary))
    columns = [
        max(
            width(text, SIZE, bold=line.bold) + (line.indent if at == 0 else 0)
            for line in lines
            for text in (*line.cells[at], "")
        )
        for at in range(len(HEADINGS))
    ]
    # A column without a number or a word is left out.
    kept = [at for at in range(len(HEADINGS)) if any(any(one.cells[at]) for one in lines[1:])]
    starts, x = dict[int, float](), MARGIN
    for at in kept:
        starts[at] = x
        x += columns[at] + GAP
    right = x - GAP
    parts: list[Part] = []
    y = MARGIN
    heading = summary.name if title is None else title
    if heading:
        row = Row(heading, 12.0, bold=True)
        y += row.height
        text = Text(MARGIN, y - 3, heading, row.size, theme.text, True, Anchor.START)
        parts.append(Part("title", ("title",), (text,)))
        right, y = max(right, MARGIN + row.width), y + 5
    for line in lines:
        shapes: list[Shape] = []
        if line.rule:
            y += LINE / 2
            shapes.append(Rect(MARGIN, y, right - MARGIN, line.rule, theme.text))
            y += LINE
        for at in kept:
            numeric = HEADINGS[at] in NUMBERS
            start = starts[at] + (columns[at] if numeric else line.indent if at == 0 else 0)
            anchor = Anchor.END if numeric else Anchor.START
            for number, cell in enumerate(filter(None, line.cells[at])):
                base = y + number * SIZE * PITCH + SIZE * 0.92
                shapes.append(Text(start, base, cell, SIZE, theme.text, line.bold, anchor))
        y += line.height
        parts.append(
            Part(f"row {line.id}", ("row",), tuple(shapes), line.description, path=line.id)
        )
    y += LINE / 2
    parts.append(Part("end", ("rule",), (Rect(MARGIN, y, right - MARGIN, THICK, theme.text),)))
    y += THICK + 5
    notes = [row for note in _notes(summary) for row in wrap(note, NOTE, right - MARGIN)]
    texts = tuple(
        Text(MARGIN, y + (at + 0.8) * NOTE * PITCH, row, NOTE, theme.faint, anchor=Anchor.START)
        for at, row in enumerate(notes)
    )
    parts.append(Part("notes", ("notes",), texts))
    y += len(notes) * NOTE * PITCH + MARGIN
    widest = max((width(row, NOTE) for row in notes), default=0.0)
    described = "\n".join(line.description for line in lines if line.description)
    return Figure(
        max(right, MARGIN + widest) + MARGIN,
        y,
        heading or summary.name,
        described,
        theme.paper,
        tuple(parts),
    )


def _lines(summary: Summary) -> Iterator[_Line]:
    yield _Line("headings", tuple((name,) for name in HEADINGS), bold=True, rule=THICK)
    rule = THIN
    for end in summary.inputs:
        cells = (end.name, "input", "", str(end.shape), "", "", "", "")
        yield _Line(
            end.path, tuple((cell,) for cell in cells), 0, False, rule, f"{end.name}: {end.shape}"
        )
        rule = 0.0
    for stage in summary.stages:
        yield from _rows(stage, 0, rule)
        rule = 0.0
    total = (
        "total",
        "",
        "",
        "",
        str(summary.depth),
        "",
        _count(summary.cost.params),
        _count(summary.cost.macs),
    )
    yield _Line("total", tuple((cell,) for cell in total), bold=True, rule=THIN)
    for number, head in enumerate(summary.heads):
        rule = 0.0 if number else THIN
        yield from _rows(head.stage, 0, rule, f", reads {head.reads}, weight {head.weight:g}")


def _rows(stage: Stage, level: int, rule: float = 0.0, more: str = "") -> Iterator[_Line]:
    cells = (
        (stage.name,),
        wrap(stage.type + more, SIZE, WIDEST),
        (stage.patch,),
        (str(stage.output),),
        (str(stage.depth) if stage.depth else "",),
        wrap(stage.widths, SIZE, WIDEST) or ("",),
        (_count(stage.cost.params),),
        (_count(stage.cost.macs),),
    )
    described = f"{stage.name}: {stage.type}{more}, {stage.output}"
    if stage.cost.params:
        described += f", {stage.cost.params:,} parameters"
    yield _Line(stage.path, cells, level * INDENT, False, rule, described)
    for inner in stage.stages:
        yield from _rows(inner, level + 1)


def _notes(summary: Summary) -> Iterator[str]:
    yield "params: all learned numbers. ops: multiply–accumulates for one image."
    if summary.heads:
        yield "Below the total: auxiliary heads, computed in training only."


def _count(number: int) -> str:
    """Return a number in three digits as in the papers, 12.3M or 384K; nothing for none."""
    for power, unit in ((9, "G"), (6, "M"), (3, "K")):
        if number >= 10**power:
            share = number / 10**power
            digits = 2 if share < 10 else 1 if share < 100 else 0
            return f"{share:.{digits}f}{unit}"
    return str(number) if number else ""
