"""Helpers for tests of the front end: read and check a text, and the Markdown chapters of specs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from archdsl.check import Checked, check
from archdsl.diagnostics import Collector, Diagnostic
from archdsl.graph import Graph, Limits, Settings
from archdsl.syntax import read_text


def reading(
    text: str | bytes,
    *,
    name: str = "example.arch",
    folder: Path | None = None,
    settings: Settings | None = None,
    most_nodes: int = 1_000_000,
) -> tuple[list[Checked], tuple[Diagnostic, ...]]:
    """Return the checked nets of a text, and everything that was found."""
    project, diagnostics = read_text(text, name, folder)
    found = Collector()
    found.extend(diagnostics)
    nets: list[Checked] = []
    if not found.has_errors:
        for net in project.nets:
            checked, more = check(project, net, settings, Limits(nodes=most_nodes))
            found.extend(more)
            if checked is not None:
                nets.append(checked)
    return nets, found.sorted()


def findings(text: str | bytes, **options: object) -> tuple[Diagnostic, ...]:
    return reading(text, **options)[1]  # type: ignore[arg-type]


def codes(text: str | bytes, **options: object) -> list[str]:
    return [one.code for one in findings(text, **options)]


def graph(text: str, **options: object) -> Graph:
    """Return the graph of a sound text with one net."""
    nets, found = reading(text, **options)  # type: ignore[arg-type]
    assert [one for one in found if one.is_error] == []
    (checked,) = nets
    return checked.graph


def body(lines: str, **options: object) -> Graph:
    """Return the graph of statements behind ``input 32x32x16``, in a net called ``n``."""
    return graph("net n {\ninput 32x32x16\n" + lines + "\n}", **options)


def body_codes(lines: str, **options: object) -> list[str]:
    return codes("net n {\ninput 32x32x16\n" + lines + "\n}", **options)


@dataclass(frozen=True)
class Chapter:
    """One ``arch`` block of a Markdown file, with what its lines say is wrong with them."""

    path: Path
    line: int
    text: str

    @property
    def expected(self) -> list[tuple[int, str, str]]:
        """The marked lines of the file, each with a severity and a code."""
        marks: list[tuple[int, str, str]] = []
        for number, line in enumerate(self.text.splitlines(), self.line):
            for severity, listed in re.findall(r"# (error|warning): \[([a-z0-9, -]+)\]", line):
                marks.extend((number, severity, code) for code in listed.split(", "))
        return sorted(marks)

    @property
    def spec(self) -> tuple[str, int]:
        """A whole spec, and how many lines were put before the block's own."""
        if re.search(r"^\s*net\b", self.text, re.MULTILINE):
            return self.text, 0
        if re.match(r"(\s|#[^\n]*\n)*(block|use)\b", self.text):
            return self.text, 0
        if re.search(r"^\s*input\b", self.text, re.MULTILINE):
            return f"net n {{\n{self.text}\n}}", 1
        return f"net n {{\ninput 32x32x64\n{self.text}\n}}", 2

    @property
    def found(self) -> list[tuple[int, str, str]]:
        text, shift = self.spec
        found: list[tuple[int, str, str]] = []
        for one in findings(text, folder=self.path.parent):
            assert one.span is not None, one
            line = one.span.line - shift + self.line - 1
            found.append((line, one.severity.value, one.code))
        return sorted(found)


def chapters(path: Path) -> Iterator[Chapter]:
    """Yield the ``arch`` blocks of a Markdown file."""
    text = path.read_text(encoding="utf-8")
    for match in re.finditer(r"^```arch\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        yield Chapter(path, text.count("\n", 0, match.start(1)) + 1, match.group(1))
