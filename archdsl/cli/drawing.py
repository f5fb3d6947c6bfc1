"""The options of commands that draw: the same words as `Network.draw` takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from archdsl.cli.console import say

STYLES = ("blocks", "paper", "full", "table")
DIRECTIONS = ("TB", "BT", "LR")
THEMES = ("light", "dark", "print", "colorblind")
LABELS = ("shapes", "params", "macs", "names")
HEATS = ("params", "macs", "memory")
MANY_BOXES = 1000
"""A drawing of more gets a hint: it takes seconds, and few can read it."""

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Wanted:
    """How to draw: words for :func:`archdsl.drawing.read_options`, and those given."""

    words: dict[str, Any]
    engine: str
    given: frozenset[str]
    """The options that the command line has, without their dashes."""


def _labels(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    words = [word.strip() for word in value.split(",")]
    for word in words:
        if word not in (*LABELS, "none"):
            raise click.BadParameter(f"`{word}` is none of {', '.join(LABELS)}", ctx, param)
    if "none" in words and len(words) > 1:
        raise click.BadParameter("`none` does not go with others", ctx, param)
    return value


def _paths(
    ctx: click.Context, param: click.Parameter, value: str | tuple[str, ...] | None
) -> str | tuple[str, ...] | None:
    """Refuse an empty name, which scripts give where a variable of theirs is not set."""
    if value == "" or (isinstance(value, tuple) and "" in value):
        raise click.BadParameter("the name is empty", ctx, param)
    return value


def takes_drawing(command: Command) -> Command:
    """Give a command the options of a drawing as its argument ``wanted``, a :class:`Wanted`."""

    @click.option(
        "--style",
        type=click.Choice(STYLES),
        default="blocks",
        show_default=True,
        help="blocks: repeats folded, and a panel for each distinct block. paper: the same in the "
        "manner of the Inception papers. full: every operator. table: the papers' table 1.",
    )
    @click.option(
        "--expand",
        metavar="BLOCK",
        multiple=True,
        callback=_paths,
        help="Unfold a block in its place, by its name or path; `all` for every block. Repeatable.",
    )
    @click.option(
        "--depth",
        metavar="N",
        type=click.IntRange(min=0),
        help="Unfold N levels of blocks in their places, and every copy of a repeat by itself.",
    )
    @click.option(
        "--only",
        metavar="PATH",
        callback=_paths,
        help="Draw this step of the net alone, such as `A.2`.",
    )
    @click.option(
        "--direction",
        type=click.Choice(DIRECTIONS, case_sensitive=False),
        default="TB",
        show_default=True,
        help="Where values flow: down, up or to the right.",
    )
    @click.option("--theme", type=click.Choice(THEMES), default="light", show_default=True)
    @click.option(
        "--labels",
        metavar="WORDS",
        callback=_labels,
        help=f"What is written besides: {', '.join(LABELS)}, with commas between them, or none.  "
        "[default: shapes]",
    )
    @click.option(
        "--heat",
        type=click.Choice(HEATS),
        help="Colour boxes by their cost; memory: bytes of feature maps.",
    )
    @click.option("--title", metavar="TEXT", help="The heading; '' for none.  [default: the net]")
    @click.option(
        "--legend/--no-legend", default=None, help="Say what colours mean.  [default: for --heat]"
    )
    @click.option(
        "--engine",
        type=click.Choice(["pure", "dot"]),
        default="pure",
        show_default=True,
        help="What gives places: the engine installed with archdsl, or the system's `dot`.",
    )
    @wraps(command)
    def with_drawing(*args: Any, engine: str, **rest: Any) -> Any:
        names = (
            *("style", "expand", "depth", "only", "direction"),
            *("theme", "labels", "heat", "title", "legend"),
        )
        words = {name: rest.pop(name) for name in names}
        source = click.get_current_context().get_parameter_source
        given = frozenset(
            name for name in (*names, "engine") if source(name) is not ParameterSource.DEFAULT
        )
        return command(*args, wanted=Wanted(words, engine, given), **rest)

    return with_drawing  # pyright: ignore[reportReturnType]


def hint_to_fold(name: str, boxes: int, style: str) -> None:
    """Say on standard error that a drawing is large, and what makes it smaller."""
    if boxes <= MANY_BOXES:
        return
    if style == "full":
        hint = "`--style blocks` folds blocks and repeats"
    else:
        hint = "fold more of it, or draw a part with `--only`"
    say(f"the drawing of {name} has {boxes:,} boxes: {hint}")
