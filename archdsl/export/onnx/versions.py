"""Models in versions of ONNX's operators that are older than what torch writes.

An operator whose newest form is younger than the opset asked for is written as it was before. The
table :data:`OLDER` says how, one entry for each; an operator that is not in it has no older form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

from archdsl.export.broken import BrokenExport

OLDEST_WRITTEN = 18
"""Torch writes this opset, and newer ones, by itself."""

TO_THE_END = 2**31 - 1


class _Nodes:
    """Makes nodes in front of another, which they are made for."""

    def __init__(self, node: Any) -> None:
        self.node = node
        self.made = 0

    def __call__(self, kind: str, *inputs: Any, **attributes: Any) -> Any:
        """Return the value of a new node."""
        import onnx_ir  # not before the extra is known to be there

        self.made += 1
        made = onnx_ir.node(kind, inputs, attributes, name=f"{self.node.name}.{self.made}")
        (value,) = made.outputs
        value.name = f"{self.node.outputs[0].name}.{self.made}"
        self.node.graph.insert_before(self.node, made)
        return value

    def numbers(self, values: Sequence[int]) -> Any:
        """Return a constant vector of whole numbers."""
        return self("Constant", value_ints=list(values))

    def become(self, kind: str, *inputs: Any, **attributes: Any) -> None:
        """Put another operator in the place of the node, with its name and its output."""
        import onnx_ir

        old = self.node
        new = onnx_ir.node(kind, inputs, attributes, name=old.name)
        onnx_ir.convenience.replace_nodes_and_values(
            old.graph, old, [old], [new], old.outputs, new.outputs
        )


def lower(model: Any, opset: int) -> None:
    """Write a model's operators as they were in an older opset.

    Raises :class:`BrokenExport` where one has no older form.
    """
    from onnx_ir.passes import common  # not before the extra is known to be there

    schemas: Any = import_module("onnx.defs")
    for node in list(model.graph):
        if schemas.get_schema(node.op_type, OLDEST_WRITTEN).since_version <= opset:
            continue
        way = OLDER.get(node.op_type)
        if way is None or not way(node, _Nodes(node)):
            raise BrokenExport(
                f"{model.graph.name} cannot be written in opset {opset}: "
                f"there is no {node.op_type} in it as torch has it"
            )
    model.graph.opset_imports[""] = opset
    unused: Any = common.RemoveUnusedNodesPass()
    unused(model)


def oldest_file(model: Any) -> int:
    """Return the first version of the file format that has a model's opset: old runtimes ask."""
    helper: Any = import_module("onnx.helper")
    opset = helper.make_opsetid("", model.graph.opset_imports[""])
    version: int = helper.find_min_ir_version_for([opset])
    return version


def _as_it_is(node: Any, make: _Nodes) -> bool:
    """Newer versions take more types of numbers, or name what was always so."""
    return True


def _without(**usual: Any) -> Callable[[Any, _Nodes], bool]:
    """Attributes that are newer are left out where they have the value that was the only one."""

    def way(node: Any, make: _Nodes) -> bool:
        for name, value in usual.items():
            if name in node.attributes and node.attributes.pop(name).value != value:
                return False
        return True

    return way


def _pad(node: Any, make: _Nodes) -> bool:
    return len(node.inputs) < 4 or node.inputs[3] is None


def _resize(node: Any, make: _Nodes) -> bool:
    if "axes" in node.attributes:
        return False
    return _without(antialias=0, keep_aspect_ratio_policy="stretch")(node, make)


def _reshape(node: Any, make: _Nodes) -> bool:
    """A zero said to keep an extent; torch computes no extent that is zero but that of a batch."""
    taken = node.attributes.pop("allowzero", None)
    shape = _known(node.inputs[1])
    return taken is None or not taken.as_int() or shape is None or 0 not in shape


def _reduce(node: Any, make: _Nodes) -> bool:
    """The axes were an attribute."""
    keep = node.attributes.get("keepdims")
    kept = {} if keep is None else {"keepdims": keep.as_int()}
    data, *axes = node.inputs
    if not axes or axes[0] is None:
        make.become(node.op_type, data, **kept)
        return True
    known = _known(axes[0])
    if known is None:
        return False
    make.become(node.op_type, data, axes=known, **kept)
    return True


def _known(value: Any) -> list[int] | None:
    """Return the whole numbers that a value always is; None of one that is computed."""
    import onnx_ir  # not before the extra is known to be there

    tensor = onnx_ir.convenience.get_const_tensor(value)
    return None if tensor is None else [int(one) for one in tensor.numpy().ravel()]


def _shape(node: Any, make: _Nodes) -> bool:
    """The whole shape was given, and is cut here."""
    (data,) = node.inputs
    start = node.attributes["start"].as_int() if "start" in node.attributes else 0
    end = node.attributes["end"].as_int() if "end" in node.attributes else TO_THE_END
    if (start, end) == (0, TO_THE_END):
        make.become("Shape", data)
        return True
    whole = make("Shape", data)
    make.become("Slice", whole, make.numbers([start]), make.numbers([end]), make.numbers([0]))
    return True


def _split(node: Any, make: _Nodes) -> bool:
    """Parts of one length went without saying."""
    if "num_outputs" in node.attributes:
        axis = node.attributes["axis"].as_int() if "axis" in node.attributes else 0
        length = node.inputs[0].shape[axis]
        if not isinstance(length, int) or length % len(node.outputs):
            return False
        del node.attributes["num_outputs"]
    return True


def _hard_swish(node: Any, make: _Nodes) -> bool:
    (x,) = node.inputs
    make.become("Mul", x, make("HardSigmoid", x, alpha=1 / 6, beta=0.5))
    return True


def _mish(node: Any, make: _Nodes) -> bool:
    (x,) = node.inputs
    make.become("Mul", x, make("Tanh", make("Softplus", x)))
    return True


def _layer_norm(node: Any, make: _Nodes) -> bool:
    """Over the last axes: what is left of the mean, over its deviation."""
    x, *weights = node.inputs
    if len(node.outputs) != 1 or x.shape is None:
        return False
    rank = len(x.shape)
    first = node.attributes["axis"].as_int() if "axis" in node.attributes else -1
    axes = list(range(first - rank if first >= 0 else first, 0))
    epsilon = node.attributes["epsilon"].as_float() if "epsilon" in node.attributes else 1e-5
    centred = make("Sub", x, make("ReduceMean", x, axes=axes, keepdims=1))
    variance = make("ReduceMean", make("Mul", centred, centred), axes=axes, keepdims=1)
    small = make("Constant", value_float=epsilon)
    if x.dtype is not None and x.dtype.name != "FLOAT":
        small = make("Cast", small, to=int(x.dtype))
    normal = make("Div", centred, make("Sqrt", make("Add", variance, small)))
    scaled = normal if not weights else make("Mul", normal, weights[0])
    if len(weights) > 1 and weights[1] is not None:
        make.become("Add", scaled, weights[1])
    else:
        make.become("Identity", scaled)
    return True


Way = Callable[[Any, _Nodes], bool]
"""Writes a node as it was; False where that cannot be said."""

OLDER: Mapping[str, Way] = {
    **dict.fromkeys(
        ("Add", "Div", "Identity", "LeakyRelu", "Mul", "PRelu", "Pow", "Relu", "Sub", "Where"),
        _as_it_is,
    ),
    **dict.fromkeys(("ReduceL2", "ReduceMax", "ReduceMean", "ReduceMin"), _reduce),
    "BatchNormalization": _without(training_mode=0),
    "HardSwish": _hard_swish,
    "LayerNormalization": _layer_norm,
    "LpPool": _without(ceil_mode=0, dilations=[1, 1]),
    "Mish": _mish,
    "Pad": _pad,
    "Reshape": _reshape,
    "Resize": _resize,
    "Shape": _shape,
    "Split": _split,
}
