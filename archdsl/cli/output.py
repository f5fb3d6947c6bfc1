"""Result files: written whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import click

from archdsl import files
from archdsl.cli.console import Failure, emit
from archdsl.network import Network

STDOUT = "-"
NET = "{net}"
"""Stands for the net's name in the path of an output."""
BLOCK = "{block}"
"""Stands for the name of a part of a drawing."""


def suffix_of(output: str, known: Sequence[str]) -> str:
    """Return the suffix that says which format is wanted, without its dot."""
    if not output:
        raise click.UsageError("the name of the output is empty")
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
        for result in [make(network) for network in networks]:
            emit(result)
        return
    paths = _paths(networks, output)
    results = [make(network) for network in networks]
    for path, result in zip(paths, results, strict=True):
        write_whole(path, result)


def deliver_files(
    networks: Sequence[Network],
    output: str,
    make: Callable[[Network, str], Mapping[str, bytes]],
) -> None:
    """Make the file of each network, and those that belong beside it, and write them once made.

    ``make`` is given the file's name, and returns what goes into it and others under their names.
    """
    paths = _paths(networks, output)
    made = [make(network, path.name) for network, path in zip(networks, paths, strict=True)]
    for path, results in zip(paths, made, strict=True):
        try:
            files.write_together({path.with_name(name): data for name, data in results.items()})
        except files.CannotWrite as error:
            raise Failure(str(error)) from error


def deliver_parts(
    networks: Sequence[Network],
    output: str,
    make: Callable[[Network], Mapping[str, str | bytes]],
) -> None:
    """Make results by name for each network, and write them once all are made.

    The first goes to ``output``, the others beside it, with their names behind its own; or each
    has its name where the path has :data:`BLOCK`.
    """
    _paths(networks, output)
    results: dict[Path, str | bytes] = {}
    for network in networks:
        for number, (name, result) in enumerate(make(network).items()):
            path = _part_path(output.replace(NET, network.name), name if number else None, name)
            if path in results:
                raise Failure(f"two drawings would go to `{path}`: put {NET} into the path")
            results[path] = result
    for path, result in results.items():
        write_whole(path, result)


def _part_path(output: str, added: str | None, name: str) -> Path:
    if BLOCK in output:
        return Path(output.replace(BLOCK, name))
    path = Path(output)
    return path if added is None else path.with_name(f"{path.stem}-{added}{path.suffix}")


def _paths(networks: Sequence[Network], output: str) -> list[Path]:
    """Return the file of each network: ``output``, with ``{net}`` standing for the name."""
    paths = [Path(output.replace(NET, network.name)) for network in networks]
    if len(set(paths)) < len(paths):
        if NET in output:
            path = next(path for path in paths if paths.count(path) > 1)
            raise click.UsageError(f"two networks of one name would go to `{path}`")
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
