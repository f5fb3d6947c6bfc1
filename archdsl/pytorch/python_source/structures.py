"""What submodules are apart from their numbers: those alike in it share a class."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from archdsl.graph import NodeId, ScopeKind
from archdsl.pytorch.plan import Leaf, Section, Step
from archdsl.pytorch.python_source.calls import call_structure
from archdsl.pytorch.python_source.inline import Inlining

Structure = tuple[object, ...]


class Structures:
    """Compares the submodules of one plan; what was found out of one is kept."""

    def __init__(self, inlining: Inlining) -> None:
        self._inlining = inlining
        self._found: dict[int, Structure] = {}
        self._united: dict[int, object] = {}
        self._deep: dict[int, Structure] = {}

    def of(self, child: Leaf | Section) -> Structure:
        """Return what a submodule is apart from its constants; its name comes first."""
        if isinstance(child, Leaf):
            return (child.name, call_structure(child.call))
        if id(child) not in self._found:
            self._found[id(child)] = self._of(child)
        return self._found[id(child)]

    def unite(self, sections: Iterable[Section], token: object) -> None:
        """Let sections count as alike from now on, and so what they are parts of."""
        self._united.update((id(section), token) for section in sections)
        self._found.clear()
        self._deep.clear()

    def _of(self, child: Section) -> Structure:
        if id(child) in self._united:
            return (child.name, self._united[id(child)])
        if self.is_loop(child):
            runs = tuple((self.of(copy)[1:], count > 1) for copy, count in self.runs(child))
            return (child.name, runs)
        parts = tuple(self.of(part) for part in child.children)
        if self._inlining.is_chain(child):
            return (child.name, parts)
        return (child.name, parts, *_wiring(child, child.steps))

    def forward(self, section: Section) -> Structure:
        """Return what the forward of a section is, whatever its children are."""
        return _wiring(section, self._inlining.steps(section))

    def identity(self, child: Leaf | Section) -> Structure:
        """Return a value that two submodules share only if they are alike in every number.

        Their names do not count, those inside of them do.
        """
        if isinstance(child, Leaf):
            return (child.call,)
        if id(child) not in self._deep:
            self._deep[id(child)] = (
                self.of(child)[1:],
                tuple((part.name, self.identity(part)) for part in child.children),
                tuple((step.function, step.before) for step in child.steps),
            )
        return self._deep[id(child)]

    def is_loop(self, section: Section) -> bool:
        """Return whether a section is a repeat that is written where it stands."""
        return section.scope.kind is ScopeKind.REPEAT and not self._inlining.has_class(section)

    def runs(self, repeat: Section) -> list[tuple[Leaf | Section, int]]:
        """Return a repeat's copies, equal neighbours together with their count."""
        runs: list[tuple[Leaf | Section, int]] = []
        previous: object = None
        for child in repeat.children:
            identity = self.identity(child)
            if runs and identity == previous:
                runs[-1] = (runs[-1][0], runs[-1][1] + 1)
            else:
                runs.append((child, 1))
            previous = identity
        return runs


def _wiring(section: Section, steps: tuple[Step, ...]) -> Structure:
    """Return which values the steps of a forward take and give, by their order."""
    slots = dict(_numbered(section, steps))
    lines = tuple(
        (
            tuple(slots[id] for id in step.operands),
            tuple(slots[id] for id in step.results),
            step.child,
            None if step.function is None else call_structure(step.function),
            None if step.before is None else call_structure(step.before),
            step.training,
        )
        for step in steps
    )
    return (len(section.inputs), lines, tuple(slots[id] for id in section.outputs))


def _numbered(section: Section, steps: tuple[Step, ...]) -> Mapping[NodeId, int]:
    found: dict[NodeId, int] = {}
    for id in _values(section, steps):
        found.setdefault(id, len(found))
    return found


def _values(section: Section, steps: tuple[Step, ...]) -> Iterator[NodeId]:
    yield from section.inputs
    for step in steps:
        yield from step.results
