"""Published networks: what is known to differ between them, and what is not."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

import archdsl
from archdsl.compare import Comparison, compare
from archdsl.graph import Graph

ROOT = Path(__file__).parents[2]
SPECS = sorted(path.relative_to(ROOT / "specs").as_posix() for path in ROOT.glob("specs/**/*.arch"))


@cache
def graph(spec: str) -> Graph | None:
    """Return the network of a spec; None for a file of blocks."""
    text = (ROOT / "specs" / spec).read_text(encoding="utf-8")
    if "net " not in text:
        return None
    return archdsl.load(ROOT / "specs" / spec).ir


def diff(a: str, b: str) -> Comparison:
    first, second = graph(a), graph(b)
    assert first is not None
    assert second is not None
    return compare(first, second)


@pytest.mark.parametrize("spec", [spec for spec in SPECS if not spec.startswith("blocks/")])
def test_no_spec_differs_from_itself(spec: str) -> None:
    found = diff(spec, spec)
    assert found.same
    assert found.shapes == ()


def test_googlenet_reads_like_the_list_of_known_differences() -> None:
    found = diff("googlenet.arch", "released/googlenet_torchvision.arch")
    assert [f"{one.where}: {one.what}" for one in found.statements] == [
        "every `conv`: no bias",
        "after every `conv`: `batchnorm eps=0.001`, B only",
        "every `maxpool` with stride 2: pad valid instead of same; ceil",
        "after `pool1` and `conv2.conv1`: `lrn`, A only",
        "`conv1` in branch 2 of all 9 `inception` modules: kernel 3×3 instead of 5×5",
        "`conv1`: pad 3 instead of same",
        "`pool4`: kernel 2×2 instead of 3×3",
        "`avgpool`: `avgpool global` instead of `avgpool 7x7 valid`",
        "`dropout`: rate 0.2 instead of 0.4",
        "every `avgpool` in the auxiliary heads: `avgpool to=4x4` instead of `avgpool 5x5/3 valid`",
    ]
    assert [(one.a, one.b) for one in found.totals[:2]] == [
        (6_998_552, 6_624_904),
        (1_582_671_872, 1_498_376_192),
    ]


def test_resnet50_has_its_strides_elsewhere() -> None:
    found = diff("resnet50.arch", "released/resnet50_torchvision.arch")
    assert [(one.argument, one.a, one.b) for one in found.differences] == [
        *[("stride", "2x2", "1x1")] * 3,
        *[("stride", "1x1", "2x2")] * 3,
    ]


def test_counts_of_the_released_inception_resnet_v2() -> None:
    found = diff("inception_resnet_v2.arch", "released/inception_resnet_v2.arch")
    texts = [one.what for one in found.statements]
    assert "10 × `A` instead of 5 ×" in texts
    assert "20 × `B` instead of 10 ×" in texts
    assert "channels 1088 instead of 1152" in texts


def test_kernels_of_inception_v4_are_turned_in_the_figures() -> None:
    found = diff("inception_v4.arch", "inception_v4_paper.arch")
    turned = [one for one in found.differences if one.argument == "kernel"]
    # Two pairs in each of seven B modules; in the stem one pair; in each of three C one pair.
    assert len(turned) == 7 * 4 + 2 + 3 * 2
    assert {(one.a, one.b) for one in turned} == {
        *(("1x7", "7x1"), ("7x1", "1x7"), ("1x3", "3x1"), ("3x1", "1x3"))
    }
