"""What an ingredient of a recipe is: a line such as `optimizer sgd lr=0.1`, declared in one place.

An ingredient is a frozen dataclass with the signature of an operator. Its statement is the word
its line begins with; where a statement has several kinds, as `optimizer` has `sgd` and `adam`,
each is a class of its own, known by its name. What torch makes of it is a :class:`Call`, so
that nothing here loads torch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any, ClassVar, TypeVar, dataclass_transform

from archdsl.ops import Blame, Declared, Kind
from archdsl.ops.operator import argument


def number(doc: str, *, low: float | None = 0.0, **options: Any) -> Any:
    """Declare a number, at least 0 unless ``low`` says otherwise."""
    return argument(Kind.NUMBER, doc, low=low, **options)


def choice(doc: str, default: Enum) -> Any:
    """Declare an argument that is one of the words of an enum."""
    words = {one.value: one for one in type(default)}
    return argument(Kind.WORD, doc, default=default, positional=True, words=words)


@dataclass_transform(
    kw_only_default=True, frozen_default=True, field_specifiers=(argument, choice, number)
)
class Ingredient(Declared):
    """Base of all ingredients, each declared with :func:`ingredient`."""

    __slots__ = ()
    statement: ClassVar[str] = ""
    """The word a line begins with."""
    repeats: ClassVar[bool] = False
    """Whether a recipe may have several lines of this statement."""

    def check(self) -> None:
        """Raise :class:`Blame` where the arguments cannot be meant together."""

    def __str__(self) -> str:
        return self.statement if self.name == self.statement else f"{self.statement} {self.name}"


_REGISTERED: dict[str, dict[str, type[Ingredient]]] = {}

IngredientClass = TypeVar("IngredientClass", bound=type[Ingredient])


def ingredient(statement: str, kind: str = "") -> Callable[[IngredientClass], IngredientClass]:
    """Register a class for a statement, or for one ``kind`` of it; outermost, as for operators."""

    def register(cls: IngredientClass) -> IngredientClass:
        kinds = _REGISTERED.setdefault(statement, {})
        if kind in kinds:
            raise ValueError(f"two ingredients are called {statement} {kind}".rstrip())
        cls.statement = statement
        cls.name = kind or statement
        kinds[kind] = cls
        return cls

    return register


def registered() -> Mapping[str, Mapping[str, type[Ingredient]]]:
    """Return the kinds of every statement by name; the kind that needs no word is ``""``."""
    return MappingProxyType(_REGISTERED)


def need_positive(ingredient: Ingredient, *fields: str) -> None:
    """Raise :class:`Blame` where one of the numbers is zero."""
    for field in fields:
        if getattr(ingredient, field) == 0:
            raise out_of_range(field, f"`{field}` is 0, and is more than 0")


def need_below_one(ingredient: Ingredient, *fields: str) -> None:
    """Raise :class:`Blame` where one of the numbers, none of them larger, is 1."""
    for field in fields:
        if getattr(ingredient, field) == 1:
            raise out_of_range(field, f"`{field}` is 1, and is less than 1")


def out_of_range(field: str, headline: str) -> Blame:
    return Blame("argument-out-of-range", headline, argument=field)
