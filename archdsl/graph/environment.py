"""What a step knows while a spec is expanded: values, labels, defaults, names, the way here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field

from archdsl.graph.paths import path_in
from archdsl.light import light
from archdsl.ops import Shape, Value
from archdsl.source import Span


@light
class Flow:
    """The value at hand: the node that made it, its shape, and the text it comes from.

    ``span`` is None before the first input; ``shape`` is None where an error was reported, and
    then everything that depends on it stays silent.
    """

    node: str | None
    shape: Shape | None
    span: Span | None = None

    @property
    def is_nothing(self) -> bool:
        return self.span is None


NOTHING = Flow(None, None)
"""The value before the first input."""


def broken(span: Span) -> Flow:
    """Return the value of a step that something is wrong with."""
    return Flow(None, None, span)


@dataclass(slots=True)
class Label:
    """A named value, and where it got its name."""

    flow: Flow
    span: Span


@dataclass(slots=True)
class Labels:
    """The labels of one net, block or copy; those around it are seen as well.

    ``table`` has what steps are named, one each; ``groups`` the values of groups, by the names
    that they are called by, which several can have.
    """

    outer: Labels | None = None
    table: MutableMapping[str, Label] = field(default_factory=dict[str, Label])
    groups: dict[str, list[Label]] = field(default_factory=dict[str, list[Label]])

    def find(self, name: str) -> Sequence[Label]:
        """Return every value that a name stands for in the innermost place that has it."""
        labels: Labels | None = self
        while labels is not None:
            found = labels.here(name)
            if found:
                return found
            labels = labels.outer
        return ()

    def here(self, name: str) -> Sequence[Label]:
        """Return every value that a name stands for in this place alone."""
        groups, step = self.groups.get(name, ()), self.table.get(name)
        return groups if step is None else (*groups, step)

    def name_group(self, name: str, label: Label) -> None:
        self.groups.setdefault(name, []).append(label)

    def names(self) -> Iterator[str]:
        labels: Labels | None = self
        while labels is not None:
            yield from labels.table
            yield from labels.groups
            labels = labels.outer


@dataclass(slots=True, eq=False)
class Defaults:
    """The `default` statements in force, innermost first. Compared by identity."""

    outer: Defaults | None = None
    operator: str = ""
    fields: Mapping[str, object] = field(default_factory=dict[str, object])
    _merged: dict[str, dict[str, object]] = field(default_factory=dict[str, dict[str, object]])

    def of(self, operator: str) -> dict[str, object]:
        """Return the fields set for an operator; inner statements win over outer ones."""
        chain: list[Defaults] = []
        frame: Defaults | None = self
        while frame is not None and operator not in frame._merged:
            chain.append(frame)
            frame = frame.outer
        merged = dict[str, object]() if frame is None else frame._merged[operator]
        for frame in reversed(chain):
            if frame.operator == operator:
                merged = {**merged, **frame.fields}
            frame._merged[operator] = merged
        return merged


class Names:
    """Gives each step of one scope a name of its own: conv, conv1, conv2, …"""

    def __init__(self, path: str) -> None:
        self.path = path
        self._taken: set[str] = set()
        self._reserved: set[str] = set()
        self._of_groups: set[str] = set()
        self._next: dict[str, int] = {}

    def reserve(self, labels: Iterable[str], groups: Iterable[str]) -> None:
        """Keep names for steps that ask for them by labels, and for groups that are called so."""
        self._reserved.update(name for name in labels if name not in self._taken)
        self._of_groups.update(groups)

    def is_free(self, name: str) -> bool:
        return name not in self._taken

    def fresh(self, base: str) -> str:
        """Return the path for an unlabelled step made from ``base``, or a group called so."""
        number = self._next.get(base, 0)
        name = f"{base}{number}" if number else base
        while not self._is_unclaimed(name, base):
            number += 1
            name = f"{base}{number}"
        self._next[base] = number + 1
        self._taken.add(name)
        return path_in(self.path, name)

    def _is_unclaimed(self, name: str, base: str) -> bool:
        if name in self._taken or name in self._reserved:
            return False
        return name == base or name not in self._of_groups

    def labelled(self, name: str) -> str:
        self._taken.add(name)
        return path_in(self.path, name)


@light
class Visit:
    """One step on the way from the net to here: a block that was called, or a copy of a repeat."""

    title: str
    span: Span
    copy: int | None = None
    copies: int | None = None

    def is_copy_of(self, other: Visit) -> bool:
        """Return whether this is a copy of a repeat whose action is the call ``other``."""
        return (
            self.copy is not None
            and self.title == other.title
            and self.span.end >= other.span.end > other.span.start >= self.span.start
        )

    def __str__(self) -> str:
        if self.copy is None:
            return f"in `{self.title}`, called in line {self.span.line}"
        return f"in copy {self.copy + 1} of {self.copies} of `{self.title}`"


@dataclass(slots=True, eq=False)
class Start:
    """What a block was given, or what a net was until here: as many values as it has inputs."""

    flows: list[Flow] = field(default_factory=list[Flow])
    block: str | None = None
    agreed: dict[str, int] = field(default_factory=dict[str, int])
    """How many of the flows, from the first on, are known to have the same extent of each kind."""


@light
class Environment:
    """Everything a step can refer to. A deeper place gets a changed copy."""

    parameters: Mapping[str, Value]
    names: Names
    labels: Labels
    defaults: Defaults
    trail: tuple[Visit, ...] = ()
    index: int | None = None
    aux: str | None = None
    blocks: tuple[str, ...] = ()
    top: bool = False
    """Whether this is the net's own body, where inputs and outputs are declared."""
    start: Start = field(default_factory=Start)
    begun: Flow = NOTHING
    """What the innermost branch, body of a residual or copy of a repeat began with."""

    def inside(
        self,
        names: Names,
        *,
        labels: Labels | None = None,
        visit: Visit | None = None,
        index: int | None = None,
        aux: str | None = None,
        begun: Flow | None = None,
    ) -> Environment:
        """Return the environment of a group, branch, copy or head: new names, the rest shared."""
        return Environment(
            self.parameters,
            names,
            self.labels if labels is None else labels,
            self.defaults,
            self.trail if visit is None else (*self.trail, visit),
            self.index if index is None else index,
            self.aux if aux is None else aux,
            self.blocks,
            False,
            self.start,
            self.begun if begun is None else begun,
        )
