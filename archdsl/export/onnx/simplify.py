"""What an exporter writes, without what only its own bookkeeping needs.

Constants are computed, and nodes that nothing reads are gone. Numbers of weights are left alone
and never looked at: a normalisation stays beside its convolution, and two layers that begin with
the same numbers keep their own. So fresh and trained weights give one structure; runtimes merge
what they like when they load a model.
"""

from __future__ import annotations

from typing import Any


def simplify(model: Any) -> None:
    """Compute what is constant in a model, and drop what is not read."""
    from onnx_ir.passes import Sequential, common  # not before the extra is known to be there
    from onnxscript import optimizer

    optimizer.fold_constants(model, onnx_shape_inference=True)
    tidied: Any = Sequential(
        common.IdentityEliminationPass(),
        common.RemoveUnusedNodesPass(),
        common.RemoveUnusedOpsetsPass(),
        common.OutputFixPass(),
        common.NameFixPass(),
    )
    tidied(model)
