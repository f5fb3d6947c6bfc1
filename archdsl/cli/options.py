"""What the commands have in common: which specs, which nets, which parameters."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

import click

from archdsl.network import Parameter

MOST_NODES = 1_000_000
STDIN = "-"

_WHOLE = re.compile(r"[+-]?[0-9][0-9_]*")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_NAME = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")
_SWITCHES = {"yes": True, "true": True, "no": False, "false": False}
_LONGEST_VALUE = 100

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Request:
    """Which networks a command is about."""

    files: tuple[str, ...]
    net: str | None
    settings: dict[str, Parameter]
    max_nodes: int


def parameter(text: str) -> Parameter:
    """Return the value a setting stands for: a number, yes or no, else a word."""
    if text.lower() in _SWITCHES:
        return _SWITCHES[text.lower()]
    if _WHOLE.fullmatch(text):
        return int(text.replace("_", ""))
    if _NUMBER.fullmatch(text):
        return float(text)
    return text


def _settings(
    ctx: click.Context, param: click.Parameter, value: tuple[str, ...]
) -> dict[str, Parameter]:
    settings: dict[str, Parameter] = {}
    for given in value:
        name, equals, text = given.partition("=")
        if not equals or not _NAME.fullmatch(name) or not text or len(text) > _LONGEST_VALUE:
            shown = given if len(given) <= _LONGEST_VALUE else given[:_LONGEST_VALUE] + "…"
            raise click.BadParameter(f"`{shown}` is not like `classes=10`", ctx, param)
        if name in settings:
            raise click.BadParameter(f"`{name}` is set twice", ctx, param)
        settings[name] = parameter(text)
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
    help="Set a parameter of the net: a number, yes, no or a word. Repeatable.",
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
        settings: dict[str, Parameter],
        net: str | None,
        max_nodes: int,
        **rest: Any,
    ) -> Any:
        return command(Request(files, net, settings, max_nodes), **rest)

    return with_request  # pyright: ignore[reportReturnType]
