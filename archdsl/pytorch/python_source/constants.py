"""The constants of a class body, in which its instances may differ."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from archdsl.graph import NodeId
from archdsl.light import light
from archdsl.ops import Plain
from archdsl.pytorch.python_source.expressions import Slot
from archdsl.source import Span


class Required:
    """Stands for "there is no value at which this argument can be left out"."""

    def __repr__(self) -> str:
        return "REQUIRED"


COPIES = "copies"
"""What the number of a repeat's copies is called."""

REQUIRED = Required()
Omit = Plain | Required


class Absent:
    """Stands for the value that an instance without a slot has no use for."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = Absent()


@light
class Constant:
    """One constant of a class body."""

    value: Plain | Absent
    child: str
    label: str
    """What torch, or the class that takes it, calls it."""
    omit: Omit = REQUIRED
    """The value at which the argument is left out, being assumed anyway."""
    of_block: bool = False
    """Whether a block takes it, as its own parameter."""
    call: Span | None = None
    """The call in the spec that it comes from."""
    given: NodeId | None = None
    """The value that the layer or the block takes which it is for."""
    argument: str = ""
    """Which argument of a call in the spec it is."""
    is_passed_on: bool = False
    """Whether it is a parameter of what is around, under the same name."""
    besides: int = 0
    """Of a number of copies: how many more the repeat has."""

    @property
    def plain(self) -> Plain:
        """The value of a constant that is there."""
        assert not isinstance(self.value, Absent), self
        return self.value


@dataclass(slots=True)
class Constants:
    """The constants of one instance of a class, in order."""

    all: list[Constant] = field(default_factory=list[Constant])
    call: Span | None = None
    """The call in the spec that the next constants come from."""
    given: NodeId | None = None

    def slot(
        self,
        value: Plain,
        child: str,
        label: str,
        omit: Omit = REQUIRED,
        of_block: bool = False,
        argument: str = "",
        is_passed_on: bool = False,
    ) -> Slot:
        """Add a constant, and return its place; as an ``argument`` it is called as its label is."""
        given = self.call, self.given, argument or label
        return self._add(Constant(value, child, label, omit, of_block, *given, is_passed_on))

    def copies(self, count: int, child: str, besides: int | None, repeat: Span) -> Slot:
        """Add the number of a repeat's copies that are written once, ``besides`` some others.

        None says that it cannot be told from the repeat's count.
        """
        call = None if besides is None else repeat
        made = Constant(count, child, COPIES, call=call, argument=COPIES, besides=besides or 0)
        return self._add(made)

    def _add(self, constant: Constant) -> Slot:
        self.all.append(constant)
        return Slot(len(self.all) - 1)

    def forget(self, start: int) -> None:
        """Say of the constants from ``start`` on that this instance has them not."""
        self.all[start:] = [replace(one, value=ABSENT) for one in self.all[start:]]
