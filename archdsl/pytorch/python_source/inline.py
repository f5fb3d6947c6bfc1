"""Which submodules are written into the forward of the block around them.

A join, a residual and a branch that is more than a chain have a name for their weights, and no
class: the forward of their block runs their steps, and a container holds their parts.
"""

from __future__ import annotations

from dataclasses import replace

from archdsl.graph import ScopeKind
from archdsl.pytorch.plan import Leaf, Section, Step
from archdsl.pytorch.python_source import words

INLINED = (ScopeKind.JOIN, ScopeKind.RESIDUAL, ScopeKind.BRANCH)
_OWN_CLASS = (ScopeKind.NET, ScopeKind.BLOCK, ScopeKind.UNIT)


class Inlining:
    """Says of each section of a plan whether it has a class, and which steps its forward has."""

    def __init__(self, root: Section) -> None:
        self._inlined: set[int] = set()
        self._with_class: set[int] = set()
        self._chains: set[int] = set()
        self._visit(root, None)

    def has_class(self, section: Section) -> bool:
        """Return whether a section gets a class; other chains are written where they stand."""
        return id(section) in self._with_class

    def is_chain(self, section: Section) -> bool:
        """Return what :attr:`Section.is_chain` says, worked out once."""
        return id(section) in self._chains

    def is_inlined(self, child: Leaf | Section) -> bool:
        return id(child) in self._inlined

    def _visit(self, section: Section, parent: Section | None) -> None:
        for child in section.children:
            if isinstance(child, Section):
                self._visit(child, section)
        if section.is_chain:
            self._chains.add(id(section))
        named = all(words.ATTRIBUTES.allow(child.name) for child in section.children)
        is_plain = (
            self.is_chain(section)
            and not any(map(self.is_inlined, section.children))
            and (named or section.scope.kind is ScopeKind.REPEAT)
        )
        if section.scope.kind in _OWN_CLASS:
            self._with_class.add(id(section))
        elif not is_plain:
            copies = parent is not None and parent.scope.kind is ScopeKind.REPEAT
            inlined = section.scope.kind in INLINED and not copies and named
            (self._inlined if inlined else self._with_class).add(id(section))

    def steps(self, section: Section) -> tuple[Step, ...]:
        """Return the steps of a section's forward; children of what is inlined by their paths."""
        return tuple(step for steps in self.grouped(section) for step in steps)

    def grouped(self, section: Section) -> list[tuple[Step, ...]]:
        """Return what stands for each of a section's own steps."""
        inlined = {
            child.name: child
            for child in section.children
            if isinstance(child, Section) and self.is_inlined(child)
        }
        found: list[tuple[Step, ...]] = []
        for step in section.steps:
            if step.child is None or step.child not in inlined:
                found.append((step,))
                continue
            inner = self.steps(inlined[step.child])
            found.append(
                tuple(
                    one if one.child is None else replace(one, child=f"{step.child}.{one.child}")
                    for one in inner
                )
            )
        return found
