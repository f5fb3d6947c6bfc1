"""The options of ONNX files."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click

from archdsl.cli.options import Request
from archdsl.export.form import OPSETS, Dynamic, Form

Command = TypeVar("Command", bound=Callable[..., Any])


def takes_form(command: Command) -> Command:
    """Give a command a :class:`Form` as its argument ``form``."""

    @click.option(
        "--opset",
        metavar="N",
        type=click.IntRange(OPSETS[0], OPSETS[-1]),
        help=f"The version of ONNX's operators, {OPSETS[0]} to {OPSETS[-1]}.  [default: torch's]",
    )
    @click.option(
        "--dynamic",
        type=click.Choice(["batch", "size"]),
        default="batch",
        show_default=True,
        help="What is free in .onnx and .pt2: the batch, or heights and widths too.",
    )
    @click.option(
        "--inline",
        is_flag=True,
        help="No functions for blocks in .onnx, for runtimes that know none.",
    )
    @click.option(
        "--external-data",
        is_flag=True,
        help="The weights of .onnx in FILE.data beside it, as they are above 2 GB.",
    )
    @wraps(command)
    def with_form(
        request: Request,
        opset: int | None,
        dynamic: Dynamic,
        inline: bool,
        external_data: bool,
        **rest: Any,
    ) -> Any:
        form = Form(opset, dynamic, inline=inline, external=external_data)
        return command(request, form=form, **rest)

    return with_form  # pyright: ignore[reportReturnType]


def fit(form: Form, suffix: str | None) -> None:
    """Refuse options that mean nothing for a file of this suffix."""
    only_onnx = {"--opset": form.opset, "--inline": form.inline, "--external-data": form.external}
    meant = [name for name, value in only_onnx.items() if value]
    if meant and suffix != "onnx":
        raise click.UsageError(f"`{meant[0]}` is about ONNX: write one with `-o FILE.onnx`")
    if form.dynamic != "batch" and suffix not in ("onnx", "pt2"):
        raise click.UsageError(
            "`--dynamic size` is about `.onnx` and `.pt2`; a module takes every size that is right"
        )
