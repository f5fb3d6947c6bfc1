"""A figure as PNG: the PDF, drawn by its own fonts, so that no machine's fonts matter."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from archdsl.drawing.figure import Figure
from archdsl.drawing.options import DrawingError
from archdsl.drawing.pdf import POINTS, scale_of, to_pdf

MOST_PIXELS = 200_000_000
"""More take gigabytes, and few programs open such a picture."""


def to_png(figure: Figure, dpi: int) -> bytes:
    """Return a PNG of ``dpi`` pixels per inch; raise :class:`DrawingError` for too many pixels."""
    import pypdfium2

    scale = dpi / POINTS
    pixels = figure.width * scale * figure.height * scale
    if pixels > MOST_PIXELS:
        most = int(dpi * (MOST_PIXELS / pixels) ** 0.5)
        raise DrawingError(
            f"at {dpi} dpi the picture would have {pixels / 1e6:,.0f} million pixels; "
            f"{most} dpi is the most for it, and svg and pdf have no such limit"
        )
    document: Any = pypdfium2.PdfDocument(to_pdf(figure))
    page = document[0]
    image = page.render(scale=scale / scale_of(figure)).to_pil()
    document.close()
    file = BytesIO()
    image.convert("RGB").save(file, "PNG", dpi=(dpi, dpi), optimize=False)
    return file.getvalue()
