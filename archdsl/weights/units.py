"""A state dict seen as layers: what the tensors of one layer are, whatever it is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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
        weight = self.shapes.get("weight", ())
        is_scale = len(weight) == 3 and weight[1:] == (1, 1) and "bias" not in self.shapes
        return "kernel" if len(weight) > 1 and not is_scale else "numbers"

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
        if self.kind == "numbers" and len(self.shapes) == len(other.shapes) == 1:
            # A bare parameter, such as a layer scale, has no role of its own in its name.
            (mine,), (theirs,) = self.shapes.values(), other.shapes.values()
            return [x for x in mine if x > 1] == [x for x in theirs if x > 1]
        roles = {role for role in self.shapes if role not in OPTIONAL}
        theirs_too = {role for role in other.shapes if role not in OPTIONAL}
        if self.kind == "norm":
            if not roles <= theirs_too or not theirs_too - roles <= {"weight", "bias"}:
                return False
        elif roles != theirs_too:
            return False
        first = 1 if any_width else 0
        for role in roles:
            theirs = as_kernel(other.shapes[role], self.shapes[role])
            if len(theirs) != len(self.shapes[role]) or theirs[first:] != self.shapes[role][first:]:
                return False
        return True


def sole_role(unit: Unit) -> str | None:
    """Return the role of a unit's tensor if it is a single vector: a scale, or a slope."""
    return next(iter(unit.shapes)) if unit.kind == "numbers" and len(unit.shapes) == 1 else None


def as_kernel(shape: Shape, like: Shape) -> Shape:
    """Return a kernel's shape in as many dimensions as ``like`` has, if it is the same there.

    A matrix applied to the channels at each place is a 1x1 kernel, and a kernel over a sequence
    is one over a map of height 1. Other shapes are returned as they are.
    """
    if len(shape) == len(like) or min(len(shape), len(like)) < 2 or max(len(shape), len(like)) > 4:
        return shape
    reach = shape[2:]
    if len(shape) > len(like):
        extra = len(shape) - len(like)
        return shape[:2] + reach[extra:] if set(reach[:extra]) == {1} else shape
    return shape[:2] + (1,) * (len(like) - len(shape)) + reach


def unit_of(name: str) -> tuple[str, str]:
    """Return the layer that a tensor belongs to by its name, and its role there."""
    path, _, role = name.rpartition(".")
    return (path, role) if role in FIELDS else (name, "value")


def units_of(shapes: Mapping[str, Shape]) -> tuple[Unit, ...]:
    """Gather the tensors of a state dict into units, in the order of their first tensor."""
    found: dict[str, dict[str, str]] = {}
    for name in shapes:
        path, role = unit_of(name)
        found.setdefault(path, {})[role] = name
    return tuple(
        Unit(path, tensors, {role: shapes[name] for role, name in tensors.items()})
        for path, tensors in found.items()
    )
