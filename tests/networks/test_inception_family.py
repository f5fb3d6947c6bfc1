"""The Inception family: published totals, and the very numbers of public implementations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import archdsl
from archdsl.network import Network

SPECS = Path(__file__).parents[2] / "specs"
TOLERANCE = 1e-5
"""Largest difference allowed, relative to the largest number of the output."""


def load(spec: str, **params: int | float | bool | str) -> Network:
    return archdsl.load(SPECS / f"{spec}.arch", **params)


# The same numbers as public implementations, for the same weights and images

Images = tuple[int, int, int]
"""How many images, of which height and width."""


@dataclass(frozen=True)
class Case:
    """A released spec, and the public model that must give the same numbers."""

    spec: str
    package: str
    make: Callable[[Any], nn.Module]
    images: tuple[Images, ...]
    params: dict[str, int | float | bool | str] = field(default_factory=dict)


AT_299 = ((1, 299, 299), (3, 107, 139), (1, 320, 352))

# pretrainedmodels ends in windows of a fixed size, which must cover the last map and no less.
EIGHT_BY_EIGHT = ((3, 299, 320),)

CASES = {
    "torchvision googlenet": Case(
        "released/googlenet_torchvision",
        "torchvision.models",
        lambda models: models.googlenet(aux_logits=True, init_weights=False),
        ((1, 224, 224), (3, 101, 208), (1, 320, 352)),  # odd maps too, 13 wide before pool4
    ),
    "torchvision googlenet, transform_input": Case(
        "released/googlenet_torchvision",
        "torchvision.models",
        lambda models: models.googlenet(transform_input=True, init_weights=False),
        ((1, 224, 224),),
        {"transform_input": True},
    ),
    "torchvision inception_v3": Case(
        "released/inception_v3",
        "torchvision.models",
        lambda models: models.inception_v3(aux_logits=True, init_weights=False),
        AT_299,
    ),
    "torchvision inception_v3, transform_input": Case(
        "released/inception_v3",
        "torchvision.models",
        lambda models: models.inception_v3(transform_input=True, init_weights=False),
        ((1, 107, 139),),
        {"transform_input": True},
    ),
    "timm inception_v3": Case(
        "released/inception_v3",
        "timm",
        lambda timm: timm.create_model("inception_v3"),
        AT_299,
    ),
    "timm inception_v4": Case(
        "released/inception_v4",
        "timm",
        lambda timm: timm.create_model("inception_v4"),
        AT_299,
    ),
    "timm inception_v4, spelled out": Case(
        "inception_v4",
        "timm",
        lambda timm: timm.create_model("inception_v4"),
        ((1, 107, 139),),
    ),
    "timm inception_resnet_v2": Case(
        "released/inception_resnet_v2",
        "timm",
        lambda timm: timm.create_model("inception_resnet_v2"),
        AT_299,
    ),
    "pretrainedmodels bninception": Case(
        "released/bninception_cadene",
        "pretrainedmodels",
        lambda models: models.bninception(pretrained=None),
        ((1, 224, 224), (3, 223, 226)),
    ),
    "pretrainedmodels inceptionv4": Case(
        "released/inception_v4",
        "pretrainedmodels",
        lambda models: models.inceptionv4(num_classes=1000, pretrained=None),
        EIGHT_BY_EIGHT,
    ),
    "pretrainedmodels inceptionresnetv2": Case(
        "released/inception_resnet_v2",
        "pretrainedmodels",
        lambda models: models.inceptionresnetv2(num_classes=1000, pretrained=None),
        EIGHT_BY_EIGHT,
    ),
    "facenet-pytorch embedding": Case(
        "released/inception_resnet_v1_facenet",
        "facenet_pytorch",
        lambda facenet: facenet.InceptionResnetV1(pretrained=None),
        ((1, 160, 160), (3, 97, 131), (1, 320, 352)),
    ),
    "facenet-pytorch embedding at 299": Case(
        "released/inception_resnet_v1_facenet_299",
        "facenet_pytorch",
        lambda facenet: facenet.InceptionResnetV1(pretrained=None),
        ((1, 299, 299),),
    ),
    "facenet-pytorch vggface2": Case(
        "released/inception_resnet_v1_facenet_vggface2",
        "facenet_pytorch",
        lambda facenet: facenet.InceptionResnetV1(pretrained=None, classify=True, num_classes=8631),
        ((1, 160, 160), (3, 97, 131)),
    ),
    "facenet-pytorch casia": Case(
        "released/inception_resnet_v1_facenet_casia",
        "facenet_pytorch",
        lambda facenet: facenet.InceptionResnetV1(
            pretrained=None, classify=True, num_classes=10_575
        ),
        ((3, 160, 160),),
    ),
}


# With their auxiliary heads, which are off in evaluation but for timm.
TRAINED = {
    "torchvision googlenet": (CASES["torchvision googlenet"], ((3, 224, 224), (2, 256, 320))),
    "torchvision inception_v3": (CASES["torchvision inception_v3"], ((3, 299, 299), (2, 299, 352))),
    "timm inception_v3": (
        Case(
            "released/inception_v3",
            "timm",
            lambda timm: timm.create_model("inception_v3", aux_logits=True),
            (),
        ),
        ((3, 299, 299),),
    ),
}


@pytest.fixture(autouse=True)
def _steady() -> Iterator[None]:
    """Draw the same weights and images every time, on one thread: tests run beside each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        yield
    torch.set_num_threads(threads)


def shake(module: nn.Module) -> None:
    """Give every layer weights that keep the size of its values, and every norm a say in them."""
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            if layer.bias is not None:
                nn.init.normal_(layer.bias, std=0.1)
        elif isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
            assert layer.running_mean is not None
            assert layer.running_var is not None
            nn.init.uniform_(layer.weight, 0.8, 1.2)
            nn.init.normal_(layer.bias, std=0.1)
            nn.init.normal_(layer.running_mean, std=0.1)
            nn.init.uniform_(layer.running_var, 0.8, 1.2)
        elif isinstance(layer, nn.Dropout):
            layer.p = 0.0


def is_head(name: str) -> bool:
    return name.lower().startswith("aux")


def matched(ours: nn.Module, theirs: nn.Module) -> list[tuple[str, Tensor]]:
    """Return their tensors under our names: both in order, auxiliary heads after the rest.

    Both must have as many, and each pair the same shape and the same name within its layer. Our
    heads are left out where they have none.
    """
    mine, public = (
        sorted(module.state_dict().items(), key=lambda one: is_head(one[0]))
        for module in (ours, theirs)
    )
    if not is_head(public[-1][0]):
        mine = [one for one in mine if not is_head(one[0])]
    pairs: list[tuple[str, Tensor]] = []
    for (name, tensor), (other, value) in zip(mine, public, strict=True):
        assert tensor.shape == value.shape, (name, other)
        assert name.rpartition(".")[2] == other.rpartition(".")[2], (name, other)
        pairs.append((name, value))
    return pairs


def pair(case: Case) -> tuple[Any, Any]:
    """Build our module and the public one, with equal weights."""
    theirs = case.make(pytest.importorskip(case.package))
    shake(theirs)
    ours = load(case.spec, **case.params).module()
    for layer in ours.modules():
        if isinstance(layer, nn.Dropout):
            layer.p = 0.0
    ours.load_state_dict({**ours.state_dict(), **dict(matched(ours, theirs))})
    return ours, theirs


def difference(result: Tensor, expected: Tensor) -> float:
    """Return the largest difference, relative to the largest number expected."""
    assert result.shape == expected.shape
    scale = expected.abs().max()
    assert torch.isfinite(scale)
    assert expected.std() > 1e-3 * scale > 0, "the weights let nothing through to compare"
    return float((result - expected).abs().max() / scale)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_outputs_are_those_of_the_public_model(case: Case) -> None:
    ours, theirs = pair(case)
    ours.eval()
    theirs.eval()
    with torch.inference_mode():
        for count, height, width in case.images:
            x = torch.randn(count, 3, height, width)
            assert difference(ours(x), theirs(x)) <= TOLERANCE, (count, height, width)


def test_bninception_agrees_on_larger_images_up_to_its_fixed_pool() -> None:
    ours, theirs = pair(CASES["pretrainedmodels bninception"])
    x = torch.randn(1, 3, 319, 352)
    with torch.inference_mode():
        result, expected = ours.eval().forward_features(x), theirs.eval().features(x)
    assert expected.shape == (1, 1024, 10, 11)
    assert difference(result, expected) <= TOLERANCE


@pytest.mark.parametrize(("case", "images"), TRAINED.values(), ids=TRAINED)
def test_training_gives_the_same_outputs_heads_and_averages(
    case: Case, images: tuple[Images, ...]
) -> None:
    ours, theirs = pair(case)
    for count, height, width in images:
        x = torch.randn(count, 3, height, width)
        with torch.no_grad():
            main, *heads = ours.train()(x)
            logits, *aux = theirs.train()(x)
        # torchvision's GoogLeNet returns its deeper head first.
        for result, expected in zip((main, *heads), (logits, *reversed(aux)), strict=True):
            assert difference(result, expected) <= TOLERANCE
    averages = dict(ours.named_buffers())
    for name, value in matched(ours, theirs):
        if name.endswith(("running_mean", "running_var")):
            assert difference(averages[name], value) <= TOLERANCE, name


def test_counting_padding_is_what_sets_released_v3_apart_from_the_papers() -> None:
    """The paper's network with the released weights is another function, and not by rounding."""
    _, theirs = pair(CASES["torchvision inception_v3"])
    paper = load("inception_v3").module()
    paper.load_state_dict(dict(matched(paper, theirs)))
    x = torch.randn(1, 3, 299, 299)
    with torch.inference_mode():
        assert difference(paper.eval()(x), theirs.eval()(x)) > 0.01


def test_embedding_has_unit_length() -> None:
    module = load("released/inception_resnet_v1_facenet").module(seed=0).eval()
    with torch.inference_mode():
        lengths = module(torch.randn(2, 3, 160, 160)).norm(dim=1)
    torch.testing.assert_close(lengths, torch.ones(2))
