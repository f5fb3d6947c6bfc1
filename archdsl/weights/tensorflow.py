"""TensorFlow's checkpoints, and arrays that were taken out of one."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch

from archdsl.weights.checkpoint import Checkpoint, CheckpointError
from archdsl.weights.units import FIELDS
from archdsl.weights.variables import ROLES, Variable, norms_follow, split, to_tensors
from archdsl.weights.wiring import Wiring

SLOTS = (
    "Adam",
    "Adam_1",
    "Momentum",
    "RMSProp",
    "RMSProp_1",
    "ExponentialMovingAverage",
)
"""What tf.train's optimisers and averages keep beside each variable, under its name."""

STEPS = ("global_step", "beta1_power", "beta2_power")
TABLE_END = bytes.fromhex("57fb808b247547db")
"""The last eight bytes of TensorFlow's files: the magic number of LevelDB's tables."""


OBJECTS = "/.ATTRIBUTES/VARIABLE_VALUE"
"""What ends the names in a checkpoint of ``tf.train.Checkpoint``."""


def located(path: Path) -> Path:
    """Return the file that is read for a checkpoint: TensorFlow names those in several by none."""
    index = path.with_name(f"{path.name}.index")
    return index if index.is_file() and not path.exists() else path


def is_checkpoint(path: Path) -> bool:
    """Return whether a file is TensorFlow's: an ``.index``, or one file of the first version."""
    if path.suffix == ".index":
        return True
    if path.suffix != ".ckpt" or not path.is_file():
        return False
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(size - len(TABLE_END), 0))
        return file.read() == TABLE_END


def read(path: Path) -> Checkpoint:
    """Read a checkpoint of ``tf.train.Saver``. Raises :class:`CheckpointError` without TensorFlow.

    Of a checkpoint in several files, ``path`` is the one that ends in ``.index``.
    """
    if find_spec("tensorflow") is None:
        raise CheckpointError(
            f"`{path}` is a checkpoint of TensorFlow, which reads it and is not installed: "
            "`pip install archdsl[tensorflow]`"
        )
    train: Any = importlib.import_module("tensorflow").train
    reader = train.load_checkpoint(str(path).removesuffix(".index"))
    # The file is sorted by name: the order in which the model made its variables is lost.
    names = sorted(reader.get_variable_to_shape_map())
    return _checkpoint({name: reader.get_tensor(name) for name in names})


def read_arrays(path: Path) -> Checkpoint:
    """Read an ``.npz`` file: arrays under the names of TensorFlow, of Keras or of torch."""
    import numpy

    with path.open("rb") as raw, numpy.load(raw, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    if not arrays:
        raise CheckpointError(f"`{path}` holds no arrays")
    if all(name.rpartition(".")[2] in FIELDS and "/" not in name for name in arrays):
        tensors = {name: torch.from_numpy(values) for name, values in arrays.items()}
        return Checkpoint(tensors, {}, ordered=False)
    return _checkpoint(arrays)


def _checkpoint(arrays: Mapping[str, Any]) -> Checkpoint:
    said: list[str] = []
    held: list[Variable] = []
    aside: dict[str, int] = {}
    for name, values in arrays.items():
        layer, role = split(name.removesuffix(OBJECTS))
        in_training = role in STEPS or (role in SLOTS and name.rpartition("/")[0] in arrays)
        if in_training or values.dtype.kind not in "fiub":
            aside[role] = aside.get(role, 0) + 1
            continue
        held.append(Variable(layer, role, values))
    if not any(one.role in ROLES for one in held):
        raise CheckpointError(
            "no array in the file is called as layers call theirs, `…/kernel` or `…/weights`; the "
            f"first is `{next(iter(arrays))}`"
        )
    if aside:
        listed = ", ".join(f"`{role}`" for role in aside)
        said.append(f"{sum(aside.values())} arrays that are no weights are left out: {listed}")
    tensors = to_tensors(held)
    return Checkpoint(
        tensors,
        {},
        ordered=False,
        said=tuple(said),
        channels_last=True,
        wiring=Wiring(feeds=norms_follow(tensors)),
    )
