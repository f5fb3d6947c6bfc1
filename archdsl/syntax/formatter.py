"""`archdsl fmt`: one layout for every spec."""

from __future__ import annotations

from archdsl.diagnostics import Diagnostic
from archdsl.source import SourceFile
from archdsl.syntax.layout import arranged
from archdsl.syntax.parser import parse, read_tree


def formatted(source: SourceFile) -> tuple[str | None, tuple[Diagnostic, ...]]:
    """Return a text in its canonical layout, with the same tokens and comments in their order.

    A text that cannot be read has none; then the diagnostics say why.
    """
    found = parse(source)[1]
    if any(one.is_error for one in found):
        return None, found
    return arranged(read_tree(source)), found
