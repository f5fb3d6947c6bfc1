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


def to_safetensors(graph: Graph, module: NetworkModule, seed: int | None) -> bytes:
    """Return the module's state dict under the spec's names.

    The metadata holds the network's name, the spec's hash and, if given, the seed the weights
    were drawn with.
    """
    tensors = {
        name: tensor.detach().to("cpu", memory_format=torch.contiguous_format).contiguous()
        for name, tensor in module.state_dict().items()
    }
    metadata: Mapping[str, str] = {
        "format": "pt",
        "archdsl.network": graph.name,
        "archdsl.spec": spec_hash(graph),
    } | ({} if seed is None else {"archdsl.seed": str(seed)})
    return _ordered(save(tensors, metadata=dict(metadata)))


def _ordered(data: bytes) -> bytes:
    """Return a safetensors file with its metadata in order, which the library leaves to chance."""
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + data[8 + length :]
