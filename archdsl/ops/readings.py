"""Ways to write a call so that every value in it has one meaning.

A reading is a template of the call's arguments: `{0}` is the first as the user wrote it, and
`{1.window} {0} stride={2}` makes the second a window and names the third; `{0:/2}` gives a window
a stride.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from archdsl.ops.brought import ORDERS
from archdsl.ops.fitting import Misfit, fit
from archdsl.ops.operator import Argument, Declared, Kind, signature
from archdsl.ops.values import Patch, Reference, Unknown, Value, Word

Given = tuple[tuple[str | None, Value | Unknown], ...]
"""The arguments of a call: the name that each has, if any, and its value."""

LARGEST_WINDOW = 15
"""A larger number is hardly a window: AlexNet's is 11. It is read so where nothing else fits, and
so is a stride that is larger than the window."""


@dataclass(frozen=True, slots=True)
class Written:
    """One argument as the user wrote it, and what templates can ask of it."""

    text: str

    def __str__(self) -> str:
        return self.text

    @property
    def value(self) -> str:
        """What stands behind the name: `relu` of `activation=relu`."""
        return self.text.partition("=")[2].strip()

    @property
    def window(self) -> str:
        """A square window of a number: `3x3` of `3`, `k x k` of `k`."""
        return _size(self.text, self.text)

    def __format__(self, stride: str) -> str:
        """Write the argument as it is, or a window with a ``stride``: `{0:/2}` is `3x3/2`."""
        if not stride:
            return self.text
        if re.search(r"(^|=\s*)\d+x\d+$", self.text):
            return self.text + stride
        return f"{self.text} stride={stride.removeprefix('/')}"

    @property
    def items(self) -> str:
        """What a list holds: `1, 2` of `[1, 2]`."""
        return self.text.strip("[]").strip()

    @property
    def size(self) -> str:
        """A list of two as a size: `1x2` of `[1, 2]`."""
        return _size(*(item.strip() for item in self.items.split(",")))


def _size(*sides: str) -> str:
    numbers = [_whole(side) for side in sides]
    known = [number for number in numbers if number is not None]
    return "x".join(known) if len(known) == len(sides) else " x ".join(sides)


def _whole(text: str) -> str | None:
    """Return a whole number as sizes have it: `2` of `2.0`; None of a name or an expression."""
    try:
        number = float(text)
    except ValueError:
        return None
    return f"{number:.0f}" if number.is_integer() else None


def written_out(name: str, arguments: list[str], reading: str) -> str:
    """Return a call as a reading has it, from the arguments as they were written."""
    parts = reading.format(*map(Written, arguments)).split()
    return " ".join((name, *parts))


def advised(
    written: tuple[str, ...], position: int | None, readings: tuple[str, ...]
) -> str | None:
    """Return the help for an argument that has several ``readings``, in the call as it is written.

    Without a position the argument comes from a default or a parameter, and what is added to the
    call decides.
    """
    name, *arguments = written
    at = len(arguments) if position is None else position
    own = [one.replace("{own", f"{{{at}") for one in readings]
    lines = [
        written_out(name, [*arguments, ""], line(len(arguments) + 1, {at: one})) for one in own
    ]
    return write(lines) if lines else None


def write(lines: list[str]) -> str:
    return "write " + ", or ".join(f"`{line}`" for line in lines)


def line(count: int, changes: Mapping[int, str]) -> str:
    """Return the reading that changes some of ``count`` arguments and keeps the others."""
    return " ".join(changes.get(at, f"{{{at}}}") for at in range(count))


def orders(cls: type[Declared], given: Given, changes: Mapping[int, str]) -> tuple[str, ...]:
    """Return how the values without a name read in each order that people know for them.

    ``changes`` are how other arguments are to be written.
    """
    found: dict[str, int] = {}
    for order in ORDERS.get(cls.name, ()):
        read = _read(cls, order, given)
        if read is None:
            continue
        parts, window, side = read
        # A window that was a number goes first, as windows do.
        front = "" if window is None else f"{{{window}.window}} "
        found.setdefault(front + line(len(given), {**changes, **parts}), side)
    likely = [reading for reading, side in found.items() if side <= LARGEST_WINDOW]
    return tuple(likely or found)


def _read(
    cls: type[Declared], order: tuple[str, ...], given: Given
) -> tuple[dict[int, str], int | None, int] | None:
    """Read the values without a name in one order, or return None where they do not fit it.

    Returns how they are written, which of them is a window that was written as a number, and
    how large this is.
    """
    by_name = {argument.name: argument for argument in signature(cls)}
    used = {name for name, _ in given if name is not None}
    bare = [
        (at, value)
        for at, (name, value) in enumerate(given)
        if name is None and not isinstance(value, Word | Reference | Unknown)
    ]
    if len(bare) > len(order):
        return None
    parts: dict[int, str] = {}
    window, side = None, 0
    for place, (at, value) in zip(order, bare, strict=False):
        only, _, which = place.rpartition(":")
        names = which.split("+")
        if not _is_a(only or ("number" if which == "" else ""), value):
            return None
        if which == "":
            parts[at] = ""
            continue
        if not used.isdisjoint(names) or not all(_fits(cls, by_name[one], value) for one in names):
            return None
        used.update(names)
        parts[at] = " ".join(f"{one}={{{at}}}" for one in names if one != "kernel")
        if isinstance(value, Patch) and value.stride is not None:
            used.add("stride")
        if "kernel" in names and isinstance(value, int | float):
            window, side = at, int(value)
        elif which == "stride" and window is not None and isinstance(value, int | float):
            side = side if value <= max(side, 2) else LARGEST_WINDOW + 1  # it would skip cells
            parts[at] = f"stride={{{at}}}"
        elif "kernel" in names:
            parts[at] = f"{{{at}}}" if isinstance(value, Patch) else f"kernel={{{at}}}"
        elif by_name[which].positional and by_name[which].kind is not Kind.PADDING and not only:
            parts[at] = f"{{{at}}}"
    if any(a.required and a.name not in used for a in by_name.values()):
        return None
    if window is not None:
        left = [part for part in parts[window].split() if "kernel" not in part]
        if side % 2 == 0 and "stride" not in used and "stride" in by_name:
            # A convolution moves by one cell unless told; of a pool, that is not clear.
            left += [] if by_name["stride"].default is not None else ["stride=1"]
        parts[window] = " ".join(left)
    return parts, window, side


def _is_a(what: str, value: Value) -> bool:
    """Whether a value is of the kind that a place in an order asks for."""
    match what:
        case "size":
            return isinstance(value, Patch)
        case "number":
            return isinstance(value, int | float) and float(value).is_integer()
        case "share":
            return isinstance(value, float) and not value.is_integer()
        case _:
            return True


def _fits(cls: type[Declared], argument: Argument, value: Value) -> bool:
    try:
        fit(cls, argument, value)
    except Misfit:
        return False
    return True


def is_size_elsewhere(cls: type[Declared], value: Value) -> bool:
    """Whether a number is what other libraries take first: the size of what comes in.

    Nothing that is worth a layer has two channels, and no factor begins at more than 2.
    """
    first = {order[0] for order in ORDERS.get(cls.name, ())}
    return "" in first and isinstance(value, int | float) and value > 2
