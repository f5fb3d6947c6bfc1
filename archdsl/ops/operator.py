"""What an operator is: its signature, its shape rule, its cost, its lowering and its picture.

Operators know nothing of source text, unknown shapes or torch modules. When an argument or an
input does not fit they raise :class:`Blame`; the elaborator supplies the place in the source.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any, ClassVar, TypeVar, dataclass_transform

from archdsl.ops.growth import SAME_GRID, Grown
from archdsl.ops.reads import POINT, Window
from archdsl.ops.shapes import LARGEST_EXTENT, LARGEST_TENSOR, Shape


class Blame(Exception):
    """An operator cannot take what it is given.

    ``argument`` names the argument at fault, or is None when the input itself does not fit;
    ``operand`` is the position of a join's branch at fault. ``readings`` are ways to write the
    argument that have one meaning, templates of it as :mod:`archdsl.ops.readings` has them.
    """

    def __init__(
        self,
        code: str,
        headline: str,
        *,
        argument: str | None = None,
        operand: int | None = None,
        remark: str = "",
        help: str | None = None,
        readings: tuple[str, ...] = (),
    ) -> None:
        super().__init__(headline)
        self.code = code
        self.headline = headline
        self.argument = argument
        self.operand = operand
        self.remark = remark
        self.help = help
        self.readings = readings


class Kind(Enum):
    """What an argument can be; positional arguments bind to the first free field of their kind."""

    COUNT = "a whole number of at least 1"
    INTEGER = "a whole number"
    NUMBER = "a number"
    SIZE = "a size such as 3x3"
    PADDING = "same, valid, a number, a size, or [top, bottom, left, right]"
    SWITCH = "yes or no"
    WORD = "a word"
    OPERATOR = "an operator"
    NUMBERS = "a list of numbers"
    NAME = "a name"


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of an operator's signature, kept in its dataclass field's metadata."""

    field: str
    name: str
    kind: Kind
    doc: str
    positional: bool
    required: bool
    default: object
    words: Mapping[str, object]
    low: float | None
    high: float | None
    base: type[Operator] | None


_MISSING = dataclasses.MISSING


def argument(
    kind: Kind,
    doc: str,
    *,
    default: Any = _MISSING,
    positional: bool = False,
    words: Mapping[str, object] | None = None,
    name: str | None = None,
    low: float | None = None,
    high: float | None = None,
    base: type[Operator] | None = None,
) -> Any:
    """Declare one argument of an operator.

    ``words`` maps bare words to the values they stand for, ``name`` is the spelling in specs
    where the field cannot have it, ``low`` and ``high`` bound a number, both included, and ``base``
    is the class that an operator given as a value must have.
    """
    meta = {
        "kind": kind,
        "doc": doc,
        "positional": positional,
        "words": words or {},
        "name": name,
        "low": low,
        "high": high,
        "base": base,
    }
    return dataclasses.field(default=default, metadata={"archdsl": meta})


@dataclass(frozen=True, slots=True)
class Cost:
    """Learned numbers and multiply-accumulates for one image.

    ``weights`` counts kernel and matrix entries only, as the papers' tables do; ``params`` adds
    biases, gammas and betas. Moving statistics are never counted.
    """

    weights: int = 0
    params: int = 0
    macs: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            self.weights + other.weights, self.params + other.params, self.macs + other.macs
        )


TAKEN = "in_channels"
"""What torch's names for the channels of the value that a layer takes mean."""

Plain = None | bool | int | float | str | tuple[int, ...] | tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """How torch computes an operator, as data that can be called or printed.

    A ``module`` call constructs an ``nn.Module`` (``torch.nn.Conv2d``, or a class of
    ``archdsl.pytorch.layers``); otherwise it is a function of the operands, which come first:
    one by one, or as a list when ``listed``. A module of one operand may have a function applied
    to it ``before``, as a padding or a flatten.
    """

    target: str
    positional: tuple[Plain, ...] = ()
    keywords: tuple[tuple[str, Plain], ...] = ()
    module: bool = True
    listed: bool = False
    before: Call | None = None
    leading: tuple[str, ...] = dataclasses.field(default=(), compare=False)
    """What torch calls the positional arguments."""
    assumed: tuple[tuple[str, Plain], ...] = dataclasses.field(default=(), compare=False)
    """What torch assumes for keywords that are not given, in the order of its signature."""
    means: tuple[tuple[str, str], ...] = dataclasses.field(default=(), compare=False)
    """Which argument of a spec's call each of torch's stands for that is called otherwise."""
    sign: str = dataclasses.field(default="", compare=False)
    """The sign that a function is written with between its operands, where there is one."""

    def called(self, *leading: str, **assumed: Plain) -> Call:
        """Say what torch calls the positional arguments, and what it assumes for others.

        Source that is written leaves out what is assumed anyway.
        """
        return dataclasses.replace(self, leading=leading, assumed=tuple(assumed.items()))

    def meaning(self, **means: str) -> Call:
        """Say which argument of a spec's call torch's names stand for.

        :data:`TAKEN` are the channels of the value that is taken, which a call does not say.
        """
        return dataclasses.replace(self, means=tuple(means.items()))

    def between(self, sign: str) -> Call:
        """Say that a function reads better as a sign between operands; it computes the same."""
        return dataclasses.replace(self, sign=sign)

    def after(self, before: Call) -> Call:
        """Return the call of a module that takes what a function makes of its operand."""
        return dataclasses.replace(self, before=before)


def module(target: str, *positional: Plain, **keywords: Plain) -> Call:
    return Call(target, positional, tuple(keywords.items()))


def function(target: str, *positional: Plain, listed: bool = False, **keywords: Plain) -> Call:
    return Call(target, positional, tuple(keywords.items()), module=False, listed=listed)


class Role(Enum):
    """What part an operator plays in a network; drawings colour by it."""

    WEIGHTED = "weighted"
    POOL = "pool"
    NORM = "norm"
    ACTIVATION = "activation"
    MERGE = "merge"
    SHAPE = "shape"
    REGULARISE = "regularise"
    ENDPOINT = "endpoint"


@dataclass(frozen=True, slots=True)
class Picture:
    """How an operator is shown: ``title`` alone names it, the rest is detail.

    ``patch`` is patch size/stride as in the papers' tables (``7×7/2``), ``width`` the number of
    filters, ``remark`` a word such as ``V`` for valid padding. ``printed`` is the title in the
    manner of papers' figures, ``MaxPool``; without one it is the title with a capital letter.
    """

    title: str
    role: Role
    patch: str = ""
    width: str = ""
    remark: str = ""
    printed: str = ""

    @property
    def in_papers(self) -> str:
        return self.printed or self.title[:1].upper() + self.title[1:]


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(argument,))
class Declared:
    """What has a name and a signature. Subclasses are frozen dataclasses of :func:`argument`."""

    __slots__ = ()
    name: ClassVar[str] = ""


class Operator(Declared):
    """Base of all operators, each declared with :func:`operator`."""

    __slots__ = ()
    joins: ClassVar[bool] = False
    """Whether the operator merges branches; then :meth:`infer` gets one shape per branch."""
    writes: ClassVar[bool] = True
    """Whether its result takes memory of its own, and is neither given nor another view of it."""
    only_trains: ClassVar[frozenset[str]] = frozenset()
    """The fields that no number depends on in evaluation."""

    @classmethod
    def leaves_out(cls, given: Mapping[str, object]) -> frozenset[str]:
        """Return the fields that mean nothing in a call that gives ``given``.

        A `default` of them is meant for calls of another form, and is no fault of this one.
        """
        return frozenset()

    def infer(self, *inputs: Shape) -> Shape:
        """Return the output shape; raise :class:`Blame` where the inputs do not fit."""
        return inputs[0]

    def settled(self) -> Operator:
        """Return the operator, once its inputs fit, with what may be left open written out."""
        return self

    def cost(self, inputs: tuple[Shape, ...], output: Shape) -> Cost:
        return Cost()

    def window(self, x: Shape) -> Window:
        """Return which cells of an input ``x`` an output cell reads."""
        return POINT

    @property
    def learned(self) -> tuple[str, ...]:
        """What the numbers that its layer learns are called there: its weight, and its bias."""
        return ()

    def growth(self) -> Grown:
        """Return how the grid that comes out follows from the grid that comes in."""
        return SAME_GRID

    def completes(self, before: Operator, x: Shape) -> bool:
        """Return whether papers count this and the operator it follows as one layer.

        ``before`` alone made what comes in, from an input ``x``, and nothing else reads it.
        """
        return False

    def lower(self, inputs: tuple[Shape, ...], output: Shape) -> Call:
        raise NotImplementedError(type(self).__name__)

    def with_width(self, width: int) -> Operator:
        """Return an operator with weights for ``width`` output channels instead of its own."""
        raise NotImplementedError(type(self).__name__)

    def picture(self) -> Picture:
        raise NotImplementedError(type(self).__name__)

    def unit(self) -> tuple[tuple[str, Operator], ...]:
        """Return the operators this call stands for, each with its name in the unit.

        A convolution with a norm and an activation is three; most operators are only themselves.
        """
        return ((self.name, self),)

    def then(self, *followers: tuple[str, Operator | None]) -> tuple[tuple[str, Operator], ...]:
        """Return this operator followed by those of ``followers`` that are there."""
        present = tuple((name, op) for name, op in followers if op is not None)
        return ((self.name, self), *present)


REGISTERED: dict[str, type[Operator]] = {}
"""Filled by :func:`operator` as the family modules load; read it through ``registry``."""

OperatorClass = TypeVar("OperatorClass", bound=type[Operator])


def operator(name: str) -> Callable[[OperatorClass], OperatorClass]:
    """Register an operator class under its name in specs; outermost, as slots make a new class."""

    def register(cls: OperatorClass) -> OperatorClass:
        if name in REGISTERED:
            raise ValueError(f"two operators are called {name}")
        cls.name = name
        REGISTERED[name] = cls
        return cls

    return register


@cache
def signature(cls: type[Declared]) -> tuple[Argument, ...]:
    """Return the arguments of an operator in the order they are declared."""
    arguments: list[Argument] = []
    for field in dataclasses.fields(cls):  # pyright: ignore[reportArgumentType]
        meta = field.metadata["archdsl"]
        required = field.default is _MISSING
        arguments.append(
            Argument(
                field=field.name,
                name=meta["name"] or field.name,
                kind=meta["kind"],
                doc=meta["doc"],
                positional=meta["positional"],
                required=required,
                default=None if required else field.default,
                words=meta["words"],
                low=meta["low"],
                high=meta["high"],
                base=meta["base"],
            )
        )
    return tuple(arguments)


def check_size(shape: Shape, weights: int) -> None:
    """Raise :class:`Blame` where a feature map or a weight tensor is larger than torch can take."""
    if max(shape.triple) > LARGEST_EXTENT or shape.elements > LARGEST_TENSOR:
        raise Blame("too-large", f"a feature map of {shape} is larger than any machine can hold")
    if weights > LARGEST_TENSOR:
        raise Blame("too-large", f"{weights:,} weights are more than any machine can hold")
