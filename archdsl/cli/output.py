"""Result files: written whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import click

from archdsl import files
from archdsl.cli.console import Failure, emit
from archdsl.network import Network

STDOUT = "-"
NET = "{net}"
"""Stands for the net's name in the path of an output."""


def suffix_of(output: str, known: Sequence[str]) -> str:
    """Return the suffix that says which format is wanted, without its dot."""
    suffix = Path(output).suffix.lower().removeprefix(".")
    if suffix not in known:
        listed = ", ".join(f"`.{one}`" for one in known)
        raise click.UsageError(f"the suffix of `{output}` is to say the format: {listed}")
    return suffix


def deliver(
    networks: Sequence[Network], output: str | None, make: Callable[[Network], str | bytes]
) -> None:
    """Make a result for each network, and write them once all are made."""
    if output is None or output == STDOUT:
        for network in networks:
            emit(make(network))
        return
    paths = _paths(networks, output)
    results = [make(network) for network in networks]
    for path, result in zip(paths, results, strict=True):
        write_whole(path, result)


def _paths(networks: Sequence[Network], output: str) -> list[Path]:
    """Return the file of each network: ``output``, with ``{net}`` standing for the name."""
    paths = [Path(output.replace(NET, network.name)) for network in networks]
    if len(set(paths)) < len(paths):
        raise click.UsageError(
            f"{len(networks)} networks cannot all go to `{output}`: put {NET} where the name of "
            f"each belongs, as in `-o '{NET}{Path(output).suffix}'`"
        )
    return paths


def write_whole(path: Path, data: str | bytes) -> None:
    """Put ``data`` into a file; raises :class:`Failure` where it cannot be written."""
    try:
        files.write_whole(path, data)
    except files.CannotWrite as error:
        raise Failure(str(error)) from error
