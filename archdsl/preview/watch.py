"""Noticing that files change, whoever changes them and however."""

from __future__ import annotations

import os
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from archdsl.syntax.project import LARGEST_FILE

Look = tuple[int, int, int] | None
"""When a file was written, its size and its inode; None where it cannot be looked at."""

SURE_AFTER = 20
"""Looks after which contents are compared too: a clock may be too coarse to show a change."""

UNREADABLE = b"unreadable"
"""Stands for the contents of a folder, a device, or a file that may not be read."""

GONE_AFTER = 10
"""Looks after which a missing file is gone; programs that replace a file remove it before."""


class Watcher:
    """Compares files with what they were; a change counts once the file has come to rest."""

    def __init__(self, paths: Iterable[Path] = ()) -> None:
        self._files: dict[Path, _Watched] = {}
        self._count = 0
        self.follow(paths)

    def follow(self, paths: Iterable[Path]) -> None:
        """Watch these files from now on and no others; those watched already keep their past."""
        self._files = {path: self._files.get(path) or _Watched(path) for path in paths}

    def poll(self) -> tuple[Path, ...]:
        """Return the files that have changed since the last time."""
        self._count += 1
        thorough = self._count % SURE_AFTER == 0
        return tuple(path for path, file in self._files.items() if file.has_changed(thorough))


class _Watched:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.seen = self.last = _look(path)
        self.digest = _digest(path)
        self.missed = 0

    def has_changed(self, thorough: bool) -> bool:
        now = _look(self.path)
        self.missed = self.missed + 1 if now is None else 0
        at_rest = now == self.last and (now is not None or self.missed >= GONE_AFTER)
        self.last = now
        if not at_rest or (now == self.seen and not thorough):
            return False
        self.seen = now
        digest = _digest(self.path)
        changed = digest != self.digest
        self.digest = digest
        return changed


def _look(path: Path) -> Look:
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _digest(path: Path) -> bytes | None:
    """Return what tells contents apart, also those that cannot be read; None for no file."""
    try:
        if not path.is_file():
            return UNREADABLE if path.exists() else None
        with path.open("rb") as file:
            return sha256(file.read(LARGEST_FILE + 1)).digest()
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return UNREADABLE
