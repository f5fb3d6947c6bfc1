"""Syntax mistakes in the reader's words.

Common slips are recognised by sample texts: a mistake is the slip whose sample makes the parser
stop in the same state at the same kind of token.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from archdsl.diagnostics import LONGEST, Diagnostic, Label, SpecError, statement_around
from archdsl.source import SourceFile, Span
from archdsl.syntax.machine import END, Machine, Run, Stuck, Token


@dataclass(frozen=True, slots=True)
class Slip:
    """A mistake people make, what to say about it, and statements or whole texts with it.

    ``mend`` are patterns with what takes their place, after which the user's own statement is
    right; it is shown if it can be read in ``frame``, and ``help`` otherwise.
    """

    headline: str
    help: str
    statements: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    mend: tuple[tuple[str, str], ...] = ()
    frame: str = "net a {{ {} }}"


PLACES = (
    *("net a {{ {} }}", "net a {{\n{} }}", "net a {{ relu; {} }}", "net a {{ relu -> {} }}"),
    "net a {{\nrelu; {} }}",
    *("net a {{ relu; relu; {} }}", "net a {{\nrelu; relu; {} }}"),
)
"""Where a statement can stand, as the first, second or a later one; the parser is in another state
at each."""

SLIPS = (
    Slip(
        "an operator's arguments stand behind its name, without parentheses or commas",
        "write `conv 3x3 64`",
        ("conv(3x3, 64)", "conv(64, 3)", "relu()", "conv(kernel=3)"),
        mend=(
            (r"^(\w+)\((.*)\)$", r"\1 \2"),
            (r"\s*,\s*|\s+$", " "),
            (r"\s+$", ""),
        ),
    ),
    Slip(
        "a size is written with the letter x, without parentheses or commas",
        "write `3x3`",
        ("conv (3, 3) 64", "conv kernel=(3, 3)", "conv (c, c)"),
        mend=(
            (r"\((\d+)\s*,\s*(\d+)\)", r"\1x\2"),
            (r"\((\w+)\s*,\s*(\w+)\)", r"\1 x \2"),
            (r",", " "),
        ),
    ),
    Slip(
        "arguments are separated by spaces, not commas",
        "write `conv 3x3 64`",
        ("conv 3x3, 64", "conv kernel=3, channels=64", "conv c, 3", "conv 3x3 valid, 64"),
        mend=((r"\s*,\s*", " "),),
    ),
    Slip(
        "a step is named behind it, with `as`",
        "write `conv 3x3 64 as y`",
        ("y = conv 3x3 64", "y: conv 3x3 64"),
        mend=((r"^(\w+)\s*[=:]\s*(.+)$", r"\2 as \1"),),
    ),
    Slip(
        "a repeat is written with `x`",
        "write `4 x A`",
        ("4 * A", "4 A", "4", "(n) A", "(n) * A", "4 x", "4 * conv 3x3 64", "4 conv 3x3 64"),
        mend=((r"^(\d+|\(.*?\))\s*[*×]?\s*(?=[A-Za-z{])(?!x\b)", r"\1 x "),),
    ),
    Slip(
        "an operator's name comes first",
        "write `conv 3x3 64`",
        ("3x3 conv 64", "3x3x64 input", "1.5 relu", "-1 relu", "[1] relu"),
        mend=((r"^(\S+)\s+([A-Za-z]\w*)", r"\2 \1"),),
    ),
    Slip(
        "a chain ends in an arrow",
        "write the next step behind `->`, or remove the arrow",
        ("conv 3x3 64 ->", "relu -> ; relu"),
    ),
    Slip(
        "an arrow has nothing before it",
        "begin with the first step: `relu -> conv 3x3 64`",
        ("-> relu", "relu -> -> relu"),
    ),
    Slip(
        "an arrow is written `->`",
        "write `relu -> conv 3x3 64`",
        ("relu > relu", "relu - relu", "conv 3x3 - relu", "conv 3x3 > relu", "conv 3 >> relu"),
        mend=((r"\s*(?:-+>|>>?|-)\s*", " -> "),),
    ),
    Slip(
        "a step stands outside of every net and block",
        "steps belong between the braces of a `net` or a `block`",
        (),
        (
            *(
                "conv 3x3 64",
                "input 3x3x3",
                "4 x A",
                "concat { relu }",
                "@a",
                "{ relu }",
                "-> relu",
            ),
            *("net a { relu }\nconv 3x3 64", "net a { relu }\n@a", "net a { relu }\n{ relu }"),
        ),
    ),
    Slip(
        "a net or block needs a name",
        "write `net my_net { … }`",
        (),
        ("net { relu }", "block { relu }", "net (a=1) { relu }", "net 3 { }", "block 3x3 { }"),
    ),
    Slip(
        "a net or block needs a body in braces",
        "write `block A { … }`",
        (),
        (
            *("block A: relu", "net a", "net a\n", "block A\nnet b { relu }", "block a(c)"),
            *("block a(c)\n", "block a(c) relu", "block a relu", "block a = relu"),
            *("net a:\n  relu", "block A(c):\n  relu", "block A(c): relu"),
        ),
        mend=(
            (r"^((?:net|block)\s+\w+\s*(?:\(.*?\))?)\s*[:=]?\s*(?=\w|$)", r"\1 { "),
            (r"\s+$", ""),
        ),
        frame="{} relu }}",
    ),
    Slip(
        "the parameters of a net or block stand in one pair of parentheses, with commas",
        "write `block A(filters, depth=2) { … }`",
        (),
        (
            *(
                "block a(b c) { relu }",
                "block a(b=1 c) { relu }",
            ),
            *("block a(3) { relu }", "block a(b,,c) { relu }", "block a(3x3) { relu }"),
        ),
    ),
    Slip(
        "what `if` and `else` choose stands in braces",
        "write `if stride != 1 { … } else { … }`",
        ("if b relu", "if b { relu } else relu", "if b\n relu", "if b: relu", "if b == 1 relu"),
    ),
    Slip(
        "a comparison is written with two equals signs",
        "write `if stride == 1 { … }`",
        ("if b = 1 { relu }", "if 2 = 1 { relu }", "if (b) = 1 { relu }"),
        mend=((r"(?<![=!<>])=(?!=)", "=="),),
        frame="net a {{ {} {{ relu }} }}",
    ),
    Slip(
        "`if` takes one comparison at a time",
        "join comparisons with `and`: `if 1 < a and a < 5 { … }`",
        ("if 1 < a < 5 { relu }",),
    ),
    Slip(
        "an expression among arguments stands in parentheses",
        "write `conv 3x3 (4*c)`",
        ("conv 3x3 4*c", "conv c*4", "conv c+4", "conv c/4", "conv stride=c*2", "conv 4 / 2"),
        mend=((r"(?<=[\s=])([\w.]+(?:\s*(?://|[-*+/%])\s*[\w.]+)+)", r"(\1)"),),
    ),
    Slip(
        "a label is a name",
        "write `conv 3x3 64 as skip`, and `@skip` where it is used",
        ("relu as 3", "relu as", "@", "@3", "relu as 3x3", "@(a)", "relu as @a"),
    ),
    Slip(
        "an argument's value is missing",
        "write `stride=2`",
        ("conv stride=", "conv stride=; relu"),
    ),
    Slip(
        "a claimed shape is height x width x channels",
        "write `=> 35x35x384`",
        ("relu =>", "relu =>; relu"),
    ),
    Slip(
        "`use` takes a file name in quotes",
        'write `use "blocks.arch"`',
        (),
        ("use blocks", "use blocks.arch", "use", "use\n", "use 3"),
    ),
    Slip(
        "`default` takes an operator and arguments",
        "write `default conv act=relu`",
        (),
        (
            *("net a { default }", "net a { default conv }", "net a { default conv; relu }"),
            *("net a { default 3 }", "net a { default; relu }"),
        ),
    ),
    Slip(
        "two statements stand on one line",
        "put `;` or `->` between them, or begin a new line",
        ("concat { relu } relu", "{ relu } relu", "@a relu", "concat { relu } @a", "@a 2 x relu"),
        ("block a { } block b { }", 'use "a" use "b"', "net a { relu } relu"),
    ),
)

ANYWHERE: Mapping[str, Slip] = {
    "FLOOR": Slip("comments begin with `#`", "write `# …`"),
    "_ELSE": Slip("`else` has no `if` before it", "write `if … { … } else { … }`"),
    "TIMES": Slip(
        "a size from parameters has spaces around the `x`",
        "write `3 x k`",
        mend=((r"(?<!\w)(\d+)x(?=[A-Za-z])", r"\1 x "),),
    ),
    "STRING": Slip("only the file name behind `use` stands in quotes", "remove the quotes"),
}
"""Mistakes that are known by their token alone, wherever it is met."""

GIVEN_AWAY = (
    (re.compile(r"/\*|\*/"), ANYWHERE["FLOOR"]),
    (re.compile(r"\bel(?:se)?if\b"), Slip("`elif` is written `else if`", "write `} else if … {`")),
    (
        re.compile(r"--+>"),
        Slip(
            "an arrow is written `->`",
            "write `relu -> conv 3x3 64`",
            mend=((r"\s*--+>\s*", " -> "),),
        ),
    ),
)
"""Mistakes that the letters around a place give away."""

CHARACTERS: Mapping[str, Slip] = {
    "×": Slip(
        "sizes and repeats are written with the letter x",
        "write `3x3` and `4 x A`",
        mend=((r"(?<=\w)×(?=\w)", "x"), (r"\s*×\s*", " x ")),
    ),
    ".": Slip("a number begins with a digit", "write `0.5`", mend=((r"(?<![\w.])\.(?=\d)", "0."),)),
    "–": Slip("a minus sign is written `-`, and an arrow `->`", "write `-1`, or `relu -> relu`"),
    "→": Slip(
        "an arrow is written `->`",
        "write `relu -> conv 3x3 64`",
        mend=((r"\s*→\s*", " -> "),),
    ),
    "⇒": Slip("a claim is written with `=>`", "write `=> 35x35x384`", mend=((r"\s*⇒\s*", " => "),)),
    '"': ANYWHERE["STRING"],
    "'": ANYWHERE["STRING"],
    "!": Slip("negation is written `not`", "write `if not last { … }`"),
    "&": Slip("conditions are joined with `and`", "write `if a and b { … }`"),
    "|": Slip("conditions are joined with `or`", "write `if a or b { … }`"),
}

VALUES = (
    "a value is a number, a size such as `3x3/2`, a word, a list such as `[1, 2]`, an operator such"
    " as `batchnorm(eps=0.001)` or an expression in parentheses"
)

NAMES = {
    END: "the end of the file",
    "_NL": "the end of the line",
    "_ARROW": "`->`",
    "_ELSE": "`else`",
    "_COMMA": "`,`",
}


Key = tuple[int, str, str]
_OPENERS = ("LBRACE", "LPAR", "CALLPAR", "LSQB", "IF")


class Mistakes:
    """Recognises slips by where samples of them stop the parser."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine

    def explain(self, source: SourceFile, stuck: Stuck) -> Diagnostic:
        """Return a diagnostic for what the parser stumbled over."""
        token = stuck.token
        run = _NUMBER.match(source.text, token.start) if token.type == "" else None
        if run is not None:
            return _no_number(source, run)
        label = Label(source.span(*_place(source, token)))
        slip = (
            _given_away(source.text, token.start)
            or self._known.get(_key(stuck))
            or ANYWHERE.get(token.type)
            or (CHARACTERS.get(token.text) if token.type == "" else None)
        )
        if slip is not None:
            help = self._mended(slip, label.span) or slip.help
            return Diagnostic("syntax", slip.headline, (label,), help=help)
        return Diagnostic("syntax", _unfit(token), (label,))

    def explain_value(self, source: SourceFile, stuck: Stuck) -> Diagnostic:
        """Return a diagnostic for what is no value of a parameter set from outside."""
        token = stuck.token
        run = _NUMBER.match(source.text, token.start) if token.type == "" else None
        if run is not None:
            return _no_number(source, run)
        headline = "the value ends too early" if token.type == END else _unfit(token)
        label = Label(source.span(*_place(source, token)))
        return Diagnostic("syntax", headline, (label,), help=VALUES)

    def _mended(self, slip: Slip, span: Span) -> str | None:
        """Return how the user's own statement is written, if that can be read."""
        start, end = statement_around(span)
        before = line = span.source.text[start:end]
        for pattern, instead in slip.mend:
            line = re.sub(pattern, instead, line)
        if line == before or len(line) > LONGEST or "\n" in line:
            return None
        try:
            Run(self.machine, slip.frame.format(line)).finish()
        except (Stuck, SpecError):
            return None
        return f"write `{' '.join(line.split())}`"

    @cached_property
    def _known(self) -> Mapping[Key, Slip]:
        """Where each slip stops the parser: in which state, inside of what, at which token."""
        known: dict[Key, Slip] = {}
        for slip in SLIPS:
            texts = [place.format(text) for text in slip.statements for place in PLACES]
            for text in (*slip.texts, *texts):
                try:
                    Run(self.machine, text).finish()
                except Stuck as stuck:
                    known.setdefault(_key(stuck), slip)
        return known


def _given_away(text: str, at: int) -> Slip | None:
    """Return the mistake that the letters at a place, or on both sides of it, give away."""
    start, end = max(0, at - 2), text.find("\n", at)
    for pattern, slip in GIVEN_AWAY:
        for match in pattern.finditer(text, start, at + 8 if end < 0 else min(end, at + 8)):
            if match.start() <= at < match.end():
                return slip
    return None


_NUMBER = re.compile(r"[0-9][\w.]*")
_PRODUCT = re.compile(r"([0-9]+)((?![xe][0-9]|x$)[A-Za-z][A-Za-z0-9_]*)", re.IGNORECASE)

_SIDES = re.compile(r"([0-9]+|[A-Za-z]\w*?)(x([0-9]+|[A-Za-wyz]\w*?))+")


def _no_number(source: SourceFile, run: re.Match[str]) -> Diagnostic:
    """What begins with a digit, and is no number, size or repeat."""
    product = _PRODUCT.fullmatch(run.group())
    if product is not None:
        help = f"a product is written `({product[1]} * {product[2]})`"
    elif _SIDES.fullmatch(run.group()):
        spaced = " x ".join(re.split("x", run.group()))
        help = f"a size from parameters has spaces around the `x`: `{spaced}`"
    else:
        help = "a number is written `1000`, `1_000`, `0.5` or `1e-4`, and a size `3x3`"
    label = Label(source.span(run.start(), run.end()))
    return Diagnostic("syntax", f"`{run.group()[:40]}` is no number", (label,), help=help)


def _key(stuck: Stuck) -> Key:
    """Where the parser stopped: little of its stack, so that a slip is known at any depth."""
    inside = next((type for type in reversed(stuck.open) if type in _OPENERS), "")
    return stuck.state, inside, stuck.token.type or stuck.token.text


def _place(source: SourceFile, token: Token) -> tuple[int, int]:
    if token.type == END:
        end = len(source.text.rstrip())
        return max(end - 1, 0), end
    if token.type == "_NL":
        return token.start, token.start + 1
    return token.start + len(token.text) - len(token.text.lstrip()), token.end


def _unfit(token: Token) -> str:
    if token.type == "":
        char = token.text
        return f"{f'`{char}`' if char.isprintable() else f'U+{ord(char):04X}'} means nothing here"
    shown = token.text.strip()
    quoted = f"`{shown}`" if len(shown) <= 40 else f"`{shown[:40]}…`"
    return f"{NAMES.get(token.type, quoted)} does not fit here"
