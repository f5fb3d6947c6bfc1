"""What is worked out of all blocks and nets of a project: once, however many nets are checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from weakref import WeakKeyDictionary

from archdsl.diagnostics import Collector, Slips
from archdsl.graph.definitions import check_definition
from archdsl.graph.report import Reporter
from archdsl.graph.walk import defaults_in, heads_in, labels_in
from archdsl.syntax import Project, nodes


@dataclass(frozen=True, slots=True)
class Given:
    """Where names are given: those of steps and groups, and those of auxiliary heads."""

    labels: Mapping[str, nodes.Name]
    heads: Mapping[str, nodes.Name]

    @classmethod
    def within(cls, bodies: Iterable[nodes.Body]) -> Given:
        labels: dict[str, nodes.Name] = {}
        heads: dict[str, nodes.Name] = {}
        for body in bodies:
            for name in labels_in(body):
                labels.setdefault(name.text, name)
            for name in heads_in(body):
                heads.setdefault(name.text, name)
        return cls(labels, heads)


class Library:
    """The blocks that nets may call."""

    def __init__(self, blocks: Mapping[str, nodes.Block], nets: tuple[nodes.Net, ...]) -> None:
        self.blocks = blocks
        self._nets = nets

    @cached_property
    def given(self) -> Given:
        """Where blocks give names."""
        return Given.within(block.body for block in self.blocks.values())

    @cached_property
    def slips(self) -> Slips:
        """The names of blocks, to tell what is nearly one."""
        return Slips(self.blocks)

    @cached_property
    def with_defaults(self) -> frozenset[str]:
        """The operators that some `default` statement is of, in whichever net or block."""
        bodies = (tree.body for tree in (*self.blocks.values(), *self._nets))
        return frozenset(name for body in bodies for name in defaults_in(body))

    @cached_property
    def has_wrong_names(self) -> bool:
        """Whether a block, or a parameter of one, has a name that it cannot have."""
        found = Collector()
        for block in self.blocks.values():
            check_definition(block, Reporter(found))
        return found.has_errors


_libraries: WeakKeyDictionary[Project, Library] = WeakKeyDictionary()


def library_of(project: Project) -> Library:
    """Return a project's library, the same one each time."""
    library = _libraries.get(project)
    if library is None:
        library = _libraries[project] = Library(project.blocks, project.nets)
    return library
