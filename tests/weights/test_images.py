"""What is said of the images that imported weights were trained on."""

from __future__ import annotations

import pytest
import torch
import torchvision

from archdsl.weights import (
    CheckpointError,
    Convention,
    convention_of,
)

IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
HALF = ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))


@pytest.mark.parametrize(
    ("source", "numbers", "size", "resize", "rescaled"),
    [
        ("torchvision:googlenet", IMAGENET, 224, 256, True),
        ("torchvision:inception_v3", IMAGENET, 299, 342, True),
        ("torchvision:resnet50.IMAGENET1K_V1", IMAGENET, 224, 256, False),
        ("torchvision:resnet50.IMAGENET1K_V2", IMAGENET, 224, 232, False),
        ("timm:inception_v3.tf_in1k", HALF, 299, 341, False),
        ("timm:inception_v3.gluon_in1k", IMAGENET, 299, 341, False),
        ("pretrainedmodels:inceptionv4", HALF, 299, None, False),
    ],
)
def test_images_are_those_of_the_named_model(
    source: str,
    numbers: tuple[tuple[float, ...], ...],
    size: int,
    resize: int | None,
    rescaled: bool,
) -> None:
    found = convention_of(source)
    assert (found.mean, found.std) == numbers
    assert (found.size, found.resize, found.rescaled) == ((size, size), resize, rescaled)
    assert Convention.from_text(found.to_text()) == found


def test_what_torchvision_makes_of_an_image_is_what_is_said_of_it() -> None:
    weights = torchvision.models.ResNet50_Weights.IMAGENET1K_V2
    image = torch.randint(0, 256, (3, 300, 500), dtype=torch.uint8)
    said = convention_of("torchvision:resnet50.IMAGENET1K_V2")
    assert said.resize is not None
    assert said.size is not None
    longer = int(500 * said.resize / 300)
    smaller = torchvision.transforms.functional.resize(image, [said.resize, longer])
    cut = torchvision.transforms.functional.center_crop(smaller, list(said.size)) / 255
    by_hand = (cut - torch.tensor(said.mean)[:, None, None]) / torch.tensor(said.std)[:, None, None]
    torch.testing.assert_close(weights.transforms()(image), by_hand)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("torchvision:resnet50", r"do not all expect the same images.*resnet50\.IMAGENET1K_V1"),
        ("timm:inception_v3", "do not all expect the same images"),
        ("timm:inception_v3.nope", "no weights of a model"),
        ("torchvision:raft_large", "no weights of a model"),
        ("pretrainedmodels:nope", "no weights of a model"),
        ("keras:ResNet50", "nothing is known"),
        ("nope", "is none of"),
    ],
)
def test_models_of_which_nothing_is_known_are_told(source: str, said: str) -> None:
    with pytest.raises(CheckpointError, match=said):
        convention_of(source)
