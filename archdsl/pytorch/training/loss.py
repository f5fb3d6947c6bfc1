"""The loss of a network: its outputs against the target, auxiliary heads with their weights."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from archdsl.check import ends_in_softmax
from archdsl.graph import Graph
from archdsl.pytorch.torch_module import resolve
from archdsl.recipe import Recipe
from archdsl.recipe.losses import CrossEntropy, Loss


def loss(
    graph: Graph,
    recipe: Recipe,
    outputs: Tensor | Sequence[Tensor],
    target: Tensor | Sequence[Tensor],
) -> Tensor:
    """Return the loss of what a module returned, in training or in evaluation.

    Auxiliary heads are held to the target of the first output, and add their losses times their
    weights in the spec. A network of several outputs takes a target for each, and adds up their
    losses. Raises ValueError where outputs or targets are not as many as they should be, and
    where the network ends in a softmax, since the loss takes one itself.
    """
    for node in ends_in_softmax(graph):
        raise ValueError(
            f"`{node.id}` is a softmax, and the loss takes one itself: leave it out of the spec"
        )
    made = (outputs,) if isinstance(outputs, Tensor) else tuple(outputs)
    wanted = (target,) if isinstance(target, Tensor) else tuple(target)
    main, heads = len(graph.outputs), len(graph.aux)
    if len(made) not in (main, main + heads):
        raise ValueError(
            f"`{graph.name}` gives {main + heads} outputs in training and {main} in evaluation, "
            f"and {len(made)} came"
        )
    if len(wanted) != main:
        raise ValueError(f"`{graph.name}` takes one target per output: {main}, not {len(wanted)}")
    kind = CrossEntropy() if recipe.loss is None else recipe.loss
    total = _compare(kind, made[0], wanted[0])
    for scores, right in zip(made[1:main], wanted[1:], strict=True):
        total = total + _compare(kind, scores, right)
    for head, scores in zip(graph.aux, made[main:], strict=False):
        total = total + head.weight * _compare(kind, scores, wanted[0])
    return total


def _compare(kind: Loss, scores: Tensor, target: Tensor) -> Tensor:
    """Apply a loss; scores on a 1×1 map are compared as the vector they are."""
    if scores.dim() == 4 and scores.shape[2:] == (1, 1) and target.dim() < 3:
        scores = scores.flatten(1)
    call = kind.lower()
    return resolve(call.target)(scores, target, *call.positional, **dict(call.keywords))
