"""Any text has a tree that prints back as it, with holes where it cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archdsl.source import SourceFile
from archdsl.syntax import parse, read_tree
from archdsl.syntax.tree import Branch
from tests.strategies import networks
from tests.syntax.test_hostile import RICH, TOKENS
from tests.trees import Net

ROOT = Path(__file__).parents[2]
ZOO = sorted(ROOT.glob("specs/**/*.arch"))
SPEC = (ROOT / "specs/inception_v4.arch").read_text(encoding="utf-8")


def tree(text: str) -> Branch:
    return read_tree(SourceFile("example.arch", text))


def is_whole(read: Branch) -> bool:
    """Whether nothing was left out, and nothing is missing."""
    return not read.has_holes and all(leaf.text for leaf in list(read.leaves())[:-1])


def holds(text: str) -> None:
    read = tree(text)
    assert read.text == text
    found = [one for one in parse(SourceFile("", text))[1] if one.code != "number-too-large"]
    assert is_whole(read) == (not found)


@pytest.mark.parametrize("path", ZOO, ids=lambda path: path.stem)
def test_a_spec_has_a_whole_tree_that_prints_back(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert tree(text).text == text
    assert is_whole(tree(text))


@given(networks())
def test_random_programs_have_whole_trees_that_print_back(net: Net) -> None:
    assert tree(net.text()).text == net.text()
    assert is_whole(tree(net.text()))


@given(st.data())
def test_broken_texts_print_back_and_have_holes(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([SPEC, RICH]))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 6)))
        text = text[:start] + data.draw(st.sampled_from([*TOKENS, "", "\n"])) + text[end:]
    holds(text)


@given(st.text(max_size=200))
def test_random_text_prints_back(text: str) -> None:
    holds(text)


@pytest.mark.parametrize("end", range(0, len(RICH), 7))
def test_any_prefix_prints_back(end: int) -> None:
    holds(RICH[:end])


@pytest.mark.parametrize("text", ["{" * 100, "# only\n", "", " \n;", "}" * 1000, "\r\t\ufeff"])
def test_what_is_no_spec_at_all_prints_back(text: str) -> None:
    assert tree(text).text == text


def test_comments_are_in_the_tree() -> None:
    text = "# first\nnet n {  # second\n  relu ->  # third\n  # fourth\n  tanh\n}\n# fifth"
    comments = [comment for leaf in tree(text).leaves() for comment in leaf.comments]
    assert comments == ["# first", "# second", "# third", "# fourth", "# fifth"]


def names(text: str) -> tuple[list[str], list[int]]:
    """The blocks and nets of a text, and how many statements each has."""
    file = parse(SourceFile("", text))[0]
    items = [*file.blocks, *file.nets]
    return [one.name.text for one in items], [len(one.body.statements) for one in items]


UNCLOSED = """\
block a {
  concat {
    relu
    tanh
}

block b { relu; tanh }
"""


def test_a_brace_that_is_never_closed_ends_with_the_next_item() -> None:
    assert names(UNCLOSED) == (["a", "b"], [1, 2])
    assert [one.code for one in parse(SourceFile("", UNCLOSED))[1]] == ["unclosed-bracket"]
    missing = [leaf.kind for leaf in tree(UNCLOSED).leaves() if not leaf.text]
    assert missing == ["RBRACE", "_NL", "$END"]


def test_a_brace_too_many_leaves_the_net_before_it() -> None:
    text = "net n { relu } }\nblock b { relu }\n"
    assert names(text) == (["b", "n"], [1, 1])
    assert [one.code for one in parse(SourceFile("", text))[1]] == ["unmatched-bracket"]


def test_two_statements_side_by_side_are_both_read() -> None:
    assert names("net n { { relu } tanh }") == (["n"], [2])
    assert names("block a { relu } block b { }") == (["a", "b"], [1, 0])


def test_a_parenthesis_over_several_lines_is_one_hole() -> None:
    text = "net n {\n relu\n conv norm=batchnorm(eps=1 2,\n   momentum=1)\n tanh\n}"
    assert names(text) == (["n"], [3])
    assert [one.span and one.span.line for one in parse(SourceFile("", text))[1]] == [3]


def test_mistakes_around_an_open_brace_are_said_as_well() -> None:
    text = "net n {\n  conv 3x3, 8\n  stem {\n    relu\n}\n\nblock b { 4 * A }\n"
    found = parse(SourceFile("", text))[1]
    lines = sorted((one.span.line, one.code) for one in found if one.span)
    assert lines == [(2, "syntax"), (3, "unclosed-bracket"), (7, "syntax")]
