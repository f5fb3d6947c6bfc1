"""What is written on the box of an operator: its picture, and what follows it in its unit.

A convolution with a norm and an activation is one box. What follows most operators of a kind is
said once for the whole drawing; a box says it only where it differs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from archdsl.drawing.symbols import common, skeleton
from archdsl.graph import Node
from archdsl.ops import Role

VARYING = ("window", "remark", "width")
"""The parts of a face in which numbers may differ."""


@dataclass(frozen=True, slots=True)
class Follower:
    """An operator that follows the first of its unit."""

    title: str
    role: Role


Tail = tuple[Follower, ...]


@dataclass(frozen=True, slots=True)
class Face:
    """The parts of a box's text.

    Between blocks drawn as one the ``width`` may differ, and the numbers in :data:`VARYING`.
    ``printed`` is the title in papers. Where there is a ``step``, ``window`` is a patch size.
    """

    title: str
    printed: str
    role: Role
    window: str
    step: str
    remark: str
    tail: Tail
    width: str

    @property
    def form(self) -> tuple[object, ...]:
        """What units that can share a box agree in."""
        varying = (skeleton(self.window), skeleton(self.remark))
        return (self.title, self.role, *varying, self.step, self.tail)

    def text(self, usual: Mapping[str, Tail]) -> tuple[str, tuple[str, ...]]:
        """Return a title, ``3×3 conv``, and the lines under it, ``96 /2 V``."""
        windowed = bool(self.step)
        title = f"{self.window} {self.title}" if windowed else f"{self.title} {self.window}"
        step = f"/{self.step}" if windowed and self.step != "1" else ""
        detail = " ".join(part for part in (self.width, step) if part)
        if self.remark:
            # `96 /2 V` as in the papers, but `64, 2 groups`.
            gap = ", " if detail and " " in self.remark else " "
            detail = f"{detail}{gap}{self.remark}".strip()
        lines = [detail] if detail else []
        expected = usual.get(self.title, ())
        if self.tail != expected:
            lines.append(_difference(self.tail, expected))
        return title.strip(), tuple(lines)

    def in_papers(self, usual: Mapping[str, Tail]) -> str:
        """Return the one line that papers' figures have: ``3×3 Conv (256 stride 2 V)``."""
        windowed = bool(self.step)
        title = f"{self.window} {self.printed}" if windowed else self.printed
        step = f"stride {self.step}" if windowed and self.step != "1" else ""
        short = [self.width, step, "" if windowed else self.window]
        apart = [""]
        (apart if " " in self.remark else short).append(self.remark)
        expected = usual.get(self.title, ())
        if self.tail != expected:
            linear, others = _printed_difference(self.tail, expected)
            short.append(linear)
            apart.append(others)
        inside = ", ".join(filter(None, (" ".join(filter(None, short)), *apart)))
        return f"{title} ({inside})" if inside else title


def face_of(unit: tuple[Node, ...]) -> Face:
    """Return the face of a unit: its first operator's picture, with the rest as its tail."""
    picture = unit[0].op.picture()
    window, _, step = picture.patch.partition("/")
    followers = (node.op.picture() for node in unit[1:])
    return Face(
        picture.title,
        picture.in_papers,
        picture.role,
        window,
        step,
        picture.remark,
        tuple(Follower(one.title, one.role) for one in followers),
        picture.width,
    )


def joint(faces: Sequence[Face]) -> Face:
    """Return what is true of the faces of several units that share a box."""
    words = {name: common([getattr(face, name) for face in faces]) for name in VARYING}
    return replace(faces[0], **words)


def usual_tails(faces: Iterable[Face]) -> dict[str, Tail]:
    """Return what most often follows the operators of each title; the first found wins a tie."""
    counts: dict[str, Counter[Tail]] = {}
    for face in faces:
        counts.setdefault(face.title, Counter())[face.tail] += 1
    return {title: tails.most_common(1)[0][0] for title, tails in counts.items()}


def explain(usual: Mapping[str, Tail]) -> tuple[str, ...]:
    """Return what the boxes leave out, a sentence for each title."""
    return tuple(
        f"Each {title} is followed by {' and '.join(_titles(tail))}, unless its box says otherwise."
        for title, tail in usual.items()
        if tail
    )


def _difference(tail: Tail, expected: Tail) -> str:
    """Return what sets a unit apart: ``no relu``, or all that follows, ``then sigmoid``."""
    missing = [one for one in expected if one not in tail]
    if tail == tuple(one for one in expected if one not in missing):
        return f"no {' or '.join(_titles(missing))}"
    return f"then {', '.join(_titles(tail))}"


def _printed_difference(tail: Tail, expected: Tail) -> tuple[str, str]:
    """Return the papers' word for what has no activation, ``linear``, and what else differs."""
    missing = [one for one in expected if one not in tail]
    if tail != tuple(one for one in expected if one not in missing):
        return "", _difference(tail, expected)
    others = [one for one in missing if one.role is not Role.ACTIVATION]
    linear = "linear" if len(others) < len(missing) else ""
    return linear, ", ".join(f"no {one.title}" for one in others)


def _titles(tail: Iterable[Follower]) -> list[str]:
    return [one.title for one in tail]
