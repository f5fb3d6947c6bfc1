"""Reading and checking the specs a command is about, and saying what is wrong with them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import click

from archdsl.check import check_others
from archdsl.cli.console import paint, wants_color
from archdsl.cli.options import STDIN, Request
from archdsl.diagnostics import Collector, Diagnostic, SpecError, render_text
from archdsl.network import Network, network_of
from archdsl.syntax import Project, read_project, read_text
from archdsl.syntax.project import LARGEST_FILE

MOST_SHOWN = 50
"""Diagnostics shown for one file."""

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
    project, read = _read(file)
    blocks_alone = blocks_alone and not project.nets and bool(project.own_blocks)
    if (request.net is not None or blocks_alone) and not any(one.is_error for one in read):
        read = (*read, *check_others(project, request.net))
    findings = Collector()
    findings.extend(read)
    names: list[str | None] = [net.name.text for net in project.nets]
    if request.net is not None or not names:
        names = [request.net]
    if blocks_alone and request.net is None:
        names = []
    networks: list[Network] = []
    unsound: list[str] = []
    for name in names:
        try:
            network = network_of(project, read, name, request.settings, request.max_nodes)
            networks.append(network)
            findings.extend(network.diagnostics)
        except SpecError as error:
            findings.extend(error.diagnostics)
            unsound += [] if name is None else [name]
    return Spec(
        project.source.name,
        tuple(networks),
        tuple(unsound),
        findings.sorted(),
        len(project.own_blocks),
    )


def _read(file: str) -> tuple[Project, tuple[Diagnostic, ...]]:
    if file == STDIN:
        # One byte more than a spec may have, so that more is refused and never held.
        stdin: TextIO | None = sys.stdin
        text = b"" if stdin is None else stdin.buffer.read(LARGEST_FILE + 1)
        return read_text(text, "<stdin>")
    return read_project(Path(file), file)


def report(spec: Spec) -> None:
    """Write what was found in a spec to standard error."""
    found = spec.diagnostics
    if not found:
        return
    color = wants_color(sys.stderr)
    shown = found
    if len(found) > MOST_SHOWN:
        errors_first = sorted(range(len(found)), key=lambda at: not found[at].is_error)
        shown = tuple(found[at] for at in sorted(errors_first[:MOST_SHOWN]))
    text = render_text(shown, paint) if color else render_text(shown)
    click.echo(text, err=True, color=color)
    if len(shown) < len(found):
        click.echo(f"… and {len(found) - len(shown):,} more", err=True)
    click.echo(f"{spec.name}: {_count(found)}", err=True)


def _count(found: Sequence[Diagnostic]) -> str:
    errors = sum(one.is_error for one in found)
    parts = [(errors, "error"), (len(found) - errors, "warning")]
    return ", ".join(f"{n:,} {word}{'s' * (n != 1)}" for n, word in parts if n)


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
