"""The one diagnostic type: text, JSON and editors are all fed from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from archdsl.source import Span

LONGEST = 400
"""Letters of a headline, note, remark or help; names and lists in them can be as long as a text."""


class Severity(Enum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Label:
    """A span with a remark; an empty remark only underlines."""

    span: Span
    remark: str = ""

    def __post_init__(self) -> None:
        if len(self.remark) > LONGEST:
            object.__setattr__(self, "remark", _shortened(self.remark))


@dataclass(frozen=True, slots=True)
class Edit:
    """A change that mends a finding: ``text`` in place of what stands at ``span``."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. The first label is the primary one; without labels it has no place in a text.

    Each of ``edits`` mends it by itself, the likeliest first.
    """

    code: str
    headline: str
    labels: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    help: str | None = None
    severity: Severity = Severity.ERROR
    edits: tuple[Edit, ...] = ()

    def __post_init__(self) -> None:
        if len(self.headline) > LONGEST:
            object.__setattr__(self, "headline", _shortened(self.headline))
        if any(len(note) > LONGEST for note in self.notes):
            object.__setattr__(self, "notes", tuple(_shortened(note) for note in self.notes))
        if self.help is not None and len(self.help) > LONGEST:
            object.__setattr__(self, "help", _shortened(self.help))

    @property
    def span(self) -> Span | None:
        return self.labels[0].span if self.labels else None

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


class Collector:
    """Gathers the diagnostics of one run: each finding once, in the order of the source.

    The same code at the same place is one finding, however many copies of a block show it.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[object, ...], Diagnostic] = {}
        self.has_errors = False

    def add(self, diagnostic: Diagnostic) -> None:
        span = diagnostic.span
        place = (diagnostic.headline,) if span is None else (id(span.source), span.start, span.end)
        self._found.setdefault((diagnostic.code, *place), diagnostic)
        self.has_errors = self.has_errors or diagnostic.is_error

    def extend(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        for diagnostic in diagnostics:
            self.add(diagnostic)

    def sorted(self) -> tuple[Diagnostic, ...]:
        """Return everything found, file by file and top to bottom."""
        files: dict[int, int] = {}
        for found in self._found.values():
            if found.span is not None:
                files.setdefault(id(found.span.source), len(files))

        def place(found: Diagnostic) -> tuple[int, int]:
            if found.span is None:
                return (-1, 0)
            return (files[id(found.span.source)], found.span.start)

        return tuple(sorted(self._found.values(), key=place))


class SpecError(Exception):
    """A spec is wrong; ``diagnostics`` says where and how.

    ``str()`` is the text of the first hundred, and how many more there are.
    """

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__(diagnostics)
        self.diagnostics = diagnostics

    def __str__(self) -> str:
        from archdsl.diagnostics.render import render_text
        from archdsl.diagnostics.shown import first

        shown = first(self.diagnostics)
        text = "\n" + render_text(shown.found)
        return f"{text}\n{shown.more}: {shown.counted} in all\n" if shown.left_out else text
