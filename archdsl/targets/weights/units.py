"""A state dict seen as layers: what the tensors of one layer are, whatever it is called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Shape = tuple[int, ...]

FIELDS = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
OPTIONAL = ("num_batches_tracked",)
"""Tensors that checkpoints of old torch versions lack, and that no number depends on."""


@dataclass(frozen=True, slots=True)
class Unit:
    """The tensors of one layer: by role, such as ``weight``, their names in the state dict."""

    path: str
    tensors: Mapping[str, str]
    shapes: Mapping[str, Shape]

    @property
    def kind(self) -> str:
        """What the tensors say of the layer: a kernel, a norm with statistics, or plain numbers."""
        if "running_mean" in self.shapes:
            return "norm"
        weight = self.shapes.get("weight")
        return "kernel" if weight is not None and len(weight) > 1 else "numbers"

    @property
    def described(self) -> str:
        """The unit for a message: its path and the shape that tells most of it."""
        shape = self.shapes.get("weight") or next(iter(self.shapes.values()))
        extents = "×".join(str(extent) for extent in shape) or "scalar"
        return f"{self.path} ({extents})"

    def fits(self, other: Unit, *, any_width: bool = False) -> bool:
        """Return whether ``other`` can hold this unit's numbers.

        ``any_width`` lets the first extents differ, as with another number of classes. A norm of
        ours without a learned scale also fits one with a scale, which must then be all ones.
        """
        if self.kind != other.kind:
            return False
        roles = {role for role in self.shapes if role not in OPTIONAL}
        theirs = {role for role in other.shapes if role not in OPTIONAL}
        if self.kind == "norm":
            if not roles <= theirs or not theirs - roles <= {"weight", "bias"}:
                return False
        elif roles != theirs:
            return False
        first = 1 if any_width else 0
        return all(
            len(self.shapes[role]) == len(other.shapes[role])
            and self.shapes[role][first:] == other.shapes[role][first:]
            for role in roles
        )


def units_of(shapes: Mapping[str, Shape]) -> tuple[Unit, ...]:
    """Gather the tensors of a state dict into units, in the order of their first tensor."""
    found: dict[str, dict[str, str]] = {}
    for name in shapes:
        path, _, role = name.rpartition(".")
        if role not in FIELDS:
            path, role = name, "value"
        found.setdefault(path, {})[role] = name
    return tuple(
        Unit(path, tensors, {role: shapes[name] for role, name in tensors.items()})
        for path, tensors in found.items()
    )


@dataclass(slots=True)
class Branch:
    """A node of the tree that the names in a state dict span."""

    name: str
    path: str
    unit: Unit | None = None
    children: dict[str, Branch] = field(default_factory=dict[str, "Branch"])

    def signature(self) -> object:
        """Return a value that subtrees share whose layers have the same shapes, names aside."""
        own = None
        if self.unit is not None:
            own = tuple(sorted((r, s) for r, s in self.unit.shapes.items() if r not in OPTIONAL))
        return (own, tuple(sorted(repr(c.signature()) for c in self.children.values())))


def tree_of(units: Iterable[Unit]) -> Branch:
    """Return the tree of the units' names, children in the order in which they come."""
    root = Branch("", "")
    for unit in units:
        node = root
        for part in unit.path.split("."):
            path = f"{node.path}.{part}".removeprefix(".")
            node = node.children.setdefault(part, Branch(part, path))
        node.unit = unit
    return root


def natural(name: str) -> tuple[tuple[int, int | str], ...]:
    """Return a sort key that orders numbers in names by their value."""
    parts = re.split(r"(\d+)", name)
    return tuple((0, int(part)) if part.isdigit() else (1, part) for part in parts if part)


def counted(name: str) -> str:
    """Return a name without what counts in it: ``Mixed_5b`` and ``Mixed_5c`` are alike."""
    return re.sub(r"\d+[a-z]?(?![a-z])", "#", name)
