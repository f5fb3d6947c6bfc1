"""What the commands have in common: which specs, which nets, which parameters."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

import click

from archdsl.graph import Option

MOST_NODES = 1_000_000
STDIN = "-"

_NAME = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")
_LONGEST = 100
"""Characters of a wrong setting that are shown."""

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Request:
    """Which networks a command is about."""

    files: tuple[str, ...]
    net: str | None
    settings: dict[str, Option]
    max_nodes: int


def _settings(
    ctx: click.Context, param: click.Parameter, value: tuple[str, ...]
) -> dict[str, Option]:
    settings: dict[str, Option] = {}
    for given in value:
        name, equals, text = given.partition("=")
        if not equals or not _NAME.fullmatch(name) or not text:
            shown = given if len(given) <= _LONGEST else given[:_LONGEST] + "…"
            raise click.BadParameter(f"`{shown}` is not like `classes=10`", ctx, param)
        if name in settings:
            raise click.BadParameter(f"`{name}` is set twice", ctx, param)
        settings[name] = Option(text)
    return settings


def one_stdin(
    ctx: click.Context, param: click.Parameter, value: tuple[str, ...]
) -> tuple[str, ...]:
    """Refuse what is to be read twice and can be read only once."""
    if value.count(STDIN) > 1:
        raise click.BadParameter("standard input (`-`) can be read only once", ctx, param)
    return value


set_option = click.option(
    "--set",
    "settings",
    metavar="NAME=VALUE",
    multiple=True,
    callback=_settings,
    help="Set a parameter of the net, as a spec would: `classes=10`, `kernel=3x3/2`. Repeatable.",
)


def takes_specs(command: Command) -> Command:
    """Give a command the specs it works on as its first argument, a :class:`Request`."""

    @click.argument(
        "files",
        metavar="SPEC...",
        nargs=-1,
        required=True,
        type=click.Path(allow_dash=True),
        callback=one_stdin,
    )
    @set_option
    @click.option("--net", metavar="NAME", help="Take the net of this name in each file.")
    @click.option(
        "--max-nodes",
        metavar="N",
        type=click.IntRange(min=1),
        default=MOST_NODES,
        show_default=True,
        help="Refuse networks that expand to more nodes.",
    )
    @wraps(command)
    def with_request(
        files: tuple[str, ...],
        settings: dict[str, Option],
        net: str | None,
        max_nodes: int,
        **rest: Any,
    ) -> Any:
        return command(Request(files, net, settings, max_nodes), **rest)

    return with_request  # pyright: ignore[reportReturnType]
