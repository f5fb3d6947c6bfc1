"""Reading and checking the specs a command is about, and saying what is wrong with them."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import click

from archdsl.check import check_blocks, check_net, check_others
from archdsl.cli.console import paint, wants_color
from archdsl.cli.options import STDIN, Request
from archdsl.diagnostics import Collector, Diagnostic, SpecError, bounded_effort, first, render_text
from archdsl.graph import Limits
from archdsl.loading import network_of
from archdsl.network import Network
from archdsl.syntax import Project, read_project, read_text
from archdsl.syntax.project import LARGEST_FILE

SPEC_IS_WRONG = 1
CALL_IS_WRONG = 2


@dataclass(frozen=True, slots=True)
class Spec:
    """One file, its nets that are sound, the names of those that are not, and all findings."""

    name: str
    networks: tuple[Network, ...]
    unsound: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]
    blocks: int

    @property
    def is_sound(self) -> bool:
        return not any(found.is_error for found in self.diagnostics)

    @property
    def exit_code(self) -> int:
        if any(one.code == "unreadable-file" and one.span is None for one in self.diagnostics):
            return CALL_IS_WRONG
        return 0 if self.is_sound else SPEC_IS_WRONG


def read_spec(file: str, request: Request, *, blocks_alone: bool = False) -> Spec:
    """Read a file and check its nets; without any it is wrong, unless ``blocks_alone`` will do."""
    with bounded_effort():
        return _checked(file, request, blocks_alone)


def _checked(file: str, request: Request, blocks_alone: bool) -> Spec:
    project, read = _read(file)
    blocks_alone = blocks_alone and not project.nets and bool(project.own_blocks)
    if (request.net is not None or blocks_alone) and not any(one.is_error for one in read):
        read = (*read, *check_others(project, request.net))
    findings = Collector()
    findings.extend(read)
    networks: list[Network] = []
    unsound: list[str] = []
    if request.net is not None or (not project.nets and not blocks_alone):
        try:
            network = network_of(project, read, request.net, request.settings, request.max_nodes)
            networks.append(network)
            findings.extend(network.diagnostics)
        except SpecError as error:
            findings.extend(error.diagnostics)
            unsound += [] if request.net is None else [request.net]
    elif findings.has_errors:
        unsound += [net.name.text for net in project.nets]
    else:
        limits = Limits(request.max_nodes)
        for net in project.nets:
            checked, found = check_net(project, net, request.settings, limits)
            findings.extend(found)
            if checked is None:
                unsound.append(net.name.text)
            else:
                networks.append(Network(checked, project, found))
        findings.extend(check_blocks(project))
    return Spec(
        project.source.name,
        tuple(networks),
        tuple(unsound),
        findings.sorted(),
        len(project.own_blocks),
    )


def _read(file: str) -> tuple[Project, tuple[Diagnostic, ...]]:
    if file == STDIN:
        return read_text(read_stdin(), "<stdin>")
    return read_project(Path(file), file)


def read_stdin() -> bytes:
    """Return standard input: a byte more than a spec may have at most, so that it is refused."""
    stdin: TextIO | None = sys.stdin
    return b"" if stdin is None else stdin.buffer.read(LARGEST_FILE + 1)


def report(spec: Spec) -> None:
    """Write what was found in a spec to standard error."""
    found = spec.diagnostics
    if not found:
        return
    color = wants_color(sys.stderr)
    shown = first(found)
    text = render_text(shown.found, paint) if color else render_text(shown.found)
    click.echo(text, err=True, color=color)
    if shown.left_out:
        click.echo(shown.more, err=True)
    click.echo(f"{spec.name}: {shown.counted}", err=True)


def sound_networks(request: Request) -> list[Network]:
    """Return the networks of all specs, or report what is wrong and end the command.

    Nothing is made of some of them where others are wrong.
    """
    specs = [read_spec(file, request) for file in request.files]
    for spec in specs:
        report(spec)
    code = max(spec.exit_code for spec in specs)
    if code:
        raise click.exceptions.Exit(code)
    return [network for spec in specs for network in spec.networks]
