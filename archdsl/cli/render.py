"""`archdsl render`: a drawing of a network."""

from __future__ import annotations

import sys

import click

from archdsl.cli.console import Failure
from archdsl.cli.options import Request, takes_specs
from archdsl.cli.output import deliver, suffix_of
from archdsl.cli.specs import sound_networks
from archdsl.network import Network

FORMATS = ("svg", "png", "dot", "mmd")


@click.command(
    short_help="Draw networks as svg, png, dot or mmd.",
    epilog="""\b
Examples:
  archdsl render specs/inception_v4.arch -o inception_v4.svg
  archdsl render specs/*.arch -o 'out/{net}.png'
  archdsl render specs/googlenet.arch -o googlenet.svg --depth 1 --engine dot
  archdsl render specs/googlenet.arch --format mmd >> notes.md
""",
)
@takes_specs
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(allow_dash=True),
    help="Where to; the suffix says the format: .svg, .png, .dot (Graphviz) or .mmd (Mermaid). "
    "{net} stands for the net's name. Without it, or with `-`: standard output.",
)
@click.option(
    "--format",
    type=click.Choice(FORMATS),
    help="The format, where no suffix says it.  [default: dot]",
)
@click.option(
    "--engine",
    type=click.Choice(["pure", "dot"]),
    default="pure",
    show_default=True,
    help="What lays svg and png out: the engine installed with archdsl, or the system's `dot`.",
)
@click.option(
    "--depth",
    metavar="N",
    type=click.IntRange(min=0),
    help="Open blocks in their places, this many levels deep. Without it repeats are folded, "
    "and each distinct block is drawn once.",
)
def render(
    request: Request, output: str | None, format: str | None, engine: str, depth: int | None
) -> None:
    """Draw networks: blocks as boxes, repeats once as `4 × A`, shapes along the edges."""
    format = _format(output, format)
    networks = sound_networks(request)
    from archdsl.targets.drawing import DrawingError, draw

    def drawn(network: Network) -> str | bytes:
        try:
            return draw(network.ir, format, engine=engine, depth=depth)
        except DrawingError as error:
            raise Failure(f"cannot draw {network.name}: {error}") from error

    deliver(networks, output, drawn)


def _format(output: str | None, format: str | None) -> str:
    if output is None or output == "-":
        if format == "png" and sys.stdout.isatty():
            raise click.UsageError("a png does not belong on a terminal; name a file with `-o`")
        return format or "dot"
    if format is not None:
        return format
    return suffix_of(output, FORMATS)
