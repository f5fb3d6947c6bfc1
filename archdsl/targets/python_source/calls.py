"""How the calls of operators are written: names and defaults of what torch takes."""

from __future__ import annotations

from collections.abc import Iterator

from archdsl.ops import Call, Plain
from archdsl.targets.plan import Step
from archdsl.targets.python_source.constants import REQUIRED, Constants, Omit
from archdsl.targets.python_source.expressions import Expr, New, Slot

POSITIONS = {
    "Conv2d": ("in_channels", "out_channels", "kernel_size"),
    "ConvTranspose2d": ("in_channels", "out_channels", "kernel_size"),
    "CroppedConvTranspose2d": ("in_channels", "out_channels", "kernel_size"),
    "BatchNorm1d": ("num_features",),
    "BatchNorm2d": ("num_features",),
    "PartialBatchNorm1d": ("num_features",),
    "PartialBatchNorm2d": ("num_features",),
    "GroupNorm": ("num_groups", "num_channels"),
    "LayerNorm": ("normalized_shape",),
    "ChannelLayerNorm": ("normalized_shape",),
    "LocalResponseNorm": ("size",),
    "Linear": ("in_features", "out_features"),
    "MaxPool2d": ("kernel_size",),
    "AvgPool2d": ("kernel_size",),
    "PaddedAvgPool2d": ("kernel_size",),
    "AdaptiveAvgPool2d": ("output_size",),
    "AdaptiveMaxPool2d": ("output_size",),
    "PReLU": ("num_parameters",),
    "LeakyReLU": ("negative_slope",),
    "Dropout": ("p",),
    "DropPath": ("rate",),
    "ChannelShuffle": ("groups",),
    "ZeroPad2d": ("padding",),
    "ReflectionPad2d": ("padding",),
    "ReplicationPad2d": ("padding",),
    "Affine": ("scale", "shift", "rank"),
    "LayerScale": ("channels",),
    "narrow": ("dim", "start", "length"),
    "pad": ("pad",),
    "mul": ("factor",),
    "flatten": ("start_dim",),
}
"""What torch calls the leading parameters, to name a constructor's own after them."""

DEFAULTS: dict[str, Plain] = {
    "stride": (1, 1),
    "padding": (0, 0),
    "output_padding": (0, 0),
    "dilation": (1, 1),
    "groups": 1,
    "bias": True,
    "ceil_mode": False,
    "elementwise_affine": True,
    "affine": True,
}
"""Arguments that are left out where they say what torch assumes anyway.

Pools are the exception for their stride, which torch takes from the kernel.
"""


def construction(call: Call, constants: Constants, child: str) -> Expr:
    arguments: list[tuple[str | None, Expr]] = []
    labelled = list(_labelled(call))
    count = len(call.positional)
    named = sorted(labelled[count:], key=lambda entry: _rank(entry[0]))
    for number, (label, value) in enumerate((*labelled[:count], *named)):
        positional = number < count
        omit = REQUIRED if positional else assumed(call.target, label)
        slot = constants.slot(value, child, label, omit)
        arguments.append((None if positional else label, slot))
    return New(python_name(call.target), tuple(arguments))


def function(step: Step, constants: Constants) -> tuple[Slot, ...]:
    call = step.before if step.function is None else step.function
    if call is None:
        return ()
    child = step.results[0].rpartition(".")[2]
    labelled = _labelled(call)
    return tuple(constants.slot(value, child, label) for label, value in labelled)


def python_name(target: str) -> str:
    """Return a target's name inside the generated module."""
    home, _, name = target.rpartition(".")
    short = {"torch": "torch.", "torch.nn": "nn.", "torch.nn.functional": "F."}
    return short.get(home, "") + name


def call_structure(call: Call) -> object:
    return (call.target, len(call.positional), tuple(name for name, _ in call.keywords))


def _labelled(call: Call) -> Iterator[tuple[str, Plain]]:
    """Yield the constants of a call with what torch calls them."""
    names = POSITIONS.get(call.target.rpartition(".")[2], ())
    for number, value in enumerate(call.positional):
        yield (names[number] if number < len(names) else "value"), value
    yield from call.keywords


def _rank(label: str) -> int:
    """Return where an argument stands among the named ones: as in torch's own signatures."""
    known = tuple(DEFAULTS)
    return known.index(label) if label in known else len(known)


def assumed(target: str, label: str) -> Omit:
    """Return what torch assumes for an argument; a pool's stride it takes from the kernel."""
    is_torchs = target.startswith("torch.nn.")
    if not is_torchs or label not in DEFAULTS or (label == "stride" and "Pool" in target):
        return REQUIRED
    return DEFAULTS[label]
