"""Reading checkpoints: state dicts in files, whoever wrote them."""

from __future__ import annotations

import argparse
import pickle
import re
import warnings
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import torch
from safetensors import SafetensorError, safe_open

from archdsl.weights import hdf5, tensorflow
from archdsl.weights.checkpoint import NAMES, Checkpoint, CheckpointError
from archdsl.weights.conventions import KEY as INPUT

PICKLED = (".pth", ".pt", ".bin", ".ckpt", ".tar")
WRAPPERS = ("state_dict", "model", "model_state_dict", "state_dict_ema")
"""Where training programs keep a model's state dict; the first that a file has is taken."""

WRITERS = {
    ".safetensors": "safetensors",
    ".h5": "HDF5",
    ".hdf5": "HDF5",
    ".keras": "Keras",
    ".npz": "numpy.savez",
}

HARMLESS: list[Any] = [argparse.Namespace]
"""Beside tensors and plain values: what torchvision's training program stores its options in."""


def read_checkpoint(path: Path, *, key: str | None = None) -> Checkpoint:
    """Read a state dict; nothing in the file is executed. Raises :class:`CheckpointError`.

    ``key`` chooses one of several state dicts in a pickled file, such as ``model_ema``.
    """
    path = tensorflow.located(path)
    pickled = path.suffix in PICKLED and not tensorflow.is_checkpoint(path)
    readers: dict[str, Callable[[Path], Checkpoint]] = {
        ".safetensors": _read_safetensors,
        ".h5": hdf5.read,
        ".hdf5": hdf5.read,
        ".keras": hdf5.read,
        ".npz": tensorflow.read_arrays,
    }
    read = tensorflow.read if tensorflow.is_checkpoint(path) else readers.get(path.suffix)
    if not pickled and read is None:
        known = ", ".join(f"`{suffix}`" for suffix in (*PICKLED, *readers))
        raise CheckpointError(
            f"`{path}` is no checkpoint by its suffix; known are {known}, and the `.index` of "
            "TensorFlow's"
        )
    if key is not None and not pickled:
        raise CheckpointError(f"`{path}` holds one state dict only: there is no `{key}` to choose")
    try:
        _refuse_strangers(path)
    except OSError as error:
        raise CheckpointError(f"cannot read `{path}`: {error.strerror or error}") from error
    try:
        found = _read_pickled(path, key) if read is None else read(path)
    except pickle.UnpicklingError as error:
        raise CheckpointError(_unsafe(path, str(error))) from error
    # torch seeks to where the end should be: an OSError of a file that opens is a wrong length.
    except (
        SafetensorError,
        OSError,
        EOFError,
        RuntimeError,
        LookupError,
        TypeError,
        ValueError,
        zipfile.BadZipFile,
    ) as error:
        writer = "torch.save" if pickled else WRITERS.get(path.suffix, "TensorFlow")
        raise CheckpointError(
            f"cannot read `{path}`: it is cut short, or no file of {writer}"
        ) from error
    return replace(found, said=(*found.said, *_not_finite(found.tensors)))


def carried(path: Path) -> dict[str, str]:
    """Return what a file of archdsl's says of its weights themselves, whatever network has them."""
    opener: Any = safe_open
    with opener(path, framework="pt") as file:
        metadata: dict[str, str] = file.metadata() or {}
    return of_weights(metadata)


def of_weights(metadata: Mapping[str, str]) -> dict[str, str]:
    """Return what of a file's metadata is about the weights themselves."""
    return {key: text for key, text in metadata.items() if key in (NAMES, INPUT)}


def _refuse_strangers(path: Path) -> None:
    """Say what a file is that only bears a checkpoint's name."""
    if path.is_dir():
        raise CheckpointError(f"cannot read `{path}`: it is a directory")
    with path.open("rb") as file:
        start = file.read(512)
    if not start:
        raise CheckpointError(f"cannot read `{path}`: it is empty")
    if start.startswith(b"version https://git-lfs"):
        raise CheckpointError(
            f"`{path}` is a pointer of git-lfs and not the file itself: `git lfs pull` fetches it"
        )
    if start.lstrip().lower().startswith((b"<!doctype html", b"<html")):
        raise CheckpointError(f"`{path}` is a web page; the download went wrong")
    if path.suffix in PICKLED and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
        if any(name.endswith("/constants.pkl") for name in names):
            raise CheckpointError(
                f"`{path}` is a TorchScript program and not a state dict; store its tensors with "
                "`torch.save(torch.jit.load(FILE).state_dict(), 'weights.pth')`"
            )


def _unsafe(path: Path, said: str) -> str:
    named = re.search(r"\bGLOBAL ([\w.]+)", said)
    if named is None:
        return f"cannot read `{path}`: it is cut short, or no file of torch.save"
    return (
        f"cannot read `{path}`: beside tensors it holds `{named[1]}`, a Python object, and loading "
        "those can run any code. Store the tensors alone, in the program that wrote the file: "
        "`torch.save(model.state_dict(), 'weights.pth')`"
    )


def _read_safetensors(path: Path) -> Checkpoint:
    # The library's own types are loose.
    opener: Any = safe_open
    with opener(path, framework="pt") as file:
        tensors: dict[str, torch.Tensor] = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        metadata: dict[str, str] = file.metadata() or {}
    return Checkpoint(tensors, metadata, ordered=False)


def _read_pickled(path: Path, key: str | None) -> Checkpoint:
    with torch.serialization.safe_globals(HARMLESS), warnings.catch_warnings():
        # Said of pickles that torch did not write, of which the error says more.
        warnings.filterwarnings("ignore", message="Detected pickle protocol")
        loaded: Any = torch.load(path, map_location="cpu", weights_only=True)
    if not isinstance(loaded, dict):
        raise CheckpointError(f"`{path}` holds no state dict")
    state, said = _chosen(path, cast("dict[Any, Any]", loaded), key)
    tensors: dict[str, torch.Tensor] = {}
    for name, value in state.items():
        if not isinstance(name, str) or not isinstance(value, torch.Tensor):
            raise CheckpointError(f"`{path}` holds more than tensors: `{name}`")
        tensors[name] = value
    if not tensors:
        raise CheckpointError(f"`{path}` holds no tensors")
    tensors, unwrapped = _unwrapped(tensors)
    return Checkpoint(tensors, {}, ordered=True, said=(*said, *unwrapped))


def _chosen(
    path: Path, loaded: dict[Any, Any], key: str | None
) -> tuple[dict[Any, Any], tuple[str, ...]]:
    """Return the state dict that was asked for, or the one to be expected, and say which."""
    found = [name for name, value in loaded.items() if isinstance(name, str) and _is_state(value)]
    if key is not None:
        if key in found:
            return loaded[key], ()
        listed = ", ".join(f"`{name}`" for name in found) or "none"
        raise CheckpointError(f"`{path}` has no state dict `{key}`; it has {listed}")
    taken = next((name for name in WRAPPERS if isinstance(loaded.get(name), dict)), None)
    if taken is None:
        if found and not _is_state(loaded):
            listed = ", ".join(f"`{name}`" for name in found)
            raise CheckpointError(f"`{path}` holds {listed}: choose with `--key`")
        return loaded, ()
    others = ", ".join(f"`{name}`" for name in found if name != taken)
    said = (f"took `{taken}`; the file also holds {others}, `--key` chooses",) if others else ()
    return loaded[taken], said


def _is_state(value: object) -> bool:
    if not isinstance(value, dict) or not value:
        return False
    held = cast("dict[Any, Any]", value).values()
    return all(isinstance(one, torch.Tensor) for one in held)


def _unwrapped(
    tensors: dict[str, torch.Tensor],
) -> tuple[dict[str, torch.Tensor], tuple[str, ...]]:
    """Take off what DataParallel and AveragedModel put around a model: from all names or none."""
    said: list[str] = []
    rest = {name: tensor for name, tensor in tensors.items() if name != "n_averaged"}
    if len(rest) < len(tensors) and rest and all(name.startswith("module.") for name in rest):
        said.append(f"an average of {int(tensors['n_averaged'])} models; `n_averaged` is left out")
        tensors = rest
    if all(name.startswith("module.") for name in tensors):
        said.append("every name begins with `module.`, which is left out")
        tensors = {name.removeprefix("module."): tensor for name, tensor in tensors.items()}
    return tensors, tuple(said)


def _not_finite(tensors: Mapping[str, torch.Tensor]) -> tuple[str, ...]:
    found = {
        name: int((~torch.isfinite(tensor)).sum())
        for name, tensor in tensors.items()
        if tensor.is_floating_point()
    }
    bad = {name: count for name, count in found.items() if count}
    if not bad:
        return ()
    first = next(iter(bad))
    more = f", and so have {len(bad) - 1} more tensors" if len(bad) > 1 else ""
    count = "1 value that is" if bad[first] == 1 else f"{bad[first]:,} values that are"
    return (f"`{first}` has {count} not finite{more}",)
