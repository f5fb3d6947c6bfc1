"""Whatever a spec calls things, targets find names that they can use."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import archdsl
from archdsl.diagnostics import SpecError
from archdsl.network import Network
from archdsl.pytorch.python_source.words import BUILTINS
from archdsl.pytorch.torch_module import example_inputs
from archdsl.safe_names import Names, Rules, distinct
from tests.hostile import FEW, NAMES, accepted
from tests.pytorch.test_python_source import built_from_source, run

RULES = Rules(taken=frozenset({"in", "in_", "is"}))
wanted_names = st.lists(st.sampled_from(["a", "a_2", "a_3", "in", "in_", "0", "", "a b", "é", "_"]))


@given(wanted_names)
def test_names_are_legal_distinct_and_the_same_every_time(wanted: list[str]) -> None:
    found = distinct(wanted, RULES)
    assert len(set(found)) == len(found) == len(wanted)
    assert all(RULES.allow(name) for name in found)
    assert distinct(wanted, RULES) == found


@given(wanted_names)
def test_whoever_first_wants_a_legal_name_has_it(wanted: list[str]) -> None:
    found = distinct(wanted, RULES)
    for name in wanted:
        assert not RULES.allow(name) or found[wanted.index(name)] == name


def test_names_are_changed_as_little_as_it_takes() -> None:
    wanted = ["out", "out", "out_2", "is", "0", "a b"]
    assert distinct(wanted, RULES) == ("out", "out_3", "out_2", "is_", "n0", "a_b")


def test_names_taken_one_by_one_are_distinct() -> None:
    names = Names(RULES, ["a"])
    assert [names.take("a") for _ in range(3)] == ["a_2", "a_3", "a_4"]


def test_builtins_are_those_of_python() -> None:
    program = "import builtins; print(*(n for n in dir(builtins) if n[0] != '_'))"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=True
    )
    assert {*done.stdout.split()} - {"False", "None", "True"} <= BUILTINS


def assert_source_agrees(network: Network) -> None:
    """Hold the printed module against the one in memory: keys and numbers, to the last bit."""
    ours = network.module(seed=1)
    theirs = built_from_source(network.source())
    assert list(ours.state_dict()) == list(theirs.state_dict())
    theirs.load_state_dict(ours.state_dict())
    inputs = example_inputs(network.ir, ours)
    for training in (True, False):
        left, right = run(ours.train(training), inputs), run(theirs.train(training), inputs)
        assert len(left) == len(right)
        assert all(torch.equal(a, b) for a, b in zip(left, right, strict=True))


def test_parameters_of_any_name_give_source_that_runs() -> None:
    """Once kept for a function, once passed on to a layer; each call has numbers of its own."""
    text = "net n { input 2x2x3; b 1; b 2 }\nblock b(NAME) { scale NAME; relu }"
    names = accepted(text, NAMES)
    assert {"lambda", "_", "nn", "super", "range", "self", "training", "__class__"} <= {*names}
    for start in range(0, len(names), 200):
        some = names[start : start + 200]
        numbers = [" ".join(f"{1 + (k * i) / 1e6:.6f}" for i in range(len(some))) for k in (1, 2)]
        for step in ("scale", "leaky_relu"):
            body = "; ".join(f"{step} {name}" for name in some)
            assert_source_agrees(
                archdsl.load(
                    f"net n {{ input 2x2x3; b {numbers[0]}; b {numbers[1]} }}\n"
                    f"block b({', '.join(some)}) {{ {body} }}"
                )
            )


def test_a_parameter_may_be_called_like_a_class_of_the_source() -> None:
    network = archdsl.load("""
        net n { input 8x8x3; outer 4 2; outer 5 3; A 2 1 }
        block outer(A, c) { A A c; conv 1x1 c }
        block A(PaddedConv2d, c) { conv 2x2 PaddedConv2d; conv 2x2 c; 2 x A2 c }
        block A2(Chain) { relu; conv 1x1 Chain; concat { identity; relu }; conv 1x1 Chain }
    """)
    assert_source_agrees(network)


PLACES = {
    "label": "relu as NAME",
    "group": "NAME { conv 1x1 2; relu }",
    "branch": "add { conv 1x1 3 as NAME; conv 1x1 3 }",
    "aux": "conv 1x1 2; aux NAME { conv 1x1 2 }; relu",
    "used later": "conv 1x1 3 as NAME; relu; 2 x { relu }; add { identity; @NAME }",
}


@pytest.mark.parametrize("place", PLACES)
def test_steps_of_any_name_give_source_that_runs(place: str) -> None:
    every = NAMES if place == "label" else FEW
    names = accepted(f"net n {{ input 2x2x3; {PLACES[place]} }}", every)
    assert len(names) > len(every) // 2
    # Many at once, so that they also have to stay apart from each other.
    for start in range(0, len(names), 400):
        body = "\n".join(
            f"part{i} {{ {PLACES[place].replace('NAME', name)}; conv 1x1 3 }}"
            for i, name in enumerate(names[start : start + 400])
        )
        assert_source_agrees(archdsl.load(f"net n {{ input 2x2x3; {body} }}"))


@pytest.mark.parametrize("kind", ["block", "net"])
def test_blocks_and_nets_of_any_name_give_source_that_runs(kind: str) -> None:
    texts = {
        "block": "net n { input 2x2x3; NAME 2; NAME 3 }\nblock NAME(c) { conv 1x1 c; relu }",
        "net": "net NAME { input 2x2x3; conv 1x1 3; add { relu; conv 1x1 3 } }",
    }
    names = accepted(texts[kind], NAMES if kind == "block" else FEW[::2])
    if kind == "net":
        for name in names:
            assert_source_agrees(archdsl.load(texts[kind].replace("NAME", name)))
        return
    for start in range(0, len(names), 400):
        some = names[start : start + 400]
        calls = "; ".join(f"{name} {2 + i % 3}" for i, name in enumerate(some))
        blocks = "\n".join(f"block {name}(c) {{ conv 1x1 c; relu }}" for name in some)
        text = f"net network {{ input 2x2x3; {calls}; {calls.replace(' 2', ' 4')} }}\n{blocks}"
        try:
            network = archdsl.load(text)
        except SpecError as error:
            raise AssertionError(error.diagnostics[0]) from error
        assert_source_agrees(network)


def test_inputs_and_outputs_of_any_name_give_source_that_runs() -> None:
    text = "net n { input 2x2x3 as NAME; input 2x2x3 as other_one; relu as end_; output @end_ }"
    names = accepted(text, NAMES)
    for start in range(0, len(names), 400):
        some = names[start : start + 400]
        inputs = "\n".join(f"input 2x2x3 as {name}" for name in some)
        taps = " ".join(f"@{name}" for name in some)
        assert_source_agrees(
            archdsl.load(f"net n {{ {inputs}\n scale 2 as q9; output @q9 {taps} }}")
        )
