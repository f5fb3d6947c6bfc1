"""Hostile texts get one clear answer: quickly, in little memory, and never as a traceback."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archdsl
from archdsl.diagnostics import render_json, render_text
from tests.reading import body, body_codes, codes, findings

ROOT = Path(__file__).parents[2]
SPEC = (ROOT / "specs/inception_v4.arch").read_text()
RICH = """\
use "nothing.arch"  # comment
net rich(c = 16, stride = 2, last = relu) {
  input 32x32x3 as image; default conv norm=batchnorm(eps=0.001) act=relu pad=same
  conv 3x3/2 c valid as first => 15x15x16
  2 x { conv 3x3 (c * 2 - 16) -> relu as r; add { @first; identity } }
  stem { residual scale=0.5 { conv 3x3 c linear } -> relu }
  if stride != 1 and not channels == 3 { tanh } else if c < 3 { relu } else { relu }
  concat { conv k x k c; avgpool 3x3 } as both
  aux head weight=0.3 { avgpool global -> linear 10 }
  A c (min(c, 8) // 2) act=last
  output @both
  expect params = 1_000
}
block A(a, b = 3x3, act = relu) { conv 1x1 a act=act }
"""


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", None),
        ("\n\n  # nothing\n", None),
        ("\ufeffnet n { input 1x1x1; relu }", None),
        (b"\xef\xbb\xbfnet n { input 1x1x1; relu }", None),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" * 100, "not-text"),
        (b"net n { input 1x1x1 -> r\xe9lu }", "not-text"),
        ("net n { input 1x1x1\0; relu }", "syntax"),
        ("\0" * 1000, "syntax"),
        ("{" * 1_000_000, "nested-too-deep"),
        ("net n { " + "{" * 1_000_000 + "}" * 1_000_000 + "}", "nested-too-deep"),
        ("}" * 1_000_000, "unmatched-bracket"),
        ("net n { input 1x1x1; relu " + "(" * 1_000_000, "nested-too-deep"),
        ("net n", "syntax"),
        ("n" * 1_000_000, "syntax"),
        ("net " + "n" * 1_000_000 + " { input 1x1x1; relu }", "name-too-long"),
        ("net n { input 1x1x1; " + "relu " * 30_000 + "}", "unknown-word"),
        ("# " + "x" * 1_000_000, None),
        (" " * 1_000_000, None),
        ("\n" * 1_000_000, None),
        (";" * 100_000, None),
        ("-> " * 100_000, "syntax"),
        ('use "' + "a" * 100_000 + '"', "unreadable-file"),
        ('use "\0"', "use-outside-project"),
        ('use ""', "use-outside-project"),
    ],
    ids=range(24),
)
def test_hostile_files(text: str | bytes, code: str | None, tmp_path: Path) -> None:
    found = findings(text, folder=tmp_path)
    assert {one.code for one in found if one.is_error} == ({code} if code else set())
    assert len(found) <= 100
    assert len(render_text(found)) < 20_000


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ("999999999 x relu", "too-many-nodes"),
        ("999999999xrelu", "too-many-nodes"),
        ("1000 x { 1000 x { 1000 x relu } }", "too-many-nodes"),
        ("1000 x { 1000 x { 1000 x { } } }", "too-many-nodes"),
        ("1000 x { 1000 x { 1000 x { if index == 5 { relu } } } }", "too-many-nodes"),
        ("9" * 1000 + " x relu", "number-too-large"),
        ("conv 3x3 " + "9" * 1000, "number-too-large"),
        ("conv 3x" + "9" * 1000 + " 8", "number-too-large"),
        ("conv 3x3/" + "9" * 1000 + " 8", "number-too-large"),
        ("relu => 1x1x" + "9" * 1000, "number-too-large"),
        ("input " + "9" * 1000 + "x1x1", "number-too-large"),
        ("expect params = " + "9" * 1000, "number-too-large"),
        ("conv 3x3 (" + "9" * 1000 + ")", "number-too-large"),
        ("leaky_relu 1" + "0" * 1000 + ".5", "number-too-large"),
        ("leaky_relu 1e999", "number-too-large"),
        ("leaky_relu (1e308 * 10)", "number-too-large"),
        ("leaky_relu " + "0" * 100_000 + "1", None),
        ("conv 3x3 (999999999 * 999999999 * 999999999)", "number-too-large"),
        ("conv 3x3 999999999999", "argument-out-of-range"),
        ("maxpool 999999999x999999999", "too-large"),
        ("conv 3x3 (1 / 0)", "division-by-zero"),
        ("conv 3x3 (1 // 0)", "division-by-zero"),
        ("conv 3x3 (1 % 0)", "division-by-zero"),
        ("conv 3x3 (1 / 0.0)", "division-by-zero"),
        ("conv 3x3 (" + "1 + " * 100_000 + "1)", None),
        ("conv 3x3 (" + "2 * " * 30_000 + "1)", "number-too-large"),
        ("conv 3x3 (" + "- " * 100_000 + "8)", None),
        ("if " + "not " * 100_000 + "1 == 1 { relu }", None),
        ("if " + "1 == 1 and " * 10_000 + "1 == 1 { relu }", None),
        ("if 1 == 2 { relu }" + " else if 1 == 2 { relu }" * 10_000, None),
        ("relu" + " -> relu" * 100_000, None),
        ("relu as a" + " as a" * 10_000, "duplicate-name"),
        ("concat { " + "relu; " * 10_000 + "}", None),
        ("output" + " @a" * 5_000, "unknown-label"),
        ("conv " + "a=1 " * 5_000, "unknown-argument"),
        ("affine scale=[" + "1, " * 20_000 + "1]", "argument-out-of-range"),
    ],
    ids=range(36),
)
def test_hostile_statements(lines: str, code: str | None) -> None:
    found = findings("net n {\ninput 32x32x16\n" + lines + "\n}")
    assert {one.code for one in found if one.is_error} == ({code} if code else set())
    assert len(render_text(found[:50])) < 100_000


def test_a_chain_of_ten_thousand_blocks_is_too_deep() -> None:
    blocks = "".join(f"block b{i} {{ b{i + 1} }}\n" for i in range(10_000))
    found = findings(f"net n {{ input 8x8x8; b0 }}\n{blocks}block b10000 {{ relu }}\n")
    assert [one.code for one in found] == ["nested-too-deep"]


def test_blocks_that_double_at_every_level_hit_the_limit() -> None:
    blocks = "".join(f"block b{i} {{ b{i + 1}; b{i + 1} }}\n" for i in range(40))
    found = codes(f"net n {{ input 8x8x8; b0 }}\n{blocks}block b40 {{ relu }}\n", most_nodes=1000)
    assert found == ["too-many-nodes"]


def test_blocks_that_double_and_do_nothing_hit_the_limit() -> None:
    blocks = "".join(f"block b{i} {{ b{i + 1}; b{i + 1} }}\n" for i in range(40))
    found = codes(f"net n {{ input 8x8x8; b0 }}\n{blocks}block b40 {{ }}\n", most_nodes=1000)
    assert found == ["too-many-nodes"]


def test_a_large_body_that_does_nothing_hits_the_limit() -> None:
    lines = "10000 x { " + "if 1 == 2 { relu }; " * 1000 + "}"
    assert body_codes(lines, most_nodes=20_000) == ["too-many-nodes"]


def test_the_limit_on_nodes_is_exact() -> None:
    assert len(body("999 x relu", most_nodes=1000)) == 1000
    assert body_codes("1000 x relu", most_nodes=1000) == ["too-many-nodes"]


def test_mistakes_are_reported_together_but_not_without_end() -> None:
    found = findings("net n {\ninput 8x8x8\n" + "relu, 3\n" * 1000 + "}")
    assert [one.code for one in found] == ["syntax"] * 1000
    with pytest.raises(archdsl.SpecError) as error:
        archdsl.load("net n {\ninput 8x8x8\n" + "relu, 3\n" * 1000 + "}")
    text = str(error.value)
    assert text.count("error[syntax]") == 100
    assert text.endswith("… and 900 more: 1,000 errors in all\n")


def test_lone_surrogates_are_no_text() -> None:
    found = findings("net n { input 1x1x1; r\ud800lu }")
    assert [one.code for one in found] == ["not-text"]
    assert render_text(found).encode()


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="needs /dev")
def test_devices_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "zero.arch").symlink_to("/dev/zero")
    found = findings('use "zero.arch"\nnet n { input 1x1x1; relu }', folder=tmp_path)
    assert [one.code for one in found] == ["use-outside-project"]
    os.mkfifo(tmp_path / "pipe.arch")
    found = findings('use "pipe.arch"\nnet n { input 1x1x1; relu }', folder=tmp_path)
    assert [one.code for one in found] == ["unreadable-file"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not hold to the limit")
def test_hostile_expansions_stay_small() -> None:
    program = (
        "import resource\n"
        "resource.setrlimit(resource.RLIMIT_AS, (600_000_000, 600_000_000))\n"
        "from archdsl.syntax import read_text\n"
        "from archdsl.check import check\n"
        "text = 'net n { input 8x8x8; 1000 x { 1000 x { 1000 x { relu } } } }'\n"
        "project, _ = read_text(text)\n"
        "assert check(project, project.nets[0])[0] is None\n"
        "read_text('{' * 4_000_000)\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)


def harmless(text: str) -> None:
    for one in findings(text):
        assert render_text((one,))
        assert render_json(one)


@given(st.integers(0, len(SPEC)))
def test_any_prefix_of_a_spec_is_harmless(end: int) -> None:
    harmless(SPEC[:end])


@pytest.mark.parametrize("end", range(0, len(RICH), 3))
def test_any_prefix_of_a_rich_text_is_harmless(end: int) -> None:
    harmless(RICH[:end])


TOKENS = (
    *("{", "}", "(", ")", "[", "]", "->", "=>", ";", "\n", ",", "=", "@", "+", "-", "*", "/", "//"),
    *("%", "x", "3x3", "3x3/2", "32x32x3", "4 x ", "4xA", "64", "0", "-1", "1.5", "1e9", "valid"),
    *("relu", "conv", "concat", "add", "residual", "aux", "input", "output", "expect", "default"),
    *("if", "else", "and", "or", "not", "as", "use", "net", "block", "A", "c", "channels", "index"),
    *('"a.arch"', "==", "<", "!=", "#", "params", "min(", "batchnorm(", "\0", "é", "\t"),
)


@given(st.data())
def test_mutated_texts_are_harmless(data: st.DataObject) -> None:
    pieces = [SPEC, RICH, RICH.replace('use "nothing.arch"', "")]
    text = data.draw(st.sampled_from(pieces))
    words = [word for word in re.split(r"(\s+|\b)", text) if word]
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(words) - 1))
        other = data.draw(st.integers(0, len(words) - 1))
        match data.draw(st.sampled_from(("drop", "double", "swap", "put", "cut"))):
            case "drop":
                words[at] = ""
            case "double":
                words[at] *= 2
            case "swap":
                words[at], words[other] = words[other], words[at]
            case "put":
                words[at] += " " + data.draw(st.sampled_from(TOKENS)) + " "
            case _:
                words[at] = words[at][1:]
    harmless("".join(words))


@given(st.lists(st.sampled_from(TOKENS), max_size=40))
def test_random_tokens_in_a_net_are_harmless(tokens: list[str]) -> None:
    harmless("net n(c = 16) {\ninput 32x32x3\n" + " ".join(tokens) + "\n}\nblock A { relu }\n")


@given(st.text(max_size=200))
def test_random_text_is_harmless(text: str) -> None:
    harmless(text)


def test_the_rich_text_is_read_and_its_steps_are_reached() -> None:
    text = RICH.replace('use "nothing.arch"', "").replace("k x k", "3 x 3")
    found = findings(text.replace("=> 15x15x16", "").replace("valid as", "as"))
    assert [one.code for one in found] == ["wrong-claim", "unused-step"]
