"""Public implementations whose names weights can be given, built without numbers or downloads."""

from __future__ import annotations

import importlib
import inspect
import socket
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any, NoReturn
from unittest.mock import patch

import torch

from archdsl.graph import Graph
from archdsl.weights.checkpoint import Checkpoint, CheckpointError
from archdsl.weights.running import wiring_when_run


def reference(
    package: str, model: str, inputs: Sequence[tuple[int, ...]] | None = None
) -> Checkpoint:
    """Return the state dict of a package's model: its names, shapes and order.

    With shapes of ``inputs``, (N, C, H, W), it also tells how the model runs on them, or says
    why that cannot be seen. Raises :class:`CheckpointError` if the package is not installed, has
    no such model, or would have to download something.
    """
    module = made(package, model)
    state = module.state_dict()
    if inputs is None:
        return Checkpoint(state, {}, ordered=True)
    try:
        wiring = wiring_when_run(module.to("meta"), inputs)
    except Exception as error:  # a stranger's code: it may raise anything
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        said = f"how {package}'s `{model}` runs could not be seen, its names decide: {reason}"
        return Checkpoint(state, {}, ordered=True, said=(said,))
    return Checkpoint(state, {}, ordered=True, wiring=wiring)


def image_shapes(graph: Graph) -> list[tuple[int, ...]]:
    """Return the shapes of two images for each of a network's inputs, as torch has them."""
    shapes = [graph.nodes[id].shape for id in graph.inputs]
    return [(2, s.channels, *(s.grid.pair if s.grid is not None else ())) for s in shapes]


def made(package: str, model: str) -> torch.nn.Module:
    """Return a package's model without numbers. Raises :class:`CheckpointError`."""
    makers: dict[str, Callable[[str], Any]] = {
        "torchvision": _torchvision,
        "timm": _timm,
        "pretrainedmodels": _pretrainedmodels,
        "facenet-pytorch": _facenet,
    }
    if find_spec(package.replace("-", "_")) is None:
        raise CheckpointError(f"{package} is not installed: `pip install {package}`")
    try:
        with _nothing_downloaded(f"{package}'s `{model}`"):
            try:
                with torch.device("meta"):
                    return makers[package](model)
            except NotImplementedError:  # torchvision's RegNets compute their widths with tensors
                return makers[package](model)
    except (ValueError, RuntimeError, AttributeError, KeyError, TypeError) as error:
        raise CheckpointError(f"{package} has no model `{model}`") from error


@contextmanager
def _nothing_downloaded(whose: str) -> Generator[None]:
    """Refuse every way out to the network."""

    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise CheckpointError(
            f"{whose} asks for numbers from the network, and models are made without any"
        )

    with (
        patch.object(socket.socket, "connect", refuse),
        patch.object(socket, "getaddrinfo", refuse),
        patch.object(torch.hub, "load_state_dict_from_url", refuse),
        patch.object(torch.hub, "download_url_to_file", refuse),
    ):
        yield


def _torchvision(model: str) -> Any:
    models: Any = importlib.import_module("torchvision.models")
    taken = inspect.signature(models.get_model_builder(model)).parameters
    # Some models have a backbone whose numbers they would fetch.
    extra: dict[str, Any] = {name: None for name in taken if name.startswith("weights")}
    # Two of its models otherwise warn that drawing their weights takes long.
    if model in ("googlenet", "inception_v3"):
        extra["init_weights"] = False
    return models.get_model(model, **extra)


def _timm(model: str) -> Any:
    timm: Any = importlib.import_module("timm")
    return timm.create_model(model, pretrained=False)


def _pretrainedmodels(model: str) -> Any:
    models: Any = importlib.import_module("pretrainedmodels")
    return models.__dict__[model](pretrained=None)


def _facenet(model: str) -> Any:
    facenet: Any = importlib.import_module("facenet_pytorch")
    return getattr(facenet, model)(pretrained=None)
