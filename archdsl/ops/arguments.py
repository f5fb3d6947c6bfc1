"""Binding the arguments of a call to an operator's signature.

Values come in already evaluated; what does not fit comes out as :class:`Fault` values that name
the argument by its position, so that the caller can point at it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import cache

from archdsl.diagnostics.suggest import did_you_mean
from archdsl.ops.operator import Argument, Declared, Kind, Operator, signature
from archdsl.ops.registry import operators
from archdsl.ops.shapes import LARGEST_EXTENT, PadRule, Shape, Sides, Size


@dataclass(frozen=True, slots=True)
class Word:
    """A bare name that is no parameter: `valid`, `global`, `relu`."""

    text: str


@dataclass(frozen=True, slots=True)
class Patch:
    """A size with an optional stride, as `3x3/2` writes them."""

    size: Size
    stride: Size | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """An operator named as a value, with the fields given so far: `batchnorm(eps=0.001)`."""

    name: str
    fields: tuple[tuple[str, object], ...] = ()


Value = bool | int | float | Word | Patch | Shape | Reference | tuple["Value", ...]
"""What an argument can evaluate to."""


def operator_of(value: Value) -> tuple[str, tuple[tuple[str, object], ...]]:
    """Return the name and the fields of a value that may be an operator; the name may be none."""
    match value:
        case Word(text=text):
            return text, ()
        case Reference(name=name, fields=fields):
            return name, fields
        case _:
            return "", ()


class Unknown:
    """Stands for a value that is not known yet, as a parameter's before its block is called."""


UNKNOWN = Unknown()


@dataclass(frozen=True, slots=True)
class Fault:
    """One argument that does not fit; ``position`` counts the call's arguments from 0.

    ``readings`` are ways to write the argument there so that it has one meaning, each with `{}` for
    what the user wrote; the caller, who has the text, shows the whole line so mended.
    """

    code: str
    headline: str
    position: int | None = None
    help: str | None = None
    readings: tuple[str, ...] = ()

    def mended(self, written: tuple[str, ...]) -> str | None:
        """Return the help, with the readings written out in a call given as its parts."""
        if self.position is None or not self.readings:
            return self.help
        # The name stands before the arguments, so that an argument is one further on.
        before, after = written[: self.position + 1], written[self.position + 2 :]
        mine = written[self.position + 1]
        lines = [" ".join((*before, one.format(mine), *after)) for one in self.readings]
        return "write " + ", or ".join(f"`{line}`" for line in lines)


_AMBIGUOUS = "ambiguous-argument"


class _Misfit(Exception):
    def __init__(
        self, code: str, why: str, help: str | None = None, readings: tuple[str, ...] = ()
    ) -> None:
        super().__init__(why)
        self.code = code
        self.why = why
        self.help = help
        self.readings = readings


@dataclass(frozen=True, slots=True)
class Binding:
    """What the arguments of a call say: field values, where each was given, and what is wrong."""

    fields: Mapping[str, object]
    positions: Mapping[str, int]
    faults: tuple[Fault, ...]


def bind(cls: type[Declared], given: tuple[tuple[str | None, Value | Unknown], ...]) -> Binding:
    """Bind arguments to the fields of ``cls``; those that fit nowhere become faults.

    Positional arguments bind by kind: a size to the kernel, a whole number to the channels, a
    word to the argument that knows it. Nothing is required yet; see :func:`missing`. What depends
    on an :data:`UNKNOWN` value is no fault: beside one without a name, others may be any field's.
    """
    known = signature(cls)
    by_name = {known_one.name: known_one for known_one in known}
    fields: dict[str, object] = {}
    positions: dict[str, int] = {}
    faults: list[Fault] = []
    named = frozenset(name for name, _ in given if name is not None)
    loose = any(name is None and isinstance(value, Unknown) for name, value in given)
    for position, (name, value) in enumerate(given):
        try:
            if name is None:
                if not isinstance(value, Unknown) and not (loose and not isinstance(value, Word)):
                    _positional(cls, known, value, fields, named)
            elif name in by_name:
                argument = by_name[name]
                if argument.field in fields:
                    raise _Misfit("repeated-argument", f"`{name}` is given twice")
                unknown = isinstance(value, Unknown)
                fields[argument.field] = value if unknown else _fit(cls, argument, value)
            else:
                hint = did_you_mean(name, by_name)
                takes = _listed([f"`{one}`" for one in by_name]) if by_name else "no arguments"
                raise _Misfit(
                    "unknown-argument",
                    f"`{cls.name}` has no argument `{name}`{hint}",
                    f"`{cls.name}` takes {takes}",
                )
        except _Misfit as misfit:
            if misfit.code == _AMBIGUOUS and any(one.code == _AMBIGUOUS for one in faults):
                continue  # The first one shows how the rest of the call is to be written.
            faults.append(
                Fault(misfit.code, str(misfit.why), position, misfit.help, misfit.readings)
            )
        for field in fields:
            positions.setdefault(field, position)
    return Binding(fields, positions, tuple(faults))


def missing(cls: type[Declared], fields: Mapping[str, object]) -> Fault | None:
    """Return a fault if a required argument of ``cls`` is not among ``fields``."""
    absent = [a for a in signature(cls) if a.required and a.field not in fields]
    if not absent:
        return None
    wanted = _listed([f"`{a.name}`" for a in absent])
    example = (cls.__doc__ or "").split("\n\n")[1].strip()
    return Fault(
        "missing-argument", f"`{cls.name}` needs {wanted}", help=f"for example `{example}`"
    )


@cache
def known_words() -> frozenset[str]:
    """Return every word that means something to some operator, and every operator's name."""
    words = {"same", "valid", "yes", "no", *operators()}
    for cls in operators().values():
        for argument in signature(cls):
            words.update(argument.words)
            if argument.kind is Kind.SWITCH:
                words.add(argument.name)
    return frozenset(words)


def _positional(
    cls: type[Declared],
    known: tuple[Argument, ...],
    value: Value,
    fields: dict[str, object],
    named: frozenset[str],
) -> None:
    """Bind a value without a name; ``named`` are the names that the call gives anywhere."""
    if isinstance(value, Word):
        _word(cls, known, value.text, fields)
        return
    wanted = _kinds(value)
    for argument in known:
        if argument.positional and argument.field not in fields and argument.kind in wanted:
            if _is_side_padding(argument):
                raise _bare_padding(cls, value, fields.keys() | named)
            fields[argument.field] = _fit(cls, argument, value)
            if isinstance(value, Patch) and value.stride is not None:
                _stride(cls, known, value.stride, fields)
            return
    if any(a.positional and a.kind in wanted for a in known):
        raise _Misfit("too-many-arguments", f"`{cls.name}` has a second {_named(value)}")
    raise _Misfit("too-many-arguments", f"`{cls.name}` takes no {_named(value)} here")


def _is_side_padding(argument: Argument) -> bool:
    """Whether the argument is the padding of a window, beside which other arguments stand."""
    return argument.kind is Kind.PADDING and argument.field == "pad"


def _bare_padding(cls: type[Declared], value: Value, taken: Set[str]) -> _Misfit:
    """A number behind a window is the stride to some readers, and the padding to others."""
    named = _named(value)
    if "kernel" not in taken and not isinstance(value, Patch | tuple):
        example = (cls.__doc__ or "").split("\n\n")[1].strip()
        return _Misfit(
            "ambiguous-argument",
            f"`{cls.name}` has a {named} that could be its window, its stride or its padding",
            f"a window is written as a size: `{example}`",
        )
    free = [name for name in ("stride", "pad") if name not in taken]
    if isinstance(value, tuple) and len(value) != 2 and "stride" in free:
        free.remove("stride")
    if len(free) > 1:
        why = "which could be its stride or its padding"
    else:
        why = "and strides and padding go by name"
    return _Misfit(
        "ambiguous-argument",
        f"`{cls.name}` has a {named} without a name, {why}",
        readings=tuple(f"{name}={{}}" for name in free),
    )


def _stride(
    cls: type[Declared], known: tuple[Argument, ...], stride: Size, fields: dict[str, object]
) -> None:
    if not any(argument.field == "stride" for argument in known):
        raise _Misfit("too-many-arguments", f"`{cls.name}` has no stride")
    if "stride" in fields:
        raise _Misfit("repeated-argument", "`stride` is given twice")
    if min(stride.pair) < 1:
        raise _Misfit("argument-out-of-range", "a stride is at least 1")
    fields["stride"] = stride


def _word(
    cls: type[Declared], known: tuple[Argument, ...], text: str, fields: dict[str, object]
) -> None:
    understood: list[str] = []
    for argument in known:
        words = words_alone(argument)
        if text in words:
            if argument.field in fields:
                raise _Misfit("repeated-argument", f"`{argument.name}` is given twice")
            fields[argument.field] = words[text]
            return
        understood.extend(words)
    hint = did_you_mean(text, understood)
    listed = _listed([f"`{word}`" for word in understood]) if understood else ""
    raise _Misfit(
        "unknown-word",
        f"`{cls.name}` knows no word `{text}`{hint}",
        f"`{cls.name}` knows {listed}" if understood else f"`{cls.name}` knows no words",
    )


def words_alone(argument: Argument) -> dict[str, object]:
    """Return the words that set an argument without its name, and the values they stand for."""
    words = dict(argument.words)
    if argument.kind is Kind.PADDING and argument.field == "pad":
        words |= _padding_words()
    if argument.kind is Kind.SWITCH and argument.positional:
        words[argument.name] = True
    words.pop("none", None)
    return words


def _padding_words() -> dict[str, object]:
    return {rule.value: rule for rule in PadRule}


def _kinds(value: Value) -> tuple[Kind, ...]:
    """Return the kinds a positional value may bind to."""
    match value:
        case bool():
            return ()
        case int():
            return (Kind.COUNT, Kind.INTEGER, Kind.PADDING, Kind.NUMBER)
        case float():
            # The same value is the same wherever it stands: (8.0) is 8, as in `channels=(8.0)`.
            return _kinds(int(value)) if value.is_integer() else (Kind.NUMBER,)
        case Patch():
            return (Kind.SIZE, Kind.PADDING)
        case Shape():
            return ()
        case tuple():
            return (Kind.NUMBERS, Kind.PADDING)
        case Word() | Reference():
            return (Kind.OPERATOR,)


def _named(value: Value) -> str:
    match value:
        case bool():
            return "yes or no"
        case int():
            return f"whole number ({value})"
        case float():
            return f"number ({value:g})"
        case Patch():
            return f"size ({value.size.source})"
        case Shape():
            return f"shape ({value.source})"
        case tuple():
            return "list"
        case Word():
            return f"word (`{value.text}`)"
        case Reference():
            return f"operator (`{value.name}`)"


def _fit(cls: type[Declared], argument: Argument, value: Value) -> object:
    """Return ``value`` as the argument's kind, or raise :class:`_Misfit`."""
    if isinstance(value, Word) and value.text in argument.words:
        return argument.words[value.text]
    fitted = _fit_kind(argument, value)
    if fitted is None:
        wants = argument.kind.value
        if argument.kind is Kind.WORD:
            wants = f"one of {_listed([f'`{word}`' for word in argument.words])}"
        raise _Misfit(
            "argument-type",
            f"`{argument.name}` of `{cls.name}` is {wants}, not {_shown(value)}",
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
        raise _Misfit(
            "argument-out-of-range", f"`{argument.name}` is {value}, and is at least {low}"
        )
    if value > LARGEST_EXTENT:
        raise _Misfit("argument-out-of-range", f"`{argument.name}` is too large: {value:,}")
    return value


def _within(argument: Argument, value: float) -> None:
    low, high = argument.low, argument.high
    below = low is not None and value < low
    above = high is not None and value > high
    if below or above or not math.isfinite(value):
        bounds = f"between {low:g} and {high:g}" if high is not None else f"at least {low or 0:g}"
        raise _Misfit("argument-out-of-range", f"`{argument.name}` is {value:g}, and is {bounds}")


def _size(argument: Argument, value: Value) -> Size | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        side = _whole(argument, value, 1)
        return None if side is None else Size(side, side)
    if isinstance(value, tuple) and len(value) == 2:
        sides = [_whole(argument, side, 1) for side in value]
        return None if None in sides else Size(*[side for side in sides if side is not None])
    if isinstance(value, Patch):
        if value.stride is not None and argument.name != "kernel":
            raise _Misfit("argument-type", f"`{argument.name}` takes no stride")
        for side in value.size.pair:
            _whole(argument, side, 1)
        return value.size
    return None


def _padding(argument: Argument, value: Value) -> object | None:
    match value:
        case Word():
            return _padding_words().get(value.text)
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
        raise _Misfit(
            "unknown-word",
            f"`{reference.name}` cannot be the `{argument.name}`"
            + did_you_mean(reference.name, able),
            f"it can be {_listed([f'`{name}`' for name in able])}",
        )
    return reference


def _shown(value: Value) -> str:
    match value:
        case bool():
            return "`yes`" if value else "`no`"
        case int() | float():
            return f"`{value:.12g}`" if isinstance(value, float) else f"`{value}`"
        case Word():
            return f"`{value.text}`"
        case Patch():
            return f"`{value.size.source}`"
        case Shape():
            return f"the shape `{value.source}`"
        case Reference():
            return f"the operator `{value.name}`"
        case tuple():
            return "a list"


def _listed(items: list[str]) -> str:
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1]
