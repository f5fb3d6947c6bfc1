"""The table as text, markdown, CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from typing import Any

from archdsl.tables.table.table import Row

HEADINGS = (
    *("net", "input", "params", "aux params", "MACs", "depth", "receptive field"),
    *("status", "source"),
)
NUMBERS = frozenset({"params", "aux params", "MACs", "depth"})
WIDEST_SOURCE = 48

COLUMNS = (
    *("spec", "net", "input", "params", "aux_params", "macs", "aux_macs", "depth"),
    *("receptive_field", "smallest_input", "status", "refinement", "source"),
)


def print_table(rows: Sequence[Row], format: str) -> str:
    """Return a table in one of :data:`FORMATS`, ready to be written."""
    return FORMATS[format](rows)


def _cells(row: Row) -> tuple[str, ...]:
    summary = row.summary
    return (
        summary.name,
        ", ".join(str(end.shape) for end in summary.inputs),
        f"{summary.cost.params:,}",
        f"{summary.aux.params:,}" if summary.heads else "",
        f"{summary.cost.macs:,}",
        str(summary.depth),
        row.field,
        row.described_status,
        row.source,
    )


def _text(rows: Sequence[Row]) -> str:
    lines = [_cells(row) for row in rows]
    lines = [(*cells[:-1], _cut(cells[-1])) for cells in lines]
    widths = [max(map(len, column)) for column in zip(HEADINGS, *lines, strict=True)]

    def line(cells: Sequence[str]) -> str:
        padded = (
            cell.rjust(width) if heading in NUMBERS else cell.ljust(width)
            for heading, cell, width in zip(HEADINGS, cells, widths, strict=True)
        )
        return "  ".join(padded).rstrip()

    rule = "─" * (sum(widths) + 2 * (len(widths) - 1))
    return "\n".join([line(HEADINGS), rule, *map(line, lines)]) + "\n"


def _cut(text: str) -> str:
    return text if len(text) <= WIDEST_SOURCE else text[: WIDEST_SOURCE - 1] + "…"


def markdown(rows: Sequence[Row], link: Callable[[Row], str] | None = None) -> str:
    """Return the table as markdown; ``link`` gives the address that a net's name leads to."""
    marks = ["---:" if heading in NUMBERS else "---" for heading in HEADINGS]
    lines = [list(HEADINGS), marks]
    for row in rows:
        name, *rest = (cell.replace("|", "\\|") for cell in _cells(row))
        lines.append([name if link is None else f"[{name}]({link(row)})", *rest])
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _values(row: Row) -> dict[str, Any]:
    summary = row.summary
    reach = summary.reach
    values = (
        row.spec,
        summary.name,
        ", ".join(end.shape.source for end in summary.inputs),
        summary.cost.params,
        summary.aux.params,
        summary.cost.macs,
        summary.aux.macs,
        summary.depth,
        None if reach is None or reach.field is None else reach.field.source,
        summary.smallest_input,
        row.status.value,
        row.refinement,
        row.source,
    )
    return dict(zip(COLUMNS, values, strict=True))


def _csv(rows: Sequence[Row]) -> str:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_values(row) for row in rows)
    return buffer.getvalue()


def _json(rows: Sequence[Row]) -> str:
    return json.dumps([_values(row) for row in rows], indent=2, ensure_ascii=False) + "\n"


FORMATS: dict[str, Callable[[Sequence[Row]], str]] = {
    "text": _text,
    "markdown": markdown,
    "csv": _csv,
    "json": _json,
}
