"""One layout for every spec, and what it says stays the same."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archdsl.source import SourceFile, Span
from archdsl.syntax import formatted, parse, read_tree
from tests.strategies import networks
from tests.syntax.test_hostile import RICH, TOKENS
from tests.trees import Net

ROOT = Path(__file__).parents[2]
ZOO = sorted([*ROOT.glob("specs/**/*.arch"), *ROOT.glob("docs/**/*.arch")])
SPEC = (ROOT / "specs/inception_v4.arch").read_text(encoding="utf-8")
VGG = (ROOT / "specs/vgg16.arch").read_text(encoding="utf-8")


def fmt(text: str) -> str:
    result, found = formatted(SourceFile("example.arch", text))
    assert result is not None, found
    return result


def meaning(text: str) -> object:
    """What a text is parsed to, without the places."""
    file, found = parse(SourceFile("example.arch", text))
    assert not found
    return without_places(file)


def without_places(value: object) -> object:
    if isinstance(value, tuple):
        return tuple(without_places(one) for one in cast("tuple[object, ...]", value))
    if is_dataclass(value) and not isinstance(value, type):
        parts = (getattr(value, one.name) for one in fields(value))
        kept = (without_places(one) for one in parts if not isinstance(one, Span))
        return (type(value).__name__, *kept)
    return value


def comments(text: str) -> list[str]:
    leaves = read_tree(SourceFile("example.arch", text)).leaves()
    return [comment.rstrip() for leaf in leaves for comment in leaf.comments]


def holds(text: str) -> None:
    """The laws of a formatter, for one text that can be read."""
    result = fmt(text)
    assert meaning(result) == meaning(text)
    assert comments(result) == comments(text)
    assert fmt(result) == result
    assert not re.search(r"[ \t\r]$|\n\n\n|\A\n|\n\n\Z", result, re.MULTILINE)


@pytest.mark.parametrize("path", ZOO, ids=lambda path: path.stem)
def test_a_spec_of_the_zoo_is_laid_out(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert fmt(text) == text
    holds(text)


@given(networks())
def test_random_programs_keep_what_they_say(net: Net) -> None:
    holds(net.text())


@given(st.data())
def test_a_comment_survives_wherever_it_may_stand(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([SPEC, RICH, VGG]))
    for number in range(data.draw(st.integers(1, 5))):
        leaves = list(read_tree(SourceFile("", text)).leaves())
        leaf = data.draw(st.sampled_from(leaves))
        at = data.draw(st.sampled_from([leaf.start, leaf.end]))
        blanks = data.draw(st.sampled_from(["", " ", "\n", "\n\n  ", ";", "\t"]))
        more = f"{blanks}#c{number}; -> {{ else ,\n" if data.draw(st.booleans()) else blanks
        changed = text[:at] + more + text[at:]
        if not parse(SourceFile("", changed))[1]:
            text = changed
    holds(text)


@given(st.data())
def test_a_text_that_cannot_be_read_has_no_layout(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([SPEC, RICH]))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 6)))
        text = text[:start] + data.draw(st.sampled_from([*TOKENS, "", "\n"])) + text[end:]
    result, found = formatted(SourceFile("", text))
    assert (result is None) == any(one.is_error for one in found)
    if result is not None:
        holds(text)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", ""),
        ("\n\n# a\n\n\n\n# b", "# a\n\n# b\n"),
        ("\tnet  n(a=1 , b){relu;}", "net n(a = 1, b) { relu }\n"),
        ("block a { relu }; block b { }", "block a { relu }\nblock b { }\n"),
        ("net n {\n\n\n relu\n\n\n\n tanh;\n\n}", "net n {\n  relu\n\n  tanh\n}\n"),
        ("net n { relu\n}", "net n {\n  relu\n}\n"),
        ("block b { 3xA;n  x   {relu} }", "block b { 3 x A; n x { relu } }\n"),
        ("block b { 3 x  A; (n-1) x A }", "block b { 3 x A; (n - 1) x A }\n"),
        (
            "block b { conv 3x3(2*- c+(- 1)) pad = [1 ,2, 3,4 ] norm= batchnorm( eps =1e-3 ) }",
            "block b { conv 3x3 (2 * -c + (-1)) pad=[1, 2, 3, 4] norm=batchnorm(eps=1e-3) }\n",
        ),
        (
            "block b { if not(a==1)or b<min( c,2 ){relu}\n\n else{@ x} }",
            "block b { if not (a == 1) or b < min(c, 2) { relu } else { @x } }\n",
        ),
        (
            "net n {\n a -> b # one\n\n  # two\n -> c\n -> d {\n relu\n}\n}",
            "net n {\n  a -> b   # one\n    # two\n    -> c\n    -> d {\n      relu\n    }\n}\n",
        ),
        (
            "net n { a { b { relu\n } } }",
            "net n {\n  a {\n    b {\n      relu\n    }\n  }\n}\n",
        ),
        (
            "net n { expect params=1 macs =2; a b =1 }",
            "net n { expect params = 1 macs = 2; a b=1 }\n",
        ),
    ],
)
def test_spaces_and_lines(text: str, wanted: str) -> None:
    assert fmt(text) == wanted
    holds(text)


def test_names_and_claims_stand_in_columns() -> None:
    text = """\
net n {
  maxpool as a => 1x1x1
  conv 3x3 64 => 22x22x22
  a_very_long_call 1 => 3x3x3
  concat {
    relu
  } as bb => 1x1x2
  relu

  tanh => 1x1x1
}
"""
    assert (
        fmt(text)
        == """\
net n {
  maxpool   as a       => 1x1x1
  conv 3x3 64          => 22x22x22
  a_very_long_call 1   => 3x3x3
  concat {
    relu
  }         as bb      => 1x1x2
  relu

  tanh => 1x1x1
}
"""
    )


def test_rows_of_numbers_stand_under_each_other() -> None:
    text = "net n {\n  a 1 22 3\n  relu\n  a 100 2 33\n  a 1 2\n\n  a 1000 2 3\n}\n"
    rows = fmt(text).splitlines()
    assert rows[1:5] == ["  a   1 22  3", "  relu", "  a 100  2 33", "  a 1 2"]
    assert rows[6] == "  a 1000 2 3"


def test_comments_behind_definitions_stand_in_a_column() -> None:
    text = "block a { # 1\n relu # x\n tanh(1) # y\n}\nblock long_name { # 2\n relu\n}\n"
    assert fmt(text) == (
        "block a {           # 1\n  relu       # x\n  tanh (1)   # y\n}\n"
        "block long_name {   # 2\n  relu\n}\n"
    )


def test_a_line_too_wide_is_broken_at_its_braces() -> None:
    inner = "; ".join(["conv 1x1 1000 -> relu"] * 4)
    assert fmt(f"block b {{ concat {{ {inner} }} }}\n") == (
        f"block b {{\n  concat {{ {inner} }}\n}}\n"
    )
    wide = "; ".join(["conv 1x1 100 -> relu"] * 6)
    assert fmt(f"block b {{ concat {{ {wide} }} -> relu }}\n") == (
        "block b {\n  concat {\n" + "    conv 1x1 100 -> relu\n" * 6 + "  } -> relu\n}\n"
    )


def test_the_layout_in_the_reference_is_the_one_it_describes() -> None:
    page = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^## Layout\n.*?```arch\n(.*?)```", page, re.DOTALL | re.MULTILINE)
    assert fmt(shown) == shown


def test_a_large_text_is_laid_out_in_proportion_to_its_length() -> None:
    body = "\n".join(["conv 1x1 2 as a => 1x1x1; { relu; tanh }"] * 3_000)
    assert fmt(f"net n {{ {body} }}").count("\n") == 2 + 6_000
