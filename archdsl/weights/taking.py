"""Weights of other implementations, taken into a module from a file and given back."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import torch
from torch import nn

from archdsl.graph import Graph
from archdsl.implementations import package_and_model
from archdsl.weights import (
    CheckpointError,
    Convention,
    convention_of,
    converted,
    export_weights,
    import_weights,
    in_order_of,
    read_checkpoint,
)
from archdsl.weights.checkpoint import NAMES
from archdsl.weights.conventions import KEY, misfit
from archdsl.weights.packages import image_shapes, reference

if TYPE_CHECKING:
    from archdsl.pytorch.torch_module import NetworkModule

_noted: WeakKeyDictionary[nn.Module, dict[str, str]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Taken:
    """What is to be known of weights that a module took from another implementation.

    ``said`` is what was not simply copied; ``by_names`` counts layers that names tell apart.
    """

    said: tuple[str, ...]
    convention: Convention | None
    count: int
    by_names: int


def note(module: nn.Module, metadata: Mapping[str, str]) -> None:
    """Remember what a file says of the weights that a module has taken from it."""
    _noted[module] = dict(metadata)


def noted(module: nn.Module) -> Mapping[str, str]:
    """Return what is known of where a module's weights come from: their names, their images."""
    return _noted.get(module, {})


def take_weights(
    graph: Graph,
    module: NetworkModule,
    path: Path,
    *,
    source: str | None = None,
    order: str | None = None,
    key: str | None = None,
    ignore: Sequence[str] = (),
    begin_anew: Sequence[str] = (),
    pins: Mapping[str, str] | None = None,
    drop_class: int | None = None,
) -> Taken:
    """Give a module of a graph the weights of another implementation, all of them or none.

    Raises :class:`archdsl.weights.CheckpointError` where the file or the model that is named
    cannot be read, or expects other images than the network takes, and
    :class:`archdsl.weights.MatchError` where the weights do not fit, or fit in two ways.
    """
    convention = None if source is None else convention_of(source)
    wrong = None if convention is None else misfit(convention, graph)
    if wrong is not None:
        raise CheckpointError(wrong)
    model = None if order is None else _package_and_model(order)
    checkpoint = read_checkpoint(path, key=key)
    if model is not None:
        checkpoint = in_order_of(checkpoint, reference(*model, image_shapes(graph)))
    found = import_weights(
        graph,
        module,
        checkpoint,
        ignore=tuple(ignore),
        pins=pins,
        drop_class=drop_class,
        begin_anew=tuple(begin_anew),
    )
    said = (*checkpoint.said, *found.said, *converted(module.state_dict(), found.tensors))
    module.load_state_dict(dict(found.tensors))
    metadata = dict(found.metadata)
    if convention is not None:
        metadata[KEY] = convention.to_text()
    note(module, metadata)
    return Taken(said, convention, len(found.tensors), found.by_names)


def weights_for(
    graph: Graph,
    module: NetworkModule,
    to: str | None,
    metadata: Mapping[str, str],
) -> tuple[dict[str, torch.Tensor], tuple[str, ...]]:
    """Return a module's weights under another implementation's names, and what to know of it.

    ``to`` is a package, or PACKAGE:MODEL; without it the names are those that ``metadata`` has of
    when they were imported. Raises as :func:`take_weights` does.
    """
    like = None
    if to is not None:
        package, model = _package_and_model(to)
        called = model or _model_name(graph.name, package)
        like = reference(package, called, image_shapes(graph))
    state = module.state_dict()
    tensors = export_weights(graph, state, like=like, names=metadata.get(NAMES))
    return tensors, () if like is None else like.said


def _package_and_model(text: str) -> tuple[str, str]:
    try:
        return package_and_model(text)
    except ValueError as error:
        raise CheckpointError(str(error)) from error


def state_dict_file(tensors: Mapping[str, torch.Tensor], suffix: str) -> bytes:
    """Return the bytes of a .safetensors file, or else of one that torch.load reads."""
    if suffix == "safetensors":
        from safetensors.torch import save

        return save({name: tensor.contiguous() for name, tensor in tensors.items()})
    buffer = io.BytesIO()
    torch.save(dict(tensors), buffer)
    return buffer.getvalue()


def _model_name(net: str, package: str) -> str:
    """Return what a package calls a network: the net's name without the package's."""
    if package == "facenet-pytorch":
        return "InceptionResnetV1"
    name = net.removesuffix(f"_{package}").removesuffix("_cadene")
    return name.replace("_", "") if package == "pretrainedmodels" else name
