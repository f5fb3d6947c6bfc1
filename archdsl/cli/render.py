"""`archdsl render`: a drawing of a network."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import click

from archdsl.cli.console import Failure
from archdsl.cli.drawing import Wanted, hint_to_fold, takes_drawing
from archdsl.cli.options import Request, takes_specs
from archdsl.cli.output import BLOCK, NET, STDOUT, deliver, deliver_parts, suffix_of
from archdsl.cli.specs import sound_networks
from archdsl.network import Network

PAGE = "html"
"""Not a drawing but a page to explore the network in."""
FORMATS = ("svg", "png", "pdf", "dot", "mmd", "json", PAGE)
ALIASES = {"mermaid": "mmd"}
BINARY = ("png", "pdf")
HIGHEST_DPI = 1200
LISTED = "dot"
"""The one format in which drawings may follow one another in a file."""


@click.command(
    short_help="Draw networks as svg, png, pdf, dot, mmd, json or a html page.",
    epilog="""\b
Examples:
  archdsl render specs/inception_v4.arch -o inception_v4.svg
  archdsl render specs/inception_v4.arch -o inception_v4.pdf --style paper --theme print
  archdsl render specs/inception_v4.arch -o fig.pdf --style paper --split
  archdsl render specs/googlenet.arch -o 3a.png --only inception_3a --labels shapes,macs
  archdsl render specs/resnet50.arch -o heat.svg --expand bottleneck --heat params
  archdsl render specs/*.arch -o 'out/{net}.png' --dpi 300
  archdsl render specs/googlenet.arch --format mmd >> notes.md
  archdsl render specs/inception_v4.arch -o inception_v4.html
""",
)
@takes_specs
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(allow_dash=True),
    help="Where to; the suffix says the format: .svg, .png, .pdf, .dot (Graphviz), .mmd or "
    ".mermaid, .json, .html (a page to explore the network in). {net} stands for the net's name, "
    "{block} for the part's with --split. Without it, or with `-`: standard output.",
)
@click.option(
    "--format",
    type=click.Choice([*FORMATS, *ALIASES]),
    help="The format, where no suffix says it.  [default: dot]",
)
@takes_drawing
@click.option(
    "--dpi",
    metavar="N",
    type=click.IntRange(36, HIGHEST_DPI),
    help="Pixels of a png per inch.  [default: 144]",
)
@click.option(
    "--split",
    "is_split",
    is_flag=True,
    help="One file for the overview and one for each block: fig.svg, fig-A.svg, fig-stem.svg.",
)
def render(
    request: Request,
    output: str | None,
    format: str | None,
    wanted: Wanted,
    dpi: int | None,
    is_split: bool,
) -> None:
    """Draw networks: blocks as boxes, repeats once as `4 × A`, shapes along the edges."""
    format = _format(output, format)
    is_split = is_split or (output is not None and BLOCK in output)
    _check(output, format, wanted, dpi, is_split)
    networks = sound_networks(request)
    if len(networks) > 1 and output in (None, STDOUT) and format != LISTED:
        raise click.UsageError(
            f"{len(networks)} networks cannot follow one another in one {format}: write each to "
            f"a file, as with `-o '{NET}.{format}'`"
        )
    if format == PAGE:
        deliver(networks, output, _page)
    elif is_split:
        assert output is not None  # _check has refused it
        deliver_parts(networks, output, lambda one: _parts(one, format, wanted, dpi))
    else:
        deliver(networks, output, lambda one: _whole(one, format, wanted, dpi))


def _format(output: str | None, format: str | None) -> str:
    if output is None or output == STDOUT:
        if format in BINARY and sys.stdout.isatty():
            raise click.UsageError(
                f"a {format} does not belong on a terminal; name a file with `-o`"
            )
        format = format or "dot"
        return ALIASES.get(format, format)
    known = (*FORMATS, *ALIASES)
    suffix = Path(output).suffix.lower().removeprefix(".")
    if format is None or not output:
        format = suffix_of(output, known)
    elif suffix in known and ALIASES.get(suffix, suffix) != ALIASES.get(format, format):
        raise click.UsageError(f"`{output}` is named as {suffix}, and `--format` says {format}")
    return ALIASES.get(format, format)


def _check(output: str | None, format: str, wanted: Wanted, dpi: int | None, split: bool) -> None:
    """Refuse options that do not go together, before any spec is read."""
    if dpi is not None and format != "png":
        raise click.UsageError(f"`--dpi` is the resolution of a png; {format} has none")
    given = sorted(wanted.given)
    if format == PAGE and (given or split):
        by_name = output is not None and BLOCK in output
        option = f"--{given[0]}" if given else BLOCK if by_name else "--split"
        raise click.UsageError(
            f"`{option}` is for figures: a page has all of the network, to fold and to search"
        )
    if split and (output is None or output == STDOUT):
        raise click.UsageError("`--split` writes several files: name them with `-o fig.svg`")
    if split and wanted.words["style"] == "table":
        raise click.UsageError("a table is one file: leave out `--split`, or choose another style")


def _page(network: Network) -> str:
    """Return the page of a network."""
    from archdsl.drawing import DrawingError

    try:
        page = network.draw(PAGE)
    except DrawingError as error:
        raise Failure(f"cannot draw {network.name}: {error}") from error
    assert isinstance(page, str)
    return page


def _whole(network: Network, format: str, wanted: Wanted, dpi: int | None) -> str | bytes:
    """Return the one drawing of a network."""
    from archdsl.drawing import DPI, DrawingError, arrange, draw, read_options, write

    try:
        options = read_options(**wanted.words)
        if wanted.words["style"] == "table":
            return draw(network.ir, format, options, dpi=dpi or DPI)
        drawing = arrange(network.ir, options)
        boxes = sum(1 for _ in drawing.every_box())
        hint_to_fold(network.name, boxes, wanted.words["style"])
        return write((drawing,), format, options.theme, engine=wanted.engine, dpi=dpi or DPI)
    except DrawingError as error:
        raise Failure(f"cannot draw {network.name}: {error}") from error


def _parts(
    network: Network, format: str, wanted: Wanted, dpi: int | None
) -> Mapping[str, str | bytes]:
    """Return the overview of a network and its blocks, each by its name."""
    from archdsl.drawing import DPI, DrawingError, arrange, read_options, split, write

    try:
        options = read_options(**wanted.words)
        parts = split(arrange(network.ir, options))
        return {
            name: write((part,), format, options.theme, engine=wanted.engine, dpi=dpi or DPI)
            for name, part in parts.items()
        }
    except DrawingError as error:
        raise Failure(f"cannot draw {network.name}: {error}") from error
