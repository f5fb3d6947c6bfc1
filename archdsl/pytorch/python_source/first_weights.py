"""How weights begin in generated source, where the recipe says more than torch's own layers do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from archdsl.check import chosen_by
from archdsl.graph import Graph, Node, in_net, parts_of
from archdsl.ops import Call, Role
from archdsl.ops.conv import Convolution
from archdsl.pytorch.python_source.calls import python_name
from archdsl.pytorch.python_source.expressions import INDENT, New, Text, layout, literal
from archdsl.pytorch.python_source.forward import BODY, signature
from archdsl.pytorch.python_source.places import layer_at
from archdsl.pytorch.python_source.statements import for_each
from archdsl.recipe import AUXILIARY, Init

METHOD = "init_weights"
DOC = "Draw first weights as the recipe says; the others begin as torch's own."

_CONSTANTS: Mapping[object, str] = {
    (("val", 0.0),): "torch.nn.init.zeros_",
    (("val", 1.0),): "torch.nn.init.ones_",
}
_MAYBE_WITHOUT_BIAS = ("nn.Conv2d", "nn.ConvTranspose2d")
"""Layers whose type says that they may have no bias; of others, those without are left out."""


def first_weights(graph: Graph, rules: Sequence[Init]) -> list[str]:
    """Return the lines of the method that draws first weights; none where nothing is to be drawn.

    Rules are followed one after the other, so that of several the last one holds.
    """
    if not rules:
        return []
    layers = [_Layer.of(node, graph) for node in graph if node.op.learned]
    lines = [line for rule in rules for line in _Rule(graph, rule, layers).lines()]
    return [*signature(METHOD, []), f'{BODY}"""{DOC}"""', *lines] if lines else []


@dataclass(frozen=True, slots=True, eq=False)
class _Layer:
    node: Node
    path: tuple[str, ...]
    type: str

    @classmethod
    def of(cls, node: Node, graph: Graph) -> _Layer:
        call = node.op.lower(graph.shapes_into(node), node.shape)
        path = parts_of(in_net(node.id))
        return cls(node, path, python_name(call.target))


class _Rule:
    """Writes one rule: a loop over the layers that it chooses."""

    def __init__(self, graph: Graph, rule: Init, layers: list[_Layer]) -> None:
        self.rule = rule
        self.layers = layers
        chosen = {node.id for node in chosen_by(graph, rule)}
        self.chosen = [layer for layer in layers if layer.node.id in chosen]
        self.heads = [parts_of(in_net(head.path)) for head in graph.aux]

    def lines(self) -> Iterator[str]:
        weights = [layer for layer in self.chosen if "weight" in layer.node.op.learned]
        biases = [layer for layer in self.chosen if "bias" in layer.node.op.learned]
        sets_weight, sets_bias = not self.rule.only_biases, self.rule.bias is not None
        if sets_weight and sets_bias and weights and self._suits(self.chosen, weights, biases):
            yield from self._loop(self.chosen, weights=True, biases=True)
            return
        if sets_weight and weights:
            yield from self._loop(weights, weights=True, biases=False)
        if sets_bias and biases:
            yield from self._loop(biases, weights=False, biases=True)

    def _suits(self, chosen: list[_Layer], weights: list[_Layer], biases: list[_Layer]) -> bool:
        """Return whether weights and biases can be set in one loop."""
        return chosen == weights and (chosen == biases or self._asks(chosen)) and bool(biases)

    def _asks(self, layers: list[_Layer]) -> bool:
        return any(layer.type in _MAYBE_WITHOUT_BIAS for layer in layers)

    def _loop(self, wanted: list[_Layer], *, weights: bool, biases: bool) -> Iterator[str]:
        types = tuple(dict.fromkeys(layer.type for layer in wanted))
        condition = f"isinstance(layer, {' | '.join(types)})"
        if self.rule.kernel is not None:
            condition += f" and layer.kernel_size == {self.rule.kernel.pair}"
        asks = biases and self._asks(wanted)
        if asks and not weights:
            condition += " and layer.bias is not None"
        yield from self._opening(wanted, types)
        yield f"{BODY}{INDENT}if {condition}:"
        inner = f"{BODY}{INDENT * 2}"
        call = self.rule.lower(flat=self._is_flat(wanted)) if weights else None
        if call is not None:
            yield _statement(call, "layer.weight", inner)
        if biases and self.rule.bias is not None:
            constant = Call("torch.nn.init.constant_", (), (("val", self.rule.bias),), module=False)
            if asks and weights:
                yield f"{inner}if layer.bias is not None:"
                inner += INDENT
            yield _statement(constant, "layer.bias", inner)

    def _opening(self, wanted: list[_Layer], types: tuple[str, ...]) -> Iterator[str]:
        """Open a loop over all layers below some, or over those that are wanted alone."""
        places = self._places(wanted)
        within = [
            layer
            for layer in self.layers
            if _is_one_of(layer.type, types)
            and any(layer.path[: len(place)] == place for place in places)
            and self._has_kernel(layer)
        ]
        # Those that have no bias may be met on the way where their type says so.
        met = self.chosen if self._asks(wanted) else wanted
        if any(layer not in met for layer in within):
            places = [layer.path for layer in wanted]
        named = [layer_at(".".join(place)) if place else "self" for place in places]
        yield from for_each("layer", [f"*{one}.modules()" for one in named])

    def _has_kernel(self, layer: _Layer) -> bool:
        op = layer.node.op
        kernel = op.kernel if isinstance(op, Convolution) else None
        return self.rule.kernel is None or kernel == self.rule.kernel

    def _places(self, wanted: list[_Layer]) -> list[tuple[str, ...]]:
        """Return the paths below which a rule chooses: the network's own is empty."""
        at = self.rule.at
        if at is None:
            return [()]
        if at == AUXILIARY:
            return self.heads
        ends = (layer.path[: layer.path.index(at) + 1] for layer in wanted)
        return list(dict.fromkeys(ends))

    def _is_flat(self, wanted: list[_Layer]) -> bool:
        return any(layer.node.op.picture().role is not Role.WEIGHTED for layer in wanted)


def _is_one_of(type: str, types: tuple[str, ...]) -> bool:
    """Whether a layer is of one of the types; ours are named for those of torch they extend."""
    return any(type == one or type.endswith(one.removeprefix("nn.")) for one in types)


def _statement(call: Call, operand: str, indent: str) -> str:
    target = _CONSTANTS.get(call.keywords, call.target)
    keywords = call.keywords if target == call.target else ()
    arguments = ((name, Text(literal(value))) for name, value in keywords)
    made = New(python_name(target), ((None, Text(operand)), *arguments))
    return indent + layout(made, lambda _: None, len(indent) // len(INDENT), len(indent))
