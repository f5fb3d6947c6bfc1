"""`archdsl diff`: what differs between two networks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from archdsl.cli.console import Failure, emit
from archdsl.cli.drawing import DIRECTIONS, THEMES
from archdsl.cli.options import Request, takes_specs
from archdsl.cli.output import suffix_of, write_whole
from archdsl.cli.specs import Spec, read_spec, report
from archdsl.compare import FORMATS, Comparison, compare, print_comparison
from archdsl.network import Network

PICTURES = ("svg", "pdf", "png")
STYLES = ("blocks", "paper", "full")
DIFFERENT = 1
"""What `--exit-code` makes of a difference, as git does."""


@click.command(
    short_help="Show what differs between two networks.",
    epilog="""\b
Examples:
  archdsl diff specs/googlenet.arch specs/released/googlenet_torchvision.arch
  archdsl diff two_nets.arch
  archdsl diff old.arch new.arch --exit-code --format json
  archdsl diff old.arch new.arch --draw diff.svg
""",
)
@takes_specs
@click.option(
    "--format",
    type=click.Choice(list(FORMATS)),
    default="text",
    show_default=True,
    help="The form of the result; json names every place.",
)
@click.option("--exit-code", is_flag=True, help="End with 1 if networks or recipes differ.")
@click.option(
    "--draw",
    metavar="FILE",
    type=click.Path(),
    help="Also draw both networks side by side, with what is added, removed and changed: "
    "to a .svg, .pdf or .png.",
)
@click.option("--style", type=click.Choice(STYLES), help="How to draw.  [default: blocks]")
@click.option(
    "--direction",
    type=click.Choice(DIRECTIONS, case_sensitive=False),
    help="Where values flow in the drawing.  [default: TB]",
)
@click.option("--theme", type=click.Choice(THEMES), help="Its colours.  [default: light]")
def diff(
    request: Request, format: str, exit_code: bool, draw: str | None, **words: str | None
) -> None:
    """Show what differs between two networks, as architectures.

    SPEC... are two files with a net each, or one file with two nets. Every difference is told
    once for all the places it is at, the whole network first, its details last; "A only" is what
    the second network lacks, and "this instead of that" is what the second has for what the first
    has. What differs in their recipes comes after. Names, comments, layout and the division into
    blocks make no difference.
    """
    given = {name: word for name, word in words.items() if word is not None}
    if draw is None and given:
        raise click.UsageError(f"`--{next(iter(given))}` is about the drawing: name it with --draw")
    suffix = None if draw is None else suffix_of(draw, PICTURES)
    specs = [read_spec(file, request) for file in request.files]
    for spec in specs:
        report(spec)
    code = max(spec.exit_code for spec in specs)
    if code:
        raise click.exceptions.Exit(code)
    (name_a, a), (name_b, b) = _two(specs)
    comparison = compare(a.ir, b.ir, (a.recipe, b.recipe))
    if draw is not None and suffix is not None:
        write_whole(Path(draw), _drawn(comparison, suffix, given))
    emit(print_comparison(comparison, (name_a, name_b), format))
    differs = not comparison.same or comparison.recipe
    raise click.exceptions.Exit(DIFFERENT if exit_code and differs else 0)


def _drawn(comparison: Comparison, format: str, words: Mapping[str, Any]) -> str | bytes:
    """Return the picture of both networks."""
    from archdsl.drawing import DrawingError, arrange_difference, read_options, write

    try:
        options = read_options(**words)
        return write(arrange_difference(comparison, options), format, options.theme)
    except DrawingError as error:
        raise Failure(f"cannot draw the difference: {error}") from error


def _two(specs: Sequence[Spec]) -> list[tuple[str, Network]]:
    """Return the two networks, each with the name of its spec, or say why these are not two."""
    networks = [(spec.name, network) for spec in specs for network in spec.networks]
    if len(specs) > 2:
        raise click.UsageError(f"`diff` compares two networks, and these are {len(specs)} specs")
    crowded = [spec for spec in specs if len(spec.networks) > 1]
    if len(specs) == 2 and crowded:
        names = ", ".join(f"`{network.name}`" for network in crowded[0].networks)
        raise click.UsageError(f"`{crowded[0].name}` has several nets: choose with --net: {names}")
    if len(networks) != 2:
        many = "one network" if len(networks) == 1 else f"{len(networks)} networks"
        raise click.UsageError(f"`diff` compares two networks, and `{specs[0].name}` has {many}")
    return networks
