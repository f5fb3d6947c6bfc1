"""Syntax mistakes in the reader's words.

Common slips are recognised by sample texts: a mistake is the slip whose sample makes the parser
stop in the same state at the same kind of token.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lark import Token, UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from archdsl.diagnostics import Diagnostic, Label
from archdsl.source import SourceFile


@dataclass(frozen=True, slots=True)
class Slip:
    """A mistake people make, what to say about it, and texts that contain it."""

    headline: str
    help: str
    samples: tuple[str, ...]


SLIPS = (
    Slip(
        "an operator's arguments stand behind its name, without parentheses or commas",
        "write `conv 3x3 64`",
        ("net a { conv(3x3, 64) }", "net a { conv(64, 3) }", "net a { relu() }"),
    ),
    Slip(
        "arguments are separated by spaces, not commas",
        "write `conv 3x3 64`",
        (
            "net a { conv 3x3, 64 }",
            "net a { conv 64, 3x3 }",
            "net a { conv kernel=3, channels=64 }",
            "net a { conv c, 3 }",
        ),
    ),
    Slip(
        "a step is named behind it, with `as`",
        "write `conv 3x3 64 as y`",
        ("net a { y = conv 3x3 64 }", "net a { y = relu }"),
    ),
    Slip(
        "a repeat is written with `x`",
        "write `4 x A`",
        ("net a { 4 * A }", "net a { 4 A }", "net a { 4 }"),
    ),
    Slip(
        "a chain ends in an arrow",
        "write the next step behind `->`, or remove the arrow",
        ("net a { conv 3x3 64 -> }", "net a { relu -> ; relu }", "net a { relu -> -> relu }"),
    ),
    Slip(
        "an arrow has nothing before it",
        "begin with the first step: `relu -> conv 3x3 64`",
        ("net a { -> relu }", "net a { relu; ; -> -> relu }", "net a { { -> relu } }"),
    ),
    Slip(
        "comments begin with `#`",
        "write `# …`",
        ("net a { // b", "net a { relu // b"),
    ),
    Slip(
        "a step stands outside of every net and block",
        "steps belong between the braces of a `net` or a `block`",
        ("conv 3x3 64", "input 3x3x3", "4 x A", "concat { relu }", "@a", "{ relu }"),
    ),
    Slip(
        "a net or block needs a name",
        "write `net my_net { … }`",
        ("net { relu }", "block { relu }", "net (a=1) { relu }", "net 3 { }"),
    ),
    Slip(
        "a net or block needs a body in braces",
        "write `block A { … }`",
        ("block A: relu", "net a", "net a\n", "block A\nnet b { relu }", "block a(c)"),
    ),
    Slip(
        "what `if` and `else` choose stands in braces",
        "write `if stride != 1 { … } else { … }`",
        ("net a { if b relu }", "net a { if b { relu } else relu }", "net a { if b\n relu }"),
    ),
    Slip(
        "`else` has no `if` before it",
        "write `if … { … } else { … }`",
        ("net a { else { relu } }", "net a { relu; else { relu } }"),
    ),
    Slip(
        "a label is a name",
        "write `conv 3x3 64 as skip`, and `@skip` where it is used",
        ("net a { relu as 3 }", "net a { relu as }", "net a { @ }", "net a { @3 }"),
    ),
    Slip(
        "an argument's value is missing",
        "write `stride=2`",
        ("net a { conv stride= }", "net a { conv stride=; relu }", "net a { conv a= b=2 }"),
    ),
    Slip(
        "a claimed shape is height x width x channels",
        "write `=> 35x35x384`",
        ("net a { relu => }", "net a { relu =>; relu }"),
    ),
    Slip(
        "`use` takes a file name in quotes",
        'write `use "blocks.arch"`',
        ("use blocks", "use blocks.arch", "use"),
    ),
    Slip(
        "`default` takes an operator and arguments",
        "write `default conv act=relu`",
        ("net a { default }", "net a { default conv }", "net a { default conv; relu }"),
    ),
    Slip(
        "two statements stand on one line",
        "put `;` or `->` between them, or begin a new line",
        ("net a { concat { relu } relu }", "net a { { relu } relu }", "block a { } block b { }"),
    ),
)

NAMES = {
    "$END": "the end of the file",
    "_NL": "the end of the line",
    "LBRACE": "`{`",
    "RBRACE": "`}`",
    "RPAR": "`)`",
    "_ARROW": "`->`",
    "_ELSE": "`else`",
    "_COMMA": "`,`",
}


def explain(
    source: SourceFile, error: UnexpectedInput, accepts: Callable[[str], None]
) -> Diagnostic:
    """Return a diagnostic for what the parser stumbled over."""
    if isinstance(error, UnexpectedCharacters):
        return _unexpected_character(source, error)
    assert isinstance(error, UnexpectedToken), type(error)
    label = Label(source.span(*_place(source, error.token)))
    slip = _slip(error, accepts)
    if slip is not None:
        return Diagnostic("syntax", slip.headline, (label,), help=slip.help)
    return Diagnostic("syntax", f"{_found(error.token)} does not fit here", (label,))


def _slip(error: UnexpectedToken, accepts: Callable[[str], None]) -> Slip | None:
    """Return the slip with a sample that stops in the same parser state, at the same token.

    Only the top of the parser's stack is compared, so that a slip is known at any depth.
    """
    for slip in SLIPS:
        for sample in slip.samples:
            try:
                accepts(sample)
            except UnexpectedToken as other:
                if other.token.type == error.token.type and _state(other) == _state(error):
                    return slip
            except UnexpectedInput:
                continue
    return None


def _state(error: UnexpectedToken) -> object:
    return getattr(error.state, "position", None)


def _place(source: SourceFile, token: Token) -> tuple[int, int]:
    if token.type == "$END" or token.start_pos is None or token.end_pos is None:
        end = len(source.text.rstrip())
        return max(end - 1, 0), end
    skipped = len(token) - len(token.lstrip(" \t\r\n")) if token.type != "_NL" else 0
    start = token.start_pos + skipped
    return start, start + 1 if token.type == "_NL" else token.end_pos


def _found(token: Token) -> str:
    if token.type in NAMES:
        return NAMES[token.type]
    text = token.strip()
    return f"`{text}`" if len(text) <= 40 else f"`{text[:40]}…`"


def _unexpected_character(source: SourceFile, error: UnexpectedCharacters) -> Diagnostic:
    at = error.pos_in_stream
    char = source.text[at]
    label = Label(source.span(at, at + 1))
    if char == "/" and source.text.startswith("//", at):
        return Diagnostic("syntax", "comments begin with `#`", (label,))
    if char in "\"'":
        return Diagnostic(
            "syntax", "only the file name behind `use` stands in quotes", (label,)
        )
    shown = f"`{char}`" if char.isprintable() else f"character U+{ord(char):04X}"
    return Diagnostic("syntax", f"{shown} means nothing here", (label,))
