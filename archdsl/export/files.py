"""The files that a network is exported to, which tell where they come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from archdsl.export import pt2
from archdsl.export.form import Dynamic, Form
from archdsl.export.onnx import Said, export_files
from archdsl.graph import Graph, NodeId
from archdsl.graph.sizes import Steps, steps
from archdsl.version import __version__
from archdsl.weights.store import HASH, NETWORK, spec_hash

if TYPE_CHECKING:
    import torch

    from archdsl.pytorch.torch_module import NetworkModule


def onnx_files(
    graph: Graph,
    texts: Sequence[str],
    module: NetworkModule,
    name: str,
    form: Form,
    dtype: torch.dtype | None = None,
) -> dict[str, bytes]:
    """Return the files of a network as an ONNX model called ``name``, the model's own first.

    As :func:`archdsl.export.onnx.export_files` has it, with the network's name and the hash of
    its spec beside archdsl's version. ``texts`` are those that the graph was expanded from.
    """
    free = _free(graph, texts, form.dynamic)
    said = Said(__version__, {NETWORK: graph.name, HASH: spec_hash(graph)})
    return export_files(graph, module, dtype, form, steps=free, said=said, name=name)


def pt2_file(
    graph: Graph,
    texts: Sequence[str],
    module: NetworkModule,
    dynamic: Dynamic = "batch",
    dtype: torch.dtype | None = None,
) -> bytes:
    """Return a network's exported program, as :func:`archdsl.export.pt2.export` has it."""
    return pt2.export(graph, module, dtype, _free(graph, texts, dynamic))


def _free(graph: Graph, texts: Sequence[str], dynamic: Dynamic) -> Mapping[NodeId, Steps] | None:
    """Return by how much the inputs of a network may differ from the spec's, if they may.

    Windows are as many as the same formula gives: neither ONNX nor torch.export can round up
    where a size is free.
    """
    if dynamic == "batch":
        return None
    return steps(graph, texts, same_windows=True)
