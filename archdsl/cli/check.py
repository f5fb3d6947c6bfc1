"""`archdsl check`: is a spec sound?"""

from __future__ import annotations

import json
from typing import Any

import click

from archdsl.cli.console import emit
from archdsl.cli.options import Request, takes_specs
from archdsl.cli.specs import Spec, read_spec, report
from archdsl.diagnostics import first, render_json
from archdsl.network import Network


@click.command(
    short_help="Check specs: syntax, names, shapes and claims.",
    epilog="""\b
Examples:
  archdsl check specs/*.arch
  archdsl check specs/inception_v4.arch --set classes=10
  cat draft.arch | archdsl check -
  archdsl check draft.arch --format json | jq '.files[].diagnostics'
""",
)
@takes_specs
@click.option(
    "--format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="The form of the result; json holds the first hundred diagnostics as well.",
)
def check(request: Request, format: str) -> None:
    """Check specs: syntax, names, shapes, and every claim they make.

    Every net of every SPEC is checked; `-` is standard input. One line says so of each that is
    sound. A file that defines blocks only is fine.
    """
    specs: list[Spec] = []
    for file in request.files:
        spec = read_spec(file, request, blocks_alone=True)
        specs.append(spec)
        if format == "text":
            report(spec)
            for line in _lines(spec):
                emit(f"{spec.name}: {line}\n")
    if format == "json":
        document = {"files": [_spec_json(spec) for spec in specs]}
        emit(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    raise click.exceptions.Exit(max(spec.exit_code for spec in specs))


def _lines(spec: Spec) -> list[str]:
    if spec.is_sound and not spec.networks:
        many = f"{spec.blocks:,} block{'s' * (spec.blocks != 1)}"
        return [f"{many} and no net; shapes are checked where a net calls them"]
    return [_line(network) for network in spec.networks]


def _line(network: Network) -> str:
    cost = network.totals
    line = (
        f"{network.name} is sound: {len(network.ir):,} nodes, {cost.params:,} parameters, "
        f"{cost.macs:,} MACs"
    )
    heads = len(network.ir.aux)
    if not heads:
        return line
    many = "an auxiliary head" if heads == 1 else f"{heads:,} auxiliary heads"
    return f"{line}; in {many}, {cost.aux_params:,} parameters, {cost.aux_macs:,} MACs"


def _spec_json(spec: Spec) -> dict[str, Any]:
    shown = first(spec.diagnostics)
    unsound = [{"name": name, "sound": False} for name in spec.unsound]
    return {
        "file": spec.name,
        "sound": spec.is_sound,
        "nets": [*(_net_json(network) for network in spec.networks), *unsound],
        "errors": shown.errors,
        "warnings": shown.warnings,
        "diagnostics": [render_json(found) for found in shown.found],
    }


def _net_json(network: Network) -> dict[str, Any]:
    cost = network.totals
    return {
        "name": network.name,
        "sound": True,
        "nodes": len(network.ir),
        "params": cost.params,
        "macs": cost.macs,
        "aux_params": cost.aux_params,
        "aux_macs": cost.aux_macs,
    }
