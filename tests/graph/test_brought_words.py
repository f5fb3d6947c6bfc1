"""Words that people bring along never change a meaning, and lead to what is meant."""

from __future__ import annotations

import pytest

import archdsl
from archdsl.ops import JOIN_WORDS, beyond, operator_meant, operators, signature
from archdsl.ops.brought import OPERATORS, ORDERS
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


@pytest.mark.parametrize(
    ("line", "advised"),
    [
        ("fc 10", "linear 10"),
        ("Dense 10", "linear 10"),
        ("conv2d 3x3 16", "conv 3x3 16"),
        ("BatchNorm2d", "batchnorm"),
        ("max_pool 2x2/2", "maxpool 2x2/2"),
        ("swish", "silu"),
        ("upsample 2", "resize 2"),
        ("deconv 2x2/2 8", "upconv 2x2/2 8"),
        ("stochastic_depth 0.1", "droppath 0.1"),
    ],
)
def test_an_operators_name_elsewhere_leads_to_its_name_here(line: str, advised: str) -> None:
    found = findings(net(line))[0]
    assert found.code == "unknown-operator"
    if found.help is not None:
        assert found.help == f"write `{advised}`"
    else:
        assert f"did you mean `{advised.split()[0]}`" in found.headline


BEYOND = (
    *("attention", "MultiheadAttention", "transformer", "matmul", "lstm", "gru", "embedding"),
    *("reshape", "view", "permute", "pixel_shuffle", "conv1d", "Conv3d", "roi_align", "argmax"),
)


@pytest.mark.parametrize("word", BEYOND)
def test_what_cannot_be_said_has_its_reason_and_no_near_name(word: str) -> None:
    (found,) = findings(net(f"{word} 8"))
    assert found.code == "not-in-the-language"
    assert "did you mean" not in found.headline
    assert "What the language cannot say" in (found.help or "")


def test_what_cannot_be_said_is_free_as_the_name_of_a_block_and_of_a_group() -> None:
    archdsl.load("block attention { conv 1x1 4 }\n" + net("attention"))
    archdsl.load(net("attention { conv 1x1 4; relu }"))


def test_no_table_names_what_is_an_operator_here() -> None:
    for name in operators():
        assert beyond(name) is None, name
        assert operator_meant(name) in (None, name), name


def test_every_operator_meant_is_one() -> None:
    for line in (line for line in OPERATORS if " " in line):
        found = findings(f"net t {{ input 16x16x64; {line} }}")
        assert not found, (line, found)


def test_every_order_names_arguments_of_its_operator() -> None:
    for name, orders in ORDERS.items():
        known = {argument.name for argument in signature(operators()[name])} | {""}
        for place in {place for order in orders for place in order}:
            assert {*place.rpartition(":")[2].split("+")} <= known, (name, place)


@pytest.mark.parametrize("name", ["ten", "lat", "x1y2", "net_a"])
def test_no_name_is_guessed_that_is_hardly_alike(name: str) -> None:
    (found,) = findings(net(name))
    assert "did you mean" not in found.headline


@pytest.mark.parametrize(
    ("name", "meant"),
    [("cnov", "conv"), ("maxpol", "maxpool"), ("flaten", "flatten"), ("Conv", "conv")],
)
def test_slips_are_still_guessed(name: str, meant: str) -> None:
    assert f"did you mean `{meant}`" in findings(net(name))[0].headline


def test_an_argument_written_as_a_step_is_told_from_one() -> None:
    (found,) = findings(net("stride 2"))
    assert found.help == "write `stride=2` behind the operator that it belongs to"


@pytest.mark.parametrize(
    ("text", "help"),
    [
        ("net t { input 1000x16; relu }", "`input 1x1000x16` for a sequence of 1000 steps"),
        ("net t { input 224; conv 3x3 8 }", "`input 224x224x3`"),
        ("net t(z = 3) { input 1x1xz; relu }", "`1 x 1 x z`"),
        ("net t { relu; input 8x8x3 }", "move `input 8x8x3` up"),
        ("net t(width = 3) { input 8x8x3; conv 3x3 width }", "`filters`"),
    ],
)
def test_first_guesses_at_inputs_and_parameters_are_known(text: str, help: str) -> None:
    assert help in (findings(text)[0].help or "")
