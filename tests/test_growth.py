"""Checking takes work in proportion to the text, whatever is wrong with it.

Work is counted in calls of functions, which time and machine do not change. These are a few of the
texts; `python tools/growth.py` measures all of them, in seconds and at larger sizes.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import archdsl
from archdsl.diagnostics import Slips, SpecError, bounded_effort, first, near_names, suggest
from archdsl.diagnostics.shown import MOST_SHOWN
from archdsl.preview.answer import as_json, look_at
from tests.growing import GROWING, calls, checked
from tests.reading import body_codes, findings

SIZES = (150, 300, 600)
SAMPLE = (
    "labels and unknown taps",
    "blocks and unknown calls",
    "blocks and groups of near names",
    "ambiguous taps",
    "groups",
    "unknown words",
    "nets and blocks",
    "nets that share a warning",
    "default statements and other operators",
    "inputs and what blocks were given",
    "choices that give labels",
    "brackets that do not pair",
    "openers",
    "wrong-claim, lines",
    "unknown-operator, nets",
    "duplicate-name, lines",
)


@pytest.mark.parametrize("name", SAMPLE)
def test_work_grows_with_the_text(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suggest, "EFFORT", 300)  # bounded, whatever it is, and so not measured
    path = tmp_path / "grown.arch"
    counts: list[int] = []
    for size in (*SIZES[:1], *SIZES):  # the first once more: what is loaded late is loaded then
        path.write_text(GROWING[name](size), encoding="utf-8")
        counts.append(calls(lambda: checked(path)))
    _, small, middle, large = counts
    assert small < middle < large
    assert large - middle < 2.5 * (middle - small)  # twice as much, and four times if quadratic


def test_every_text_of_a_size_is_checked(tmp_path: Path) -> None:
    """Each of the texts ends, in one verdict: nothing escapes."""
    path = tmp_path / "grown.arch"
    for grow in GROWING.values():
        path.write_text(grow(12), encoding="utf-8")
        checked(path)


def test_lists_that_double_are_refused_at_the_first() -> None:
    (found,) = findings(GROWING["lists in lists"](30))
    assert found.code == "argument-type"
    assert found.headline == "a list holds numbers, and this is a list"
    assert found.span is not None
    assert found.span.text == "p"


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        ("affine scale=[1, 2.5, (2 * 3)]\n", ["wrong-length"]),
        ("affine scale=[1, [2]]", ["argument-type"]),
        ("conv 3x3 8 pad=[valid, same]", ["argument-type"]),
        ("conv 3x3 8 pad=[1, (1 == 1)]", ["argument-type"]),
        ("conv 3x3 8 pad=[1, 3x3]", ["argument-type"]),
    ],
)
def test_a_list_holds_numbers(lines: str, codes: list[str]) -> None:
    assert body_codes(lines) == codes


def test_a_list_ends() -> None:
    assert body_codes(f"avgpool global; affine scale=[{', '.join(['1'] * 4096)}]") == [
        "wrong-length"
    ]
    assert body_codes(f"affine scale=[{', '.join(['1'] * 4097)}]") == ["argument-out-of-range"]


def test_an_exception_tells_the_first_hundred_and_how_many_more() -> None:
    text = GROWING["unknown functions"](3 * MOST_SHOWN)
    with pytest.raises(SpecError) as error:
        archdsl.load(text)
    assert len(error.value.diagnostics) == 3 * MOST_SHOWN
    said = str(error.value)
    assert said.count("error[unknown-name]") == MOST_SHOWN
    assert said.endswith("… and 200 more: 300 errors in all\n")
    assert "`flor0`" in said
    assert "`flor299`" not in said


def test_errors_are_told_before_warnings() -> None:
    spare = "".join(f"block spare{n} {{ relu }}\n" for n in range(2 * MOST_SHOWN))
    found = findings(spare + "net n { input 8x8x3; covn }\n")
    shown = first(found)
    assert len(shown.found) == MOST_SHOWN
    assert shown.found[-1].code == "unknown-operator"
    assert (shown.errors, shown.warnings, shown.left_out) == (1, 200, 101)
    assert shown.counted == "1 error, 200 warnings"


def test_messages_stay_short_however_long_what_they_are_of_is() -> None:
    name = "a" * 100_000
    for text in (
        f"net {name} {{ }}",
        f'use "{name}"',
        f"net n {{ input 3; b }}\nblock b({name}) {{ }}",
    ):
        with pytest.raises(SpecError) as error:
            archdsl.load(text)
        assert len(str(error.value)) < 2000


def test_a_preview_ends_where_values_would_double_and_names_are_unknown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(suggest, "EFFORT", 300)
    for name in ("lists in lists", "labels and unknown taps", "blocks and unknown calls"):
        plain = as_json(look_at(GROWING[name](500), Path("/nowhere/n.arch"), None, {}))
        assert plain["errors"] >= 1
        assert len(plain["diagnostics"]) <= MOST_SHOWN


# Near names


def test_near_names_are_found_among_thousands() -> None:
    known = [f"stage{n}_block{n % 7}" for n in range(5000)] + ["classifier"]
    assert near_names("clasifier", known) == ("classifier",)
    assert near_names("stage17_blokc3", known)[0] == "stage17_block3"


def test_near_names_cost_a_bounded_effort() -> None:
    """Counted by the comparisons that a name is asked for; the first ones get theirs."""

    class Counted(str):
        asked = 0

        def lower(self) -> str:
            Counted.asked += 1
            return super().lower()

    known = [Counted(f"label{n}") for n in range(1000)]
    with bounded_effort():
        found = [near_names(f"lable{n}", known) for n in range(1000)]
        with bounded_effort():  # not begun anew within
            assert near_names("lable1", known) == ()
    assert all(found[:50])
    assert not any(found[-500:])
    assert Counted.asked < 500 * len(known)
    assert near_names("lable1", known)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("inception_a", "inception_a"),
        ("inceptoin_a", "inception_a"),
        ("incepton_a", "inception_a"),
        ("inceptiion_a", "inception_a"),
        ("inception_e", "inception_a"),
        ("inc_a", None),
        ("stem", None),
    ],
)
def test_slips_of_a_letter_are_known(name: str, meant: str | None) -> None:
    assert Slips(["inception_a", "reduction"]).of(name) == meant


# Work that comes of no node


@pytest.mark.parametrize("name", ["copies of a long choice", "copies of a long argument"])
def test_copies_of_long_expressions_hit_the_limit(name: str) -> None:
    """A text of some thousand letters that would be evaluated hundreds of times."""
    (found,) = findings(GROWING[name](300), most_nodes=1000)
    assert found.code == "too-many-nodes"
    assert "takes more than 4,000 steps to expand" in found.headline


def test_paths_count_as_what_they_take() -> None:
    """Nodes deep inside of long names take room as many nodes do."""
    deep = "relu; " * 600
    for level in range(60):
        deep = f"{'a' * 90}{level} {{ {deep} }}"
    (found,) = findings(f"net n {{ input 3x3x3; {deep} }}", most_nodes=1000)
    assert found.code == "too-many-nodes"
