"""Summaries as text, markdown, CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from archdsl.graph import in_net
from archdsl.ops import Cost
from archdsl.tables.summary.summary import Endpoint, Head, Stage, Summary

HEADINGS = (
    "stage",
    "type",
    "patch/stride",
    "output",
    "depth",
    "branch widths",
    "weights",
    "K",
    "params",
    "MACs",
    "M",
)
NUMBERS = frozenset({"depth", "weights", "K", "params", "MACs", "M"})
WIDEST_WIDTHS = 64
"""Longer branch widths are cut in the forms for people; CSV and JSON keep all of them."""

UNITS = (
    "weights: numbers in kernels and matrices; K = weights / 1024, the unit of the GoogLeNet "
    "paper's table 1",
    "params: weights, biases, and the scales and offsets of norms",
    "MACs: multiply-accumulates of convolutions and linear layers for one image; "
    "M = MACs / 1,000,000; 1 MAC = 2 FLOPs",
)

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table: the stage's path, how deep it is nested, a cell per heading."""

    path: str
    level: int
    cells: Row


@dataclass(frozen=True, slots=True)
class Table:
    """The summary as people read it; a longer text than :data:`WIDEST_WIDTHS` is cut."""

    title: str
    lines: tuple[Line, ...]
    total: Row
    heads: tuple[Line, ...]
    facts: tuple[tuple[str, str], ...]


def table(summary: Summary) -> Table:
    """Return what the forms for people show, under :data:`HEADINGS`."""
    return Table(
        _title(summary),
        tuple(Line(stage.path, level, _row(stage)) for level, stage in _levels(summary.stages)),
        _total(summary),
        tuple(
            Line(stage.path, level, _row(stage) if level else _head_row(head))
            for head in summary.heads
            for level, stage in _levels((head.stage,))
        ),
        tuple(_facts(summary)),
    )


def print_summaries(summaries: Sequence[Summary], format: str) -> str:
    """Return the summaries in one of :data:`FORMATS`, ready to be written."""
    return FORMATS[format](summaries)


# For people


def _text(summaries: Sequence[Summary]) -> str:
    return "\n".join(_text_of(summary) for summary in summaries)


def _text_of(summary: Summary) -> str:
    shown = table(summary)
    rows = [_indented(line, "  ") for line in shown.lines]
    heads = [_indented(line, "  ") for line in shown.heads]
    total = shown.total
    columns = list(zip(HEADINGS, *rows, total, *heads, strict=True))
    widths = [max(map(len, column)) for column in columns]

    def line(row: Row) -> str:
        cells = (
            cell.rjust(width) if heading in NUMBERS else cell.ljust(width)
            for heading, cell, width in zip(HEADINGS, row, widths, strict=True)
        )
        return "  ".join(cells).rstrip()

    rule = "─" * len(line(HEADINGS).ljust(sum(widths) + 2 * (len(widths) - 1)))
    lines = [shown.title, "", line(HEADINGS), rule, *map(line, rows), rule, line(total)]
    if heads:
        lines += ["", "auxiliary heads, for training only and not in the total", *map(line, heads)]
    label = max(len(name) for name, _ in shown.facts) + 2
    lines += ["", *(f"{name.ljust(label)}{fact}" for name, fact in shown.facts), "", *UNITS]
    return "\n".join(lines) + "\n"


def _markdown(summaries: Sequence[Summary]) -> str:
    return "\n".join(_markdown_of(summary) for summary in summaries)


def _markdown_of(summary: Summary) -> str:
    shown = table(summary)
    marks = ("---:" if heading in NUMBERS else "---" for heading in HEADINGS)
    lines = [f"## {summary.name}", "", shown.title, "", _cells(HEADINGS), _cells(tuple(marks))]
    lines += [_cells(_indented(line, "· ")) for line in shown.lines]
    lines.append(_cells(tuple(cell and f"**{cell}**" for cell in shown.total)))
    for line in shown.heads:
        name, *rest = _indented(line, "· ")
        lines.append(_cells((f"{name} (training only)", *rest)))
    lines += ["", *(f"- {name}: {fact}" for name, fact in shown.facts), ""]
    lines += [f"- {unit}" for unit in UNITS]
    return "\n".join(lines) + "\n"


def _indented(line: Line, indent: str) -> Row:
    name, *rest = line.cells
    return (indent * line.level + name, *rest)


def _cells(row: Row) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"


def _title(summary: Summary) -> str:
    return f"{summary.name}: {_shapes(summary.inputs)} → {_shapes(summary.outputs)}"


def _shapes(ends: tuple[Endpoint, ...]) -> str:
    """Return the shapes of inputs or outputs, named where there are several."""
    if len(ends) == 1:
        return str(ends[0].shape)
    return ", ".join(f"{end.name} {end.shape}" for end in ends)


def _levels(stages: Sequence[Stage], level: int = 0) -> Iterator[tuple[int, Stage]]:
    for stage in stages:
        yield level, stage
        yield from _levels(stage.stages, level + 1)


def _row(stage: Stage) -> Row:
    return (
        stage.name,
        stage.type,
        stage.patch,
        str(stage.output),
        str(stage.depth) if stage.depth else "",
        _cut(stage.widths),
        *_costs(stage.cost),
    )


def _head_row(head: Head) -> Row:
    row = _row(head.stage)
    return (row[0], f"reads {head.reads}, loss × {head.weight:g}", *row[2:])


def _total(summary: Summary) -> Row:
    return ("total", "", "", "", str(summary.depth), "", *_costs(summary.cost))


def _costs(cost: Cost) -> Row:
    """Return weights, K, params, MACs and M; what is nothing stays empty."""
    return (
        f"{cost.weights:,}" if cost.weights else "",
        f"{cost.weights / 1024:,.1f}" if cost.weights else "",
        f"{cost.params:,}" if cost.params else "",
        f"{cost.macs:,}" if cost.macs else "",
        f"{cost.macs / 1e6:,.2f}" if cost.macs else "",
    )


def _cut(widths: str) -> str:
    return widths if len(widths) <= WIDEST_WIDTHS else widths[: WIDEST_WIDTHS - 1] + "…"


def _facts(summary: Summary) -> list[tuple[str, str]]:
    """Return what stands below the table."""
    facts = [("total", _both(summary.cost))]
    if summary.heads:
        facts.append(("training only", _both(summary.aux)))
    facts.append(("nodes", f"{summary.nodes:,}"))
    reach = summary.reach
    if reach is not None:
        field = "the whole input" if reach.field is None else f"{reach.field} pixels"
        where = f"seen by a cell of `{reach.step}`, the last feature map ({reach.grid})"
        facts.append(("receptive field", f"{field}, {where}"))
    if summary.smallest_input is not None:
        side = summary.smallest_input
        facts.append(("smallest input", f"{side}×{side}×{summary.inputs[0].shape.channels}"))
    return facts


def _both(cost: Cost) -> str:
    return f"{cost.params:,} parameters, {cost.macs:,} MACs"


# For programs


def _json(summaries: Sequence[Summary]) -> str:
    """One network is an object, several are a list of them."""
    found = [_json_of(summary) for summary in summaries]
    shown = found[0] if len(found) == 1 else found
    return json.dumps(shown, indent=2, ensure_ascii=False) + "\n"


def _json_of(summary: Summary) -> dict[str, Any]:
    reach = summary.reach
    return {
        "name": summary.name,
        "params": summary.cost.params,
        "macs": summary.cost.macs,
        "weights": summary.cost.weights,
        "aux_params": summary.aux.params,
        "aux_macs": summary.aux.macs,
        "nodes": summary.nodes,
        "depth": summary.depth,
        "input": ", ".join(end.shape.source for end in summary.inputs),
        "output": ", ".join(end.shape.source for end in summary.outputs),
        "inputs": [_json_end(end) for end in summary.inputs],
        "outputs": [_json_end(end) for end in summary.outputs],
        "receptive_field": None
        if reach is None
        else {
            "step": reach.step,
            "grid": list(reach.grid.pair),
            "pixels": None if reach.field is None else list(reach.field.pair),
        },
        "smallest_input": summary.smallest_input,
        "stages": [_json_stage(stage) for stage in summary.stages],
        "aux": [
            {**_json_stage(head.stage), "reads": head.reads, "loss_weight": head.weight}
            for head in summary.heads
        ],
    }


def _json_end(end: Endpoint) -> dict[str, Any]:
    return {"name": end.name, "path": end.path, "shape": list(end.shape.triple)}


def _json_stage(stage: Stage) -> dict[str, Any]:
    return {
        "name": stage.name,
        "path": stage.path,
        "type": stage.type,
        "patch": stage.patch,
        "output": stage.output.source,
        "depth": stage.depth,
        "widths": stage.widths,
        "weights": stage.cost.weights,
        "params": stage.cost.params,
        "macs": stage.cost.macs,
        "stages": [_json_stage(inner) for inner in stage.stages],
    }


COLUMNS = (
    "net",
    "level",
    "stage",
    "type",
    "patch",
    "output",
    "depth",
    "widths",
    "weights",
    "params",
    "macs",
    "training_only",
)


def _csv(summaries: Sequence[Summary]) -> str:
    """One row per stage. Rows of a level above 0 are parts of the row they stand below."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    for summary in summaries:
        parts = [(summary.stages, "no"), (tuple(head.stage for head in summary.heads), "yes")]
        for stages, training_only in parts:
            for level, stage in _levels(stages):
                step = in_net(stage.path)
                shape = (stage.patch, stage.output.source, stage.depth, stage.widths)
                cost = (stage.cost.weights, stage.cost.params, stage.cost.macs)
                writer.writerow(
                    (summary.name, level, step, stage.type, *shape, *cost, training_only)
                )
    return buffer.getvalue()


SummaryFormat = Literal["text", "json", "csv", "markdown"]
"""The names of :data:`FORMATS`, for type checkers."""

FORMATS: dict[str, Callable[[Sequence[Summary]], str]] = {
    "text": _text,
    "markdown": _markdown,
    "csv": _csv,
    "json": _json,
}
