"""Result files: written whole or not at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import click

from archdsl.cli.console import Failure, emit, why
from archdsl.network import Network

STDOUT = "-"
NET = "{net}"
"""Stands for the net's name in the path of an output."""
BLOCK = "{block}"
"""Stands for the name of a part of a drawing."""


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
        raise click.UsageError(
            f"{len(networks)} networks cannot all go to `{output}`: put {NET} where the name of "
            f"each belongs, as in `-o '{NET}{Path(output).suffix}'`"
        )
    return paths


def write_whole(path: Path, data: str | bytes) -> None:
    """Put ``data`` into a file. On any failure what was there before stays as it was.

    An existing file keeps its mode, and a link stays a link. Raises :class:`Failure`, which says
    why nothing was written.
    """
    content = data.encode() if isinstance(data, str) else data
    try:
        target = path.resolve()
        mode = _mode(target)
        if mode is not None and not stat.S_ISREG(mode):
            # A device or a pipe takes what is written, and cannot be replaced.
            target.write_bytes(content)
        else:
            _replace(target, content, mode)
    except (OSError, RuntimeError) as error:
        # Before Python 3.13, links in a circle are a RuntimeError.
        reason = why(error) if isinstance(error, OSError) else "its links lead in a circle"
        raise Failure(f"cannot write `{path}`: {reason}") from error


def _mode(target: Path) -> int | None:
    """Return the mode of the file to be replaced, None if there is none."""
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        if not target.parent.is_dir():
            raise FileNotFoundError(0, f"there is no folder `{target.parent}`") from None
        return None
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(0, "it is a folder")
    if not os.access(target, os.W_OK):
        raise PermissionError(0, "permission denied")
    return mode


def _replace(target: Path, content: bytes, mode: int | None) -> None:
    """Write a draft beside ``target``, and put it in its place once it is on disk."""
    draft = _draft(target.parent)
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            draft.chmod(stat.S_IMODE(mode))
        draft.replace(target)
    finally:
        with suppress(OSError):
            draft.unlink()


def _draft(folder: Path) -> Path:
    """Create an empty file, with the mode that a new file gets."""
    for number in range(1000):
        draft = folder / f".archdsl-{os.getpid()}-{number}.tmp"
        with suppress(FileExistsError):
            os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
            return draft
    raise FileExistsError(0, f"`{folder}` is full of drafts called .archdsl-*.tmp")
