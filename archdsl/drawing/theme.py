"""Colours and outlines, chosen by the role of an operator and by nothing else.

`light` and `dark` are for screens, `print` for paper and photocopies, `colorblind` has hues that
all eyes tell apart. Text on every fill has a contrast of at least 4.5 : 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from archdsl.compare import Change
from archdsl.diagnostics import did_you_mean
from archdsl.drawing.colour import mix
from archdsl.drawing.options import DrawingError
from archdsl.ops import Role


class Outline(Enum):
    """The form of a box."""

    BOX = "box"
    OVAL = "oval"
    PILL = "pill"


@dataclass(frozen=True, slots=True)
class Look:
    """How a box appears; ``weight`` is that of its line in points."""

    fill: str
    line: str
    outline: Outline = Outline.BOX
    weight: float = 0.8


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours of a whole drawing. ``panels`` are the hues that tie a folded box to its panel."""

    name: str
    roles: Mapping[Role, Look]
    panels: tuple[Look, ...]
    folded: Look
    text: str
    faint: str
    edge: str
    frame: str
    """Line around a block that is unfolded in its place."""
    shade: str
    """Fill of such a frame."""
    paper: str
    cold: str
    hot: str
    """Ends of the scale that heat is coloured by."""
    marks: Mapping[Change, Look]
    """In a drawing of two networks; every mark has a sign as well."""

    def heat(self, share: float) -> str:
        """Return the fill for a share of the dearest box's cost; equal steps look equal."""
        return mix(self.cold, self.hot, share)


SIGNS: Mapping[Change, str] = {Change.ADDED: "+", Change.REMOVED: "−", Change.CHANGED: "~"}
"""What tells marks apart without colours."""

LIGHT = Theme(
    name="light",
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
    faint="#5f6368",
    edge="#555b61",
    frame="#9aa3ab",
    shade="#f7f8f9",
    paper="#ffffff",
    cold="#fff8ea",
    hot="#b3151b",
    marks={
        Change.ADDED: Look("#d9f2df", "#1a7f37", weight=1.8),
        Change.REMOVED: Look("#fde0de", "#b3261e", weight=1.8),
        Change.CHANGED: Look("#fff0c7", "#8a6100", weight=1.8),
    },
)

DARK = Theme(
    name="dark",
    roles={
        Role.WEIGHTED: Look("#1f3350", "#6f9fdc"),
        Role.POOL: Look("#4a2521", "#e08a7b"),
        Role.NORM: Look("#213f22", "#7fbf78"),
        Role.ACTIVATION: Look("#443713", "#d9b44a"),
        Role.MERGE: Look("#16191d", "#aeb6be", Outline.OVAL),
        Role.SHAPE: Look("#33383e", "#9aa3ab"),
        Role.REGULARISE: Look("#37274a", "#b48fdb"),
        Role.ENDPOINT: Look("#16191d", "#aeb6be", Outline.PILL),
    },
    panels=(
        Look("#173c3c", "#57b3b3"),
        Look("#47310f", "#e0a044"),
        Look("#2d2957", "#988fe3"),
        Look("#303f12", "#a4c95f"),
        Look("#4c1f35", "#e07fab"),
        Look("#173650", "#62ade0"),
        Look("#41301d", "#c79b6d"),
        Look("#2c343b", "#93a5b3"),
    ),
    folded=Look("#262c33", "#93a5b3"),
    text="#f0f2f4",
    faint="#a9b1b9",
    edge="#a3abb3",
    frame="#5d666f",
    shade="#1b1f24",
    paper="#16191d",
    cold="#23272d",
    hot="#ffd75e",
    marks={
        Change.ADDED: Look("#143d22", "#4ec46f", weight=1.8),
        Change.REMOVED: Look("#4d1b19", "#f0817a", weight=1.8),
        Change.CHANGED: Look("#453509", "#e3b341", weight=1.8),
    },
)

PRINT = Theme(
    name="print",
    # No hatching, which suffers on a copy: greys far apart, weights of lines, and outlines.
    roles={
        Role.WEIGHTED: Look("#e2e2e2", "#000000"),
        Role.POOL: Look("#ffffff", "#000000", weight=2.0),
        Role.NORM: Look("#ffffff", "#000000", weight=0.5),
        Role.ACTIVATION: Look("#ffffff", "#000000", Outline.PILL, weight=0.5),
        Role.MERGE: Look("#ffffff", "#000000", Outline.OVAL),
        Role.SHAPE: Look("#ffffff", "#8c8c8c", weight=1.2),
        Role.REGULARISE: Look("#b8b8b8", "#000000", weight=0.5),
        Role.ENDPOINT: Look("#ffffff", "#000000", Outline.PILL, weight=1.2),
    },
    panels=(Look("#f1f1f1", "#000000", weight=1.2),),
    folded=Look("#f1f1f1", "#000000", weight=1.2),
    text="#000000",
    faint="#404040",
    edge="#000000",
    frame="#7a7a7a",
    shade="#ffffff",
    paper="#ffffff",
    cold="#ffffff",
    hot="#3a3a3a",
    marks={
        Change.ADDED: Look("#cfcfcf", "#000000", weight=2.2),
        Change.REMOVED: Look("#ffffff", "#8c8c8c", weight=2.2),
        Change.CHANGED: Look("#ececec", "#000000", weight=1.4),
    },
)

# Hues of Okabe and Ito, "Color Universal Design" (2008), and tints of them.
COLORBLIND = Theme(
    name="colorblind",
    roles={
        Role.WEIGHTED: Look("#c6e4f8", "#0072b2"),
        Role.POOL: Look("#f3a877", "#b34700"),
        Role.NORM: Look("#7fcdb6", "#00664b"),
        Role.ACTIVATION: Look("#f8f1a0", "#8a7d00"),
        Role.MERGE: Look("#ffffff", "#000000", Outline.OVAL),
        Role.SHAPE: Look("#d9d9d9", "#595959"),
        Role.REGULARISE: Look("#cc8db0", "#7d3560"),
        Role.ENDPOINT: Look("#ffffff", "#000000", Outline.PILL),
    },
    panels=(
        Look("#d9eefa", "#0072b2"),
        Look("#fae3b8", "#a06c00"),
        Look("#f3d9e6", "#98487a"),
        Look("#f8f3b8", "#7d7200"),
        Look("#c2e6db", "#00785a"),
        Look("#f7cfb6", "#b34700"),
        Look("#e6e6e6", "#4d4d4d"),
    ),
    folded=Look("#eeeeee", "#4d4d4d"),
    text="#000000",
    faint="#555555",
    edge="#404040",
    frame="#8c8c8c",
    shade="#f8f8f8",
    paper="#ffffff",
    cold="#fdf6d8",
    hot="#10366e",
    marks={
        Change.ADDED: Look("#d9eefa", "#0072b2", weight=1.8),
        Change.REMOVED: Look("#f7cfb6", "#b34700", weight=1.8),
        Change.CHANGED: Look("#f8f1a0", "#6b6100", weight=1.8),
    },
)

THEMES: Mapping[str, Theme] = {theme.name: theme for theme in (LIGHT, DARK, PRINT, COLORBLIND)}


def theme_of(name: str) -> Theme:
    """Return the theme of a name; raise :class:`DrawingError` where there is none."""
    if name not in THEMES:
        known = ", ".join(f"`{one}`" for one in THEMES)
        hint = did_you_mean(name, tuple(THEMES)) or f"; there are {known}"
        raise DrawingError(f"there is no theme `{name}`{hint}")
    return THEMES[name]
