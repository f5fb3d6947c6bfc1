"""What is written on the box of an operator: its picture, and what follows it in its unit.

A convolution with a norm and an activation is one box. What follows most operators of a kind is
said once for the whole drawing; a box says it only where it differs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from archdsl.graph import Node
from archdsl.ops import Role

Tail = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Face:
    """The parts of a box's text. Only ``width`` may differ between blocks drawn as one."""

    title: str
    role: Role
    window: str
    step: str
    remark: str
    tail: Tail
    width: str

    @property
    def form(self) -> tuple[object, ...]:
        """Everything but the width."""
        return (self.title, self.role, self.window, self.step, self.remark, self.tail)

    def text(self, width: str, usual: Mapping[str, Tail]) -> tuple[str, tuple[str, ...]]:
        """Return a title, ``3×3 conv``, and the lines under it, ``96 /2 V``."""
        windowed = bool(self.step)
        title = f"{self.window} {self.title}" if windowed else f"{self.title} {self.window}"
        step = f"/{self.step}" if windowed and self.step != "1" else ""
        detail = " ".join(part for part in (width, step) if part)
        if self.remark:
            # `96 /2 V` as in the papers, but `64, 2 groups`.
            gap = ", " if detail and " " in self.remark else " "
            detail = f"{detail}{gap}{self.remark}".strip()
        lines = [detail] if detail else []
        expected = usual.get(self.title, ())
        if self.tail != expected:
            lines.append(_difference(self.tail, expected))
        return title.strip(), tuple(lines)


def face_of(unit: tuple[Node, ...]) -> Face:
    """Return the face of a unit: its first operator's picture, with the rest as its tail."""
    picture = unit[0].op.picture()
    window, _, step = picture.patch.partition("/")
    tail = tuple(node.op.picture().title for node in unit[1:])
    return Face(picture.title, picture.role, window, step, picture.remark, tail, picture.width)


def usual_tails(faces: Iterable[Face]) -> dict[str, Tail]:
    """Return what most often follows the operators of each title; the first found wins a tie."""
    counts: dict[str, Counter[Tail]] = {}
    for face in faces:
        counts.setdefault(face.title, Counter())[face.tail] += 1
    return {title: tails.most_common(1)[0][0] for title, tails in counts.items()}


def explain(usual: Mapping[str, Tail]) -> tuple[str, ...]:
    """Return what the boxes leave out, a sentence for each title."""
    return tuple(
        f"Each {title} is followed by {' and '.join(tail)}, unless its box says otherwise."
        for title, tail in usual.items()
        if tail
    )


def _difference(tail: Tail, expected: Tail) -> str:
    """Return what sets a unit apart: ``no relu``, or all that follows, ``then sigmoid``."""
    missing = [title for title in expected if title not in tail]
    if tail == tuple(title for title in expected if title not in missing):
        return f"no {' or '.join(missing)}"
    return f"then {', '.join(tail)}"
