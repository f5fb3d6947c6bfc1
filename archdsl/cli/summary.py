"""`archdsl summary`: a table like the papers' table 1."""

from __future__ import annotations

import click

from archdsl.cli.console import emit
from archdsl.cli.options import Request, takes_specs
from archdsl.cli.specs import read_spec, report
from archdsl.tables.summary import FORMATS, print_summaries, summarise


@click.command(
    short_help="Show what networks consist of and cost.",
    epilog="""\b
Examples:
  archdsl summary specs/googlenet.arch
  archdsl summary specs/inception_v4.arch --depth 1
  archdsl summary specs/*.arch --format csv > networks.csv
  archdsl summary specs/googlenet.arch --format json | jq '.stages[] | [.name, .params]'
""",
)
@takes_specs
@click.option(
    "--format",
    type=click.Choice(list(FORMATS)),
    default="text",
    show_default=True,
    help="The form of the table. One network in json is an object, several are a list.",
)
@click.option(
    "--depth",
    metavar="N",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Levels to go down inside of each stage.",
)
def summary(request: Request, format: str, depth: int) -> None:
    """Show what networks consist of, and what they cost.

    A row is a stage: a step of the net, with its patch size/stride, output size, weight layers
    on the longest path, filters along its branches, weights, parameters and multiply-accumulates.
    Below: totals, receptive field and smallest input. Auxiliary heads are counted apart.
    """
    specs = [read_spec(file, request) for file in request.files]
    for spec in specs:
        report(spec)
    networks = [network for spec in specs for network in spec.networks]
    if networks:
        emit(print_summaries([summarise(network.ir, depth) for network in networks], format))
    raise click.exceptions.Exit(max(spec.exit_code for spec in specs))
