"""What the page is told about a text: findings at their places, the diagram's data, totals."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archdsl.check import check_others
from archdsl.diagnostics import Diagnostic, Label, SpecError, bounded_effort, first
from archdsl.graph import Settings
from archdsl.loading import network_of
from archdsl.network import Network
from archdsl.source import SourceFile, Span
from archdsl.syntax import Project, read_text

MOST_NODES = 20_000
"""Nodes beyond which a text is not drawn while it is typed; `archdsl check` has a larger limit."""

Plain = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found in one text. ``network`` is None where it is not sound."""

    project: Project
    net: str | None
    nets: tuple[str, ...]
    found: tuple[Diagnostic, ...]
    network: Network | None

    @property
    def blocks_alone(self) -> bool:
        """Whether the text defines blocks and no net, which is fine in a file of blocks."""
        return not self.nets and bool(self.project.own_blocks)


def look_at(
    text: str,
    path: Path,
    net: str | None,
    settings: Settings,
    most_nodes: int = MOST_NODES,
) -> Answer:
    """Check a text as if it were the file at ``path``, which says what `use` may reach.

    ``net`` is the net to look at; where there is none of this name it is the file's first.
    """
    with bounded_effort():
        return _look_at(text, path, net, settings, most_nodes)


def _look_at(text: str, path: Path, net: str | None, settings: Settings, most_nodes: int) -> Answer:
    project, read = read_text(text, path.name, path.parent)
    names = tuple(tree.name.text for tree in project.nets)
    chosen = net if net in names else next(iter(names), None)
    if chosen is None and project.own_blocks:
        readable = not any(one.is_error for one in read)
        found = (*read, *check_others(project, None)) if readable else read
        return Answer(project, None, names, found, None)
    try:
        network = network_of(project, read, chosen, settings, most_nodes)
    except SpecError as error:
        return Answer(project, chosen, names, error.diagnostics, None)
    return Answer(project, chosen, names, network.diagnostics, network)


def as_json(answer: Answer) -> Plain:
    """Return the answer as plain data, all but the diagram; offsets count UTF-16 units."""
    shown = first(answer.found)
    errors_first = sorted(shown.found, key=lambda found: not found.is_error)
    places = _Places(answer.project.sources)
    return {
        "net": answer.net,
        "nets": list(answer.nets),
        "sound": answer.network is not None,
        "blocks_alone": answer.blocks_alone,
        "diagnostics": [_finding(found, places) for found in errors_first],
        "errors": shown.errors,
        "warnings": shown.warnings,
        "totals": None if answer.network is None else _totals(answer.network),
        "files": [
            {"name": source.name, "text": source.text} for source in answer.project.sources[1:]
        ],
        "blocks": [
            {
                "name": block.name.text,
                "file": block.name.span.source.name,
                "parameters": [parameter.name.text for parameter in block.parameters],
            }
            for block in answer.project.blocks.values()
        ],
    }


def _totals(network: Network) -> Plain:
    cost = network.totals
    return {"nodes": len(network.ir), "params": cost.params, "macs": cost.macs}


def _finding(found: Diagnostic, places: _Places) -> Plain:
    return {
        "code": found.code,
        "severity": found.severity.value,
        "headline": found.headline,
        "labels": [places.label(label) for label in found.labels],
        "notes": list(found.notes),
        "help": found.help,
        "edits": [places.stretch(edit.span) | {"text": edit.text} for edit in found.edits],
    }


class _Places:
    """Turns spans into offsets as JavaScript counts them."""

    def __init__(self, sources: Sequence[SourceFile]) -> None:
        self._wide: dict[int, list[int]] = {}
        for source in sources:
            self._letters(source)

    def _letters(self, source: SourceFile) -> list[int]:
        """Return where the letters stand that take two units."""
        if id(source) not in self._wide:
            text = source.text
            wide = [] if text.isascii() else [at for at, one in enumerate(text) if one > "\uffff"]
            self._wide[id(source)] = wide
        return self._wide[id(source)]

    def stretch(self, span: Span) -> Plain:
        wide = self._letters(span.source)
        return {
            "file": span.source.name,
            "from": span.start + bisect_left(wide, span.start),
            "to": span.end + bisect_left(wide, span.end),
        }

    def label(self, label: Label) -> Plain:
        span = label.span
        more = {"line": span.line, "column": span.column, "remark": label.remark}
        return self.stretch(span) | more
