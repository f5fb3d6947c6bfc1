"""Colours: legible text, scales that look even, roles that all eyes and copiers tell apart."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest

from archdsl.compare import Change
from archdsl.drawing.colour import contrast, from_linear, legible_on, linear, to_oklab
from archdsl.drawing.options import DrawingError
from archdsl.drawing.theme import SIGNS, THEMES, Look, Theme, theme_of
from archdsl.ops import Role

READABLE = 4.5
"""WCAG 2.2, success criterion 1.4.3: the least contrast of text."""
every_theme = pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES.keys())

# Viénot, Brettel and Mollon 1999: linear light as eyes without one kind of cone see it.
DEUTERANOPIA = ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0))
PROTANOPIA = ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0))
GREY = ((0.2126, 0.7152, 0.0722),) * 3
NORMAL = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


def seen(colour: str, eyes: tuple[tuple[float, ...], ...]) -> str:
    light = linear(colour)
    red, green, blue = (sum(a * b for a, b in zip(row, light, strict=True)) for row in eyes)
    return from_linear((red, green, blue))


def distance(one: str, other: str) -> float:
    """Return how far apart two colours look: 0.02 is just noticed beside one another."""
    pairs = zip(to_oklab(one), to_oklab(other), strict=True)
    return sum((a - b) ** 2 for a, b in pairs) ** 0.5


def looks(theme: Theme) -> list[Look]:
    return [*theme.roles.values(), *theme.panels, theme.folded, *theme.marks.values()]


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#ff0000", "#ffffff") == pytest.approx(4.0, abs=0.01)


@every_theme
def test_text_is_readable_on_every_fill(theme: Theme) -> None:
    for look in looks(theme):
        assert contrast(theme.text, look.fill) >= READABLE, look
    for ground in (theme.paper, theme.shade):
        assert contrast(theme.text, ground) >= READABLE
        assert contrast(theme.faint, ground) >= READABLE
    for mark in theme.marks.values():
        assert contrast(legible_on(mark.line), mark.line) >= READABLE


@every_theme
def test_outlines_and_lines_stand_out(theme: Theme) -> None:
    # Success criterion 1.4.11 asks 3 : 1 of graphics; a box is known by its outline or its text.
    assert contrast(theme.edge, theme.paper) >= 3
    for look in looks(theme):
        assert contrast(look.line, theme.paper) >= 2.4, look


@every_theme
def test_heat_is_even_and_its_text_readable(theme: Theme) -> None:
    fills = [theme.heat(step / 20) for step in range(21)]
    assert (fills[0], fills[-1]) == (theme.cold, theme.hot)
    for fill in fills:
        assert contrast(legible_on(fill), fill) >= READABLE
    steps = [distance(one, other) for one, other in pairwise(fills)]
    mean = sum(steps) / len(steps)
    assert mean > 0.015
    assert all(0.75 * mean < step < 1.25 * mean for step in steps)
    # On a copy as well, dearer is darker, or lighter on a dark ground, all the way.
    greys = [to_oklab(seen(fill, GREY))[0] for fill in fills]
    assert greys in (sorted(greys), sorted(greys, reverse=True))


def told_apart(one: Look, other: Look, eyes: tuple[tuple[float, ...], ...]) -> bool:
    if one.outline is not other.outline or abs(one.weight - other.weight) >= 0.3:
        return True
    fills = distance(seen(one.fill, eyes), seen(other.fill, eyes))
    lines = distance(seen(one.line, eyes), seen(other.line, eyes))
    return max(fills, lines) >= 0.05


@pytest.mark.parametrize(
    ("theme", "eyes"),
    [
        ("light", NORMAL),
        ("dark", NORMAL),
        ("colorblind", NORMAL),
        ("colorblind", DEUTERANOPIA),
        ("colorblind", PROTANOPIA),
        ("print", GREY),
    ],
)
def test_roles_are_told_apart(theme: str, eyes: tuple[tuple[float, ...], ...]) -> None:
    ovals = {Role.MERGE, Role.ENDPOINT, Role.ACTIVATION}
    for one, other in combinations(Role, 2):
        if theme != "print" or not {one, other} <= ovals:
            first, second = THEMES[theme].roles[one], THEMES[theme].roles[other]
            assert told_apart(first, second, eyes), (one, other)


@every_theme
def test_marks_do_not_rely_on_colour(theme: Theme) -> None:
    assert set(theme.marks) == set(Change) == set(SIGNS)
    assert len(set(SIGNS.values())) == 3


def test_print_has_greys_only() -> None:
    theme = THEMES["print"]
    colours = [colour for look in looks(theme) for colour in (look.fill, look.line)]
    for colour in (*colours, theme.text, theme.faint, theme.edge, theme.frame, theme.hot):
        assert colour[1:3] == colour[3:5] == colour[5:7]


def test_an_unknown_theme_is_named() -> None:
    assert theme_of("dark") is THEMES["dark"]
    with pytest.raises(DrawingError, match="no theme `drak`; did you mean `dark`"):
        theme_of("drak")
