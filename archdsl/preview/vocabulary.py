"""The words an editor colours and completes, from the registries that know them."""

from __future__ import annotations

from collections.abc import Iterable
from inspect import cleandoc
from typing import Any

from archdsl.compare.spelling import value_text
from archdsl.graph.functions import FUNCTIONS
from archdsl.graph.names import LANGUAGE, STATEMENTS, VALUE_NAMES
from archdsl.graph.net import QUANTITIES
from archdsl.ops import Argument, Declared, Kind, operators, signature, words_alone
from archdsl.recipe import registered

Plain = dict[str, Any]

NOT_WRITTEN = ("x",)
"""A word of the language that stands inside of `4 x A` and never alone."""


def vocabulary() -> Plain:
    """Return every word of the language with what an editor says about it, as plain data."""
    return {
        "operators": [_declared(name, cls) for name, cls in operators().items()],
        "joins": [name for name, cls in operators().items() if cls.joins],
        "statements": list(STATEMENTS),
        "language": [word for word in LANGUAGE if word not in NOT_WRITTEN],
        "values": list(VALUE_NAMES),
        "functions": [{"name": name, "takes": each.takes} for name, each in FUNCTIONS.items()],
        "quantities": list(QUANTITIES),
        "recipe": [
            _declared(kind, cls) | {"statement": statement}
            for statement, kinds in registered().items()
            for kind, cls in kinds.items()
        ],
    }


def _declared(name: str, cls: type[Declared]) -> Plain:
    first, _, rest = cleandoc(cls.__doc__ or "").partition("\n\n")
    example, _, more = rest.partition("\n\n")
    return {
        "name": name,
        "doc": " ".join(first.split()),
        "example": cleandoc(example),
        "more": " ".join(more.split()),
        "arguments": [_argument(argument) for argument in signature(cls)],
    }


def _argument(argument: Argument) -> Plain:
    return {
        "name": argument.name,
        "doc": argument.doc,
        "kind": argument.kind.value,
        "positional": argument.positional,
        "required": argument.required,
        "default": None if argument.required else value_text(argument.default),
        "words": list(words_alone(argument)),
        "values": list(_values(argument)),
    }


def _values(argument: Argument) -> Iterable[str]:
    """Return the words that may stand behind the argument's name."""
    yield from argument.words
    if argument.kind is Kind.SWITCH:
        yield from ("yes", "no")
    elif argument.kind is Kind.PADDING:
        yield from (word for word in words_alone(argument) if word not in argument.words)
    elif argument.base is not None:
        for name, cls in operators().items():
            if issubclass(cls, argument.base):
                yield name
