"""Colours and outlines, chosen by the role of an operator and by nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from archdsl.ops import Role


class Outline(Enum):
    """The form of a box."""

    BOX = "box"
    OVAL = "oval"
    PILL = "pill"


@dataclass(frozen=True, slots=True)
class Look:
    """How a box appears."""

    fill: str
    line: str
    outline: Outline = Outline.BOX


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours of a whole drawing. ``panels`` are the hues that tie a folded box to its panel."""

    roles: Mapping[Role, Look]
    panels: tuple[Look, ...]
    folded: Look
    text: str
    faint: str
    edge: str
    paper: str


LIGHT = Theme(
    roles={
        Role.WEIGHTED: Look("#dbe8f8", "#4a78b5"),
        Role.POOL: Look("#fbdcd6", "#c25b4b"),
        Role.NORM: Look("#dff0dc", "#5b9a54"),
        Role.ACTIVATION: Look("#fdf1c9", "#b8922b"),
        Role.MERGE: Look("#ffffff", "#555555", Outline.OVAL),
        Role.SHAPE: Look("#eeeeee", "#8a8a8a"),
        Role.REGULARISE: Look("#ebe1f5", "#8763ad"),
        Role.ENDPOINT: Look("#ffffff", "#555555", Outline.PILL),
    },
    panels=(
        Look("#d8ecec", "#3b8686"),
        Look("#fde6cc", "#c47d1e"),
        Look("#e4e2f5", "#655cb0"),
        Look("#e5efcf", "#73943a"),
        Look("#f9dce8", "#b54a7a"),
        Look("#dcebf7", "#2f7cb3"),
        Look("#f0e4d7", "#8d6a45"),
        Look("#e3e7ea", "#5a6b78"),
    ),
    folded=Look("#eef1f4", "#5a6b78"),
    text="#1a1a1a",
    faint="#666666",
    edge="#555555",
    paper="#ffffff",
)
