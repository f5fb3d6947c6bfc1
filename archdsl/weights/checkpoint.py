"""What a checkpoint is: a state dict, and all that its file says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import torch

from archdsl.weights.wiring import Wiring

NAMES = "archdsl.names"
"""Metadata key: the checkpoint's names in its order, with ours."""


class CheckpointError(Exception):
    """A checkpoint cannot be read, or is none."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A state dict from a file.

    ``ordered`` says whether its order is that in which the model registered its tensors;
    safetensors files are sorted by name instead. ``said`` is what a reader must know of how it
    was read, and of its values. With ``channels_last`` a flattened map runs through its channels
    first and its places last, as it does in Keras and TensorFlow.
    """

    tensors: Mapping[str, torch.Tensor]
    metadata: Mapping[str, str]
    ordered: bool
    said: tuple[str, ...] = ()
    channels_last: bool = False
    wiring: Wiring = field(default_factory=Wiring)


def in_order_of(checkpoint: Checkpoint, model: Checkpoint) -> Checkpoint:
    """Return a checkpoint in the order of a model's own state dict, which holds its names.

    How the model is wired comes along. Raises :class:`CheckpointError` where a tensor of the
    checkpoint is none of the model's.
    """
    strange = [name for name in checkpoint.tensors if name not in model.tensors]
    if strange:
        raise CheckpointError(f"`{strange[0]}` is no tensor of the model whose order was asked for")
    tensors = {n: checkpoint.tensors[n] for n in model.tensors if n in checkpoint.tensors}
    said = (*checkpoint.said, *model.said)
    return replace(checkpoint, tensors=tensors, ordered=True, said=said, wiring=model.wiring)
