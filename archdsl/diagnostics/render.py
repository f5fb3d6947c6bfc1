"""Diagnostics as text for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from archdsl.diagnostics.diagnostic import Diagnostic, Label, Severity
from archdsl.source import SourceFile

Paint = Callable[[str, str], str]
"""Colours a piece of text: ``paint("error", text)``; styles are error, warning, place and help."""

WIDEST_LINE = 160
TAB = "    "


def _plain(style: str, text: str) -> str:
    return text


def render_text(diagnostics: Iterable[Diagnostic], paint: Paint = _plain) -> str:
    """Return the diagnostics one after the other, each with its source lines and carets."""
    return "\n".join(_one(diagnostic, paint) for diagnostic in diagnostics)


def render_json(diagnostic: Diagnostic) -> dict[str, object]:
    """Return plain data for one diagnostic; lines and columns are counted from 1."""
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "headline": diagnostic.headline,
        "labels": [_label_json(label) for label in diagnostic.labels],
        "notes": list(diagnostic.notes),
        "help": diagnostic.help,
    }


def _label_json(label: Label) -> dict[str, object]:
    span = label.span
    end_line, end_column = span.source.position(span.end)
    return {
        "file": span.source.name,
        "line": span.line,
        "column": span.column,
        "end_line": end_line,
        "end_column": end_column,
        "remark": label.remark,
    }


def _one(diagnostic: Diagnostic, paint: Paint) -> str:
    style = "error" if diagnostic.severity is Severity.ERROR else "warning"
    head = paint(style, f"{diagnostic.severity.value}[{diagnostic.code}]")
    lines = [f"{head}: {diagnostic.headline}"]
    width = max((len(str(label.span.line)) for label in diagnostic.labels), default=1)
    margin = " " * width
    for source, labels in _by_file(diagnostic.labels):
        first = labels[0].span
        opener = "┌─" if source is diagnostic.labels[0].span.source else "├─"
        lines.append(f"{margin} {paint('place', f'{opener} {first}')}")
        previous = 0
        for label in sorted(labels, key=lambda label: label.span.start):
            if label.span.line != previous:
                if previous and label.span.line > previous + 1:
                    lines.append(f"{margin} {paint('place', '·')}")
                number = paint("place", str(label.span.line).rjust(width) + " │")
                lines.append(f"{number} {_shown(label)[0]}")
            mark = "^" if label is diagnostic.labels[0] else "-"
            carets = paint(style if mark == "^" else "help", _shown(label)[1].replace("^", mark))
            remark = f" {label.remark}" if label.remark else ""
            lines.append(f"{margin} {paint('place', '│')} {carets}{remark}")
            previous = label.span.line
    lines.extend(f"{margin} = note: {note}" for note in diagnostic.notes)
    if diagnostic.help is not None:
        lines.append(f"{margin} = {paint('help', 'help')}: {diagnostic.help}")
    return "\n".join(lines) + "\n"


def _by_file(labels: tuple[Label, ...]) -> list[tuple[SourceFile, list[Label]]]:
    groups: list[tuple[SourceFile, list[Label]]] = []
    for label in labels:
        for source, group in groups:
            if source is label.span.source:
                group.append(label)
                break
        else:
            groups.append((label.span.source, [label]))
    return groups


def _shown(label: Label) -> tuple[str, str]:
    """Return the source line and, below it, the carets; a very long line is cut around them."""
    span = label.span
    text = span.source.line(span.line)
    start = span.column - 1
    end_line, end_column = span.source.position(span.end)
    end = end_column - 1 if end_line == span.line else len(text)
    if len(text) > WIDEST_LINE:
        left = max(0, start - WIDEST_LINE // 4)
        cut = text[left : left + WIDEST_LINE]
        dots = "…" if left else ""
        text = dots + cut + ("…" if left + WIDEST_LINE < len(text) else "")
        start, end = start - left + len(dots), min(end - left, WIDEST_LINE) + len(dots)
    before = "".join(_visible(char) for char in text[:start])
    under = "".join(_visible(char) for char in text[start:end])
    shown = "".join(_visible(char) for char in text)
    return shown, " " * len(before) + "^" * max(1, len(under))


def _visible(char: str) -> str:
    if char == "\t":
        return TAB
    return char if char.isprintable() else "�"
