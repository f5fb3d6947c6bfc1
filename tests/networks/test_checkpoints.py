"""Released networks take the checkpoints of the implementations they describe, and give them back.

The checkpoints are made here: random numbers under the names, shapes and order of the real
models. What the right correspondence is, the model's own order says; it is held against what is
found in a file that is sorted by name.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
import torch

import archdsl
from archdsl.network import Network
from archdsl.targets.weights import (
    Checkpoint,
    Imported,
    export_weights,
    import_weights,
)
from archdsl.targets.weights.exchange import NAMES
from archdsl.targets.weights.packages import reference

SPECS = Path(__file__).parents[2] / "specs"

CASES = {
    "googlenet": ("released/googlenet_torchvision.arch", "torchvision", "googlenet"),
    "inception_v3": ("released/inception_v3.arch", "torchvision", "inception_v3"),
    "alexnet": ("released/alexnet_torchvision.arch", "torchvision", "alexnet"),
    "vgg16": ("vgg16.arch", "torchvision", "vgg16"),
    "resnet50": ("released/resnet50_torchvision.arch", "torchvision", "resnet50"),
    "inception_v4": ("inception_v4.arch", "timm", "inception_v4"),
    "inception_resnet_v2": ("released/inception_resnet_v2.arch", "timm", "inception_resnet_v2"),
    "inceptionv4": ("released/inception_v4.arch", "pretrainedmodels", "inceptionv4"),
    "inceptionresnetv2": (
        "released/inception_resnet_v2.arch",
        "pretrainedmodels",
        "inceptionresnetv2",
    ),
    "bninception": ("released/bninception_cadene.arch", "pretrainedmodels", "bninception"),
    "facenet": (
        "released/inception_resnet_v1_facenet.arch",
        "facenet-pytorch",
        "InceptionResnetV1",
    ),
}


@cache
def network(case: str) -> Network:
    return archdsl.load(SPECS / CASES[case][0])


@cache
def numbers(case: str) -> dict[str, torch.Tensor]:
    """A state dict of random numbers under the model's names, in its order."""
    _, package, model = CASES[case]
    made = reference(package, model).tensors
    torch.manual_seed(1)
    return {
        name: torch.randn(t.shape) if t.is_floating_point() else torch.zeros(t.shape, dtype=t.dtype)
        for name, t in made.items()
    }


@cache
def imported(case: str) -> Imported:
    spec = network(case)
    checkpoint = Checkpoint(numbers(case), {}, ordered=True)
    return import_weights(spec.ir, spec.module(), checkpoint)


@pytest.mark.parametrize("case", CASES)
def test_a_checkpoint_is_taken_whole_and_given_back_bit_equal(case: str) -> None:
    spec, found = network(case), imported(case)
    assert not found.said
    assert set(found.tensors) == set(spec.module(torch.device("meta")).state_dict())
    _, package, model = CASES[case]
    for back in (
        export_weights(spec.ir, found.tensors, names=found.metadata[NAMES]),
        export_weights(spec.ir, found.tensors, like=reference(package, model)),
    ):
        assert set(back) == set(numbers(case))
        assert all(torch.equal(back[name], t) for name, t in numbers(case).items())


@pytest.mark.parametrize("case", CASES)
def test_main_path_follows_the_models_own_order(case: str) -> None:
    """Every public model registers its layers as they run, auxiliary heads aside."""
    spec, found = network(case), imported(case)
    heads = tuple(head.path.removeprefix(f"{spec.name}.") + "." for head in spec.ir.aux)
    pairs = [(theirs, ours) for theirs, ours in json.loads(found.metadata[NAMES])]
    ours = [our for _, our in pairs if not our.startswith(heads)]
    state = [
        name
        for name in spec.module(torch.device("meta")).state_dict()
        if not name.startswith(heads)
    ]
    assert ours == state
    aux = [theirs for theirs, our in pairs if our.startswith(heads)]
    assert all(name.lower().startswith("aux") for name in aux)


@pytest.mark.parametrize("case", CASES)
def test_a_file_sorted_by_name_gives_the_same(case: str) -> None:
    spec = network(case)
    by_name = Checkpoint(dict(sorted(numbers(case).items())), {}, ordered=False)
    found = import_weights(spec.ir, spec.module(), by_name)
    wanted = imported(case).tensors
    assert all(torch.equal(found.tensors[name], tensor) for name, tensor in wanted.items())
