"""Which classes generated source needs, and what their constructors take.

Submodules of one structure share a class. Constants in which its instances differ become the
constructor's parameters; those that always go together become one. So nine calls of an
Inception block give one class with the block's own parameters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from archdsl.graph import ScopeKind
from archdsl.ops import Call, Plain
from archdsl.targets.names import Names
from archdsl.targets.plan import Leaf, Section, Step, class_name
from archdsl.targets.python_source import words
from archdsl.targets.python_source.expressions import Copies, Expr, New, Slot
from archdsl.targets.python_source.inline import Inlining

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


CONTAINER = "Parts"
"""The class that holds what is inlined under its name; see `layers.py`."""


class Required:
    """Stands for "there is no value at which this argument can be left out"."""

    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED = Required()
Omit = Plain | Required


@dataclass(frozen=True, slots=True)
class Constant:
    """One constant of a class body."""

    value: Plain
    child: str
    label: str
    """What torch, or the class that takes it, calls it."""
    omit: Omit = REQUIRED
    """The value at which the argument is left out, being assumed anyway."""


@dataclass(slots=True)
class Constants:
    """The constants of one instance of a class, in order."""

    all: list[Constant] = field(default_factory=list[Constant])

    def slot(self, constant: Constant) -> Slot:
        self.all.append(constant)
        return Slot(len(self.all) - 1)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a constructor and the slots it fills."""

    name: str
    slots: tuple[int, ...]
    default: Omit


@dataclass(slots=True)
class Class:
    """One class of the generated source, and every section that is an instance of it."""

    name: str
    sections: list[Section]
    steps: tuple[Step, ...]
    """The steps of its forward, those of what is inlined among them."""
    children: tuple[tuple[str, Expr], ...] = ()
    functions: tuple[tuple[Slot, ...], ...] = ()
    """For each step the constants its function takes, or the one before its child."""
    constants: list[Constants] = field(default_factory=list[Constants])
    parameters: tuple[Parameter, ...] = ()

    @property
    def section(self) -> Section:
        return self.sections[0]

    def arguments(self, section: Section) -> Iterator[tuple[Parameter, Plain]]:
        """Yield the value each parameter has for one instance."""
        index = next(i for i, one in enumerate(self.sections) if one is section)
        for parameter in self.parameters:
            yield parameter, self.constants[index].all[parameter.slots[0]].value


class Classes:
    """All classes of a network, each behind those it uses."""

    def __init__(self, root: Section, taken: Sequence[str]) -> None:
        self._helpers = tuple(taken)
        self.inlining = Inlining(root)
        self._names = Names(words.CLASSES, taken)
        self._by_structure: dict[object, Class] = {}
        self._class_of: dict[int, Class] = {}
        self._flat: dict[int, tuple[object, ...]] = {}
        self._deep: dict[int, tuple[object, ...]] = {}
        self._collect(root)
        for made in self._by_structure.values():
            self._finish(made)

    def __iter__(self) -> Iterator[Class]:
        return iter(self._by_structure.values())

    def name(self, wanted: str) -> str:
        """Return a name for one more class, which none of these has."""
        return self._names.take(wanted)

    def of(self, section: Section) -> Class:
        return self._class_of[id(section)]

    def _collect(self, section: Section) -> None:
        for child in section.children:
            if isinstance(child, Section):
                self._collect(child)
        if not self.inlining.has_class(section):
            return
        structure = self._structure(section)[1:]
        key = (section.scope.title, section.scope.kind, structure)
        if key not in self._by_structure:
            name = self._names.take(_title(section))
            self._by_structure[key] = Class(name, [], self.inlining.steps(section))
        made = self._by_structure[key]
        made.sections.append(section)
        self._class_of[id(section)] = made

    # Structure: all but the constants

    def _structure(self, child: Leaf | Section) -> tuple[object, ...]:
        """Return what a submodule is apart from its constants; its name comes first."""
        if isinstance(child, Leaf):
            return (child.name, _call_structure(child.call))
        if id(child) not in self._flat:
            self._flat[id(child)] = self._structure_of(child)
        return self._flat[id(child)]

    def _structure_of(self, child: Section) -> tuple[object, ...]:
        parts = [self._structure(part) for part in child.children]
        runs: object = None
        if child.scope.kind is ScopeKind.REPEAT:
            runs = tuple(count for _, count in self._runs(child))
        slots = _numbered(child)
        steps = tuple(
            (
                tuple(slots[id] for id in step.operands),
                tuple(slots[id] for id in step.results),
                step.child,
                None if step.function is None else _call_structure(step.function),
                None if step.before is None else _call_structure(step.before),
                step.training,
            )
            for step in child.steps
        )
        outputs = tuple(slots[id] for id in child.outputs)
        return (child.name, len(child.inputs), tuple(parts), runs, steps, outputs)

    def _identity(self, child: Leaf | Section) -> tuple[object, ...]:
        """Return a value that two submodules share only if they are alike in every number.

        Their names do not count, those inside of them do.
        """
        if isinstance(child, Leaf):
            return (child.call,)
        if id(child) not in self._deep:
            self._deep[id(child)] = (
                self._structure(child)[1:],
                tuple((part.name, self._identity(part)) for part in child.children),
                tuple((step.function, step.before) for step in child.steps),
            )
        return self._deep[id(child)]

    def _runs(self, repeat: Section) -> list[tuple[Leaf | Section, int]]:
        """Return a repeat's copies, equal neighbours together with their count."""
        runs: list[tuple[Leaf | Section, int]] = []
        previous: object = None
        for child in repeat.children:
            identity = self._identity(child)
            if runs and identity == previous:
                runs[-1] = (runs[-1][0], runs[-1][1] + 1)
            else:
                runs.append((child, 1))
            previous = identity
        return runs

    # Constants and parameters

    def _finish(self, made: Class) -> None:
        """Fill in a class's body and parameters; the classes it uses are finished before."""
        for section in made.sections:
            constants = Constants()
            children = self._parts(section, constants)
            functions = tuple(_function(step, constants) for step in self.inlining.steps(section))
            made.constants.append(constants)
            if section is made.section:
                made.children, made.functions = children, functions
        used = [*self._helpers, *(one.name for one in self._by_structure.values())]
        made.parameters = _parameters(made, used)

    def _parts(self, section: Section, constants: Constants) -> tuple[tuple[str, Expr], ...]:
        """Return the construction of each child; a container without parts is left out."""
        parts = ((c.name, self._expr(c, constants, c.name)) for c in section.children)
        return tuple((name, expr) for name, expr in parts if expr != New(CONTAINER, ()))

    def _expr(self, child: Leaf | Section, constants: Constants, name: str) -> Expr:
        if isinstance(child, Leaf):
            return _construction(child.call, constants, name)
        if self.inlining.is_inlined(child):
            return New(CONTAINER, self._parts(child, constants))
        if self.inlining.has_class(child):
            made = self.of(child)
            arguments: list[tuple[str | None, Expr]] = []
            for parameter, value in made.arguments(child):
                constant = Constant(value, name, parameter.name, parameter.default)
                shown = None if parameter.default is REQUIRED else parameter.name
                arguments.append((shown, constants.slot(constant)))
            return New(made.name, tuple(arguments))
        if child.scope.kind is ScopeKind.REPEAT:
            parts: list[tuple[str | None, Expr]] = []
            for copy, count in self._runs(child):
                expr = self._expr(copy, constants, name)
                parts.append((None, expr if count == 1 else Copies(expr, count)))
            return New("nn.Sequential", tuple(parts))
        inner = New("OrderedDict", self._parts(child, constants))
        return New("nn.Sequential", ((None, inner),))


def _construction(call: Call, constants: Constants, child: str) -> Expr:
    arguments: list[tuple[str | None, Expr]] = []
    labelled = list(_labelled(call))
    count = len(call.positional)
    named = sorted(labelled[count:], key=lambda entry: _rank(entry[0]))
    for number, (label, value) in enumerate((*labelled[:count], *named)):
        positional = number < count
        omit = REQUIRED if positional else assumed(call.target, label)
        slot = constants.slot(Constant(value, child, label, omit))
        arguments.append((None if positional else label, slot))
    return New(python_name(call.target), tuple(arguments))


def _function(step: Step, constants: Constants) -> tuple[Slot, ...]:
    call = step.before if step.function is None else step.function
    if call is None:
        return ()
    child = step.results[0].rpartition(".")[2]
    labelled = _labelled(call)
    return tuple(constants.slot(Constant(value, child, label)) for label, value in labelled)


def python_name(target: str) -> str:
    """Return a target's name inside the generated module."""
    home, _, name = target.rpartition(".")
    short = {"torch": "torch.", "torch.nn": "nn.", "torch.nn.functional": "F."}
    return short.get(home, "") + name


def _title(section: Section) -> str:
    scope = section.scope
    if scope.kind is ScopeKind.UNIT:
        return "".join(class_name(child.name) for child in section.children)
    if scope.kind in (ScopeKind.NET, ScopeKind.BLOCK) or not scope.name.isidentifier():
        return class_name(scope.title)
    return class_name(scope.name)


def _numbered(section: Section) -> dict[str, int]:
    slots: dict[str, int] = {}
    for id in section.inputs:
        slots.setdefault(id, len(slots))
    for step in section.steps:
        for id in step.results:
            slots.setdefault(id, len(slots))
    return slots


def _call_structure(call: Call) -> object:
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


def _parameters(made: Class, classes: Sequence[str]) -> tuple[Parameter, ...]:
    """Group the slots in which instances differ, and name each group.

    A parameter hides a class of its name, and one that is kept as an attribute a submodule.
    """
    groups: dict[tuple[object, ...], list[int]] = {}
    first = made.constants[0].all
    for slot in range(len(first)):
        column = tuple((type(one.all[slot].value), one.all[slot].value) for one in made.constants)
        if any(entry != column[0] for entry in column):
            groups.setdefault(column, []).append(slot)
    own = _own_arguments(made)
    names = Names(words.PARAMETERS, (*classes, *(name for name, _ in made.children)))
    found: list[Parameter] = []
    for slots in groups.values():
        values = [one.all[slots[0]].value for one in made.constants]
        constant = first[slots[0]]
        shown = tuple(str(value) for value in values)
        wanted = [name for name, column in own if column == shown]
        wanted += [constant.label, f"{constant.child}_{constant.label}"]
        name = names.take(next(filter(names.is_free, wanted), wanted[0]))
        omits = [first[slot].omit for slot in slots if first[slot].omit is not REQUIRED]
        default = omits[0] if omits and omits[0] in values else REQUIRED
        found.append(Parameter(name, tuple(slots), default))
    # Parameters without a default come first, as Python asks.
    return tuple(sorted(found, key=lambda parameter: parameter.default is not REQUIRED))


def _own_arguments(made: Class) -> list[tuple[str, tuple[str, ...]]]:
    """Return the spec's parameters of a block with each instance's value, as text."""
    names = [name for name, _ in made.section.scope.arguments]
    tables = [dict(section.scope.arguments) for section in made.sections]
    return [(name, tuple(table.get(name, "") for table in tables)) for name in names]
