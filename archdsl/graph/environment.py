"""What a step knows while a spec is expanded: parameters, labels, defaults, names, and the way here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from archdsl.ops import Shape, Value
from archdsl.source import Span


@dataclass(frozen=True, slots=True)
class Flow:
    """The value at hand: the node that made it, its shape, and the text it comes from.

    ``node`` is None before the first input; ``shape`` is None where an error was reported, and
    then everything that depends on it stays silent.
    """

    node: str | None
    shape: Shape | None
    span: Span | None = None

    @property
    def is_known(self) -> bool:
        return self.shape is not None


NOTHING = Flow(None, None)


@dataclass(slots=True)
class Label:
    """A named value, and where it got its name."""

    flow: Flow
    span: Span


@dataclass(slots=True)
class Labels:
    """The labels of one net, block or copy; those around it are seen as well."""

    outer: Labels | None = None
    table: dict[str, Label] = field(default_factory=dict[str, Label])

    def find(self, name: str) -> Label | None:
        labels: Labels | None = self
        while labels is not None:
            if name in labels.table:
                return labels.table[name]
            labels = labels.outer
        return None

    def names(self) -> list[str]:
        found: list[str] = []
        labels: Labels | None = self
        while labels is not None:
            found.extend(labels.table)
            labels = labels.outer
        return found


@dataclass(slots=True, eq=False)
class Defaults:
    """The `default` statements in force, innermost first. Compared by identity."""

    outer: Defaults | None = None
    operator: str = ""
    fields: Mapping[str, object] = field(default_factory=dict[str, object])
    _merged: dict[str, dict[str, object]] = field(default_factory=dict[str, dict[str, object]])

    def of(self, operator: str) -> dict[str, object]:
        """Return the fields set for an operator; inner statements win over outer ones."""
        if operator not in self._merged:
            chain: list[Defaults] = []
            frame: Defaults | None = self
            while frame is not None:
                if frame.operator == operator:
                    chain.append(frame)
                frame = frame.outer
            merged: dict[str, object] = {}
            for frame in reversed(chain):
                merged |= frame.fields
            self._merged[operator] = merged
        return self._merged[operator]


@dataclass(slots=True)
class Names:
    """Gives each step of one scope a name of its own: conv, conv1, conv2, …"""

    path: str
    _taken: set[str] = field(default_factory=set[str])
    _next: dict[str, int] = field(default_factory=dict[str, int])

    def reserve(self, name: str) -> None:
        """Keep ``name`` for a step that asks for it by a label."""
        self._taken.add(name)

    def fresh(self, base: str) -> str:
        """Return the path for an unlabelled step made from ``base``."""
        number = self._next.get(base, 0)
        while (name := f"{base}{number}" if number else base) in self._taken:
            number += 1
        self._next[base] = number + 1
        self._taken.add(name)
        return f"{self.path}.{name}"

    def labelled(self, name: str) -> str:
        self._taken.add(name)
        return f"{self.path}.{name}"


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Environment:
    """Everything a step can refer to. Immutable; a deeper place gets a changed copy."""

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

    def inside(self, names: Names) -> Environment:
        """Return the environment of a group or branch: new names, everything else shared."""
        return replace(self, names=names, top=False)
