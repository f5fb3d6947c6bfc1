"""What the page knows of a network is all of it, each thing once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import archdsl
from archdsl.drawing import DrawingError
from archdsl.page import document
from tests.samples import INCEPTION, TWO_WAYS, U_NET

ROOT = Path(__file__).parents[2]
SPECS = [
    *sorted((ROOT / "specs").glob("*.arch")),
    *sorted((ROOT / "specs/released").glob("*.arch")),
]
every_spec = pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.stem)


def parts(part: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield part
    for child in part.get("parts", []):
        yield from parts(child)


def everything(spec: str | Path) -> tuple[archdsl.Network, dict[str, Any]]:
    network = archdsl.load(spec)
    return network, document(network.ir, network.project)


@every_spec
def test_each_node_is_in_exactly_one_unit(spec: Path) -> None:
    network, shown = everything(spec)
    assert [node["path"] for node in shown["nodes"]] == list(network.ir.nodes)
    drawn = Counter(at for part in parts(shown["root"]) for at in part.get("nodes", []))
    assert drawn == Counter(range(len(network.ir)))


@every_spec
def test_costs_add_up_to_the_totals(spec: Path) -> None:
    network, shown = everything(spec)
    totals = network.totals
    params = sum(node.get("params", 0) for node in shown["nodes"])
    macs = sum(node.get("macs", 0) for node in shown["nodes"])
    assert params == totals.params + totals.aux_params
    assert macs == totals.macs + totals.aux_macs


@every_spec
def test_every_value_a_part_reads_is_made_beside_it_or_enters_around_it(spec: Path) -> None:
    _, shown = everything(spec)
    for part in parts(shown["root"]):
        inside = part.get("parts", [])
        known = {*part["in"], *(value for child in inside for value in child["out"])}
        for child in inside:
            assert set(child["in"]) <= known
        if inside:
            assert set(part["out"]) <= known


@every_spec
def test_places_are_stretches_of_the_sources(spec: Path) -> None:
    network, shown = everything(spec)
    for node, made in zip(network.ir, shown["nodes"], strict=True):
        for span, place in zip(node.origin, made["places"], strict=True):
            file, start, end, line = shown["places"][place]
            source = shown["sources"][file]
            assert (source["name"], line) == (span.source.name, span.line)
            # Specs of the zoo stay in the basic plane, where offsets are those of Python.
            assert source["text"][start:end] == span.text


def test_offsets_count_as_javascript_does() -> None:
    _, shown = everything("# \U0001f600\nnet n { input 8x8x3; relu }")
    file, start, end, _ = shown["places"][shown["nodes"][1]["places"][0]]
    text = shown["sources"][file]["text"].encode("utf-16-le")
    assert text[2 * start : 2 * end].decode("utf-16-le") == "relu"


def test_copies_of_a_repeat_are_one_part_with_the_copies_inside() -> None:
    _, shown = everything(ROOT / "specs/inception_v4.arch")
    found = [part for part in shown["root"]["parts"] if part["kind"] == "repeat"]
    assert [(one["title"], len(one["parts"])) for one in found] == [
        ("4 × A", 4),
        ("7 × B", 7),
        ("3 × C", 3),
    ]


def test_a_block_knows_its_call_and_its_definition() -> None:
    _, shown = everything(ROOT / "specs/inception_v4.arch")
    block = next(part for part in shown["root"]["parts"] if part["title"] == "reduction_a")
    (call,), definition = block["places"], block["definition"]
    text = shown["sources"][0]["text"]
    where = [text[start:end] for _, start, end, _ in (shown["places"][call],)]
    assert where == ["reduction_a 192 224 256 384"]
    _, start, end, _ = shown["places"][definition]
    assert text[start - 6 : end] == "block reduction_a"


def test_a_step_named_in_the_spec_has_that_name_for_its_title() -> None:
    _, shown = everything(ROOT / "specs/googlenet.arch")
    block = next(part for part in shown["root"]["parts"] if part["title"] == "inception_3a")
    assert block["lines"] == ["inception 64 96 128 16 32 32"]


def test_auxiliary_heads_are_told_with_their_weights() -> None:
    _, shown = everything(INCEPTION)
    (head,) = [part for part in shown["root"]["parts"] if part["kind"] == "aux"]
    assert (head["weight"], head["aux"]) == (0.3, True)


@pytest.mark.parametrize("spec", [INCEPTION, TWO_WAYS, U_NET], ids=["aux", "two ways", "u-net"])
def test_equal_networks_give_equal_bytes(spec: str) -> None:
    first, second = (json.dumps(everything(spec)[1]) for _ in range(2))
    assert first == second


def test_a_network_too_large_for_a_browser_is_refused_with_a_hint() -> None:
    network = archdsl.load("net n { input 8x8x3; 11000 x { conv 1x1 3 act=relu } }")
    with pytest.raises(DrawingError, match=r"22,001 nodes, and 20,000 are the most.*figure"):
        document(network.ir, network.project)


def test_too_many_boxes_in_one_block_are_refused_with_a_hint() -> None:
    network = archdsl.load(f"net n {{ input 8x8x3; {'relu; ' * 3001} }}")
    with pytest.raises(DrawingError, match=r"3,002 boxes.*gather steps in blocks or repeats"):
        document(network.ir, network.project)
