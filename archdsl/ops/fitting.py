"""Whether a value fits an argument's kind, and what it is as that kind."""

from __future__ import annotations

import math

from archdsl.diagnostics.suggest import did_you_mean
from archdsl.ops.operator import Argument, Declared, Kind, Operator
from archdsl.ops.registry import operators
from archdsl.ops.shapes import LARGEST_EXTENT, PadRule, Sides, Size
from archdsl.ops.values import Patch, Reference, Value, Word, shown


class Misfit(Exception):
    """A value that an argument cannot take.

    ``readings`` are ways to write it that have one meaning, as :class:`Fault` has them, of the
    argument alone: `{own}` is what the user wrote.
    """

    def __init__(
        self, code: str, why: str, help: str | None = None, readings: tuple[str, ...] = ()
    ) -> None:
        super().__init__(why)
        self.code = code
        self.why = why
        self.help = help
        self.readings = readings


def fit(cls: type[Declared], argument: Argument, value: Value) -> object:
    """Return ``value`` as the argument's kind, or raise :class:`Misfit`."""
    if isinstance(value, Word) and value.text in argument.words:
        return argument.words[value.text]
    fitted = _fit_kind(argument, value)
    if fitted is None:
        wants = argument.kind.value
        if argument.kind is Kind.WORD:
            wants = f"one of {listed([f'`{word}`' for word in argument.words])}"
        raise Misfit(
            "argument-type",
            f"`{argument.name}` of `{cls.name}` is {wants}, not {shown(value)}",
        )
    return fitted


def _fit_kind(argument: Argument, value: Value) -> object | None:
    match argument.kind:
        case Kind.COUNT:
            return _whole(argument, value, 1)
        case Kind.INTEGER:
            return _whole(argument, value, 0)
        case Kind.NUMBER:
            if isinstance(value, bool) or not isinstance(value, int | float):
                return None
            _within(argument, float(value))
            return float(value)
        case Kind.NUMBERS:
            values = value if isinstance(value, tuple) else (value,)
            numbers = [
                float(v) for v in values if isinstance(v, int | float) and not isinstance(v, bool)
            ]
            return tuple(numbers) if numbers and len(numbers) == len(values) else None
        case Kind.SIZE:
            return _size(argument, value)
        case Kind.PADDING:
            return _padding(argument, value)
        case Kind.SWITCH:
            if isinstance(value, Word) and value.text in ("yes", "no"):
                return value.text == "yes"
            return value if isinstance(value, bool) else None
        case Kind.WORD:
            return None
        case Kind.NAME:
            return value.text if isinstance(value, Word) else None
        case Kind.OPERATOR:
            return _reference(argument, value)


def _whole(argument: Argument, value: Value, low: int) -> int | None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    if value < low:
        raise Misfit(
            "argument-out-of-range", f"`{argument.name}` is {value}, and has to be at least {low}"
        )
    if value > LARGEST_EXTENT:
        raise Misfit("argument-out-of-range", f"`{argument.name}` is too large: {value:,}")
    return value


def _within(argument: Argument, value: float) -> None:
    low, high = argument.low, argument.high
    below = low is not None and value < low
    above = high is not None and value > high
    if below or above or not math.isfinite(value):
        bounds = f"between {low:g} and {high:g}" if high is not None else f"at least {low or 0:g}"
        raise Misfit(
            "argument-out-of-range", f"`{argument.name}` is {value:g}, and has to be {bounds}"
        )


def _size(argument: Argument, value: Value) -> Size | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        side = _whole(argument, value, 1)
        return None if side is None else Size(side, side)
    if isinstance(value, tuple) and len(value) == 2:
        sides = [_whole(argument, side, 1) for side in value]
        return None if None in sides else Size(*[side for side in sides if side is not None])
    if isinstance(value, Patch):
        if value.stride is not None and argument.name != "kernel":
            raise Misfit("argument-type", f"`{argument.name}` takes no stride")
        for side in value.size.pair:
            _whole(argument, side, 1)
        return value.size
    return None


def _padding(argument: Argument, value: Value) -> object | None:
    match value:
        case Word():
            return padding_words().get(value.text)
        case Patch() if value.stride is None:
            amount = [_whole(argument, side, 0) for side in value.size.pair]
            return Sides.around(Size(*[side for side in amount if side is not None]))
        case tuple() if len(value) in (2, 4):
            sides = [_whole(argument, side, 0) for side in value]
            present = [side for side in sides if side is not None]
            if len(present) != len(value):
                return None
            return Sides.around(Size(*present)) if len(value) == 2 else Sides(*present)
        case int() | float() if not isinstance(value, bool):
            amount = _whole(argument, value, 0)
            return None if amount is None else Sides.around(Size(amount, amount))
        case _:
            return None


def _reference(argument: Argument, value: Value) -> Reference | None:
    base = argument.base or Operator
    able = [name for name, cls in operators().items() if issubclass(cls, base)]
    match value:
        case Reference():
            reference = value
        case Word():
            reference = Reference(value.text)
        case _:
            return None
    if reference.name not in able:
        raise Misfit(
            "unknown-word",
            f"`{reference.name}` cannot be the `{argument.name}`"
            + did_you_mean(reference.name, able),
            f"it can be {listed([f'`{name}`' for name in able])}",
        )
    return reference


def padding_words() -> dict[str, object]:
    return {rule.value: rule for rule in PadRule}


def listed(items: list[str]) -> str:
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1]
