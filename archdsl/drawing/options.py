"""What a reader wants of a drawing: style, what is unfolded, direction, theme, labels, heat."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from archdsl.diagnostics import did_you_mean

NO_LABELS = "none"


class DrawingError(Exception):
    """A drawing could not be made; the message says why and what to do."""


class Style(Enum):
    """How much is drawn, and in whose manner."""

    BLOCKS = "blocks"
    """An overview with blocks and repeats folded, and a panel for each distinct block."""
    PAPER = "paper"
    """The same in the manner of the Inception papers: `3×3 Conv (256 stride 2 V)`."""
    FULL = "full"
    """Every operator in its place, blocks as frames around them."""
    TABLE = "table"
    """Rows as in the papers' table 1."""


class Direction(Enum):
    """Where values flow to."""

    TB = "TB"
    BT = "BT"
    LR = "LR"


class Label(Enum):
    """What is written besides what operators are."""

    SHAPES = "shapes"
    PARAMS = "params"
    MACS = "macs"
    NAMES = "names"


class Heat(Enum):
    """What boxes are coloured by."""

    PARAMS = "params"
    MACS = "macs"
    MEMORY = "memory"
    """Bytes of the feature maps that are written, in float32, for one image."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Everything that one graph can be drawn by. What is None is the style's own choice."""

    style: Style = Style.BLOCKS
    expand: tuple[str, ...] = ()
    """Titles or paths of blocks that are unfolded in their places; `all` for every block."""
    depth: int | None = None
    """Levels that are unfolded in their places, every copy of a repeat by itself."""
    only: str | None = None
    """Path of the one step that is drawn, with or without the net's name in front."""
    direction: Direction = Direction.TB
    theme: str = "light"
    labels: frozenset[Label] | None = None
    heat: Heat | None = None
    title: str | None = None
    """The heading; the net's name if None, none if empty."""
    legend: bool | None = None


Choice = TypeVar("Choice", bound=Enum)


def read_options(
    *,
    style: str = "blocks",
    expand: str | Iterable[str] = (),
    depth: int | None = None,
    only: str | None = None,
    direction: str = "TB",
    theme: str = "light",
    labels: str | Iterable[str] | None = None,
    heat: str | None = None,
    title: str | None = None,
    legend: bool | None = None,
) -> Options:
    """Return options of plain words: ``style="paper"``, ``labels="shapes,macs"``.

    A text of several words is divided at commas; ``labels="none"`` leaves all labels out. Raises
    :class:`DrawingError` for a word that is not known, and names near ones.
    """
    return Options(
        style=_choice(Style, "style", style),
        expand=_words(expand),
        depth=depth,
        only=only,
        direction=_choice(Direction, "direction", direction),
        theme=theme,
        labels=None if labels is None else _labels(_words(labels)),
        heat=None if heat is None else _choice(Heat, "heat", heat),
        title=title,
        legend=legend,
    )


def check_options(options: Options) -> None:
    """Raise :class:`DrawingError` for options that contradict one another."""
    if options.depth is not None and options.depth < 0:
        raise DrawingError(f"the depth is a number of levels, 0 or more, and not {options.depth}")
    if options.style is Style.FULL and options.expand and options.depth is None:
        raise DrawingError(
            "the style `full` unfolds every block: leave out `expand`, or give a `depth`"
        )
    if options.style is not Style.TABLE:
        return
    given = {
        "expand": bool(options.expand),
        "only": options.only is not None,
        "direction": options.direction is not Direction.TB,
        "labels": options.labels is not None,
        "heat": options.heat is not None,
        "legend": bool(options.legend),
    }
    for name, is_given in given.items():
        if is_given:
            raise DrawingError(
                f"the style `table` has rows and no boxes, and takes no `{name}`: leave it out, "
                "or choose another style"
            )


def _choice(kind: type[Choice], what: str, word: str) -> Choice:
    known = {str(one.value): one for one in kind}
    if word in known:
        return known[word]
    hint = did_you_mean(word, known) or f"; there are {_listed(known)}"
    raise DrawingError(f"there is no {what} `{word}`{hint}")


def _labels(words: Iterable[str]) -> frozenset[Label]:
    asked = tuple(words)
    if NO_LABELS in asked and len(set(asked)) > 1:
        raise DrawingError(f"the labels are `{NO_LABELS}` or others, and not both")
    return frozenset(_choice(Label, "label", word) for word in asked if word != NO_LABELS)


def _words(given: str | Iterable[str]) -> tuple[str, ...]:
    """Return words from a text that has commas between them, or from a list."""
    texts = (given,) if isinstance(given, str) else tuple(given)
    words = (word.strip() for text in texts for word in text.split(","))
    return tuple(word for word in words if word)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
