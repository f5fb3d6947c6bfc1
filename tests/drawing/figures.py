"""Figures of every spec in many forms, and what to measure them with."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import reportlab
from PIL import ImageFont

import archdsl
from archdsl.drawing import Direction, Drawing, Heat, Label, Options, Style, arrange
from archdsl.drawing.figure import Anchor, Ellipse, Figure, Part, Rect, Text
from archdsl.drawing.place import place
from archdsl.drawing.theme import theme_of

ROOT = Path(__file__).parents[2]
SPECS = tuple(sorted(path.stem for path in (ROOT / "specs").glob("*.arch")))
EVERY_LABEL = frozenset(Label)

FORMS = {
    "blocks": Options(),
    "labels": Options(labels=EVERY_LABEL, legend=True),
    "paper": Options(style=Style.PAPER),
    "paper-labels": Options(style=Style.PAPER, labels=EVERY_LABEL),
    "full": Options(style=Style.FULL),
    "sideways": Options(direction=Direction.LR),
    "upwards": Options(direction=Direction.BT, style=Style.PAPER),
    "heat": Options(heat=Heat.MACS, legend=True, theme="dark"),
    "depth": Options(depth=1, direction=Direction.LR),
}
THROUGHOUT = ("blocks", "labels", "paper", "full")
SOME = ("googlenet", "inception_v4", "resnet50", "u_net")
CASES = [(name, form) for name in SPECS for form in FORMS if form in THROUGHOUT or name in SOME]
"""Every spec in the forms that differ most, some specs in every form."""

OWN = ROOT / "archdsl/drawing/fonts"
VERA = Path(reportlab.__file__).parent / "fonts"
DEJAVU = Path("/usr/share/fonts/truetype/dejavu")
FONTS = {
    "Liberation Sans": (OWN / "LiberationSans-Regular.ttf", OWN / "LiberationSans-Bold.ttf"),
    # Bitstream Vera, which DejaVu Sans adds letters to.
    "Vera": (VERA / "Vera.ttf", VERA / "VeraBd.ttf"),
    "DejaVu Sans": (DEJAVU / "DejaVuSans.ttf", DEJAVU / "DejaVuSans-Bold.ttf"),
}
PRESENT = tuple(name for name, files in FONTS.items() if all(file.exists() for file in files))


@cache
def drawing_of(name: str, form: str) -> Drawing:
    return arrange(archdsl.load(ROOT / f"specs/{name}.arch").ir, FORMS[form])


@cache
def figure_of(name: str, form: str) -> Figure:
    return place((drawing_of(name, form),), theme_of(FORMS[form].theme))


@cache
def font(name: str, bold: bool) -> ImageFont.FreeTypeFont:
    # A hundred times the size of the text, as hinting moves small letters.
    return ImageFont.truetype(FONTS[name][bold], 1000, layout_engine=ImageFont.Layout.BASIC)


def measured(text: str, size: float, bold: bool, name: str) -> float:
    """Return the points that a text takes in a font, by the font's own file."""
    return font(name, bold).getlength(text) * size / 1000


def ends(text: Text, wide: float) -> tuple[float, float]:
    """Return where a text of a width begins and ends."""
    match text.anchor:
        case Anchor.START:
            return text.x, text.x + wide
        case Anchor.MIDDLE:
            return text.x - wide / 2, text.x + wide / 2
        case Anchor.END:
            return text.x - wide, text.x


def outline(part: Part) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of a box; of the front one of a stack."""
    shapes = [one for one in part.shapes if isinstance(one, Rect)]
    if shapes:
        one = shapes[-1]
        return one.x, one.y, one.x + one.width, one.y + one.height
    (circle,) = (one for one in part.shapes if isinstance(one, Ellipse) and one.rx > 6)
    return circle.x - circle.rx, circle.y - circle.ry, circle.x + circle.rx, circle.y + circle.ry


def boxes(figure: Figure) -> list[Part]:
    return [part for part in figure.parts if "box" in part.classes]
