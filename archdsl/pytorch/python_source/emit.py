"""Python source of a network: the file, its classes and their forwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import fill as wrap
from types import MappingProxyType

from archdsl.graph import Graph, NodeId
from archdsl.graph.sizes import steps, texts_of
from archdsl.pytorch.plan import plan
from archdsl.pytorch.python_source import words
from archdsl.pytorch.python_source.classes import Class, Classes
from archdsl.pytorch.python_source.constants import Required
from archdsl.pytorch.python_source.expressions import (
    INDENT,
    WIDEST,
    Expr,
    Fill,
    Fork,
    New,
    Slot,
    Text,
    annotation,
    forks,
    layout,
    literal,
)
from archdsl.pytorch.python_source.first_weights import METHOD, first_weights
from archdsl.pytorch.python_source.forward import forward, signature
from archdsl.pytorch.python_source.helpers import helper_names, helpers_of, imports
from archdsl.pytorch.python_source.network import NetworkMethods, outputs_class
from archdsl.pytorch.python_source.remarks import docstring
from archdsl.recipe import Recipe
from archdsl.syntax import nodes

NONE: Mapping[str, nodes.Block] = MappingProxyType({})
NO_RECIPE = Recipe()


@dataclass(frozen=True, slots=True)
class Written:
    """The text of a Python module, and the name of the network's class in it."""

    text: str
    name: str
    draws: bool = False
    """Whether the class draws first weights that are not those of torch's layers."""


def emit(
    graph: Graph,
    blocks: Mapping[str, nodes.Block] = NONE,
    net: nodes.Net | None = None,
    recipe: Recipe = NO_RECIPE,
) -> Written:
    """Return the source of a module: the network's class behind those it is built of.

    With the ``blocks`` and the ``net`` of its spec, their classes are written in their own terms.
    The ``recipe`` says how weights begin and which of them decay.
    """
    root = plan(graph)
    classes = Classes(root, graph, blocks, net, helper_names())
    *others, whole = classes
    outputs = classes.name(f"{whole.name}Outputs") if graph.aux else None
    docs = {made: docstring(made, graph, blocks, net) for made in classes}
    bodies = [_class(made, docs[made], forward(made, graph)) for made in others]
    if outputs is not None:
        bodies.append(outputs_class(whole, graph, outputs))
    movable = steps(graph, texts_of(graph, blocks, net))
    drawn = first_weights(graph, recipe.inits)
    network = NetworkMethods(whole, graph, classes, outputs, movable, recipe)
    facts, methods = tuple(network.attributes()), network.lines(drawn)
    whole_class = _class(whole, docs[whole], methods, facts, network.exchanged, draws=bool(drawn))
    bodies.append(whole_class)
    used = helpers_of("\n\n".join(bodies))
    head = f"{_header(graph, whole.name)}\n{imports(bodies, used)}"
    before = [one.text for one in used if not one.is_last]
    parts = [head, *before, *bodies, *(one.text for one in used if one.is_last)]
    text = "\n\n".join(part.rstrip("\n") + "\n" for part in parts)
    return Written(text, whole.name, draws=bool(drawn))


def _header(graph: Graph, name: str) -> str:
    inputs = _shapes(graph, graph.input_names, graph.inputs)
    outputs = _shapes(graph, graph.output_names, graph.outputs)
    ends = f"Input {inputs}, output {outputs} (height x width x channels); tensors are NCHW."
    return (
        f'"""{graph.name}, written by archdsl from its spec. Needs nothing but torch.\n\n'
        f"    net = {name}()\n\n"
        f"{wrap(ends, WIDEST)}\n"
        '"""\n'
    )


def _shapes(graph: Graph, names: tuple[str, ...], ids: tuple[NodeId, ...]) -> str:
    """Return the shapes of inputs or outputs, named where there are several."""
    shapes = [graph.nodes[id].shape.source for id in ids]
    if len(shapes) == 1:
        return shapes[0]
    return ", ".join(f"{name} {shape}" for name, shape in zip(names, shapes, strict=True))


def _class(
    made: Class,
    doc: str,
    methods: list[str],
    facts: Sequence[str] = (),
    exchanged: frozenset[str] = frozenset(),
    *,
    draws: bool = False,
) -> str:
    """Return the source of a class; ``exchanged`` are children that may get another type."""
    lines = [f"class {made.name}(nn.Module):", doc, ""]
    lines += _constructor(made, facts, exchanged)
    if draws:
        lines.append(f"{INDENT * 2}self.{METHOD}()")
    return "\n".join([*lines, "", *methods]) + "\n"


def _constructor(made: Class, facts: Sequence[str], annotated: frozenset[str]) -> list[str]:
    parameters: list[str] = []
    for parameter in made.filling.parameters:
        text = f"{parameter.name}: {annotation(parameter.values)}"
        if not isinstance(parameter.default, Required):
            text += f" = {literal(parameter.default)}"
        parameters.append(text)
    lines = signature("__init__", parameters)
    lines.append(f"{INDENT * 2}super().__init__()")
    lines += facts
    by_slot = made.filling.texts
    first = made.constants

    def fill(slot: Slot) -> str | None:
        if slot.number in by_slot:
            return by_slot[slot.number]
        constant = first[slot.number]
        return None if constant.value == constant.omit else literal(constant.plain)

    read = {slot.number for slots in made.functions for slot in slots if slot.number in by_slot}
    lines += [f"{INDENT * 2}self.{name} = {name}" for name in sorted({by_slot[n] for n in read})]
    for name, expr in made.children:
        for fork in forks(expr):
            place = f"self.{name}" if fork is expr else fork.name
            lines += _fork(place, fork, made, fill)
        if not isinstance(expr, Fork):
            lines.append(_child(name, expr, fill, name in annotated))
    return lines


def _fork(place: str, fork: Fork, made: Class, fill: Fill) -> list[str]:
    """Return the lines that construct a child in one of two ways."""
    assert made.condition is not None, "a class with a fork says which way to go"
    ways = (fork.second, fork.first) if made.is_opposite else (fork.first, fork.second)
    body, inner = INDENT * 2, INDENT * 3
    used = len(inner) + len(place) + 3
    return [
        f"{body}{place}: nn.Module",
        f"{body}if {made.condition.text}:",
        f"{inner}{place} = {layout(ways[0], fill, 3, used)}",
        f"{body}else:",
        f"{inner}{place} = {layout(ways[1], fill, 3, used)}",
    ]


def _child(name: str, expr: Expr, fill: Fill, is_annotated: bool) -> str:
    if words.ATTRIBUTES.allow(name):
        kind = ": nn.Module" if is_annotated else ""
        start = f"{INDENT * 2}self.{name}{kind} = "
        return start + layout(expr, fill, 2, len(start))
    call = New("self.add_module", ((None, Text(f'"{name}"')), (None, expr)))
    return INDENT * 2 + layout(call, fill, 2, len(INDENT * 2))
