"""Python source of a network: the file, its classes and their forwards."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import fill as wrap
from types import MappingProxyType

from archdsl.graph import Graph, NodeId, ScopeKind
from archdsl.graph.sizes import steps, texts_of
from archdsl.pytorch.plan import plan
from archdsl.pytorch.python_source import words
from archdsl.pytorch.python_source.classes import Class, Classes, Wanted
from archdsl.pytorch.python_source.constants import COPIES, Required
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
from archdsl.pytorch.python_source.settable import settable
from archdsl.pytorch.python_source.spec import Spec
from archdsl.pytorch.python_source.turns import Turning
from archdsl.pytorch.python_source.varied import Draft, holding
from archdsl.pytorch.python_source.widths import INPUT, WIDTHS

NO_TURNINGS: Mapping[str, Turning] = MappingProxyType({})
COUNTED = (COPIES, *WIDTHS, "groups")
"""Constants of which there has to be one at least."""
FEWEST = "fewest"
_NAME = re.compile(r"[^\W\d]\w*")
_FACTORS = re.compile(r"\w+( \* \w+)+")


@dataclass(frozen=True, slots=True)
class Written:
    """The text of a Python module, and the name of the network's class in it."""

    text: str
    name: str
    draws: bool = False
    """Whether the class draws first weights that are not those of torch's layers."""


def emit(spec: Spec) -> Written:
    """Return the source of a module: the network's class behind those it is built of."""
    offered = tuple(settable(spec))
    sure = {one.name for one in offered}
    rest = [name for name in spec.values if name not in sure]

    def write(other: Spec, names: Sequence[str]) -> Draft:
        return _Writer(other, Wanted(offered, tuple(names), spec.values)).draft()

    turnings = holding(spec, rest, write)
    return _Writer(spec, Wanted(offered, tuple(turnings)), turnings).written()


class _Writer:
    """Writes one network, whose class takes what is wanted."""

    def __init__(
        self, spec: Spec, wanted: Wanted, turnings: Mapping[str, Turning] = NO_TURNINGS
    ) -> None:
        self.spec = spec
        self.turnings = turnings
        self.classes = Classes(plan(spec.graph), spec, wanted, helper_names())

    def draft(self) -> Draft:
        """Return the text with the conditions in it."""
        text = self.written().text
        *_, whole = self.classes
        taken = frozenset(parameter.name for parameter in whole.filling.parameters)
        return Draft(text, tuple(self.classes.conditions()), taken)

    def written(self) -> Written:
        spec, graph, classes = self.spec, self.spec.graph, self.classes
        *others, whole = classes
        outputs = classes.name(f"{whole.name}Outputs") if graph.aux else None
        docs = {made: docstring(made, graph, spec.blocks, spec.net) for made in classes}
        bodies = [
            _class(made, docs[made], forward(made, graph), least=self._least(made))
            for made in others
        ]
        if outputs is not None:
            bodies.append(outputs_class(whole, graph, outputs))
        movable = steps(graph, texts_of(graph, spec.blocks, spec.net))
        drawn = first_weights(graph, spec.recipe.inits)
        network = NetworkMethods(whole, graph, classes, outputs, movable, spec.recipe)
        network_class = _class(
            whole,
            docs[whole],
            network.lines(drawn),
            tuple(network.attributes()),
            network.exchanged,
            draws=bool(drawn),
            rates=classes.rates(),
            least=self._least(whole),
        )
        bodies.append(network_class)
        used = helpers_of("\n\n".join(bodies))
        head = f"{_header(graph, whole.name)}\n{imports(bodies, used)}"
        before = [one.text for one in used if not one.is_last]
        parts = [head, *before, *bodies, *(one.text for one in used if one.is_last)]
        text = "\n\n".join(part.rstrip("\n") + "\n" for part in parts)
        return Written(text, whole.name, draws=bool(drawn))

    def _least(self, made: Class) -> tuple[str, ...]:
        """Return what has to be at least 1 of what a constructor is given.

        Torch would build layers without channels, which the spec refuses. Of expressions that only
        multiply, it is enough to look at what they multiply.
        """
        filling, scope = made.filling, made.section.scope
        texts: list[str] = []
        sure = frozenset[str]()
        if scope.kind is ScopeKind.BLOCK:
            inside = (one.names.get(scope.title) for one in self.turnings.values())
            turning = frozenset(name for names in inside for name in names or ()) - {INPUT}
        else:
            turning, sure = frozenset(self.turnings), self.classes.counts()
        if scope.kind is ScopeKind.NET:
            texts += (one.name for one in filling.parameters if one.name in sure)
            sure = frozenset[str]()
        for slot, constant in enumerate(made.constants):
            text = filling.texts.get(slot, "")
            if constant.argument in COUNTED and turning & set(_NAME.findall(text)):
                # The copies that are written by themselves may be all that there are.
                texts.append(f"{text} + 1" if constant.besides else text)
        known = sure.union(texts)
        return tuple(
            text
            for text in dict.fromkeys(texts)
            if text not in sure
            and not (_FACTORS.fullmatch(text) and known.issuperset(_NAME.findall(text)))
            and f"{text} - 1" not in known
            and not (text.endswith(" - 1 + 1") and text.removesuffix(" - 1 + 1") in known)
        )


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
    rates: frozenset[str] = frozenset(),
    least: tuple[str, ...] = (),
) -> str:
    """Return the source of a class; ``exchanged`` are children that may get another type.

    ``rates`` are parameters that are floats, ``least`` expressions that have to be at least 1.
    """
    lines = [f"class {made.name}(nn.Module):", doc, ""]
    lines += _signature(made, rates)
    lines += _refusals(least)
    lines += _constructor(made, facts, exchanged)
    if draws:
        lines.append(f"{INDENT * 2}self.{METHOD}()")
    return "\n".join([*lines, "", *methods]) + "\n"


def _signature(made: Class, rates: frozenset[str]) -> list[str]:
    parameters: list[str] = []
    for parameter in made.filling.parameters:
        kind = "float" if parameter.name in rates else annotation(parameter.values)
        text = f"{parameter.name}: {kind}"
        if not isinstance(parameter.default, Required):
            text += f" = {literal(parameter.default)}"
        parameters.append(text)
    return signature("__init__", parameters)


def _refusals(least: tuple[str, ...]) -> list[str]:
    """Return the lines that refuse numbers of which there would be nothing."""
    if not least:
        return []
    body, inner = INDENT * 2, INDENT * 3
    *_, last = least
    asked, verb = last, "has"
    lines: list[str] = []
    if len(least) > 1:
        start = f"{body}{FEWEST} = "
        made = New("min", tuple((None, Text(one)) for one in least))
        lines.append(start + layout(made, lambda _: None, 2, len(start)))
        asked, verb = FEWEST, "have"
    said = " and ".join(filter(None, (", ".join(least[:-1]), last)))
    error = New("ValueError", ((None, Text(f'"{said} {verb} to be at least 1"')),))
    start = f"{inner}raise "
    raised = start + layout(error, lambda _: None, 3, len(start))
    return [*lines, f"{body}if {asked} < 1:", raised]


def _constructor(made: Class, facts: Sequence[str], annotated: frozenset[str]) -> list[str]:
    lines = [f"{INDENT * 2}super().__init__()", *facts]
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
