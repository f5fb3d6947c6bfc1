"""A network's weights as safetensors, with what they belong to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

import torch
from safetensors.torch import save

from archdsl.graph import Graph
from archdsl.graph.export import to_json
from archdsl.targets.torch_module import NetworkModule
from archdsl.targets.weights.checkpoint import Checkpoint, CheckpointError


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
        "archdsl.network": graph.name,
        "archdsl.spec": spec_hash(graph),
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


def load_into(graph: Graph, module: NetworkModule, checkpoint: Checkpoint) -> None:
    """Give a module the weights of a file written by :func:`to_safetensors`.

    Raises :class:`CheckpointError` if the file belongs to another network, and says where they
    differ; nothing is loaded then.
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
        shown = "; ".join(wrong[:5]) + (f"; and {len(wrong) - 5} more" if len(wrong) > 5 else "")
        raise CheckpointError(
            f"the weights do not belong to `{graph.name}`: {shown}. Weights of other "
            "implementations are brought in by `archdsl weights import`"
        )
    module.load_state_dict(dict(theirs))
