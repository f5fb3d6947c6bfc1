"""Findings of the elaborator as diagnostics, with the way from the net to the place."""

from __future__ import annotations

from archdsl.diagnostics import Collector, Diagnostic, Edit, Label, Severity
from archdsl.graph.environment import Environment, Flow
from archdsl.graph.evaluate import Mistake
from archdsl.source import Span
from archdsl.syntax import nodes

LONGEST_QUOTE = 48


class Reporter:
    """Adds diagnostics to a collector; knows how to say where in the expansion a step stands."""

    def __init__(self, collector: Collector) -> None:
        self.collector = collector

    def error(
        self,
        code: str,
        headline: str,
        span: Span,
        env: Environment | None = None,
        *,
        remark: str = "",
        labels: tuple[Label, ...] = (),
        notes: tuple[str, ...] = (),
        help: str | None = None,
        severity: Severity = Severity.ERROR,
        instead: tuple[str, ...] = (),
    ) -> None:
        """Report what is wrong at ``span``; each of ``instead`` would be right in its place."""
        way = () if env is None else way_to(env)
        found = (Label(span, remark), *labels)
        edits = tuple(Edit(span, text) for text in instead)
        self.collector.add(Diagnostic(code, headline, found, notes + way, help, severity, edits))

    def mistake(self, mistake: Mistake, env: Environment) -> None:
        self.error(mistake.code, mistake.headline, mistake.span, env, help=mistake.help)


def written(name: nodes.Name, arguments: tuple[nodes.Argument, ...]) -> tuple[str, ...]:
    """Return a call as the user wrote it: its name, and the text of each argument."""
    spans = (name.span, *(argument.span for argument in arguments))
    return tuple(quote(span) for span in spans)


def way_to(env: Environment) -> tuple[str, ...]:
    """Return one note on the copies and calls that lead to a step, the innermost first."""
    if not env.trail:
        return ()
    return (", ".join(str(visit) for visit in reversed(env.trail[-4:])),)


def from_where(flow: Flow, what: str = "the input") -> tuple[str, ...]:
    """Return a note on a value's shape and the step that made it."""
    if flow.shape is None or flow.span is None:
        return ()
    return (f"{what} is {flow.shape.spoken}, from `{quote(flow.span)}` in line {flow.span.line}",)


def quote(span: Span) -> str:
    """Return a piece of source on one line, cut where it is long."""
    text = " ".join(span.source.text[span.start : min(span.end, span.start + 400)].split())
    return text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1] + "…"
