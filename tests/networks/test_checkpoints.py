"""Released networks take the checkpoints of the implementations they describe, and give them back.

The checkpoints are made here: random numbers under the names, shapes and order of the real
models. What the right correspondence is, the model's own order says; it is held against what is
found in a file that is sorted by name.
"""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Callable
from copy import deepcopy
from functools import cache, lru_cache, partial
from pathlib import Path
from random import Random

import pytest
import torch
from facenet_pytorch import InceptionResnetV1
from torch import nn

import archdsl
from archdsl.network import Network
from archdsl.weights import (
    Checkpoint,
    CheckpointError,
    Imported,
    export_weights,
    import_weights,
    packages,
)
from archdsl.weights.checkpoint import NAMES
from archdsl.weights.packages import image_shapes, made, reference
from archdsl.weights.running import wiring_when_run
from archdsl.weights.units import unit_of
from archdsl.weights.wiring import Wiring
from tests.networks.released import META, SEED, difference
from tests.networks.released import numbers as filled

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


@pytest.fixture(params=CASES, scope="module")
def case(request: pytest.FixtureRequest) -> str:
    """One network after the other: all tests of one, while its numbers are at hand."""
    return request.param


@cache
def network(case: str) -> Network:
    return archdsl.load(SPECS / CASES[case][0])


@lru_cache(maxsize=1)
def numbers(case: str) -> dict[str, torch.Tensor]:
    """A state dict of random numbers under the model's names, in its order."""
    _, package, model = CASES[case]
    made = reference(package, model).tensors
    torch.manual_seed(1)
    return {
        name: torch.randn(t.shape) if t.is_floating_point() else torch.zeros(t.shape, dtype=t.dtype)
        for name, t in made.items()
    }


@lru_cache(maxsize=1)
def imported(case: str) -> Imported:
    spec = network(case)
    checkpoint = Checkpoint(numbers(case), {}, ordered=True)
    return import_weights(spec.ir, spec.module(META), checkpoint)


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


def test_a_file_sorted_by_name_gives_the_same(case: str) -> None:
    spec = network(case)
    by_name = Checkpoint(dict(sorted(numbers(case).items())), {}, ordered=False)
    found = import_weights(spec.ir, spec.module(META), by_name)
    wanted = imported(case).tensors
    assert all(torch.equal(found.tensors[name], tensor) for name, tensor in wanted.items())


# Every released network, with outputs


def facenet_for(people: int) -> nn.Module:
    with META:
        return InceptionResnetV1(classify=True, num_classes=people)


RELEASED: dict[str, Callable[[], nn.Module]] = {
    **{
        f"{name}_torchvision": partial(made, "torchvision", name)
        for name in (
            *("alexnet", "convnext_tiny", "densenet121", "efficientnet_b0", "googlenet"),
            *("mnasnet1_0", "mobilenet_v2", "regnet_y_400mf", "resnet50", "shufflenet_v2_x1_0"),
            "squeezenet1_1",
        )
    },
    "inception_v3": partial(made, "torchvision", "inception_v3"),
    "inception_v4": partial(made, "pretrainedmodels", "inceptionv4"),
    "inception_v4_aux": partial(made, "timm", "inception_v4"),
    "inception_resnet_v2": partial(made, "timm", "inception_resnet_v2"),
    "inception_resnet_v2_aux": partial(made, "timm", "inception_resnet_v2"),
    "bninception_cadene": partial(made, "pretrainedmodels", "bninception"),
    "inception_resnet_v1_facenet": partial(made, "facenet-pytorch", "InceptionResnetV1"),
    "inception_resnet_v1_facenet_299": partial(made, "facenet-pytorch", "InceptionResnetV1"),
    "inception_resnet_v1_facenet_casia": partial(facenet_for, 10575),
    "inception_resnet_v1_facenet_vggface2": partial(facenet_for, 8631),
}

ELSEWHERE = {
    "googlenet_caffe": "Caffe",
    "inception_resnet_v2_slim": "slim",
    "inception_v1_slim": "slim",
    "inception_v2_slim": "slim",
    "inception_v3_slim": "slim",
    "inception_v4_slim": "slim",
    "resnet50_keras": "Keras",
}
"""Released by programs that are not torch's: no package has a module with their names."""

WITHOUT_AUX = ("inception_v4_aux", "inception_resnet_v2_aux")
"""Their own auxiliary heads, which no package has, begin anew."""


def test_no_released_network_is_left_out() -> None:
    there = {path.stem for path in (SPECS / "released").glob("*.arch")}
    assert there == {*RELEASED, *ELSEWHERE}
    for name, program in ELSEWHERE.items():
        assert program.lower() in (SPECS / f"released/{name}.arch").read_text().lower()


def released(name: str) -> tuple[nn.Module, dict[str, torch.Tensor]]:
    model = RELEASED[name]()
    generator = torch.Generator().manual_seed(SEED)
    state = model.state_dict()
    for key, like in state.items():
        state[key] = filled(key, like, generator)
    model.load_state_dict(state, assign=True)
    return model, state


@pytest.mark.parametrize("name", RELEASED)
def test_a_released_network_with_its_packages_numbers_gives_its_outputs(name: str) -> None:
    spec = archdsl.load(SPECS / f"released/{name}.arch")
    model, state = released(name)
    anew = ("aux_logits.*",) if name in WITHOUT_AUX else ()
    module = spec.module(META)
    shapes = image_shapes(spec.ir)
    wiring = wiring_when_run(deepcopy(model).to(META), shapes)
    for checkpoint in (
        Checkpoint(state, {}, ordered=True),
        Checkpoint(dict(sorted(state.items())), {}, ordered=False),
        Checkpoint(dict(reversed(state.items())), {}, ordered=False, wiring=wiring),
    ):
        found = import_weights(spec.ir, module, checkpoint, begin_anew=anew)
        begun = {n: t for n, t in found.tensors.items() if t.is_meta}
        assert all(n.startswith("aux_logits.") for n in begun)
        taken = {**found.tensors, **{n: torch.zeros(t.shape) for n, t in begun.items()}}
        if checkpoint.ordered:
            first = taken
        assert all(torch.equal(first[n], t) for n, t in taken.items())
    module.load_state_dict(first, assign=True)
    ((_, *extents),) = shapes
    assert difference(module, model, 1, *extents) <= 1e-5


@pytest.mark.parametrize(
    "name", ["resnet50_torchvision", "inception_v3", "densenet121_torchvision"]
)
def test_how_a_model_runs_is_enough_without_any_names(name: str) -> None:
    """Layers are called by lot, and stand in the file by lot."""
    spec = archdsl.load(SPECS / f"released/{name}.arch")
    model, state = released(name)
    state = {key: value for key, value in state.items() if not key.startswith("AuxLogits.")}
    lot = list(dict.fromkeys(unit_of(key)[0] for key in state))
    Random(1).shuffle(lot)
    new = {path: f"q{chr(97 + at // 26 % 26)}{chr(97 + at % 26)}" for at, path in enumerate(lot)}
    new = {path: f"{name}{'x' * (at // 676)}" for at, (path, name) in enumerate(new.items())}
    wiring = wiring_when_run(deepcopy(model).to(META), image_shapes(spec.ir))
    seen = Wiring(
        tuple((new[one], new[other]) for one, other in wiring.feeds),
        tuple(tuple(tuple(new[one] for one in part) for part in c) for c in wiring.stacked),
        *(
            frozenset(new[one] for one in paths)
            for paths in (wiring.ran, wiring.pooled, wiring.active)
        ),
    )
    renamed = {f"{new[unit_of(key)[0]]}.{unit_of(key)[1]}": t for key, t in state.items()}
    renamed = dict(sorted(renamed.items()))
    anew = tuple(f"{head.path.removeprefix(f'{spec.name}.')}.*" for head in spec.ir.aux)
    module = spec.module(META)
    checkpoint = Checkpoint(renamed, {}, ordered=False, wiring=seen)
    found = import_weights(spec.ir, module, checkpoint, begin_anew=anew).tensors
    wanted = import_weights(
        spec.ir, module, Checkpoint(state, {}, ordered=True), begin_anew=anew
    ).tensors
    assert all(torch.equal(found[n], t) for n, t in wanted.items() if not t.is_meta)


def test_models_are_made_without_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    for model in ("fcn_resnet50", "deeplabv3_mobilenet_v3_large", "lraspp_mobilenet_v3_large"):
        found = reference("torchvision", model, [(2, 3, 64, 64)])
        assert found.wiring.ran
        assert all(tensor.is_meta for tensor in found.tensors.values())
    with pytest.raises(CheckpointError, match="has no model `resnet51`"):
        reference("torchvision", "resnet51")


def test_a_model_that_asks_for_a_download_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Package:
        @staticmethod
        def insistent(pretrained: object) -> nn.Module:
            torch.hub.load_state_dict_from_url("https://example.org/numbers.pth")
            return nn.Linear(1, 1)

    monkeypatch.setitem(sys.modules, "pretrainedmodels", Package)  # type: ignore[arg-type]
    monkeypatch.setattr(packages, "find_spec", lambda _: object())
    with pytest.raises(CheckpointError, match="`insistent` asks for numbers from the network"):
        reference("pretrainedmodels", "insistent")


def test_why_a_model_could_not_be_seen_is_said() -> None:
    found = reference("torchvision", "vit_b_16", [(2, 3, 64, 64)])
    assert not found.wiring.ran
    (said,) = found.said
    assert said.startswith("how torchvision's `vit_b_16` runs could not be seen")
    assert "224" in said
