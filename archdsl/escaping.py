"""Texts of people inside of files that are read by programs: one function for each format.

Names of files and titles of drawings may hold anything: quotes, tags, line ends, bytes that are no
text. Whatever a target writes of them goes through the function of its format, and is read there
as that text and nothing else. What a format cannot hold is shown as U+FFFD.
"""

from __future__ import annotations

import json
import re
from html import escape
from typing import Any

REPLACEMENT = "\ufffd"

_NO_XML = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]"
)
"""What XML and HTML do not allow, or advise against: control characters, halves of pairs."""

_HALF = re.compile("[\ud800-\udfff]")

_NO_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]")
"""What ends a line for some reader, or cannot be shown at all."""

_IN_SCRIPT = re.compile("[<>&\u2028\u2029\ud800-\udfff]")
"""What HTML or old JavaScript reads for itself inside of a script, and what UTF-8 cannot hold."""


def python_text(text: str) -> str:
    """Return a text for a docstring or a comment of Python.

    Python reads it back as the same text. What cannot be seen, or turns the direction of what
    stands behind it, is written as its number. Half of a pair, which a name of bytes that are no
    text has, cannot stand in a docstring: Python makes no class with one.
    """
    return "".join(map(_python_letter, _HALF.sub(REPLACEMENT, text)))


def _python_letter(letter: str) -> str:
    if letter in '\\"':
        return f"\\{letter}"
    return letter if letter.isprintable() else repr(letter)[1:-1]


def xml_text(text: str) -> str:
    """Return a text for SVG, between tags or in quotes."""
    return escape(_NO_XML.sub(REPLACEMENT, text)).replace("\n", "&#10;").replace("\r", "&#13;")


html_text = xml_text
"""HTML takes the same characters, and the same entities for others."""


def json_in_html(data: Any) -> str:
    """Return data as JSON for a script element, in which HTML finds no tag, comment or entity."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return _IN_SCRIPT.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text)


def json_text(data: Any, indent: int | None = None) -> str:
    """Return data as JSON that can be written as UTF-8."""
    text = json.dumps(data, ensure_ascii=False, indent=indent)
    return re.sub("[\ud800-\udfff]", lambda half: f"\\u{ord(half[0]):04x}", text)


def line_text(text: str) -> str:
    """Return a text in one line, for formats that end something with it."""
    return _NO_LINE.sub(REPLACEMENT, text)


def pdf_text(text: str) -> str:
    """Return a text for what a PDF says about itself."""
    return _NO_XML.sub(REPLACEMENT, text)


def dot_text(*rows: str) -> str:
    r"""Return rows of text for a quoted string of DOT, where ``\N`` would be the node's name.

    Graphviz knows HTML's entities there as well. The text is marked for the graphviz library, so
    that angles around it do not make it HTML.
    """
    import graphviz  # modules and their source do without it

    plain = (line_text(row).replace("&", "&amp;") for row in rows)
    return graphviz.nohtml("\\n".join(map(graphviz.escape, plain)))


def dot_html(text: str) -> str:
    r"""Return a text for an HTML-like label of DOT, where ``\N`` is the node's name as well."""
    return escape(line_text(text)).replace("\\", "\\\\")


_MERMAID = re.compile(r'[#"+<>&`*\\|\[\]{}~;$]|:(?=\S)|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])')
"""What Mermaid 11 reads for itself in a label: entities, the label's end, tags, Markdown, formulas,
and words before a colon as icons, links or styles."""


def mermaid_text(text: str) -> str:
    """Return a text for a label of Mermaid in quotes, for a title or a comment.

    Each sign that Mermaid would read is written as an entity, which it shows as the sign.
    """
    return _MERMAID.sub(lambda sign: f"#{ord(sign[0])};", line_text(text))
