"""Names of joins elsewhere never become a sequence without a word."""

from __future__ import annotations

import pytest

import archdsl
from archdsl.ops import JOIN_WORDS, operators
from tests.reading import findings


def net(line: str) -> str:
    return f"net t {{\n  input 8x8x4\n  {line}\n}}\n"


@pytest.mark.parametrize("word", [*JOIN_WORDS, "Concatenate", "PARALLEL"])
def test_a_join_of_other_libraries_names_the_joins_meant(word: str) -> None:
    (found,) = findings(net(f"{word} {{ conv 1x1 4; conv 1x1 4 }}"))
    assert found.code == "unknown-operator"
    for join in JOIN_WORDS[word.lower()]:
        assert f"`{join} {{ … }}`" in (found.help or "")
        assert join == "residual" or operators()[join].joins


@pytest.mark.parametrize("word", ["concatenate", "skip", "parallel", "sum"])
def test_as_a_label_and_as_a_block_the_word_is_free(word: str) -> None:
    archdsl.load(net(f"{{ conv 1x1 4; relu }} as {word}"))
    archdsl.load(f"block {word} {{ conv 1x1 4 }}\n" + net(word))


@pytest.mark.parametrize("name", ["stem", "branch0", "branch3", "head", "body", "downsample"])
def test_names_of_parts_are_groups(name: str) -> None:
    assert not findings(net(f"{name} {{ conv 1x1 4; relu }}"))
