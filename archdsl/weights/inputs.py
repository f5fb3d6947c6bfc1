"""What images a named model's weights expect, as its package says; nothing is downloaded."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Any

from archdsl.weights.checkpoint import CheckpointError
from archdsl.weights.conventions import RESCALES, Convention, conventions

RESCALED = ("googlenet", "inception_v3")
"""The models that torchvision builds with ``transform_input`` where it gives them its weights."""


def convention_of(source: str) -> Convention:
    """Return what ``PACKAGE`` or ``PACKAGE:MODEL`` says of images.

    ``timm:inception_v3.tf_in1k`` names one set of weights of a model, as does
    ``torchvision:resnet50.IMAGENET1K_V2``. Raises :class:`CheckpointError` where there is no such
    model, or its sets of weights expect different images and none is named.
    """
    package, _, model = source.partition(":")
    readers: dict[str, Callable[[str], Mapping[str, Convention]]] = {
        "torchvision": _torchvision,
        "timm": _timm,
        "pretrainedmodels": _pretrainedmodels,
    }
    if not model:
        if package not in conventions():
            listed = ", ".join(f"`{name}`" for name in conventions())
            raise CheckpointError(
                f"`{package}` is none of {listed}, nor a model as `timm:inception_v4`"
            )
        return conventions()[package]
    if package not in readers:
        listed = ", ".join(f"`{name}:MODEL`" for name in readers)
        raise CheckpointError(f"of `{source}` nothing is known; models are read of {listed}")
    if find_spec(package) is None:
        raise CheckpointError(f"{package} is not installed: `pip install {package}`")
    try:
        found = readers[package](model)
    except (ValueError, RuntimeError, AttributeError, LookupError, TypeError) as error:
        raise CheckpointError(f"{package} has no weights of a model `{model}`") from error
    if not found:
        raise CheckpointError(f"{package} has no weights of a model `{model}`")
    if len(set(found.values())) > 1:
        first, *rest = found
        other = next(name for name in rest if found[name] != found[first])
        raise CheckpointError(
            f"the weights of `{source}` do not all expect the same images: `{first}` "
            f"{found[first].described}; `{other}` {found[other].described}. Name one, as "
            f"`{package}:{first}`"
        )
    return next(iter(found.values()))


def _torchvision(model: str) -> dict[str, Convention]:
    models: Any = importlib.import_module("torchvision.models")
    name, _, tag = model.partition(".")
    found: dict[str, Convention] = {}
    for weights in models.get_model_weights(name):
        if tag in ("", weights.name):
            says = weights.transforms()
            found[f"{name}.{weights.name}"] = Convention(
                "RGB",
                1.0,
                tuple(says.mean),
                tuple(says.std),
                then=RESCALES if name in RESCALED else "",
                size=(says.crop_size[0], says.crop_size[-1]),
                resize=says.resize_size[0],
                interpolation=says.interpolation.value,
            )
    return found


def _timm(model: str) -> dict[str, Convention]:
    timm: Any = importlib.import_module("timm")
    names: list[str] = [model] if "." in model else timm.list_pretrained(f"{model}.*")
    found: dict[str, Convention] = {}
    for name in names or [model]:
        says = timm.get_pretrained_cfg(name)
        if says is None or not says.has_weights:
            continue
        _, height, width = says.input_size
        found[name] = Convention(
            "RGB",
            1.0,
            tuple(says.mean),
            tuple(says.std),
            size=(height, width),
            # As timm's own transforms compute it; other crops than from the middle are not said.
            resize=math.floor(height / says.crop_pct) if says.crop_mode == "center" else None,
            interpolation=says.interpolation,
        )
    return found


def _pretrainedmodels(model: str) -> dict[str, Convention]:
    package: Any = importlib.import_module("pretrainedmodels")
    name, _, tag = model.partition(".")
    found: dict[str, Convention] = {}
    for kind, says in package.pretrained_settings[name].items():
        if tag in ("", kind):
            _, height, width = says["input_size"]
            found[f"{name}.{kind}"] = Convention(
                says["input_space"],
                float(says["input_range"][1]),
                tuple(float(value) for value in says["mean"]),
                tuple(float(value) for value in says["std"]),
                size=(height, width),
            )
    return found
