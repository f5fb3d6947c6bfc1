"""Panels on a page: apart from one another, and as large in print as they can be."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archdsl.drawing.pack import GAP, fit, pack

SIDES = st.floats(min_value=20, max_value=600)
SIZES = st.tuples(SIDES, SIDES)


@settings(max_examples=40, deadline=None)
@given(SIZES, st.lists(SIZES, max_size=5))
def test_panels_are_apart_and_within_the_page(
    overview: tuple[float, float], panels: list[tuple[float, float]]
) -> None:
    packing = pack(overview, panels)
    sizes = [overview, *panels]
    assert len(packing.places) == len(sizes)
    assert packing.places[0] == (0, 0)
    assert packing.widths[0] == overview[0]
    assert all(wide >= size[0] for wide, size in zip(packing.widths, sizes, strict=True))
    wide_sizes = [(wide, size[1]) for wide, size in zip(packing.widths, sizes, strict=True)]
    found = list(zip(packing.places, wide_sizes, strict=True))
    for (x, y), (wide, high) in found:
        assert x >= 0
        assert y >= 0
        assert x + wide <= packing.size[0] + 1e-6
        assert y + high <= packing.size[1] + 1e-6
    for ((x, y), (wide, high)), ((u, v), (wide_2, high_2)) in combinations(found, 2):
        beside = x + wide + GAP <= u + 1e-6 or u + wide_2 + GAP <= x + 1e-6
        assert beside or y + high + GAP <= v + 1e-6 or v + high_2 + GAP <= y + 1e-6


def test_equal_panels_fill_a_page() -> None:
    packing = pack((100, 700), [(200, 220)] * 6)
    assert fit(packing.size) > 0.7 * fit((100 + 400, 700))
    # In reading order: none is above or to the left of both its predecessor's ends.
    places = packing.places[1:]
    assert list(places) in (sorted(places), sorted(places, key=lambda place: (place[1], place[0])))


def test_panels_that_are_about_as_wide_stand_in_a_column_with_even_sides() -> None:
    packing = pack((60, 640), [(300, 210), (280, 210), (290, 210)])
    assert len({x for x, _ in packing.places[1:]}) == 1
    assert set(packing.widths[1:]) == {300}


def test_a_page_is_upright_or_on_its_side() -> None:
    assert fit((400, 700)) == pytest.approx(fit((700, 400)))
    assert fit((800, 1400)) == pytest.approx(fit((400, 700)) / 2)
