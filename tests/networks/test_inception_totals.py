"""The totals of the Inception family are the published ones."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

import archdsl
from archdsl.check.cost import weighted_depth
from archdsl.network import Network

SPECS = Path(__file__).parents[2] / "specs"


@dataclass(frozen=True)
class Row:
    """Where a network stands under specs/, and what it adds up to; aux heads apart."""

    spec: str
    params: int
    macs: int
    convs: int
    depth: int
    aux_params: int = 0
    aux_macs: int = 0
    separable: bool = False
    """Whether the first convolution, one in the tables, is a depthwise and a pointwise one."""


V1_HEADS = {"aux_params": 6_379_728, "aux_macs": 8_372_224}
V3_HEAD = {"aux_params": 3_326_696, "aux_macs": 5_683_200}

# Computed from the papers' tables and the released code, or measured on the public models, apart
# from archdsl; tf-slim's own unit tests count the same for its networks.
ROWS = {
    "googlenet": Row("googlenet", 6_998_552, 1_582_671_872, 57, 22, **V1_HEADS),
    "googlenet_caffe": Row(
        "released/googlenet_caffe", 6_998_552, 1_582_671_872, 57, 22, **V1_HEADS
    ),
    "googlenet_torchvision": Row(
        "released/googlenet_torchvision",
        6_624_904,
        1_498_376_192,
        57,
        22,
        aux_params=6_379_984,
        aux_macs=8_372_224,
    ),
    "inception_v1_slim": Row("released/inception_v1_slim", 6_617_624, 1_498_376_192, 57, 22),
    "googlenet_naive": Row("googlenet_naive", 97_526_008, 12_568_061_056, 30, 13),
    "bn_inception": Row("bn_inception", 11_278_528, 1_948_605_440, 69, 34, separable=True),
    "bn_inception_plain7x7": Row("bn_inception_plain7x7", 11_285_224, 2_032_600_064, 69, 34),
    "bninception_cadene": Row("released/bninception_cadene", 11_295_240, 2_032_600_064, 69, 34),
    "inception_v2_slim": Row(
        "released/inception_v2_slim", 11_178_336, 1_934_857_216, 69, 34, separable=True
    ),
    "inception_v3": Row("inception_v3", 23_834_568, 5_713_216_096, 94, 48, **V3_HEAD),
    "inception_v3_released": Row(
        "released/inception_v3", 23_834_568, 5_713_216_096, 94, 48, **V3_HEAD
    ),
    "inception_v3_slim": Row(
        "released/inception_v3_slim",
        23_817_352,
        5_713_216_096,
        94,
        48,
        aux_params=3_325_800,
        aux_macs=5_683_200,
    ),
    "inception_v2_rethinking_table1": Row(
        "inception_v2", 25_954_248, 6_352_562_784, 105, 54, **V3_HEAD
    ),
    "inception_v3_fig5": Row("inception_v3_fig5", 23_687_112, 5_532_582_496, 94, 48, **V3_HEAD),
    "inception_v4_paper": Row("inception_v4_paper", 42_679_816, 12_253_974_624, 149, 76),
    "inception_v4": Row("inception_v4", 42_679_816, 12_253_974_624, 149, 76),
    "inception_v4_released": Row("released/inception_v4", 42_679_816, 12_253_974_624, 149, 76),
    "inception_v4_slim": Row(
        "released/inception_v4_slim",
        42_648_232,
        12_253_974_624,
        149,
        76,
        aux_params=3_358_568,
        aux_macs=6_502_400,
    ),
    "inception_v4_aux": Row(
        "released/inception_v4_aux",
        42_679_816,
        12_253_974_624,
        149,
        76,
        aux_params=3_359_464,
        aux_macs=6_502_400,
    ),
    "inception_resnet_v1": Row("inception_resnet_v1", 22_756_328, 6_206_361_696, 127, 93),
    "inception_resnet_v1_facenet": Row(
        "released/inception_resnet_v1_facenet", 23_482_624, 1_417_662_304, 132, 97
    ),
    "inception_resnet_v1_facenet_vggface2": Row(
        "released/inception_resnet_v1_facenet_vggface2", 27_910_327, 1_422_081_376, 132, 98
    ),
    "inception_resnet_v1_facenet_casia": Row(
        "released/inception_resnet_v1_facenet_casia", 28_907_599, 1_423_076_704, 132, 98
    ),
    "inception_resnet_v1_facenet_299": Row(
        "released/inception_resnet_v1_facenet_299", 23_482_624, 6_307_723_360, 132, 97
    ),
    "inception_resnet_v2_paper": Row("inception_resnet_v2", 32_433_928, 9_257_953_632, 132, 96),
    "inception_resnet_v2": Row(
        "released/inception_resnet_v2", 55_843_464, 13_155_794_016, 244, 176
    ),
    "inception_resnet_v2_slim": Row(
        "released/inception_resnet_v2_slim",
        55_813_192,
        13_155_794_016,
        244,
        176,
        aux_params=3_366_760,
        aux_macs=6_707_200,
    ),
    "inception_resnet_v2_aux": Row(
        "released/inception_resnet_v2_aux",
        55_843_464,
        13_155_794_016,
        244,
        176,
        aux_params=3_367_656,
        aux_macs=6_707_200,
    ),
}


def load(spec: str, **params: int | float | bool | str) -> Network:
    return archdsl.load(SPECS / f"{spec}.arch", **params)


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_totals_are_the_published_ones(row: Row) -> None:
    network = load(row.spec)
    totals = network.totals
    assert (totals.params, totals.macs) == (row.params, row.macs)
    assert (totals.aux_params, totals.aux_macs) == (row.aux_params, row.aux_macs)
    main = [node for node in network.ir if node.aux is None]
    extra = int(row.separable)
    assert sum(node.op.name == "conv" for node in main) == row.convs + extra
    assert weighted_depth(network.ir, main) == row.depth
    assert network.diagnostics == ()


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_the_spec_itself_claims_its_totals(row: Row) -> None:
    """So that a change that breaks a count is an error of the spec, also outside of these tests."""
    text = (SPECS / f"{row.spec}.arch").read_text()
    assert f"expect params = {row.params:_} macs = {row.macs:_}" in text
    heads = f" aux_params = {row.aux_params:_} aux_macs = {row.aux_macs:_}\n"
    assert (heads in text) == bool(row.aux_params)


def test_factorising_the_5x5_saves_what_the_header_says() -> None:
    whole, factorised = ROWS["inception_v3"], ROWS["inception_v3_fig5"]
    assert whole.params - factorised.params == 3 * (25 - 9) * 48 * 64 == 147_456
    assert whole.macs - factorised.macs == 147_456 * 35 * 35 == 180_633_600


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_another_class_count_changes_the_classifiers_alone(row: Row) -> None:
    name = "embedding" if "embedding" in load(row.spec).checked.parameters else "classes"
    ours = load(row.spec).ir
    ten = load(row.spec, **{name: 10}).ir
    assert list(ten.nodes) == list(ours.nodes)
    changed = {id for id, node in ten.nodes.items() if node.op != ours.nodes[id].op}
    assert all(ten.nodes[id].op.name == "linear" for id in changed)
    assert len(changed) == 1 + len(ours.aux)


def test_every_network_of_the_family_is_in_the_table() -> None:
    files = {path.relative_to(SPECS).with_suffix("").as_posix() for path in SPECS.rglob("*.arch")}
    family = {one for one in files if "incep" in one or "googlenet" in one}
    assert {one for one in family if not one.startswith("blocks/")} == {
        row.spec for row in ROWS.values()
    }


def test_the_page_on_specs_links_to_every_file() -> None:
    linked = set(re.findall(r"\]\((\S+\.arch)\)", (SPECS / "README.md").read_text("utf-8")))
    assert linked == {path.relative_to(SPECS).as_posix() for path in SPECS.rglob("*.arch")}
