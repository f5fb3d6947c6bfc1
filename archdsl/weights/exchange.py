"""Weights from other implementations, and back to them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

import torch

from archdsl.graph import Graph, in_net
from archdsl.pytorch.head import classifiers
from archdsl.pytorch.torch_module import NetworkModule
from archdsl.weights.checkpoint import NAMES, Checkpoint
from archdsl.weights.flattened import places_last
from archdsl.weights.flow import flow_of
from archdsl.weights.match import Match, MatchError, match
from archdsl.weights.units import OPTIONAL, Unit, as_kernel, sole_role, units_of

Tensors = dict[str, torch.Tensor]


@dataclass(frozen=True, slots=True)
class Imported:
    """Tensors under the spec's names, ``said`` about what was not simply copied, and the names.

    ``by_names`` counts layers of one shape with others, told apart by what names say.
    """

    tensors: Tensors
    said: tuple[str, ...]
    metadata: Mapping[str, str]
    by_names: int = 0


def import_weights(
    graph: Graph,
    module: NetworkModule,
    checkpoint: Checkpoint,
    *,
    ignore: tuple[str, ...] = (),
    pins: Mapping[str, str] | None = None,
    drop_class: int | None = None,
    begin_anew: tuple[str, ...] = (),
) -> Imported:
    """Return a checkpoint's numbers under the spec's names.

    Everything must find its place: raises :class:`MatchError` otherwise. ``ignore`` lists
    patterns of the checkpoint's names that are left out. Where only the number of classes
    differs, the classifier keeps the module's own beginning; ``drop_class`` first removes one
    of the checkpoint's classes, such as 0 for the background. ``begin_anew`` lists patterns of
    our names whose tensors are not looked for and stay as the module has them.
    """
    said: list[str] = []
    theirs = dict(checkpoint.tensors)
    checkpoint = replace(checkpoint, tensors=theirs)
    for pattern in ignore:
        left_out = [name for name in theirs if fnmatchcase(name, pattern)]
        if not left_out:
            raise MatchError(f"nothing in the checkpoint is called `{pattern}`")
        said.append(f"left out {len(left_out)} tensors called `{pattern}`")
        for name in left_out:
            del theirs[name]
    state = module.state_dict()
    anew = _begin_anew(state, begin_anew, said)
    wanted = {name: tensor for name, tensor in state.items() if name not in anew}
    try:
        found = _matched(graph, wanted, checkpoint, pins)
    except MatchError as error:
        only = _only_heads_missing(graph, wanted, checkpoint, pins)
        raise MatchError(only or str(error)) from error
    if checkpoint.channels_last:
        places_last(graph, found, theirs, said)
    taken: Tensors = {name: state[name] for name in anew}
    names: dict[str, str] = {}
    for ours, other in found.pairs:
        _take(ours, other, state, theirs, taken, names, said, drop_class)
    _nothing_lost(found, theirs)
    in_order = [[name, names[name]] for name in theirs if name in names]
    return Imported(
        {name: taken[name] for name in state},
        tuple(said),
        {NAMES: json.dumps(in_order)},
        found.by_names,
    )


def _begin_anew(
    state: Mapping[str, torch.Tensor], patterns: tuple[str, ...], said: list[str]
) -> set[str]:
    """Return the tensors of ours that are called by one of the patterns, and say how many."""
    anew: set[str] = set()
    for pattern in patterns:
        called = {name for name in state if fnmatchcase(name, pattern)}
        if not called:
            raise MatchError(f"nothing in the network is called `{pattern}`")
        said.append(f"{len(called)} tensors called `{pattern}` begin anew")
        anew |= called
    return anew


def _only_heads_missing(
    graph: Graph,
    wanted: Mapping[str, torch.Tensor],
    theirs: Checkpoint,
    pins: Mapping[str, str] | None,
) -> str:
    """Name the auxiliary heads where everything else fits; empty where it does not."""
    heads = [in_net(head.path) for head in graph.aux]
    inside = tuple(f"{head}." for head in heads)
    rest = {name: tensor for name, tensor in wanted.items() if not name.startswith(inside)}
    if len(rest) == len(wanted):
        return ""
    try:
        _matched(graph, rest, theirs, pins)
    except MatchError:
        return ""
    options = " ".join(f"--begin-anew '{head}.*'" for head in heads)
    listed = ", ".join(f"`{head}`" for head in heads)
    return f"the checkpoint lacks the auxiliary heads {listed}: they begin anew with {options}"


def export_weights(
    graph: Graph,
    tensors: Mapping[str, torch.Tensor],
    *,
    like: Checkpoint | None = None,
    names: str | None = None,
) -> Tensors:
    """Return a network's tensors under another implementation's names, in its order.

    The names are those of a checkpoint or a freshly made model, ``like``, or those that were
    noted when the weights were imported.
    """
    if like is None:
        if names is None:
            raise MatchError(
                "these weights were not imported, so their other names are not known; "
                "say whose names they should have"
            )
        return {theirs: tensors[ours] for theirs, ours in json.loads(names) if ours in tensors}
    found = _matched(graph, tensors, like, None)
    ours_of = {other.path: ours for ours, other in found.pairs}
    out: Tensors = {}
    for unit in units_of({name: tuple(t.shape) for name, t in like.tensors.items()}):
        ours = ours_of[unit.path]
        for role, name in unit.tensors.items():
            mine = (sole_role(ours) if sole_role(unit) else None) or role
            if mine in ours.tensors:
                out[name] = tensors[ours.tensors[mine]].reshape(unit.shapes[role])
            elif role == "weight":
                out[name] = torch.ones(unit.shapes[role])
            else:
                out[name] = torch.zeros(unit.shapes[role], dtype=like.tensors[name].dtype)
    return {name: out[name] for name in like.tensors}


def _matched(
    graph: Graph,
    ours: Mapping[str, torch.Tensor],
    theirs: Checkpoint,
    pins: Mapping[str, str] | None,
) -> Match:
    heads = {in_net(node.id) for node in classifiers(graph)}
    return match(
        flow_of(graph, units_of({name: tuple(tensor.shape) for name, tensor in ours.items()})),
        units_of({name: tuple(tensor.shape) for name, tensor in theirs.tensors.items()}),
        ordered=theirs.ordered,
        heads=heads,
        pins=pins,
        wiring=theirs.wiring,
    )


def _take(
    ours: Unit,
    other: Unit,
    state: Mapping[str, torch.Tensor],
    theirs: Mapping[str, torch.Tensor],
    taken: Tensors,
    names: dict[str, str],
    said: list[str],
    drop_class: int | None,
) -> None:
    """Copy one unit's tensors, or keep our own where the number of classes differs."""
    for role, name in ours.tensors.items():
        mine = state[name]
        source = other.tensors.get(sole_role(other) or role)
        if source is None:
            taken[name] = mine
            continue
        tensor = theirs[source]
        if drop_class is not None and tensor.ndim and tensor.shape[0] == _classes(mine) + 1:
            if not 0 <= drop_class < tensor.shape[0]:
                raise MatchError(f"there is no class {drop_class} among {tensor.shape[0]}")
            tensor = torch.cat([tensor[:drop_class], tensor[drop_class + 1 :]])
            said.append(f"{source}: class {drop_class} dropped, {tensor.shape[0]} remain")
        tensor = _as_ours(ours, tensor, mine)
        if tensor.shape != mine.shape:
            said.append(
                f"{name}: begins anew with {_classes(mine)} classes; the checkpoint's {source} "
                f"has {_classes(tensor)}"
            )
            taken[name] = mine
            continue
        taken[name] = tensor.detach().clone()
        names[source] = name
    for role, source in other.tensors.items():
        if role not in ours.tensors and role not in OPTIONAL and sole_role(other) is None:
            _only_neutral(role, source, theirs[source])


def _as_ours(unit: Unit, tensor: torch.Tensor, mine: torch.Tensor) -> torch.Tensor:
    """Return the same numbers in as many dimensions as ours: a matrix as a 1x1 kernel."""
    if unit.kind == "numbers" and tensor.numel() == mine.numel():
        return tensor.reshape(mine.shape)
    return tensor.reshape(as_kernel(tuple(tensor.shape), tuple(mine.shape)))


def _classes(tensor: torch.Tensor) -> int:
    return tensor.shape[0] if tensor.ndim else 0


def _only_neutral(role: str, name: str, tensor: torch.Tensor) -> None:
    """A scale or offset that the spec does not learn must be one that changes nothing."""
    neutral = 1.0 if role == "weight" else 0.0
    if not bool((tensor == neutral).all()):
        word = "scale" if role == "weight" else "offset"
        raise MatchError(f"`{name}` is a learned {word}, and the spec has none in its place")


def _nothing_lost(found: Match, theirs: Mapping[str, torch.Tensor]) -> None:
    used = {name for _, other in found.pairs for name in other.tensors.values()}
    lost = [name for name in theirs if name not in used]
    if lost:
        raise MatchError(f"{len(lost)} tensors found no place, the first is `{lost[0]}`")
