"""Binding the arguments of a call to an operator's signature.

Values come in already evaluated; what does not fit comes out as :class:`Fault` values that name
the argument by its position, so that the caller can point at it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from archdsl.diagnostics.suggest import did_you_mean
from archdsl.ops.brought import argument_meant
from archdsl.ops.fitting import Misfit, fit, listed, padding_words
from archdsl.ops.operator import Argument, Declared, Kind, signature
from archdsl.ops.readings import Given, Written, is_size_elsewhere, line, orders, write, written_out
from archdsl.ops.registry import operators
from archdsl.ops.shapes import Shape, Size
from archdsl.ops.values import Patch, Reference, Unknown, Value, Word, named


@dataclass(frozen=True, slots=True)
class Fault:
    """One argument that does not fit; ``position`` counts the call's arguments from 0.

    ``readings`` are ways to write all arguments of the call so that each has one meaning, as
    :mod:`archdsl.ops.readings` has them; the caller, who has the text, shows the line so mended.
    """

    code: str
    headline: str
    position: int | None = None
    help: str | None = None
    readings: tuple[str, ...] = ()
    own: str | None = None
    """The argument alone, as a template, where there is one way to write it right."""

    def instead(self, argument: str) -> str | None:
        """Return what is right in place of the argument, given as it was written."""
        return None if self.own is None else self.own.format(own=Written(argument))

    def mended(self, written: tuple[str, ...]) -> str | None:
        """Return the help, with the readings written out in a call given as its parts."""
        name, *arguments = written
        spelled = any(argument.startswith("[") for argument in arguments)
        if not self.readings or (not spelled and any(".items" in one for one in self.readings)):
            return self.help  # A list that is a parameter cannot be written otherwise here.
        return write([written_out(name, arguments, one) for one in self.readings])


class _Order(Misfit):
    """A value without a name that finds no place: the readings are those of the whole call."""


@dataclass(frozen=True, slots=True)
class Binding:
    """What the arguments of a call say: field values, where each was given, and what is wrong."""

    fields: Mapping[str, object]
    positions: Mapping[str, int]
    faults: tuple[Fault, ...]


def bind(cls: type[Declared], given: Given) -> Binding:
    """Bind arguments to the fields of ``cls``; those that fit nowhere become faults.

    Positional arguments bind by kind: a size to the kernel, a whole number to the channels, a
    word to the argument that knows it. Nothing is required yet; see :func:`missing`. What depends
    on an :data:`UNKNOWN` value is no fault: beside one without a name, others may be any field's.
    """
    known = signature(cls)
    by_name = {known_one.name: known_one for known_one in known}
    fields: dict[str, object] = {}
    positions: dict[str, int] = {}
    misfits: list[tuple[int, Misfit]] = []
    loose = any(name is None and isinstance(value, Unknown) for name, value in given)
    for position, (name, value) in enumerate(given):
        try:
            if name is None:
                if not isinstance(value, Unknown) and not (loose and not isinstance(value, Word)):
                    _positional(cls, known, value, fields)
            elif name in by_name:
                argument = by_name[name]
                if argument.field in fields:
                    raise Misfit("repeated-argument", f"`{name}` is given twice")
                unknown = isinstance(value, Unknown)
                fields[argument.field] = value if unknown else fit(cls, argument, value)
                if isinstance(value, Patch) and value.stride is not None:
                    _stride(cls, known, value.stride, fields)
            else:
                raise _unknown_argument(cls, name, by_name)
        except Misfit as misfit:
            # Of values without a place, the first shows how the rest of the call is written.
            if not isinstance(misfit, _Order) or not any(
                isinstance(one, _Order) for _, one in misfits
            ):
                misfits.append((position, misfit))
        for field in fields:
            positions.setdefault(field, position)
    return Binding(fields, positions, tuple(_faults(cls, given, misfits)))


def _faults(cls: type[Declared], given: Given, misfits: list[tuple[int, Misfit]]) -> list[Fault]:
    """Return misfits as faults, with the call written out as all of them together want it."""
    changes = {
        position: misfit.readings[0].replace("{own", f"{{{position}")
        for position, misfit in misfits
        if len(misfit.readings) == 1
    }
    faults: list[Fault] = []
    for position, misfit in misfits:
        if isinstance(misfit, _Order):
            readings = orders(cls, given, changes)
            if misfit.code == "ambiguous-argument":
                why = _why_ambiguous(cls, given, given[position][1], len(readings))
            else:
                why = str(misfit.why)
        else:
            why = str(misfit.why)
            own = [one.replace("{own", f"{{{position}") for one in misfit.readings]
            readings = tuple(line(len(given), {**changes, position: one}) for one in own)
        alone = misfit.readings[0] if len(misfit.readings) == 1 else None
        faults.append(Fault(misfit.code, why, position, misfit.help, readings, alone))
    return faults


def missing(cls: type[Declared], fields: Mapping[str, object]) -> Fault | None:
    """Return a fault if a required argument of ``cls`` is not among ``fields``."""
    absent = [a for a in signature(cls) if a.required and a.field not in fields]
    if not absent:
        return None
    wanted = listed([f"`{a.name}`" for a in absent])
    return Fault(
        "missing-argument", f"`{cls.name}` needs {wanted}", help=f"for example `{_example(cls)}`"
    )


def _example(cls: type[Declared]) -> str:
    return (cls.__doc__ or "").split("\n\n")[1].strip()


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


def _unknown_argument(cls: type[Declared], name: str, by_name: Mapping[str, Argument]) -> Misfit:
    takes = listed([f"`{one}`" for one in by_name]) if by_name else "no arguments"
    meant = argument_meant(name, by_name)
    if meant is None:
        return Misfit(
            "unknown-argument",
            f"`{cls.name}` has no argument `{name}`{did_you_mean(name, by_name)}",
            f"`{cls.name}` takes {takes}",
        )
    here = meant.partition("=")[0]
    why = f": that is `{here}` here" if here else ", and needs none"
    return Misfit(
        "unknown-argument", f"`{cls.name}` has no argument `{name}`{why}", readings=(meant,)
    )


def _positional(
    cls: type[Declared], known: tuple[Argument, ...], value: Value, fields: dict[str, object]
) -> None:
    """Bind a value without a name."""
    if isinstance(value, Word):
        _word(cls, known, value.text, fields)
        return
    wanted = _kinds(value)
    for argument in known:
        if argument.positional and argument.field not in fields and argument.kind in wanted:
            if _is_side_padding(argument):
                raise _Order(
                    "ambiguous-argument", "", f"a window is written as a size: `{_example(cls)}`"
                )
            if argument.kind is Kind.PADDING and isinstance(value, tuple) and len(value) == 2:
                raise Misfit(
                    "ambiguous-argument",
                    f"`{cls.name}` has a list of two, which could be rows and columns, or the"
                    " left and the right side",
                    "pass a size, `1x2`, or all four sides: top, bottom, left and right",
                    readings=("{own.size}", "[0, 0, {own.items}]"),
                )
            if argument.kind is Kind.NUMBER and is_size_elsewhere(cls, value):
                raise _Order("ambiguous-argument", "")
            fields[argument.field] = fit(cls, argument, value)
            if isinstance(value, Patch) and value.stride is not None:
                _stride(cls, known, value.stride, fields)
            return
    counted = next((a for a in known if a.positional and a.kind is Kind.COUNT), None)
    if isinstance(value, float) and counted is not None and counted.field not in fields:
        fit(cls, counted, value)  # which says what kind of number it is
    operand = _operand(known, value.name) if isinstance(value, Reference) else None
    if operand is not None:
        raise Misfit(
            "too-many-arguments",
            f"`{cls.name}` takes its `{operand.name}` by name",
            readings=(f"{operand.name}={{own}}",),
        )
    names = [f"`{a.name}=`" for a in known if not a.positional]
    takes = f"by name, `{cls.name}` takes {listed(names)}" if names else None
    if not known:
        takes = f"`{cls.name}` takes no arguments"
    if any(a.positional and a.kind in wanted for a in known):
        raise _Order("too-many-arguments", f"`{cls.name}` has a second {named(value)}", takes)
    raise _Order("too-many-arguments", f"`{cls.name}` takes no {named(value)} here", takes)


def _is_side_padding(argument: Argument) -> bool:
    """Whether the argument is the padding of a window, beside which other arguments stand."""
    return argument.kind is Kind.PADDING and argument.field == "pad"


def _why_ambiguous(cls: type[Declared], given: Given, value: Value | Unknown, readings: int) -> str:
    """Say what is unclear about a value without a name; a window may be missing beside it."""
    bare = [one for name, one in given if name is None and not isinstance(one, Word | Reference)]
    has_window = any(isinstance(one, Patch) for one in bare) or any(n == "kernel" for n, _ in given)
    assert not isinstance(value, Unknown)
    if not any(argument.field == "kernel" for argument in signature(cls)):
        return f"`{cls.name}` has a {named(value)}, which other libraries mean as a size"
    if not has_window and not isinstance(value, tuple):
        numbers = ", ".join(f"{one:g}" for one in bare if isinstance(one, int | float))
        many = "numbers" if len(bare) > 1 else "a number"
        return f"`{cls.name}` has {many} without a name ({numbers}), and no window such as 3x3"
    why = "which could be its stride or its padding"
    if readings < 2:
        why = "and strides and padding go by name"
    return f"`{cls.name}` has a {named(value)} without a name, {why}"


def _operand(known: tuple[Argument, ...], name: str) -> Argument | None:
    """Return the argument that takes the operator ``name``, as `act` takes `relu`."""
    cls = operators().get(name)
    able = (a for a in known if cls and a.kind is Kind.OPERATOR and issubclass(cls, a.base or cls))
    return next(able, None)


@cache
def taken_as(name: str) -> str | None:
    """Return the argument that operators take the operator ``name`` as: `act` for `relu`."""
    found = (_operand(signature(cls), name) for cls in operators().values())
    return next((argument.name for argument in found if argument is not None), None)


def _stride(
    cls: type[Declared], known: tuple[Argument, ...], stride: Size, fields: dict[str, object]
) -> None:
    if not any(argument.field == "stride" for argument in known):
        raise Misfit("too-many-arguments", f"`{cls.name}` has no stride")
    if "stride" in fields:
        raise Misfit("repeated-argument", "`stride` is given twice")
    if min(stride.pair) < 1:
        raise Misfit("argument-out-of-range", "a stride is at least 1")
    fields["stride"] = stride


def _word(
    cls: type[Declared], known: tuple[Argument, ...], text: str, fields: dict[str, object]
) -> None:
    understood: list[str] = []
    for argument in known:
        words = words_alone(argument)
        if text in words:
            if argument.field in fields:
                raise Misfit("repeated-argument", f"`{argument.name}` is given twice")
            fields[argument.field] = words[text]
            return
        understood.extend(words)
    operand = _operand(known, text)
    if operand is not None:
        raise Misfit(
            "unknown-word",
            f"`{cls.name}` takes its `{operand.name}` by name",
            readings=(f"{operand.name}={{own}}",),
        )
    hint = did_you_mean(text, understood)
    words = listed([f"`{word}`" for word in understood]) if understood else ""
    raise Misfit(
        "unknown-word",
        f"`{cls.name}` knows no word `{text}`{hint}",
        f"`{cls.name}` knows {words}" if understood else f"`{cls.name}` knows no words",
    )


def words_alone(argument: Argument) -> dict[str, object]:
    """Return the words that set an argument without its name, and the values they stand for."""
    words = dict(argument.words)
    if _is_side_padding(argument):
        words |= padding_words()
    if argument.kind is Kind.SWITCH and argument.positional:
        words[argument.name] = True
    words.pop("none", None)
    return words


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
