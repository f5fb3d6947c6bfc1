"""Comparisons as text and JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from archdsl.compare.difference import Comparison, Difference, Reshaped
from archdsl.graph import in_net

SAME = "the same architecture"


def print_comparison(comparison: Comparison, names: tuple[str, str], format: str) -> str:
    """Return a comparison in one of :data:`FORMATS`; ``names`` are those of the two specs."""
    return FORMATS[format](comparison, names)


def _text(comparison: Comparison, names: tuple[str, str]) -> str:
    sides = zip("AB", names, (comparison.a, comparison.b), strict=True)
    lines = [f"{side}  {graph.name} ({name})" for side, name, graph in sides]
    if comparison.same:
        lines += ["", SAME]
    else:
        lines.append("")
        for one in comparison.statements:
            lines.append(f"- {one.where}: {one.what}" if one.where else f"- {one.what}")
    lines += [f"- recipe, {one.statement}: {one.what}" for one in comparison.recipe]
    if comparison.shapes:
        lines += ["", "shapes", *(f"  {line}" for line in _shapes(comparison.shapes))]
    return "\n".join([*lines, "", *_totals(comparison)]) + "\n"


def _shapes(shapes: Sequence[Reshaped]) -> list[str]:
    """Return the steps that end in other shapes, neighbours of one shape together."""
    runs: list[list[Reshaped]] = []
    for one in shapes:
        if one.goes_on and runs:
            runs[-1].append(one)
        else:
            runs.append([one])
    lines: list[str] = []
    for run in runs:
        steps = [in_net(one.place.a) for one in run]
        named = f"`{steps[0]}`" if len(steps) == 1 else f"`{steps[0]}` to `{steps[-1]}`"
        lines.append(f"{named}: {run[0].b} instead of {run[0].a}")
    return lines


def _totals(comparison: Comparison) -> list[str]:
    rows = [("", "A", "B", "B − A")]
    for total in comparison.totals:
        change = f"{total.b - total.a:+,}".replace("-", "−") if total.b != total.a else ""
        rows.append((total.name, f"{total.a:,}", f"{total.b:,}", change))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if at else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _json(comparison: Comparison, names: tuple[str, str]) -> str:
    document = {
        "same": comparison.same,
        "a": {"spec": names[0], "net": comparison.a.name},
        "b": {"spec": names[1], "net": comparison.b.name},
        "statements": [
            {
                "where": one.where,
                "what": one.what,
                "differences": [_difference(difference) for difference in one.differences],
            }
            for one in comparison.statements
        ],
        "shapes": [
            {
                "a": one.place.a,
                "b": one.place.b,
                "shape_a": list(one.a.triple),
                "shape_b": list(one.b.triple),
            }
            for one in comparison.shapes
        ],
        "recipe": [
            {"statement": one.statement, "argument": one.argument, "a": one.a, "b": one.b}
            for one in comparison.recipe
        ],
        "totals": [{"name": total.name, "a": total.a, "b": total.b} for total in comparison.totals],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _difference(one: Difference) -> dict[str, Any]:
    return {
        "kind": one.kind.value,
        "relation": one.relation.value or "at",
        "place": None if one.place is None else {"a": one.place.a, "b": one.place.b},
        "branch": None if one.branch is None else list(one.branch),
        "operator": one.operator,
        "argument": one.argument,
        "a": one.a,
        "b": one.b,
        "steps": {"a": list(one.steps[0]), "b": list(one.steps[1])},
    }


FORMATS: dict[str, Callable[[Comparison, tuple[str, str]], str]] = {"text": _text, "json": _json}
