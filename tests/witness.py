"""The witness: runs the trees of `tests.trees` with nothing but torch, by `tests.raw_torch`."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from tests.own_rules import EMPTY_HEAD, HEAD_IN_HEAD, Refused
from tests.raw_torch import REFUSALS, Nothing, apply
from tests.trees import (
    Args,
    Aux,
    Block,
    BlockCall,
    Call,
    Default,
    Expr,
    Group,
    If,
    Join,
    Net,
    Ref,
    Repeat,
    Residual,
    Seq,
    Step,
    Tap,
)


@dataclass(frozen=True)
class Scope:
    """What a step can see."""

    values: Mapping[str, object]
    labels: ChainMap[str, Tensor]
    defaults: Mapping[str, Args]


class Witness:
    """Runs the steps of one network. ``aux`` collects what auxiliary heads gave."""

    def __init__(self, blocks: Mapping[str, Block]) -> None:
        self.blocks = blocks
        self.aux: list[Tensor] = []
        self.in_head = False

    def seq(self, seq: Seq, x: Tensor, scope: Scope) -> Tensor:
        for step in seq.steps:
            x, scope = self.step(step, x, scope)
        return x

    def step(self, step: Step, x: Tensor, scope: Scope) -> tuple[Tensor, Scope]:
        if isinstance(step.action, Default):
            op, given = step.action.op, self.args(step.action.args, x, scope)
            merged = {**scope.defaults.get(op, {}), **given}
            return x, replace(scope, defaults={**scope.defaults, op: merged})
        x = self.action(step.action, x, scope)
        if step.label is not None:
            scope.labels[step.label] = x
        if step.claim is not None and step.claim != extents(x):
            raise Nothing("the shape is another than claimed")
        return x, scope

    def action(self, action: object, x: Tensor, scope: Scope) -> Tensor:
        match action:
            case Call(op, args):
                return self.call(op, self.args(args, x, scope), scope, x)
            case BlockCall():
                return self.block(action, x, scope)
            case Join(op, branches):
                ends = [self.seq(one, x, scope) for one in branches if self.taken(one, x, scope)]
                if not ends:
                    raise Nothing("no branches")
                return self.call(op, {}, scope, *ends)
            case Residual(body, scale):
                end = self.seq(body, x, scope)
                return self.keep(apply("add", {}, x, end if scale is None else end * scale))
            case Repeat(count, inner):
                for copy in range(self.value(count, x, scope)):
                    inside = replace(
                        scope,
                        values={**scope.values, "index": copy},
                        labels=scope.labels.new_child(),
                    )
                    x = self.action(inner, x, inside)
                return x
            case Seq():
                return self.seq(action, x, scope)
            case Group(name, body):
                scope.labels[name] = end = self.seq(body, x, scope)
                return end
            case If():
                chosen = self.chosen(action, x, scope)
                return x if chosen is None else self.seq(chosen, x, scope)
            case Tap(name):
                if name not in scope.labels:
                    raise Nothing(f"no label {name}")
                return scope.labels[name].view_as(scope.labels[name])
            case Aux(_, _, body):
                if self.in_head:
                    raise Refused(HEAD_IN_HEAD)
                inside = replace(scope, labels=scope.labels.new_child())
                self.in_head = True
                try:
                    end = self.seq(body, x, inside)
                finally:
                    self.in_head = False
                if end is x:
                    raise Refused(EMPTY_HEAD)
                self.aux.append(end)
                return x
            case _:
                raise TypeError(action)

    def taken(self, branch: Seq, x: Tensor, scope: Scope) -> bool:
        """A branch that is only an `if` is left out where the `if` chooses nothing."""
        only = branch.steps[0].action if len(branch.steps) == 1 else None
        return not isinstance(only, If) or self.chosen(only, x, scope) is not None

    def chosen(self, choice: If, x: Tensor, scope: Scope) -> Seq | None:
        return choice.body if self.value(choice.condition, x, scope) else choice.otherwise

    def call(self, op: str, args: Args, scope: Scope, *xs: Tensor) -> Tensor:
        merged = {**usual(op, scope.defaults.get(op, {}), args), **args}
        for name, value in merged.items():
            if isinstance(value, Ref):
                merged[name] = Ref(value.op, {**scope.defaults.get(value.op, {}), **value.args})
        return self.keep(apply(op, merged, *xs))

    def keep(self, y: Tensor) -> Tensor:
        """Return what an operator made as a tensor of its own; some hand their input on."""
        return y.view_as(y)

    def block(self, call: BlockCall, x: Tensor, scope: Scope) -> Tensor:
        block = self.blocks[call.block]
        names = [name for name, _ in block.parameters]
        given = dict(zip(names, call.positional, strict=False)) | dict(call.named)
        values: dict[str, object] = {n: self.value(v, x, scope) for n, v in given.items()}
        for name, default in block.parameters:
            if name not in values:
                if default is None:
                    raise Nothing(f"no {name}")
                known = values | of_input(x)
                values[name] = self.value(default, x, replace(scope, values=known))
        inside = Scope(values | of_input(x), ChainMap(), scope.defaults)
        return self.seq(block.body, x, inside)

    def args(self, args: Args, x: Tensor, scope: Scope) -> dict[str, object]:
        return {name: self.value(value, x, scope) for name, value in args.items()}

    def value(self, value: Any, x: Tensor, scope: Scope) -> Any:
        match value:
            case Expr(text):
                height, width, channels = extents(x)
                at_hand = {"height": height, "width": width, "channels": channels}
                known = {"min": min, "max": max, **at_hand, **scope.values}
                return eval(text, {"__builtins__": {}}, known)
            case Ref(op, args):
                return Ref(op, self.args(args, x, scope))
            case list():
                return [self.value(item, x, scope) for item in value]
            case _:
                return value


def usual(op: str, defaults: Args, given: Args) -> Args:
    """Return the defaults that mean something beside what a call gives."""
    left_out: set[str] = set()
    if op in ("maxpool", "avgpool"):
        if "kernel" in given:
            left_out |= {"global", "to"}
        elif given.get("global") or "to" in given:
            left_out |= {"kernel", "global", "to", "stride", "pad", "ceil"}
        pad = given.get("pad")
        if pad == "same" or (isinstance(pad, list) and (pad[0] != pad[1] or pad[2] != pad[3])):
            left_out.add("ceil")
    if op == "resize" and ("factor" in given or "to" in given):
        left_out |= {"factor", "to"}
    return {name: value for name, value in defaults.items() if name not in left_out}


def extents(x: Tensor) -> tuple[int, int, int]:
    """Height, width and channels as specs write them."""
    return (x.shape[2], x.shape[3], x.shape[1]) if x.ndim == 4 else (1, 1, x.shape[1])


def of_input(first: Tensor, *others: Tensor) -> dict[str, object]:
    """Return `in_channels` and its like, but for those in which several inputs differ."""
    names = ("in_height", "in_width", "in_channels")
    sizes = zip(extents(first), *(extents(other) for other in others), strict=True)
    return {
        name: alike[0] for name, alike in zip(names, sizes, strict=True) if len(set(alike)) == 1
    }


def tensor(shape: tuple[int, ...], batch: int) -> Tensor:
    """Return a tensor for a shape as specs write it: H, W, C or a lone C."""
    order = shape if len(shape) == 1 else (shape[2], shape[0], shape[1])
    return torch.zeros(batch, *order)


@dataclass(frozen=True)
class Result:
    outputs: tuple[tuple[int, ...], ...]
    aux: tuple[tuple[int, ...], ...]


def run(net: Net, batch: int) -> Result:
    """Run a network, and return the shapes of its outputs, batch left out.

    On real tensors: some operators check less on the meta device.
    """
    witness = Witness({block.name: block for block in net.blocks})
    labels: ChainMap[str, Tensor] = ChainMap()
    x = torch.empty(0)
    for shape, label in net.inputs:
        x = tensor(shape, batch)
        if label is not None:
            labels[label] = x
    given = of_input(*(tensor(shape, batch) for shape, _ in net.inputs))
    x = witness.seq(net.body, x, Scope(dict(net.parameters) | given, labels, {}))
    ends = [labels[label] for label in net.outputs] if net.outputs else [x]
    return Result(
        tuple(tuple(end.shape[1:]) for end in ends),
        tuple(tuple(end.shape[1:]) for end in witness.aux),
    )


def accepts(net: Net) -> Result | None:
    """Return the result if torch runs the network, trained on two images and on one alone.

    Raises `own_rules.Refused` if torch might run it and a rule of archdsl's own forbids it.
    """
    try:
        result = run(net, batch=2)
        run(net, batch=1)
    except REFUSALS:
        return None
    return result
