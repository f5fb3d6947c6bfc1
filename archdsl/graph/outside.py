"""Values that parameters of a net are given from outside: as text, or as a value of Python's.

Text is what a spec could have for an argument, whether it comes by ``--set`` or from Python, and
read by the language's own grammar. Of Python's values those are taken that are plainly a number,
a switch or a list of numbers, whatever library they come from.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from numbers import Real
from typing import Any, SupportsFloat, SupportsIndex, cast

from archdsl.diagnostics import Diagnostic, Label
from archdsl.graph.environment import NOTHING, Defaults, Environment, Labels, Names
from archdsl.graph.evaluate import LARGEST, MOST_LISTED, Evaluator, Mistake
from archdsl.ops import Value
from archdsl.source import SourceFile
from archdsl.syntax import nodes, parse_setting

LONGEST = 20_000
"""Characters of a value as text."""

Setting = SupportsIndex | SupportsFloat | str | Sequence[SupportsIndex | SupportsFloat]
"""What a parameter can be set to."""

Settings = Mapping[str, Setting]
"""Parameters of a net set from outside."""


LONGEST_SHOWN = 48
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Option(str):
    """The text of a value that was given by the option ``--set``."""

    __slots__ = ()


def origin(setting: object) -> str:
    """Return where a value comes from, as messages name the place."""
    return "--set" if isinstance(setting, Option) else "Python"


def value_from_outside(name: nodes.Name, setting: object) -> tuple[Value, tuple[Diagnostic, ...]]:
    """Return the value of a net's parameter ``name``, and what is wrong with it."""
    try:
        if isinstance(setting, str):
            return _read(name, setting)
        return _value(setting), ()
    except ValueError as error:
        label = Label(name.span, "this parameter")
        return 0, (Diagnostic("argument-type", f"`{name.text}` is set to {error}", (label,)),)


def _read(name: nodes.Name, text: str) -> tuple[Value, tuple[Diagnostic, ...]]:
    if not text.strip():
        raise ValueError("an empty text")
    if len(text) > LONGEST:
        raise ValueError(f"a text of {len(text):,} characters; it may have {LONGEST:,}")
    argument, found = parse_setting(SourceFile(origin(text), f"{name.text}={text}"))
    if argument is None or found:
        return 0, found
    nowhere = Environment({}, Names(""), Labels(), Defaults())
    try:
        return Evaluator(nowhere, NOTHING).value(argument.value), ()
    except Mistake as mistake:
        labels = (Label(mistake.span),)
        return 0, (Diagnostic(mistake.code, mistake.headline, labels, help=mistake.help),)


def _value(setting: object) -> Value:
    """Return a value of Python's as one of a spec. Raises ValueError."""
    dimensions = getattr(setting, "ndim", None)
    if dimensions == 0:  # a number in an array's clothes, which its library undresses
        return _number(cast("Any", setting).item())
    if dimensions == 1:
        return _list(cast("Any", setting).tolist())
    if isinstance(setting, Sequence) and not isinstance(setting, bytes | bytearray):
        return _list(cast("Sequence[object]", setting))
    return _number(setting)


def _list(items: Sequence[object]) -> tuple[int | float, ...]:
    if len(items) > MOST_LISTED:
        raise ValueError(f"a list of {len(items):,} numbers; it may have {MOST_LISTED:,}")
    if any(isinstance(item, bool | str) for item in items):
        raise ValueError("a list that holds more than numbers")
    return tuple(_number(item) for item in items)


def _number(setting: object) -> int | float:
    if getattr(setting, "ndim", None) == 0:
        setting = cast("Any", setting).item()
    if isinstance(setting, bool):
        return setting
    try:
        number = _plain(setting)
    except TypeError:  # arrays have `__index__` too, and use it where they hold one number
        raise ValueError(
            f"a value of type {type(setting).__name__}; it takes a number, True or False, a list of"
            ' numbers, or text as in a spec, such as "3x3/2"'
        ) from None
    if not math.isfinite(number):
        raise ValueError(f"{number}, which is no number of a spec")
    if abs(number) > LARGEST:
        raise ValueError("too large a number")
    return number


def _plain(setting: object) -> int | float:
    """Return a number as one of Python's own. Raises TypeError."""
    if isinstance(setting, Real) and not isinstance(setting, SupportsIndex):
        return float(setting)
    return operator.index(cast("SupportsIndex", setting))


def told(found: Sequence[Diagnostic], net: nodes.Net, settings: Settings) -> tuple[Diagnostic, ...]:
    """Return findings, each with what the parameters in its piece of the net are set to."""
    return tuple(_told(one, net, settings) for one in found) if settings else tuple(found)


def _told(one: Diagnostic, net: nodes.Net, settings: Settings) -> Diagnostic:
    place = next((label.span for label in one.labels), None)
    if place is None or place.source is not net.name.span.source:
        return one
    if not net.body.span.start <= place.start < net.body.span.end:
        return one
    words = dict.fromkeys(_WORD.findall(place.text))
    notes = tuple(
        f"`{name}` is `{_shown(settings[name])}`, from {origin(settings[name])}"
        for name in words
        if name in settings
    )
    return replace(one, notes=(*notes, *one.notes)) if notes else one


def _shown(setting: object) -> str:
    text = " ".join(str(setting).split())
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"
