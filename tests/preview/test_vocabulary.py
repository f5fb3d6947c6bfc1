"""The editor's words are those of the registries."""

from __future__ import annotations

import json

import archdsl
from archdsl.ops import operators, signature
from archdsl.preview.vocabulary import vocabulary


def test_every_operator_is_explained_by_a_call_that_works() -> None:
    told = {each["name"]: each for each in vocabulary()["operators"]}
    assert list(told) == list(operators())
    for each in told.values():
        assert each["doc"].endswith(".")
        assert each["name"] in each["example"]


def test_words_and_values_are_accepted_where_they_are_offered() -> None:
    conv = next(each for each in vocabulary()["operators"] if each["name"] == "conv")
    needy = {name for name, cls in operators().items() if any(a.required for a in signature(cls))}
    for argument in conv["arguments"]:
        # An operator that has to be told something cannot stand alone.
        values = [value for value in argument["values"] if value not in needy]
        calls = [f"conv 3x3 4 {word}" for word in argument["words"]]
        calls += [f"conv 3x3 4 {argument['name']}={value}" for value in values]
        for call in calls:
            archdsl.load(f"net n {{ input 8x8x3; {call} }}")


def test_it_goes_through_json() -> None:
    assert json.loads(json.dumps(vocabulary())) == vocabulary()
