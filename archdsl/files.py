"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from time import monotonic, sleep

PATIENCE = 10.0
"""Seconds to wait for others that put files into the same folder; to put one takes a thousandth."""

_THREADS = Lock()


class CannotWrite(Exception):
    """A file cannot be written; the text names it and says why."""


def why(error: OSError) -> str:
    """Return the system's reason in the middle of a sentence."""
    reason = error.strerror or str(error)
    return reason[:1].lower() + reason[1:]


def write_whole(path: Path, data: str | bytes, still: Callable[[], object] | None = None) -> None:
    """Put ``data`` into a file. On any failure what was there before stays as it was.

    An existing file keeps its mode, and a link stays a link. Raises :class:`CannotWrite`, which
    says why nothing was written.

    ``still`` is asked right before the new contents take the place of the old ones, and raises
    where these are not what they should be; nothing is written then. No other thread or process
    of archdsl puts a file into this folder in between. Programs that know of no lock can: one
    that replaces the file between the question and the next call of the system, or has it open
    and goes on writing into what was replaced, loses what it wrote.
    """
    content = data.encode("utf-8", "replace") if isinstance(data, str) else data
    try:
        target = path.resolve()
        mode = _mode(target)
        if mode is not None and not stat.S_ISREG(mode):
            # A device or a pipe takes what is written, and cannot be replaced.
            target.write_bytes(content)
        else:
            _replace(target, content, mode, still)
    except (OSError, RuntimeError) as error:
        # Before Python 3.13, links in a circle are a RuntimeError.
        reason = why(error) if isinstance(error, OSError) else "its links lead in a circle"
        raise CannotWrite(f"cannot write `{path}`: {reason}") from error


def write_together(contents: Mapping[Path, bytes]) -> None:
    """Put contents into files that belong together: all of them, or none if one cannot be written.

    All are on disk before the first takes its place; the last that does is the first of them,
    which the others belong to. Raises :class:`CannotWrite`.
    """
    if len(contents) == 1:
        ((path, content),) = contents.items()
        write_whole(path, content)
        return
    drafts: list[tuple[Path, Path]] = []
    path = Path()
    try:
        for path, content in contents.items():
            target = path.resolve()
            mode = _mode(target)
            if mode is not None and not stat.S_ISREG(mode):
                raise OSError(0, "it is no file, and others belong beside it")
            drafts.append((_written(target, content, mode), target))
        while drafts:
            draft, target = drafts[-1]
            with _alone_in(target.parent):
                draft.replace(target)
            drafts.pop()
    except (OSError, RuntimeError) as error:
        reason = why(error) if isinstance(error, OSError) else "its links lead in a circle"
        raise CannotWrite(f"cannot write `{path}`: {reason}") from error
    finally:
        for draft, _ in drafts:
            with suppress(OSError):
                draft.unlink()


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


def _replace(
    target: Path, content: bytes, mode: int | None, still: Callable[[], object] | None
) -> None:
    """Write a draft beside ``target``, and put it in its place once it is on disk."""
    draft = _written(target, content, mode)
    try:
        with _alone_in(target.parent):
            if still is not None:
                still()
            draft.replace(target)
    except BaseException:
        # Only then: once it is in its place, the draft's name may be another thread's.
        with suppress(OSError):
            draft.unlink()
        raise


def _written(target: Path, content: bytes, mode: int | None) -> Path:
    """Return a draft beside ``target``, on disk and with the mode that the target has."""
    draft = _draft(target.parent)
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            draft.chmod(stat.S_IMODE(mode))
    except BaseException:
        with suppress(OSError):
            draft.unlink()
        raise
    return draft


def _draft(folder: Path) -> Path:
    """Create an empty file, with the mode that a new file gets."""
    for number in range(1000):
        draft = folder / f".archdsl-{os.getpid()}-{number}.tmp"
        with suppress(FileExistsError):
            os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
            return draft
    raise FileExistsError(0, f"`{folder}` is full of drafts called .archdsl-*.tmp")


@contextmanager
def _alone_in(folder: Path) -> Generator[None]:
    """Keep every other thread, and every other process of archdsl, from replacing a file here.

    The lock is on the folder itself: that leaves no file behind, and a file's own lock would go
    with the file that is replaced. Where a system or a file system cannot lock a folder, as on
    Windows, only threads are kept out.
    """
    if not _THREADS.acquire(timeout=PATIENCE):
        raise _busy()
    try:
        if sys.platform == "win32":
            yield
            return
        handle = os.open(folder, os.O_RDONLY)
        try:
            _lock(handle)
            yield
        finally:
            os.close(handle)  # and the lock goes with it
    finally:
        _THREADS.release()


def _lock(handle: int) -> None:
    if sys.platform == "win32":
        return
    import fcntl  # which Windows lacks

    end = monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if monotonic() > end:
                raise _busy() from None
            sleep(0.001)
        except OSError:
            return
        else:
            return


def _busy() -> OSError:
    return OSError(0, "another program keeps its folder locked")
