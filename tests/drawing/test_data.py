"""A drawing as JSON has all of the drawing."""

from __future__ import annotations

import json
from dataclasses import fields
from enum import Enum
from typing import Any

import pytest

from archdsl.drawing import Heat, Options, Style, arrange, draw
from archdsl.drawing.data import to_data
from tests.drawing.samples import TEXTS, graph_of


def plain(value: Any) -> Any:
    """Return a value of the drawing as plain data, field by field, whatever fields there are."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    if hasattr(value, "__dataclass_fields__"):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    return value


def without_kinds(value: Any) -> Any:
    """Return data without the marks of what it is that JSON has and a drawing has in its types."""
    if isinstance(value, list):
        return [without_kinds(one) for one in value]
    if isinstance(value, dict):
        kept = {name: without_kinds(one) for name, one in value.items()}
        return {name: one for name, one in kept.items() if one != "group" or name != "kind"}
    return value


@pytest.mark.parametrize("name", TEXTS)
def test_every_field_of_a_drawing_is_in_its_data(name: str) -> None:
    for options in (Options(heat=Heat.MACS), Options(style=Style.FULL), Options(expand=("all",))):
        drawing = arrange(graph_of(name), options)
        found = without_kinds(to_data(drawing))
        assert (found.pop("format"), found.pop("version")) == ("archdsl-drawing", 1)
        assert found == plain(drawing)


def test_the_text_is_json_that_reads_back() -> None:
    graph = graph_of("googlenet")
    assert json.loads(draw(graph, "json")) == to_data(arrange(graph))


def test_the_docstring_names_every_key() -> None:
    drawing = arrange(graph_of("heads"), Options(heat=Heat.PARAMS))
    told = to_data.__doc__ or ""

    def keys(value: Any) -> set[str]:
        if isinstance(value, list):
            return set().union(*map(keys, value))
        if isinstance(value, dict):
            return {*value}.union(*map(keys, value.values()))
        return set()

    assert {key for key in keys(to_data(drawing)) if key not in told} == set()
