"""Names of nets, of blocks and of their parameters that cannot be."""

from __future__ import annotations

from archdsl.diagnostics import Label
from archdsl.graph.names import LANGUAGE, OF_INPUT, VALUE_NAMES, why_reserved
from archdsl.graph.report import Reporter
from archdsl.ops import operators
from archdsl.source import Span
from archdsl.syntax import nodes

_FREE = {
    "channels": "`filters` and `c` are free",
    "width": "`filters`, `multiplier` and `w` are free; `channels` are how many filters there are",
    "height": "`rows` and `h` are free",
    "index": "`number` and `i` are free",
}
"""What a parameter can be called instead."""


def check_definition(tree: nodes.Block | nodes.Net, reporter: Reporter) -> None:
    """Report names of a net or block, and of its parameters, that cannot be."""
    name = tree.name
    why = why_reserved(name.text)
    if name.text in operators():
        why = "it is an operator"
    if why is not None:
        reporter.error("reserved-name", f"nothing can be called `{name.text}`: {why}", name.span)
    seen: dict[str, Span] = {}
    for parameter in tree.parameters:
        text, span = parameter.name.text, parameter.name.span
        if text in seen:
            reporter.error(
                "duplicate-name",
                f"there are two parameters called `{text}`",
                span,
                labels=(Label(seen[text], "the first is here"),),
            )
        seen.setdefault(text, span)
        if text in VALUE_NAMES or text in LANGUAGE:
            meaning = "the language uses it"
            if text in VALUE_NAMES:
                has = "the input" if text in OF_INPUT else "the value at hand"
                meaning = "a copy of a repeat has it" if text == "index" else f"{has} has it"
            reporter.error(
                "reserved-name",
                f"a parameter cannot be called `{text}`: {meaning}",
                span,
                help=_FREE.get(text),
            )
