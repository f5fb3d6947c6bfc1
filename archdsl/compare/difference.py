"""Differences as values: one at one place, statements about many, and all of a comparison."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from archdsl.compare.recipes import LineDifference
from archdsl.graph import Graph, NodeId
from archdsl.ops import Shape


class Kind(Enum):
    """What it is that differs."""

    ARGUMENT = "argument"
    OPERATOR = "operator"
    STEPS = "steps"
    BRANCH = "branch"
    COUNT = "count"
    ORDER = "order"
    SOURCE = "source"
    HEAD = "head"
    WEIGHT = "weight"
    OUTPUT = "output"


class Change(Enum):
    """What became of an operator, on the way from the first network to the second."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Relation(Enum):
    """Where a difference is, as seen from its place."""

    AT = ""
    AFTER = "after"
    BEFORE = "before"
    WITHIN = "within"


@dataclass(frozen=True, slots=True)
class Place:
    """A value that both networks have; each calls it by a path of its own."""

    a: NodeId
    b: NodeId

    @property
    def swapped(self) -> Place:
        return Place(self.b, self.a)


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference at one place.

    ``operator`` and ``argument`` say what it is about; ``a`` and ``b`` are what each network has
    there, as a spec would write it, or None where it has nothing. ``branch`` is the branch of the
    place, in each network, that a difference within it is in. ``steps`` are the paths of what
    only one network has, and ``brief`` says what they are without their widths.
    """

    kind: Kind
    place: Place | None
    relation: Relation
    operator: str
    argument: str | None
    a: str | None
    b: str | None
    branch: tuple[int | None, int | None] | None = None
    steps: tuple[tuple[NodeId, ...], tuple[NodeId, ...]] = ((), ())
    brief: tuple[str | None, str | None] = (None, None)

    @property
    def what(self) -> object:
        """What differs, wherever it is."""
        return (self.kind, self.relation, self.operator, self.argument, self.a, self.b, self.branch)

    @property
    def swapped(self) -> Difference:
        place = None if self.place is None else self.place.swapped
        branch = None if self.branch is None else (self.branch[1], self.branch[0])
        steps, brief = (self.steps[1], self.steps[0]), (self.brief[1], self.brief[0])
        return replace(
            self, place=place, a=self.b, b=self.a, branch=branch, steps=steps, brief=brief
        )


@dataclass(frozen=True, slots=True)
class Pair:
    """Two operators that stand for one another; ``leads`` if norms and activations follow it."""

    place: Place
    leads: bool


@dataclass(frozen=True, slots=True)
class Reshaped:
    """A step that both networks have, which gives another shape in each."""

    place: Place
    a: Shape
    b: Shape
    goes_on: bool
    """Whether the step before it, in both, differs in just the same way."""

    @property
    def swapped(self) -> Reshaped:
        return replace(self, place=self.place.swapped, a=self.b, b=self.a)


@dataclass(frozen=True, slots=True)
class Findings:
    """What a walk over two networks finds: all operators they share, and all differences."""

    pairs: tuple[Pair, ...]
    differences: tuple[Difference, ...]
    shapes: tuple[Reshaped, ...]

    @property
    def swapped(self) -> Findings:
        return Findings(
            tuple(Pair(pair.place.swapped, pair.leads) for pair in self.pairs),
            tuple(one.swapped for one in self.differences),
            tuple(one.swapped for one in self.shapes),
        )


@dataclass(frozen=True, slots=True)
class Statement:
    """What differs in one way at some places: ``where`` they are and ``what`` it is, in words."""

    where: str
    what: str
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Total:
    """A number both networks have."""

    name: str
    a: int
    b: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two networks side by side.

    ``pairs`` are the operators that stand for one another, ``shapes`` those of steps that end in
    different ones.
    """

    a: Graph
    b: Graph
    pairs: tuple[Pair, ...]
    statements: tuple[Statement, ...]
    shapes: tuple[Reshaped, ...]
    totals: tuple[Total, ...]
    recipe: tuple[LineDifference, ...] = ()
    """What differs in how they are trained, which makes no other architecture."""

    @property
    def differences(self) -> tuple[Difference, ...]:
        return tuple(one for statement in self.statements for one in statement.differences)

    @property
    def same(self) -> bool:
        """Whether this is one architecture."""
        return not self.statements
