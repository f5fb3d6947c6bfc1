"""Recipes in specs: what they may say, and what is reported at which place."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archdsl
from archdsl.recipe import registered
from archdsl.recipe.optimizers import Clip, Measure, Rmsprop, Sgd

ROOT = Path(__file__).parents[2]
HEAD = """net n(classes = 2, rate = 0.5) {
  input 8x8x3
  conv 3x3 4 as stem
  avgpool global; linear classes
  recipe {
"""


def spec(*lines: str) -> str:
    return HEAD + "".join(f"    {line}\n" for line in lines) + "  }\n}\n"


def faults(*lines: str) -> list[tuple[str, int, str]]:
    """Return code, line within the recipe and marked text of everything found."""
    with pytest.raises(archdsl.SpecError) as error:
        archdsl.load(spec(*lines))
    found: list[tuple[str, int, str]] = []
    for one in error.value.diagnostics:
        assert one.span is not None
        found.append((one.code, one.span.line - HEAD.count("\n"), one.span.text))
    return found


def test_arguments_bind_by_name_by_kind_and_from_parameters() -> None:
    recipe = archdsl.load(spec("optimizer sgd nesterov lr=(rate / 5) momentum=0.9", "clip value 3"))
    assert recipe.recipe.optimizer == Sgd(lr=0.1, momentum=0.9, nesterov=True)
    assert recipe.recipe.clip == Clip(limit=3.0, measure=Measure.VALUE)


def test_parameters_set_from_outside_reach_the_recipe() -> None:
    optimizer = archdsl.load(spec("optimizer rmsprop lr=rate tensorflow"), rate=0.045)
    assert optimizer.recipe.optimizer == Rmsprop(lr=0.045, tensorflow=True)


def test_a_recipe_changes_nothing_of_the_network() -> None:
    bare = archdsl.load(HEAD.replace("recipe {", "}"))
    with_recipe = archdsl.load(spec("optimizer sgd lr=1", "init conv normal 0.1"))
    assert list(with_recipe.ir.nodes) == list(bare.ir.nodes)
    assert with_recipe.totals == bare.totals
    assert with_recipe.diagnostics == ()


@pytest.mark.parametrize(
    ("line", "code", "marked"),
    [
        ("optimiser sgd lr=1", "unknown-ingredient", "optimiser"),
        ("conv 3x3 4 -> relu", "unknown-ingredient", "conv 3x3 4 -> relu"),
        ("2 x clip 1", "unknown-ingredient", "2 x clip 1"),
        ("clip 1 as tight", "unknown-ingredient", "clip 1 as tight"),
        ("default conv act=relu", "unknown-ingredient", "default conv act=relu"),
        ("optimizer sdg lr=1", "unknown-word", "sdg"),
        ("optimizer lr=1", "missing-argument", "optimizer lr=1"),
        ("optimizer sgd", "missing-argument", "optimizer sgd"),
        ("optimizer sgd adam lr=1", "unknown-word", "adam"),
        ("optimizer sgd lr=1 nesterov", "conflicting-arguments", "nesterov"),
        ("optimizer sgd lr=1 nestrov", "unknown-word", "nestrov"),
        ("optimizer sgd rate=1", "unknown-argument", "rate=1"),
        ("optimizer sgd lr=1 lr=2", "repeated-argument", "lr=2"),
        ("optimizer sgd lr=-1", "argument-out-of-range", "lr=-1"),
        ("optimizer sgd lr=fast", "argument-type", "lr=fast"),
        ("optimizer sgd lr=(fast * 2)", "unknown-name", "fast"),
        ("optimizer sgd lr=(channels * 2)", "missing-input", "channels"),
        ("optimizer adam beta1=1", "argument-out-of-range", "beta1=1"),
        ("loss cross_entropy smoothing=1.5", "argument-out-of-range", "smoothing=1.5"),
        ("schedule exponential 0.9 every=0", "argument-out-of-range", "every=0"),
        ("schedule milestones 0.1 at=[1, 2.5]", "argument-out-of-range", "at=[1, 2.5]"),
        ("schedule cosine", "missing-argument", "schedule cosine"),
        ("weight_decay", "missing-argument", "weight_decay"),
        ("weight_decay 1 2", "too-many-arguments", "2"),
        ("clip 0", "argument-out-of-range", "0"),
        ("average 1", "argument-out-of-range", "1"),
        ("init", "missing-argument", "init"),
        ("init cnov normal 1", "unknown-word", "cnov"),
        ("init conv nromal 1", "unknown-word", "nromal"),
        ("init truncated_normal 0", "argument-out-of-range", "0"),
        ("init conv at=3 normal 1", "argument-type", "at=3"),
        ("init conv at=stern normal 1", "unmatched-init", "init conv at=stern normal 1"),
        ("init conv at=aux normal 1", "unmatched-init", "init conv at=aux normal 1"),
        ("init conv 5x5 normal 1", "unmatched-init", "init conv 5x5 normal 1"),
    ],
)
def test_what_is_wrong_is_marked(line: str, code: str, marked: str) -> None:
    assert faults(line) == [(code, 1, marked)]


def test_everything_wrong_is_reported_at_once() -> None:
    assert faults("clip 0", "clip 1", "optimizer sgd", "nonsense") == [
        ("argument-out-of-range", 1, "0"),
        ("duplicate-name", 2, "clip"),
        ("missing-argument", 3, "optimizer sgd"),
        ("unknown-ingredient", 4, "nonsense"),
    ]


def test_init_for_biases_needs_biases() -> None:
    text = "net n { input 8x8x3; conv 3x3 4 norm=batchnorm; recipe { init conv bias=1 }; }"
    with pytest.raises(archdsl.SpecError, match="unmatched-init"):
        archdsl.load(text)
    assert archdsl.load(text.replace("norm=", "bias=yes norm=")).recipe.inits[0].bias == 1


def test_softmax_before_the_loss_is_reported_for_heads_too() -> None:
    text = """net n {
  input 4
  aux side weight=0.3 { linear 2 -> softmax }
  linear 2
  recipe { loss cross_entropy }
}"""
    with pytest.raises(archdsl.SpecError) as error:
        archdsl.load(text)
    assert [one.code for one in error.value.diagnostics] == ["softmax-before-loss"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("net n { input 4; linear 2; recipe { clip 1 }; recipe { clip 1 }; }", "duplicate-name"),
        ("net n { input 4; linear 2; recipe; }", "missing-argument"),
        ("net n { input 4; linear 2; recipe sgd { clip 1 }; }", "missing-argument"),
        ("net n { input 4; g { linear 2; recipe { clip 1 } }; }", "misplaced-statement"),
        ("net n { input 4; A; }\nblock A { linear 2; recipe { clip 1 } }", "misplaced-statement"),
        ("net n { input 4; linear 2 as recipe; }", "reserved-name"),
    ],
)
def test_a_net_has_one_recipe_in_its_own_body(text: str, code: str) -> None:
    with pytest.raises(archdsl.SpecError) as error:
        archdsl.load(text)
    assert [one.code for one in error.value.diagnostics] == [code]


def test_reading_a_recipe_loads_no_torch() -> None:
    code = (
        "import sys, archdsl\n"
        f"archdsl.load({spec('optimizer sgd lr=1', 'init normal 1')!r}).recipe\n"
        "assert 'torch' not in sys.modules and 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


WORDS = ("no", "yes", "sgd", "amount", "conv", "value", "nothing_known")
VALUES = (*WORDS, "0", "1", "1.5", "1e-4", "-1", "(8.0)", "3x3", "3x3/2", "[1, 2]", "[[1], no]")
VALUES += ("relu", "relu()", "batchnorm(eps=1)", "@stem", "(1 == 1)")
NAMES = ("", "", "", "lr=", "at=", "amount=", "every=", "limit=", "unknown=")


@settings(max_examples=300, deadline=None)
@given(
    statement=st.sampled_from(sorted(registered())),
    arguments=st.lists(
        st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES)).map("".join), max_size=4
    ),
    tail=st.sampled_from(("", "", "", " { relu }", " as name", " => 1x1x1", " -> relu")),
)
def test_no_line_of_a_recipe_ends_in_an_exception(
    statement: str, arguments: list[str], tail: str
) -> None:
    kinds = [kind for kind in registered()[statement] if kind]
    for kind in ("", *kinds):
        line = " ".join(word for word in (statement, kind, *arguments) if word) + tail
        with contextlib.suppress(archdsl.SpecError):
            archdsl.load(spec(line))


def test_a_line_of_one_kind_lists_the_words_it_knows() -> None:
    with pytest.raises(archdsl.SpecError) as error:
        archdsl.load(spec("weight_decay 1e-4 no"))
    (found,) = error.value.diagnostics
    assert (found.code, found.help) == ("unknown-word", "it can be `weights_only`")
