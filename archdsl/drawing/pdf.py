"""A figure as PDF of one page: vectors, with text to select and fonts embedded."""

from __future__ import annotations

from importlib import resources
from io import BytesIO
from typing import Any

from archdsl.drawing.figure import Anchor, Curve, Ellipse, Figure, Part, Rect, Shape, Text
from archdsl.escaping import line_text, pdf_text

POINTS = 72
"""Points per inch."""
LARGEST = 14_400
"""Points along a side of a page, at most: the limit of the format."""
FONT, BOLD = "ArchdslSans", "ArchdslSans-Bold"
FILES = {FONT: "LiberationSans-Regular.ttf", BOLD: "LiberationSans-Bold.ttf"}
DASHES = (3, 2)
LIKE = str.maketrans({"∥": "‖"})
"""Letters that the fonts lack, and those that look like them."""


def scale_of(figure: Figure) -> float:
    """Return what a figure is scaled by to be no larger than a page may be."""
    return min(1.0, LARGEST / max(figure.width, figure.height))


def to_pdf(figure: Figure) -> bytes:
    """Return a figure as the bytes of a PDF; equal figures give equal bytes."""
    from reportlab.pdfgen.canvas import Canvas

    _register()
    scale, file = scale_of(figure), BytesIO()
    canvas: Any = Canvas(
        file,
        pagesize=(figure.width * scale, figure.height * scale),
        invariant=1,
        pageCompression=1,
        lang="en",
    )
    canvas.setTitle(pdf_text(figure.title))
    canvas.setSubject(pdf_text(figure.description))
    canvas.setCreator("archdsl")
    canvas.setAuthor("")
    canvas.scale(scale, scale)
    page = _Page(canvas, figure.height)
    page.shape(Rect(0, 0, figure.width, figure.height, figure.paper))
    for part in figure.parts:
        for shape in part.shapes:
            page.shape(shape)
        if part.link is not None:
            page.link(part)
        if "heading" in part.classes:
            page.bookmark(part.id, part.title)
    canvas.showPage()
    canvas.save()
    return file.getvalue()


class _Page:
    """Draws shapes; the PDF's zero is the lower left corner."""

    def __init__(self, canvas: Any, height: float) -> None:
        self.canvas = canvas
        self.height = height

    def shape(self, shape: Shape) -> None:
        match shape:
            case Rect():
                self.stroke(shape.line, shape.weight, shape.dashed)
                y = self.height - shape.y - shape.height
                radius = min(shape.radius, shape.width / 2, shape.height / 2)
                self.fill(shape.fill)
                self.canvas.roundRect(
                    shape.x, y, shape.width, shape.height, radius, *self.how(shape)
                )
            case Ellipse():
                self.stroke(shape.line, shape.weight, shape.dashed)
                self.fill(shape.fill)
                x, y = shape.x, self.height - shape.y
                corners = x - shape.rx, y - shape.ry, x + shape.rx, y + shape.ry
                self.canvas.ellipse(*corners, *self.how(shape))
            case Curve():
                self.curve(shape)
            case Text():
                self.text(shape)

    def curve(self, curve: Curve) -> None:
        self.stroke(curve.line, curve.weight, curve.dashed)
        path = self.canvas.beginPath()
        points = [(x, self.height - y) for x, y in curve.points]
        path.moveTo(*points[0])
        for at in range(1, len(points), 3):
            path.curveTo(*points[at], *points[at + 1], *points[at + 2])
        self.canvas.drawPath(path, stroke=1, fill=0)
        if curve.head is not None:
            self.canvas.setDash()
            self.fill(curve.line)
            path = self.canvas.beginPath()
            first, *others = curve.head
            path.moveTo(first[0], self.height - first[1])
            for x, y in others:
                path.lineTo(x, self.height - y)
            path.close()
            self.canvas.drawPath(path, stroke=0, fill=1)

    def text(self, text: Text) -> None:
        font = BOLD if text.bold else FONT
        self.fill(text.colour)
        self.canvas.setFont(font, text.size)
        y, words = self.height - text.y, line_text(text.text).translate(LIKE)
        match text.anchor:
            case Anchor.START:
                self.canvas.drawString(text.x, y, words)
            case Anchor.MIDDLE:
                self.canvas.drawCentredString(text.x, y, words)
            case Anchor.END:
                self.canvas.drawRightString(text.x, y, words)

    def bookmark(self, key: str, title: str) -> None:
        self.canvas.bookmarkPage(key)
        self.canvas.addOutlineEntry(line_text(title), key)

    def link(self, part: Part) -> None:
        """Make the outline of a box lead to the panel that it is drawn in."""
        outline = next((one for one in reversed(part.shapes) if isinstance(one, Rect)), None)
        if outline is None or part.link is None:
            return
        low = self.height - outline.y - outline.height
        corners = outline.x, low, outline.x + outline.width, low + outline.height
        self.canvas.linkRect(
            line_text(part.title), part.link, corners, relative=1, Border="[0 0 0]"
        )

    def stroke(self, colour: str | None, weight: float, dashed: bool) -> None:
        if colour is None:
            return
        self.canvas.setStrokeColor(_colour(colour))
        self.canvas.setLineWidth(weight)
        self.canvas.setDash(*((DASHES,) if dashed else ()))

    def fill(self, colour: str | None) -> None:
        if colour is not None:
            self.canvas.setFillColor(_colour(colour))

    def how(self, shape: Rect | Ellipse) -> tuple[int, int]:
        """Return whether to draw the outline and the fill."""
        return int(shape.line is not None), int(shape.fill is not None)


def _colour(text: str) -> Any:
    from reportlab.lib.colors import HexColor

    return HexColor(text)


def _register() -> None:
    """Make the fonts known to reportlab, which keeps one list for the whole process."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    known = set(pdfmetrics.getRegisteredFontNames())
    folder = resources.files("archdsl.drawing") / "fonts"
    for name, file in FILES.items():
        if name not in known:
            pdfmetrics.registerFont(TTFont(name, BytesIO((folder / file).read_bytes())))
