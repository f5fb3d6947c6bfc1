"""Public implementations whose names weights can be given, built without numbers."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import torch

from archdsl.targets.weights.checkpoint import Checkpoint, CheckpointError

PACKAGES = ("torchvision", "timm", "pretrainedmodels", "facenet-pytorch")


def reference(package: str, model: str) -> Checkpoint:
    """Return the state dict of a package's model: its names, shapes and order.

    Raises :class:`CheckpointError` if the package is not installed or has no such model.
    """
    makers: dict[str, Callable[[str], Any]] = {
        "torchvision": _torchvision,
        "timm": _timm,
        "pretrainedmodels": _pretrainedmodels,
        "facenet-pytorch": _facenet,
    }
    if find_spec(package.replace("-", "_")) is None:
        raise CheckpointError(f"{package} is not installed: `pip install {package}`")
    try:
        try:
            with torch.device("meta"):
                module: torch.nn.Module = makers[package](model)
        except NotImplementedError:  # torchvision's RegNets compute their widths with tensors
            module = makers[package](model)
    except (ValueError, RuntimeError, AttributeError, KeyError) as error:
        raise CheckpointError(f"{package} has no model `{model}`") from error
    return Checkpoint(module.state_dict(), {}, ordered=True)


def _torchvision(model: str) -> Any:
    models: Any = importlib.import_module("torchvision.models")
    # Two of its models otherwise warn that drawing their weights takes long.
    extra = {"init_weights": False} if model in ("googlenet", "inception_v3") else {}
    return models.get_model(model, weights=None, **extra)


def _timm(model: str) -> Any:
    timm: Any = importlib.import_module("timm")
    return timm.create_model(model, pretrained=False)


def _pretrainedmodels(model: str) -> Any:
    models: Any = importlib.import_module("pretrainedmodels")
    return models.__dict__[model](pretrained=None)


def _facenet(model: str) -> Any:
    facenet: Any = importlib.import_module("facenet_pytorch")
    return getattr(facenet, model)(pretrained=None)
