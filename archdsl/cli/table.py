"""`archdsl table`: many networks, a row each."""

from __future__ import annotations

import click

from archdsl.cli.console import emit
from archdsl.cli.options import Request, takes_specs
from archdsl.cli.specs import read_spec, report
from archdsl.tables.table import FORMATS, print_table, row_of


@click.command(
    short_help="Show many networks in one table.",
    epilog="""\b
Examples:
  archdsl table specs/*.arch specs/released/*.arch
  archdsl table specs/*.arch --format markdown > zoo.md
  archdsl table specs/*.arch --format json | jq 'sort_by(.macs)[] | [.net, .macs]'
""",
)
@takes_specs
@click.option(
    "--format",
    type=click.Choice(list(FORMATS)),
    default="text",
    show_default=True,
    help="The form of the table.",
)
def table(request: Request, format: str) -> None:
    """Show many networks in one table, a row for every net of every SPEC.

    Parameters and multiply-accumulates leave auxiliary heads out, whose parameters have a column
    of their own. Depth is weight layers on the longest path, where a separable convolution counts
    once, the receptive field that of a cell of the last feature map. Status and source are read off
    the spec: specs in a folder `released` follow an implementation, others the paper; its header
    comment begins with the source, and a line `# status: ...` there adds to the status.
    """
    specs = [read_spec(file, request) for file in request.files]
    for spec in specs:
        report(spec)
    rows = [
        row_of(network.ir, network.project.source) for spec in specs for network in spec.networks
    ]
    if rows:
        emit(print_table(rows, format))
    raise click.exceptions.Exit(max(spec.exit_code for spec in specs))
