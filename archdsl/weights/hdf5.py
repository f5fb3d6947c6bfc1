"""Keras' files: whole models in ``.keras`` and ``.h5``, weights alone in ``.weights.h5``."""

from __future__ import annotations

import importlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

from archdsl.weights.checkpoint import Checkpoint, CheckpointError
from archdsl.weights.keras_config import KerasModel, read_config, wiring_of
from archdsl.weights.variables import Variable, split, to_tensors
from archdsl.weights.wiring import Wiring

WEIGHTS = "model.weights.h5"

ROLES_BY_CLASS = {
    "batch_normalization": ("gamma", "beta", "moving_mean", "moving_variance"),
    "layer_normalization": ("gamma", "beta"),
    "separable_conv2d": ("depthwise_kernel", "pointwise_kernel", "bias"),
    "p_re_lu": ("alpha",),
}
"""What a layer's variables are, in the order in which Keras 3 makes them; others have kernel, bias.

Source: ``keras.layers``; a layer without scale or offset has fewer, which its config says.
"""


def read(path: Path) -> Checkpoint:
    """Read a file of Keras. Raises :class:`CheckpointError` where h5py is missing, or no layer is.

    Nothing in it is executed: of the model's description only names, classes and wiring are read.
    """
    if find_spec("h5py") is None:
        raise CheckpointError(
            f"`{path}` is read by h5py, which is not installed: `pip install archdsl[keras]`"
        )
    h5py: Any = importlib.import_module("h5py")
    if path.suffix == ".keras":
        with zipfile.ZipFile(path) as archive:
            model = read_config(json.loads(archive.read("config.json")))
            inner = io.BytesIO(archive.read(WEIGHTS))
        with h5py.File(inner, "r") as file:
            return _checkpoint(path, list(_numbered(path, file, model)), model)
    with h5py.File(path, "r") as file:
        text = file.attrs.get("model_config")
        model = None if text is None else read_config(json.loads(text))
        group = file.get("model_weights", file)
        if "layer_names" in group.attrs:
            held = list(_named(group, model))
        else:
            held = list(_numbered(path, file, model))
        return _checkpoint(path, held, model)


def _checkpoint(path: Path, held: list[Variable], model: KerasModel | None) -> Checkpoint:
    if not held:
        raise CheckpointError(f"`{path}` holds no weights of layers")
    tensors = to_tensors(held)
    wiring = Wiring() if model is None else wiring_of(model, tensors)
    return Checkpoint(tensors, {}, ordered=False, channels_last=True, wiring=wiring)


def _named(group: Any, model: KerasModel | None) -> Iterator[Variable]:
    """Yield the variables of an ``.h5`` file, in which each layer lists the names of its own."""
    for layer in _texts(group.attrs["layer_names"]):
        for name in _texts(group[layer].attrs["weight_names"]):
            inside, role = split(name)
            # Keras 2 puts a model's own name, or the layer's once more, before the variable's.
            below = inside if inside.startswith(f"{layer}.") else ""
            yield Variable(
                below or layer, role, group[layer][name][()], _is_depthwise(model, layer)
            )


def _texts(value: Any) -> list[str]:
    return [text.decode() if isinstance(text, bytes) else str(text) for text in value]


def _numbered(path: Path, file: Any, model: KerasModel | None) -> Iterator[Variable]:
    """Yield the variables of a ``.weights.h5`` file, in which each layer counts its own."""
    if "layers" not in file:
        raise CheckpointError(
            f"`{path}` is no file of Keras: it has neither layers nor their names"
        )
    for place, group in cast("Mapping[str, Any]", file["layers"]).items():
        if "layers" in group:
            raise CheckpointError(
                f"`{path}` holds a model inside of a model, `{place}`; save the inner one by itself"
            )
        if "vars" not in group or not len(group["vars"]):
            continue
        variables = group["vars"]
        layer = str(variables.attrs.get("name", place))
        values = [variables[str(number)][()] for number in range(len(variables))]
        kind = next((one for one in ROLES_BY_CLASS if _counts(place, one)), "")
        roles = ROLES_BY_CLASS.get(kind, ("kernel", "bias"))
        if kind and len(values) < len(roles):
            roles = _fewer(path, layer, roles, len(values), model)
        if len(values) > len(roles):
            raise CheckpointError(
                f"`{path}` has {len(values)} arrays for `{layer}`, and what they are is not known"
            )
        depthwise = _counts(place, "depthwise_conv2d") or _is_depthwise(model, layer)
        for role, value in zip(roles, values, strict=False):
            yield Variable(layer, role, value, depthwise)


def _counts(place: str, kind: str) -> bool:
    """Return whether a place such as ``conv2d_4`` is that of a layer of a class."""
    rest = place.removeprefix(kind)
    return place.startswith(kind) and (rest == "" or rest.removeprefix("_").isdigit())


def _fewer(
    path: Path, layer: str, roles: tuple[str, ...], count: int, model: KerasModel | None
) -> tuple[str, ...]:
    """Return the roles that a layer has which learns no scale or no offset."""
    switches = {"gamma": "scale", "beta": "center", "bias": "use_bias"}
    if model is not None and layer in model.layers:
        settings = model.layers[layer].settings
        left = tuple(r for r in roles if r not in switches or settings.get(switches[r], True))
    else:
        # Without a description: of a norm with three arrays, one of two is missing.
        left = roles
        if roles[-1] == "bias" and count == len(roles) - 1:
            left = roles[:-1]
        elif "moving_mean" in roles and count == 2:
            left = ("moving_mean", "moving_variance")
    if len(left) != count:
        raise CheckpointError(
            f"`{path}` has {count} arrays for `{layer}` and does not say which; save the whole "
            "model instead, as `.keras` or `.h5`"
        )
    return left


def _is_depthwise(model: KerasModel | None, layer: str) -> bool:
    return model is not None and layer in model.layers and model.layers[layer].is_depthwise
