"""A figure as SVG that is complete in itself: nothing is loaded, nothing runs.

Colours stand in attributes, so that they hold wherever the picture is shown and any stylesheet
overrides them. Each part is a ``<g>`` with an ``id``, a ``<title>`` and these classes:

- ``box`` and one of ``unit``, ``folded``; ``role-weighted``, ``role-pool``, … for its role;
  ``repeated``, ``aux``; ``added``, ``removed`` or ``changed``;
- ``edge``, with ``aux``; ``port``, where a value enters or leaves; ``frame`` around a block, and
  ``panel`` around one drawn beside the overview; ``heading``, ``legend``, ``notes``.

``data-path`` is the path of the step that a part shows. A folded box links to its panel.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archdsl.drawing.figure import Anchor, Curve, Ellipse, Figure, Part, Rect, Shape, Text
from archdsl.escaping import xml_text
from archdsl.safe_names import Rules, distinct

FONTS = "Helvetica, Arial, Liberation Sans, DejaVu Sans, sans-serif"
DASHES = "3 2"
IDS = Rules(letters="A-Za-z0-9_.-")
"""What XML, links and style sheets can call a part."""


def to_svg(figure: Figure) -> str:
    """Return a figure as the text of an SVG; equal figures give equal text."""
    return "\n".join(_lines(figure)) + "\n"


def safe_ids(ids: Sequence[str]) -> dict[str, str]:
    """Return an id for XML and for links in place of each."""
    return dict(zip(ids, distinct(ids, IDS), strict=True))


def _lines(figure: Figure) -> Iterator[str]:
    ids = safe_ids(("figure-title", "figure-description", *(part.id for part in figure.parts)))
    width, height = _number(figure.width), _number(figure.height)
    labels = f"{ids['figure-title']} {ids['figure-description']}"
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}pt" height="{height}pt" '
        f'viewBox="0 0 {width} {height}" role="img" aria-labelledby="{labels}" '
        f'font-family="{FONTS}" fill="none">'
    )
    yield f'<title id="{ids["figure-title"]}">{xml_text(figure.title)}</title>'
    lines = "\n".join(map(xml_text, figure.description.split("\n")))
    yield f'<desc id="{ids["figure-description"]}">{lines}</desc>'
    yield f'<rect class="paper" width="{width}" height="{height}" fill="{figure.paper}"/>'
    for part in figure.parts:
        yield from _part(part, ids)
    yield "</svg>"


def _part(part: Part, ids: dict[str, str]) -> Iterator[str]:
    attributes = f'id="{ids[part.id]}" class="{" ".join(part.classes)}"'
    if part.path:
        attributes += f' data-path="{xml_text(part.path)}"'
    link = ids.get(part.link) if part.link is not None else None
    yield f'<a href="#{link}"><g {attributes}>' if link else f"<g {attributes}>"
    if part.title:
        yield f"<title>{xml_text(part.title)}</title>"
    for shape in part.shapes:
        yield from _shape(shape)
    yield "</g></a>" if link else "</g>"


def _shape(shape: Shape) -> Iterator[str]:
    match shape:
        case Rect():
            place = _attributes(x=shape.x, y=shape.y, width=shape.width, height=shape.height)
            rounded = min(shape.radius, shape.width / 2, shape.height / 2)
            corners = _attributes(rx=rounded) if rounded else ""
            yield f"<rect{place}{corners}{_paint(shape)}/>"
        case Ellipse():
            place = _attributes(cx=shape.x, cy=shape.y, rx=shape.rx, ry=shape.ry)
            yield f"<ellipse{place}{_paint(shape)}/>"
        case Curve():
            start, *others = (f"{_number(x)},{_number(y)}" for x, y in shape.points)
            yield f'<path d="M{start} C{" ".join(others)}"{_stroke(shape)}/>'
            if shape.head is not None:
                corners = " ".join(f"{_number(x)},{_number(y)}" for x, y in shape.head)
                yield f'<polygon points="{corners}" fill="{shape.line}"/>'
        case Text():
            yield _written(shape)


def _written(text: Text) -> str:
    place = _attributes(x=text.x, y=text.y)
    bold = ' font-weight="bold"' if text.bold else ""
    anchor = "" if text.anchor is Anchor.START else f' text-anchor="{text.anchor.value}"'
    size = _attributes(font_size=text.size)
    return f'<text{place}{size}{anchor}{bold} fill="{text.colour}">{xml_text(text.text)}</text>'


def _paint(shape: Rect | Ellipse) -> str:
    fill = "" if shape.fill is None else f' fill="{shape.fill}"'
    return fill + _stroke(shape)


def _stroke(shape: Rect | Ellipse | Curve) -> str:
    if shape.line is None:
        return ""
    dashes = f' stroke-dasharray="{DASHES}"' if shape.dashed else ""
    return f' stroke="{shape.line}" stroke-width="{_number(shape.weight)}"{dashes}'


def _attributes(**values: float) -> str:
    return "".join(
        f' {name.replace("_", "-")}="{_number(value)}"' for name, value in values.items()
    )


def _number(value: float) -> str:
    """Return a number of points with two digits at most."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
