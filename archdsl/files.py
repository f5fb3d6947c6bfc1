"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path


class CannotWrite(Exception):
    """A file cannot be written; the text names it and says why."""


def why(error: OSError) -> str:
    """Return the system's reason in the middle of a sentence."""
    reason = error.strerror or str(error)
    return reason[:1].lower() + reason[1:]


def write_whole(path: Path, data: str | bytes) -> None:
    """Put ``data`` into a file. On any failure what was there before stays as it was.

    An existing file keeps its mode, and a link stays a link. Raises :class:`CannotWrite`, which
    says why nothing was written.
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
        raise CannotWrite(f"cannot write `{path}`: {reason}") from error


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
