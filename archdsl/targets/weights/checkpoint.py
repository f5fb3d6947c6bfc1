"""Reading checkpoints: state dicts in ``.pth`` and ``.safetensors`` files."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from safetensors import SafetensorError, safe_open

PICKLED = (".pth", ".pt", ".bin", ".ckpt", ".tar")
WRAPPERS = ("state_dict", "model", "model_state_dict", "state_dict_ema")


class CheckpointError(Exception):
    """A checkpoint cannot be read, or is none."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A state dict from a file.

    ``ordered`` says whether its order is that in which the model registered its tensors;
    safetensors files are sorted by name instead.
    """

    tensors: Mapping[str, torch.Tensor]
    metadata: Mapping[str, str]
    ordered: bool


def in_order_of(checkpoint: Checkpoint, model: Checkpoint) -> Checkpoint:
    """Return a checkpoint in the order of a model's own state dict, which holds its names.

    Raises :class:`CheckpointError` where a tensor of the checkpoint is none of the model's.
    """
    strange = [name for name in checkpoint.tensors if name not in model.tensors]
    if strange:
        raise CheckpointError(f"`{strange[0]}` is no tensor of the model whose order was asked for")
    tensors = {n: checkpoint.tensors[n] for n in model.tensors if n in checkpoint.tensors}
    return Checkpoint(tensors, checkpoint.metadata, ordered=True)


def read_checkpoint(path: Path) -> Checkpoint:
    """Read a state dict; nothing in the file is executed. Raises :class:`CheckpointError`."""
    try:
        if path.suffix == ".safetensors":
            return _read_safetensors(path)
        if path.suffix in PICKLED:
            return _read_pickled(path)
    except (OSError, SafetensorError, pickle.UnpicklingError, EOFError, RuntimeError) as error:
        said = (error.strerror if isinstance(error, OSError) else str(error)) or str(error)
        first = said.strip().splitlines()[0] if said.strip() else type(error).__name__
        raise CheckpointError(f"cannot read `{path}`: {first}") from error
    known = ", ".join(f"`{suffix}`" for suffix in (*PICKLED, ".safetensors"))
    raise CheckpointError(f"`{path}` is no checkpoint by its suffix; known are {known}")


def _read_safetensors(path: Path) -> Checkpoint:
    # The library's own types are loose.
    opener: Any = safe_open
    with opener(path, framework="pt") as file:
        tensors: dict[str, torch.Tensor] = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        metadata: dict[str, str] = file.metadata() or {}
    return Checkpoint(tensors, metadata, ordered=False)


def _read_pickled(path: Path) -> Checkpoint:
    loaded: Any = torch.load(path, map_location="cpu", weights_only=True)
    for wrapper in WRAPPERS:
        if isinstance(loaded, dict) and isinstance(cast("Any", loaded).get(wrapper), dict):
            loaded = cast("Any", loaded)[wrapper]
            break
    if not isinstance(loaded, dict):
        raise CheckpointError(f"`{path}` holds no state dict")
    tensors: dict[str, torch.Tensor] = {}
    for name, value in cast("dict[Any, Any]", loaded).items():
        if not isinstance(name, str) or not isinstance(value, torch.Tensor):
            raise CheckpointError(f"`{path}` holds more than tensors: `{name}`")
        tensors[name.removeprefix("module.")] = value
    if not tensors:
        raise CheckpointError(f"`{path}` holds no tensors")
    return Checkpoint(tensors, {}, ordered=True)
