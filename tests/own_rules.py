"""Everything that torch would run and archdsl refuses all the same, each with its reason.

The witness consults this table after torch has accepted an operator. Refusals of archdsl that
are neither torch's nor listed here fail the tests, so nothing hides; and each rule has a sample
that torch runs, so that no rule stays listed without need.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from tests.trees import Args


@dataclass(frozen=True)
class OwnRule:
    ops: tuple[str, ...]
    code: str
    why: str
    applies: Callable[..., bool]
    args: Args
    shapes: tuple[tuple[int, ...], ...]
    """Arguments and input shapes for which torch runs the operator and archdsl refuses it."""


class Refused(Exception):
    """An operator that torch runs, and that a rule of archdsl's own refuses."""

    def __init__(self, rule: OwnRule) -> None:
        super().__init__(rule.why)
        self.rule = rule


def check(op: str, args: Args, *xs: Tensor) -> None:
    """Raise :class:`Refused` where a rule of archdsl's own applies."""
    for rule in OWN_RULES:
        if op in rule.ops and rule.applies(dict(args), *xs):
            raise Refused(rule)


def _unequal(args: dict[str, Any], first: Tensor, *others: Tensor) -> bool:
    return any(other.shape[1:] != first.shape[1:] for other in others)


def _mixed(args: dict[str, Any], first: Tensor, *others: Tensor) -> bool:
    return any(other.ndim != first.ndim for other in others)


def _wide_side(args: dict[str, Any], x: Tensor) -> bool:
    pad, kernel = args.get("pad"), args.get("kernel")
    if not isinstance(pad, list) or kernel is None:
        return False
    height, width = kernel if isinstance(kernel, tuple) else (kernel, kernel)
    return max(pad[:2]) > height // 2 or max(pad[2:]) > width // 2


def _ceil_same(args: dict[str, Any], x: Tensor) -> bool:
    return bool("kernel" in args and args.get("ceil") and args.get("pad", "same") == "same")


def _ceil_uneven(args: dict[str, Any], x: Tensor) -> bool:
    pad = args.get("pad")
    uneven = isinstance(pad, list) and (pad[0] != pad[1] or pad[2] != pad[3])
    return bool("kernel" in args and args.get("ceil") and uneven)


def _even_without_stride(args: dict[str, Any], x: Tensor) -> bool:
    """Whether an even window without a stride has more than one place in the padded map."""
    kernel, pad = args.get("kernel"), args.get("pad", "same")
    if kernel is None or "stride" in args or x.ndim != 4:
        return False
    sides = kernel if isinstance(kernel, tuple) else (kernel, kernel)
    for axis, side in enumerate(sides):
        match pad:
            case "same":
                padding = side - 1
            case "valid":
                padding = 0
            case list():
                padding = pad[2 * axis] + pad[2 * axis + 1]
            case _:
                padding = 2 * (pad[axis] if isinstance(pad, tuple) else pad)
        if side > 1 and x.shape[2 + axis] + padding > side:
            return any(one % 2 == 0 for one in sides)
    return False


def _idle_window(args: dict[str, Any], x: Tensor) -> bool:
    stride = args.get("stride", 1) not in (1, (1, 1))
    return "kernel" not in args and bool(
        stride or args.get("ceil") or args.get("pad", "same") != "same"
    )


POOLS = ("maxpool", "avgpool")

OWN_RULES = (
    OwnRule(
        ("add",),
        "unequal-branches",
        "torch would stretch extents of 1; in a sum that is nearly always a mistake",
        _unequal,
        {},
        ((4, 4, 8), (1, 1, 8)),
    ),
    OwnRule(
        ("mul",),
        "unequal-branches",
        "torch lines a vector up with the columns of a map, not with its channels",
        _mixed,
        {},
        ((2, 2, 4), (2,)),
    ),
    OwnRule(
        POOLS,
        "padding-too-wide",
        "torch has this rule for equal padding; archdsl pads each side under the same rule",
        _wide_side,
        {"kernel": 2, "pad": [2, 0, 0, 0]},
        ((4, 4, 1),),
    ),
    OwnRule(
        POOLS,
        "conflicting-arguments",
        "`same` fixes the output size; rounding it up besides says nothing",
        _ceil_same,
        {"kernel": 3, "stride": 2, "ceil": True},
        ((4, 4, 1),),
    ),
    OwnRule(
        POOLS,
        "conflicting-arguments",
        "torch's ceil mode knows only equal padding, and drops windows by it",
        _ceil_uneven,
        {"kernel": 2, "stride": 2, "ceil": True, "pad": [0, 1, 0, 1]},
        ((4, 4, 1),),
    ),
    OwnRule(
        POOLS,
        "conflicting-arguments",
        "a pool over the whole map has no window that could step, be padded or be rounded",
        _idle_window,
        {"global": True, "stride": 2},
        ((4, 4, 1),),
    ),
    OwnRule(
        POOLS,
        "ambiguous-argument",
        "torch moves a window without a stride by its own size, and papers' pools by one cell",
        _even_without_stride,
        {"kernel": (2, 3), "pad": "valid"},
        ((3, 3, 1),),
    ),
    OwnRule(
        ("batchnorm",),
        "ambiguous-argument",
        "torch's momentum is the share of the new batch, Keras' that of the old averages",
        lambda args, x: 0.5 < args.get("momentum", 0.1) < 1,
        {"momentum": 0.9},
        ((4, 4, 1),),
    ),
    OwnRule(
        ("pad", "crop"),
        "not-a-feature-map",
        "torch would pad or crop the channels and the batch",
        lambda args, x: x.ndim != 4,
        {"amount": [0, 0, 1, 1]},
        ((4,),),
    ),
    OwnRule(
        ("affine",),
        "wrong-length",
        "torch would stretch a single channel to as many as there are numbers",
        lambda args, x: any(
            isinstance(v, list) and len(v) not in (1, x.shape[1]) for v in args.values()
        ),
        {"scale": [1.0, 2.0]},
        ((4, 4, 1),),
    ),
)

EMPTY_HEAD = OwnRule(
    ("aux",),
    "missing-branches",
    "an auxiliary head that does nothing would give the value at hand, which nobody asked it for",
    lambda args, x: True,
    {},
    (),
)

HEAD_IN_HEAD = OwnRule(
    ("aux",),
    "misplaced-statement",
    "a head of a head would come in training only, and be weighted twice or once: nobody says",
    lambda args, x: True,
    {},
    (),
)

# Rules about a whole network, which operators know nothing of: a network that torch would run.
NET_RULES = {
    EMPTY_HEAD.code: "net n { input 4x4x1; relu; aux head { 0 x relu } }",
    HEAD_IN_HEAD.code: "net n { input 4; aux one { relu; aux two { relu } } }",
    "swapped-input": "net n { input 3x16x16; relu }",
    "too-large": "net n { input 2000000x2000000x1; relu }",
    "wrong-claim": "net n { input 4x4x1; relu => 4x4x2 }",
    "duplicate-name": "net n { input 4x4x1; relu as a; relu as a }",
    "reserved-name": "net n { input 4x4x1; relu as forward }",
}
