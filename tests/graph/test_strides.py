"""The last value of each stride: where detectors and segmenters read a network."""

from __future__ import annotations

from typing import Any

import pytest
import timm
import torch

import archdsl
from archdsl.check.field import fields
from archdsl.graph import by_stride
from archdsl.graph.strides import narrow_places, strides
from tests.samples import SAMPLES

CREATE: Any = timm.create_model


@pytest.mark.parametrize(
    ("spec", "model"),
    [
        ("inception_v3", "inception_v3"),
        ("inception_resnet_v2", "inception_resnet_v2"),
        ("resnet50_torchvision", "resnet50"),
        ("densenet121_torchvision", "densenet121"),
        ("regnet_y_400mf_torchvision", "regnety_004"),
        ("convnext_tiny_torchvision", "convnext_tiny"),
    ],
)
def test_maps_are_those_that_timm_gives(spec: str, model: str) -> None:
    """timm lists feature maps by hand for each model."""
    graph = archdsl.load(f"specs/released/{spec}.arch").ir
    found = {stride: graph.nodes[id].shape.channels for stride, id in by_stride(graph).items()}
    with torch.device("meta"):
        info = CREATE(model).feature_info
    assert found == {one["reduction"]: one["num_chs"] for one in info}


def strided(body: str) -> dict[int, str]:
    return dict(by_stride(archdsl.load(f"net n {{ input 32x32x3; {body} }}").ir))


def test_what_blocks_give_comes_before_what_stands_in_them() -> None:
    body = "a { conv 3x3 8; relu }; b { conv 1x1 32; conv 3x3/2 16 }; conv 3x3/2 4"
    assert strided(body) == {1: "n.a.relu", 2: "n.b.conv1", 4: "n.conv"}


def test_a_stride_that_comes_back_has_no_last_value() -> None:
    assert strided("conv 3x3/2 8; conv 3x3/2 8; resize 2; conv 3x3 8") == {4: "n.conv1"}


def test_values_beside_others_that_are_still_needed_do_not_count() -> None:
    trunk = "conv 3x3/2 8 as low; conv 3x3/2 8; conv 3x3/2 8"
    assert strided(f"{trunk}; concat {{ identity; @low -> maxpool 4x4/4 }}") == {
        2: "n.low",
        8: "n.concat",
    }


def test_uneven_strides_vectors_and_single_cells_have_no_place() -> None:
    body = "conv 3x3/2x1 8; conv 3x3/1x2 8; avgpool global; linear 4"
    assert strided(body) == {2: "n.conv1"}


def test_what_comes_before_the_first_weights_is_no_feature() -> None:
    assert strided("affine scale=[2, 2, 2] shift=[0, 0, 0]; conv 3x3/2 8") == {2: "n.conv"}


@pytest.mark.parametrize("sample", SAMPLES)
def test_strides_are_the_jumps_between_receptive_fields(sample: str) -> None:
    """Receptive fields are worked out from windows, strides from how grids grow."""
    graph = archdsl.load(SAMPLES[sample]).ir
    jumps = fields(graph)
    known = {id: pair for id, pair in strides(graph).items() if pair is not None}
    assert known
    for id, pair in known.items():
        assert pair == jumps[id].jump, id


def test_narrow_places_are_what_everything_behind_needs() -> None:
    for text in SAMPLES.values():
        graph = archdsl.load(text).ir
        for place in narrow_places(graph):
            order = graph.tree.order
            behind = [n for n in graph if order[n.id] > order[place] and n.aux is None]
            before = {n.id for n in graph if order[n.id] < order[place]}
            assert before.isdisjoint(id for n in behind for id in n.operands)
            assert before.isdisjoint(graph.outputs)
        assert set(strides(graph)) == set(graph.nodes)
