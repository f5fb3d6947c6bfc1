"""Exports that tell where they come from, for Python and the command line alike. Loads torch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from archdsl import __version__
from archdsl.export import pt2
from archdsl.export.form import Dynamic, Form
from archdsl.export.onnx import Said, export_files
from archdsl.graph import NodeId
from archdsl.graph.sizes import Steps, steps, texts_of
from archdsl.weights.store import HASH, NETWORK, spec_hash

if TYPE_CHECKING:
    import torch

    from archdsl.network import Network
    from archdsl.pytorch.torch_module import NetworkModule


def onnx_files(
    network: Network,
    module: NetworkModule,
    name: str,
    form: Form,
    dtype: torch.dtype | None = None,
) -> dict[str, bytes]:
    """Return the files of a network as an ONNX model called ``name``, the model's own first.

    As :func:`archdsl.export.onnx.export_files` has it, with the network's name and the hash of
    its spec beside archdsl's version.
    """
    free = _free(network, form.dynamic)
    said = Said(__version__, {NETWORK: network.name, HASH: spec_hash(network.ir)})
    return export_files(network.ir, module, dtype, form, steps=free, said=said, name=name)


def pt2_file(
    network: Network,
    module: NetworkModule,
    dynamic: Dynamic = "batch",
    dtype: torch.dtype | None = None,
) -> bytes:
    """Return a network's exported program, as :func:`archdsl.export.pt2.export` has it."""
    return pt2.export(network.ir, module, dtype, _free(network, dynamic))


def _free(network: Network, dynamic: Dynamic) -> Mapping[NodeId, Steps] | None:
    """Return by how much the inputs of a network may differ from the spec's, if they may.

    Windows are as many as the same formula gives: neither ONNX nor torch.export can round up
    where a size is free.
    """
    if dynamic == "batch":
        return None
    texts = texts_of(network.ir, network.project.blocks, network.tree)
    return steps(network.ir, texts, same_windows=True)
