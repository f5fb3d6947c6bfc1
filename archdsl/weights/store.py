"""A network's weights as safetensors, with what they belong to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

import torch
from safetensors.torch import save

from archdsl.graph import Graph
from archdsl.graph.export import to_json
from archdsl.pytorch.torch_module import NetworkModule
from archdsl.weights.checkpoint import Checkpoint, CheckpointError
from archdsl.weights.fingerprint import GRAPH, compare, fingerprint

NETWORK = "archdsl.network"
HASH = "archdsl.spec"
MOST_LISTED = 5


def spec_hash(graph: Graph) -> str:
    """Return a hash of the network itself: operators, wiring and shapes, not the spec's layout.

    Places in the source do not count, so that comments and blank lines do not change it.
    """
    data = to_json(graph)
    for node in data["nodes"]:
        for place in ("file", "line", "column"):
            del node[place]
    text = json.dumps(data, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def to_safetensors(
    graph: Graph,
    module: NetworkModule,
    seed: int | None,
    extra: Mapping[str, str] | None = None,
) -> bytes:
    """Return the module's state dict under the spec's names.

    The metadata holds the network's name, the spec's hash, the seed the weights were drawn with
    if there is one, and whatever is ``extra``.
    """
    tensors = {
        name: tensor.detach().to("cpu", memory_format=torch.contiguous_format).contiguous()
        for name, tensor in module.state_dict().items()
    }
    metadata: Mapping[str, str] = {
        "format": "pt",
        NETWORK: graph.name,
        HASH: spec_hash(graph),
        GRAPH: fingerprint(graph),
        **({} if seed is None else {"archdsl.seed": str(seed)}),
        **(extra or {}),
    }
    return _ordered(save(tensors, metadata=dict(metadata)))


def _ordered(data: bytes) -> bytes:
    """Return a safetensors file with its metadata in order, which the library leaves to chance."""
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + data[8 + length :]


def load_into(
    graph: Graph,
    module: NetworkModule,
    checkpoint: Checkpoint,
    *,
    allow_different: bool = False,
) -> tuple[str, ...]:
    """Give a module the weights of a file written by :func:`to_safetensors`; return remarks.

    Raises :class:`CheckpointError` if the file belongs to another network, and says where they
    differ; nothing is loaded then. ``allow_different`` loads weights of a network that computes
    something else with tensors of the same names and shapes, and remarks on it.
    """
    mine, theirs = module.state_dict(), checkpoint.tensors
    wrong = [
        *(f"`{name}` is missing" for name in mine if name not in theirs),
        *(f"`{name}` is left over" for name in theirs if name not in mine),
        *(
            f"`{name}` is {tuple(theirs[name].shape)}, not {tuple(tensor.shape)}"
            for name, tensor in mine.items()
            if name in theirs and theirs[name].shape != tensor.shape
        ),
    ]
    if wrong:
        raise CheckpointError(
            f"the weights do not belong to `{graph.name}`: {_listed(wrong)}. Weights of other "
            "implementations are brought in by `archdsl weights import`"
        )
    said = list(checkpoint.said)
    different, in_training = _different(graph, checkpoint.metadata)
    if different is not None:
        if not allow_different:
            raise CheckpointError(
                f"the weights were stored for another network than `{graph.name}`: {different}. "
                "`--allow-different` loads them all the same"
            )
        said.append(f"the weights were stored for another network: {different}")
    elif HASH not in checkpoint.metadata and GRAPH not in checkpoint.metadata:
        said.append(
            "the file does not say which network its weights belong to; names and shapes agree"
        )
    if in_training is not None:
        said.append(f"they were stored for a network that trains otherwise: {in_training}")
    said += converted(mine, theirs)
    module.load_state_dict(dict(theirs))
    return tuple(said)


def converted(
    mine: Mapping[str, torch.Tensor], theirs: Mapping[str, torch.Tensor]
) -> tuple[str, ...]:
    """Say which types of numbers become another when a module takes tensors under its names."""
    counts: dict[tuple[str, str], int] = {}
    for name, tensor in mine.items():
        if name in theirs and theirs[name].dtype != tensor.dtype:
            kinds = (_dtype(theirs[name]), _dtype(tensor))
            counts[kinds] = counts.get(kinds, 0) + 1
    return tuple(f"{count:,} tensors go from {a} to {b}" for (a, b), count in counts.items())


def _dtype(tensor: torch.Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def _different(graph: Graph, metadata: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Say what differs from the network that weights were stored for, and what of its training."""
    if GRAPH in metadata:
        try:
            found = compare(graph, metadata[GRAPH])
        except ValueError as error:
            return str(error), None
        different, in_training = found.different, found.in_training
        return _listed(different) or None, _listed(in_training) or None
    if HASH in metadata and metadata[HASH] != spec_hash(graph):
        return "the file has a hash of it that differs, and does not say in what", None
    return None, None


def _listed(wrong: Sequence[str]) -> str:
    more = f"; and {len(wrong) - MOST_LISTED} more" if len(wrong) > MOST_LISTED else ""
    return "; ".join(wrong[:MOST_LISTED]) + more
