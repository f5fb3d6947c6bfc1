"""What the constructor of a generated class takes, and what stands for each of its constants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from archdsl.ops import TAKEN, Plain
from archdsl.pytorch.python_source import words
from archdsl.pytorch.python_source.constants import REQUIRED, Absent, Constant, Omit
from archdsl.pytorch.python_source.expressions import written
from archdsl.pytorch.python_source.terms import RATE, Term, Terms
from archdsl.pytorch.python_source.widths import INPUT, WIDTHS
from archdsl.safe_names import Names

Column = tuple[tuple[type, Plain], ...]
_NONE: tuple[type, Plain] = (Absent, None)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a constructor, with its value for each instance."""

    name: str
    values: tuple[Plain, ...]
    default: Omit
    argument: str = ""
    """Which argument of a call in the spec it is, if it is not the block's own."""


@dataclass(frozen=True, slots=True)
class Filling:
    """The parameters of a class, and what stands for each slot in which its instances differ."""

    parameters: tuple[Parameter, ...]
    texts: Mapping[int, str]


NOTHING = Filling((), {})


def fill(
    rows: Sequence[Sequence[Constant]],
    kept: frozenset[int],
    taken: Sequence[str],
    terms: Terms,
    condition: Term | None = None,
) -> Filling | None:
    """Find the parameters of a class from the constants of each of its instances.

    A slot is written in the block's own parameters and expressions where they give its number for
    every instance that has it; slots that then always go together become one parameter more. What
    is ``kept`` for the forward is a parameter by itself. A parameter hides a class of its name,
    and one that is kept hides a submodule: such names are ``taken``. A ``condition`` needs the
    parameters it is about. Return None where some instances have no value for a parameter.
    """
    names = Names(words.PARAMETERS, taken)
    legal = [name for name in terms.names if names.is_free(name)]
    columns = {name: _column(terms.parameters[name]) for name in legal}
    expressions = [term for term in terms.expressions() if set(term.names) <= set(legal)]
    texts: dict[int, str] = {}
    used = set(() if condition is None else condition.names)
    if not used <= set(legal):
        return None
    groups: dict[tuple[str, Column], list[int]] = {}
    given: dict[int, Column] = {}
    columns_of = zip(*([one.value for one in row] for row in rows), strict=True)
    for slot, (constant, values) in enumerate(zip(rows[0], columns_of, strict=True)):
        if constant.argument == RATE:
            values = tuple(float(one) if isinstance(one, int) else one for one in values)
        is_width = terms.is_unit and slot not in kept and constant.argument in (TAKEN, *WIDTHS)
        is_one = len(set(map(type, values))) == 1 and len(set(values)) == 1
        if not terms.names and is_one and not is_width:
            continue
        column = _column(values)
        present = [entry for entry in column if entry != _NONE]
        said = terms.said(constant) if slot not in kept else None
        if constant.argument == TAKEN:
            given[slot] = column
        is_legal = said is not None and set(said.names) <= set(legal)
        if said is not None and is_legal and _agree(column, _column(said.values)):
            texts[slot] = said.text
            used.update(said.names)
            continue
        if is_one and is_width:
            side = "in" if constant.argument == TAKEN and terms.is_given(constant) else "out"
            groups.setdefault((side, column), []).append(slot)
            continue
        if all(entry == present[0] for entry in present):
            continue
        direct = [name for name in legal if _agree(column, columns[name])]
        found = None
        for text, needed in _ordered(constant, direct, column, expressions):
            if slot not in kept or text in direct:
                found = text
                used.update(needed)
                break
        if found is not None:
            texts[slot] = found
        elif len(present) == len(column):
            groups.setdefault(("", column), []).append(slot)
        else:
            return None
    if used:
        # What is written for other widths than the network's takes inputs of other widths.
        for slot, column in given.items():
            width = terms.width(rows[0][slot].given)
            if width is None or not set(width.names) <= set(legal):
                continue
            if _agree(column, _column(width.values)):
                texts[slot] = width.text
                used.update(width.names)
    own = [names.take(name) for name in legal if name in used]
    made = [Parameter(name, terms.parameters[name], _default(name, terms)) for name in own]
    for slots in groups.values():
        slots = [slot for slot in slots if slot not in texts]
        if not slots:
            continue
        constant = rows[0][slots[0]]
        values = tuple(row[slots[0]].plain for row in rows)
        wanted = [constant.label, f"{constant.child}_{constant.label}"]
        # A parameter of the spec's name would be taken for it.
        wanted = wanted[constant.label in terms.names :]
        name = names.take(next(filter(names.is_free, wanted), wanted[0]))
        omits = [rows[0][slot].omit for slot in slots if rows[0][slot].omit is not REQUIRED]
        default = omits[0] if omits and omits[0] in values else REQUIRED
        made.append(Parameter(name, values, default, constant.argument))
        texts.update(dict.fromkeys(slots, name))
    # Parameters without a default come first, as Python asks.
    made.sort(key=lambda parameter: parameter.default is not REQUIRED)
    return Filling(tuple(made), texts)


def _column(values: tuple[Plain | Absent, ...]) -> Column:
    """Return values as they are written, with their types: `1` equals a `True`."""
    return tuple(
        _NONE if isinstance(value, Absent) else (type(written(value)), written(value))
        for value in values
    )


def _agree(column: Column, other: Column) -> bool:
    """Return whether a column is another one, where it has values at all."""
    return all(one in (_NONE, two) for one, two in zip(column, other, strict=True))


def _ordered(
    constant: Constant, direct: list[str], column: Column, expressions: list[Term]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what could stand for a slot, the most telling first, each with the names it needs."""
    given = [name for name in direct if name == constant.label]
    if INPUT in direct and constant.argument == TAKEN:
        given.append(INPUT)
    for name in (*given, *(name for name in direct if name != INPUT)):
        yield name, (name,)
    for term in expressions:
        if _agree(column, _column(term.values)):
            yield term.text, term.names
    if INPUT in direct:
        yield INPUT, (INPUT,)


def _default(name: str, terms: Terms) -> Omit:
    default = terms.defaults.get(name, REQUIRED)
    if terms.is_net:
        return default
    return default if default in terms.parameters[name] else REQUIRED
