"""Which classes generated source needs, and what their constructors take.

Submodules of one structure share a class. Constants in which its instances differ are written in
the parameters and expressions of the block, or become parameters of the constructor. So nine
calls of an Inception block give one class with the block's own parameters. Structures of one
block that differ in the construction of a child only, as the block's `if` says, are one class.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from archdsl.graph import Node, NodeId, Scope, ScopeKind
from archdsl.ops import Plain
from archdsl.pytorch.plan import Leaf, Section, Step
from archdsl.pytorch.python_source import words
from archdsl.pytorch.python_source.calls import construction, function
from archdsl.pytorch.python_source.constants import ABSENT, REQUIRED, Constant, Constants
from archdsl.pytorch.python_source.expressions import Copies, Expr, Fork, New, Slot, forks
from archdsl.pytorch.python_source.inline import Inlining
from archdsl.pytorch.python_source.naming import Naming
from archdsl.pytorch.python_source.parameters import NOTHING, Filling, Parameter, fill
from archdsl.pytorch.python_source.settable import Settable, Use
from archdsl.pytorch.python_source.spec import Number, Spec
from archdsl.pytorch.python_source.structures import Structures
from archdsl.pytorch.python_source.terms import Term, Terms
from archdsl.pytorch.python_source.widths import Widths
from archdsl.safe_names import Names
from archdsl.syntax import nodes

CONTAINER = "Parts"
"""The class that holds what is inlined under its name; see `layers.py`."""


Twins = tuple[Section, Section] | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Parameters of a net that its class is to take, if they stand in all their places.

    Those ``tried`` are only written; whether the text then holds is another question. ``shown``
    are the defaults, where they are not the values at hand.
    """

    offered: tuple[Settable, ...] = ()
    tried: tuple[str, ...] = ()
    shown: Mapping[str, Number] | None = None


@dataclass(slots=True, eq=False)
class Class:
    """One class of the generated source, and every section that is an instance of it."""

    sections: list[Section]
    steps: tuple[Step, ...]
    """The steps of its forward, those of what is inlined among them."""
    name: str = ""
    children: tuple[tuple[str, Expr], ...] = ()
    functions: tuple[tuple[Slot, ...], ...] = ()
    """For each step the constants its function takes, or the one before its child."""
    constants: tuple[Constant, ...] = ()
    """The constants of one instance, written where no parameter stands for them."""
    filling: Filling = NOTHING
    condition: Term | None = None
    """Where it holds, forks of the construction go the first way, or else the second."""
    is_opposite: bool = False
    places: dict[int, int] = field(default_factory=dict[int, int])

    @property
    def section(self) -> Section:
        return self.sections[0]

    def arguments(self, section: Section) -> Iterator[tuple[Parameter, Plain]]:
        """Yield the value each parameter has for one instance."""
        if not self.places:
            self.places = {id(one): place for place, one in enumerate(self.sections)}
        for parameter in self.filling.parameters:
            yield parameter, parameter.values[self.places[id(section)]]


class Classes:
    """All classes of a network, each behind those it uses."""

    def __init__(
        self,
        root: Section,
        spec: Spec,
        wanted: Wanted,
        taken: Sequence[str],
    ) -> None:
        self._graph = graph = spec.graph
        self._spec = spec
        self._blocks = spec.blocks
        self._parameters_of = {
            name: tuple(one.name.text for one in block.parameters)
            for name, block in spec.blocks.items()
        }
        self._widths = Widths(graph, spec.blocks, spec.net)
        self._wanted = wanted
        self._settable: dict[str, Number] = {}
        self._helpers = tuple(taken)
        self.inlining = Inlining(root)
        self._structures = Structures(self.inlining)
        self._names = Names(words.CLASSES, taken)
        self._class_of: dict[int, Class] = {}
        self._finished: dict[Class, None] = {}
        self._variants: dict[int, int] = {}
        """Which of the two structures of its class a section has, by its identity."""
        self._classes = self._collected(root)
        while self._unite():
            self._classes = self._collected(root)
        self._finished.clear()  # what was tried in vain was finished without names
        groups = [made.sections for made in self._classes]
        names = Naming(groups, self.inlining, self._structures).names()
        for made, name in zip(self._classes, names, strict=True):
            made.name = self._names.take(name)
        offered = self._wanted.offered
        self._settle([*self._wanted.tried, *(one.name for one in offered)])
        lost = [one.name for one in offered if not all(map(self._stands, one.uses))]
        if lost:
            self._settle([name for name in self._settable if name not in lost])

    def __iter__(self) -> Iterator[Class]:
        return iter(self._finished)

    def is_loop(self, section: Section) -> bool:
        """Return whether a section is a repeat that is written where it stands."""
        return self._structures.is_loop(section)

    def number_of(self, classifier: Node) -> str | None:
        """Return the parameter of the network's class that is a classifier's width, if one is."""
        for one in self._wanted.offered:
            made_by = (use.call.head for use in one.uses if not use.name)
            if one.name in self._settable and classifier.origin[0] in made_by:
                return one.name
        return None

    def rates(self) -> frozenset[str]:
        """Return the parameters of the network's class that are rates, whole numbers or not."""
        return frozenset(one.name for one in self._wanted.offered if one.is_rate)

    def counts(self) -> frozenset[str]:
        """Return the parameters of the network's class that are numbers of something."""
        values = self._wanted.shown or self._spec.values
        return frozenset(
            name for name in self._settable if isinstance(values[name], int) and values[name] > 0
        )

    def width(self, value: NodeId) -> str:
        """Return the channels of a value, in the parameters of the network's class."""
        channels = self._graph.nodes[value].shape.channels
        term = self._terms(self._classes[-1]).width(value) if self._settable else None
        return term.text if term is not None and term.values == (channels,) else str(channels)

    def conditions(self) -> Iterator[tuple[str, nodes.Expression]]:
        """Yield the conditions of the spec that stand in classes, each with its block."""
        for made in self:
            if made.condition is not None and made.condition.tree is not None:
                yield made.section.scope.title, made.condition.tree

    def name(self, wanted: str) -> str:
        """Return a name for one more class, which none of these has."""
        return self._names.take(wanted)

    def _collected(self, root: Section) -> list[Class]:
        """Return the classes of a plan, none of them finished."""
        found: dict[object, Class] = {}
        self._collect(root, found)
        self._finished.clear()
        return list(found.values())

    def _collect(self, section: Section, found: dict[object, Class]) -> None:
        for child in section.children:
            if isinstance(child, Section):
                self._collect(child, found)
        if not self.inlining.has_class(section):
            return
        structure = self._structures.of(section)[1:]
        key = (section.scope.title, section.scope.kind, structure)
        if key not in found:
            found[key] = Class([], self.inlining.steps(section))
        made = found[key]
        made.sections.append(section)
        self._class_of[id(section)] = made

    # Two structures that are one class

    def _unite(self) -> bool:
        """Make one class of two that differ in what a block's `if` constructs, if there are any."""
        by_title: dict[str, list[Class]] = {}
        for made in self._classes:
            if made.section.scope.kind is ScopeKind.BLOCK:
                by_title.setdefault(made.section.scope.title, []).append(made)
        pairs = [pair for pair in by_title.values() if len(pair) == 2]
        pairs = [(a, b) for a, b in pairs if self._shares_forward(a.section, b.section)]
        if not pairs:
            return False
        for one, two in pairs:
            self._variants.update((id(section), 1) for section in two.sections)
            made = Class([*one.sections, *two.sections], one.steps)
            if self._finish(made):
                self._structures.unite(made.sections, made.section.scope.title)
                return True
            for section in two.sections:
                del self._variants[id(section)]
        return False

    def _shares_forward(self, one: Section, two: Section) -> bool:
        """Return whether two sections do the same with children of the same names."""
        same = self._structures.forward(one) == self._structures.forward(two)
        return same and list(self._paths(one)) == list(self._paths(two))

    def _paths(self, section: Section, path: str = "") -> Iterator[str]:
        for child in section.children:
            yield f"{path}{child.name}"
            if isinstance(child, Section) and self.inlining.is_inlined(child):
                yield from self._paths(child, f"{path}{child.name}.")

    # Constants and parameters

    def _ensure(self, made: Class) -> None:
        """Finish a class where that was not done yet, and before it those that it uses."""
        if made not in self._finished:
            self._finish(made)
            self._finished[made] = None

    def _finish(self, made: Class) -> bool:
        """Fill in a class's body and parameters.

        Return False where the instances of two structures cannot be told by its parameters.
        """
        variants = [self._variants.get(id(section), 0) for section in made.sections]
        twins = None
        if any(variants):
            one, two = (made.sections[variants.index(number)] for number in (0, 1))
            twins = one, two
        rows: list[list[Constant]] = []
        for section, variant in zip(made.sections, variants, strict=True):
            constants = Constants()
            children = self._parts(section, constants, twins, variant)
            constants.call = constants.given = None
            functions = tuple(function(step, constants) for step in self.inlining.steps(section))
            rows.append(constants.all)
            if section is made.section:
                made.children, made.functions = children, functions
        made.constants = tuple(
            next((one for one in column if one.value is not ABSENT), column[0])
            for column in zip(*rows, strict=True)
        )
        taken = [*self._helpers, *(one.name for one in self._classes)]
        taken += [name for name, _ in made.children]
        terms = self._terms(made)
        if twins is not None:
            first = terms.condition([variant == 0 for variant in variants])
            made.condition = first or terms.condition([variant == 1 for variant in variants])
            made.is_opposite = first is None
            names = [fork.name for _, expr in made.children for fork in forks(expr)]
            if made.condition is None or len(set(names)) < len(names):
                return False
            taken += names
        kept = frozenset(slot.number for slots in made.functions for slot in slots)
        filling = fill(rows, kept, taken, terms, made.condition)
        made.filling = filling or NOTHING
        return filling is not None

    def _settle(self, names: Sequence[str]) -> None:
        """Finish all classes, that of the network with some parameters where the text has them."""
        rates = self.rates()
        self._settable = {
            name: float(value) if name in rates else value
            for name, value in self._spec.values.items()
            if name in names
        }
        self._finished.clear()
        for made in self._classes:
            self._ensure(made)

    def _stands(self, use: Use) -> bool:
        """Return whether a parameter stands where a call gets it, in the class around the call."""
        return any(
            constant.call == use.call.head
            and constant.of_block == bool(use.name)
            and (not use.name or constant.label == use.name)
            and made.filling.texts.get(slot) == use.given
            for made in self._classes
            if any(self._owner(section).path == use.scope for section in made.sections)
            for slot, constant in enumerate(made.constants)
        )

    def _owner(self, section: Section) -> Scope:
        """Return the block, or the net, in whose words a section is written."""
        scope = section.scope
        while scope.kind not in (ScopeKind.BLOCK, ScopeKind.NET) and scope.parent is not None:
            scope = self._graph.scopes[scope.parent]
        return scope

    def _takes_of_net(self, section: Section) -> bool:
        """Return whether a section's class can take what the network's class takes."""
        if section.scope.kind in (ScopeKind.BLOCK, ScopeKind.UNIT):
            return False
        return bool(self._settable) and self._owner(section).kind is ScopeKind.NET

    def _terms(self, made: Class) -> Terms:
        scope, sections = made.section.scope, made.sections
        known = self._graph, self._parameters_of, self._widths
        if scope.kind is ScopeKind.NET or all(map(self._takes_of_net, sections)):
            fixed, shown = self._settable, self._wanted.shown
            settled = self._spec.values
            return Terms(
                self._spec.net, sections, *known, fixed=fixed, shown=shown, settled=settled
            )
        block = self._blocks.get(scope.title) if scope.kind is ScopeKind.BLOCK else None
        return Terms(block, sections, *known)

    def _parts(
        self, section: Section, constants: Constants, twins: Twins = None, variant: int = 0
    ) -> tuple[tuple[str, Expr], ...]:
        """Return the construction of each child; a container without parts is left out.

        ``twins`` are a section of each of two structures, and ``variant`` is which one this has.
        """
        found: list[tuple[str, Expr]] = []
        for place, child in enumerate(section.children):
            pair = None if twins is None else (twins[0].children[place], twins[1].children[place])
            expr = self._part(child, constants, pair, variant)
            if expr != New(CONTAINER, ()):
                found.append((child.name, expr))
        return tuple(found)

    def _part(
        self,
        child: Leaf | Section,
        constants: Constants,
        pair: tuple[Leaf | Section, Leaf | Section] | None,
        variant: int,
    ) -> Expr:
        if pair is None or self._structures.of(pair[0]) == self._structures.of(pair[1]):
            return self._expr(child, constants, child.name)
        one, two = pair
        if self.inlining.is_inlined(one) and self.inlining.is_inlined(two):
            assert isinstance(child, Section), "leaves are not inlined"
            assert isinstance(one, Section), "leaves are not inlined"
            assert isinstance(two, Section), "leaves are not inlined"
            return New(CONTAINER, self._parts(child, constants, (one, two), variant))
        made: list[Expr] = []
        for number, twin in enumerate(pair):
            start = len(constants.all)
            made.append(self._expr(child if number == variant else twin, constants, child.name))
            if number != variant:
                constants.forget(start)
        first, second = made
        return Fork(child.name, first, second)

    def _expr(self, child: Leaf | Section, constants: Constants, name: str) -> Expr:
        if isinstance(child, Leaf):
            node = self._graph.nodes[child.node]
            constants.call, constants.given = node.origin[0], node.operands[0]
            return construction(child.call, constants, name)
        if self.inlining.is_inlined(child):
            return New(CONTAINER, self._parts(child, constants))
        constants.call = child.scope.span
        constants.given = child.inputs[0] if len(child.inputs) == 1 else None
        if self.inlining.has_class(child):
            made = self._class_of[id(child)]
            self._ensure(made)
            of_block = child.scope.kind is ScopeKind.BLOCK
            arguments: list[tuple[str | None, Expr]] = []
            for parameter, value in made.arguments(child):
                shown = None if parameter.default is REQUIRED else parameter.name
                meaning = parameter.name, parameter.default, of_block, parameter.argument
                passed = parameter.name in self._settable and self._takes_of_net(child)
                slot = constants.slot(value, name, *meaning, is_passed_on=passed)
                arguments.append((shown, slot))
            return New(made.name, tuple(arguments))
        if self._structures.is_loop(child):
            parts: list[tuple[str | None, Expr]] = []
            runs = self._structures.runs(child)
            several = [count for _, count in runs if count > 1]
            steady = len(several) == 1 and self._is_steady(child)
            besides = len(child.children) - several[0] if steady else None
            for copy, count in runs:
                expr = self._expr(copy, constants, name)
                if count > 1:
                    number = constants.copies(count, name, besides, child.scope.span)
                    expr = Copies(expr, number)
                parts.append((None, expr))
            return New("nn.Sequential", tuple(parts))
        inner = New("OrderedDict", self._parts(child, constants))
        return New("nn.Sequential", ((None, inner),))

    def _is_steady(self, repeat: Section) -> bool:
        """Return whether the last copy of a repeat gives a value of the shape that it takes."""
        last = repeat.children[-1]
        if isinstance(last, Leaf):
            node = self._graph.nodes[last.node]
            taken, given = node.operands, (node.id,)
        else:
            taken, given = last.inputs, last.outputs
        shapes = [[self._graph.nodes[id].shape for id in ids] for ids in (taken, given)]
        return shapes[0] == shapes[1]
