"""`archdsl explain`: what a diagnostic's code means."""

from __future__ import annotations

from textwrap import indent

import click

from archdsl.cli.console import emit
from archdsl.diagnostics import CODES, did_you_mean


def _known(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    if value is None or value in CODES:
        return value
    raise click.BadParameter(f"there is no code `{value}`{did_you_mean(value, CODES)}", ctx, param)


@click.command(
    short_help="Explain the code of a diagnostic.",
    epilog="""\b
Examples:
  archdsl explain unequal-branches
  archdsl explain
""",
)
@click.argument("code", required=False, callback=_known)
def explain(code: str | None) -> None:
    """Explain CODE, the name in brackets after `error` or `warning`; without it, list them all."""
    if code is None:
        emit("".join(f"{known}\n" for known in sorted(CODES)))
        return
    page = CODES[code]
    example = indent(page.example.rstrip("\n"), "    ")
    emit(f"{code}\n\n{page.meaning}\n\n{example}\n\n{page.cure}\n")
