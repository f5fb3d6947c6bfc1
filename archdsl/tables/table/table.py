"""One network as one row: what it costs, how deep it is, what it sees, where it comes from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from pathlib import PurePath

from archdsl.graph import Graph
from archdsl.source import SourceFile
from archdsl.tables.summary import Summary, summarise

RELEASED = "released"
"""Folder of specs that follow a released implementation and not the paper."""

_STATUS = re.compile(r"status:\s*(.+?)\s*$")
_FULL_STOP = re.compile(r"(?<!\bal)\.(?=\s|$)")
"""The end of a sentence; "Szegedy et al." is none."""


class Status(Enum):
    """What a spec follows."""

    PAPER = "paper"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Row:
    """One network. ``refinement`` is what a line `# status: …` in the spec's header adds."""

    spec: str
    summary: Summary
    source: str
    status: Status
    refinement: str | None

    @property
    def field(self) -> str:
        """The receptive field of the last feature map, in pixels."""
        reach = self.summary.reach
        if reach is None:
            return ""
        return "all" if reach.field is None else str(reach.field)

    @property
    def described_status(self) -> str:
        own = self.status.value
        return own if self.refinement is None else f"{own}, {self.refinement}"


def row_of(graph: Graph, source: SourceFile) -> Row:
    """Return the row of a network that the file ``source`` defines."""
    header = _header(source.text)
    refinements = [found[1] for line in header if (found := _STATUS.match(line))]
    released = RELEASED in PurePath(source.name).parent.parts
    return Row(
        source.name,
        summarise(graph),
        _first_sentence([line for line in header if not _STATUS.match(line)]),
        Status.RELEASED if released else Status.PAPER,
        refinements[0] if refinements else None,
    )


def _header(text: str) -> list[str]:
    """Return the lines of the comment that a file begins with."""
    lines: list[str] = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.removeprefix("#").strip())
    return lines


def _first_sentence(lines: list[str]) -> str:
    """Return what a header comment begins with, up to its first full stop or empty line."""
    text = " ".join(lines[: lines.index("")] if "" in lines else lines)
    return _FULL_STOP.split(text, maxsplit=1)[0]
