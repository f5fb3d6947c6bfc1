"""The spec's file: read with what it takes to write it back as it was, and saved carefully."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from archdsl.files import CannotWrite, why, write_whole

LARGEST_TEXT = 2**20
"""Bytes that a spec in an editor may have; the largest of the zoo has 8,000."""

MISSING = ""
"""The digest of a file that is not there."""


class Unreadable(Exception):
    """The file cannot be edited as text; the text says why."""


class Conflict(Exception):
    """The file is not what the editor's text began with; nothing was written."""

    def __init__(self, now: Contents) -> None:
        super().__init__("the file has changed on disk")
        self.now = now


@dataclass(frozen=True, slots=True)
class Contents:
    """What the file holds. ``text`` has plain line ends; ``digest`` tells contents apart."""

    text: str
    digest: str
    newline: str = "\n"
    mark: bool = False
    """Whether it begins with a byte order mark."""

    @property
    def is_missing(self) -> bool:
        return self.digest == MISSING

    def encode(self, text: str) -> bytes:
        """Return another text as bytes with the line ends and the mark of these contents."""
        whole = ("\ufeff" if self.mark else "") + text.replace("\n", self.newline)
        return whole.encode()


def read(path: Path) -> Contents:
    """Return what a file holds; of one that is missing, nothing. Raises :class:`Unreadable`."""
    try:
        if path.is_dir():
            raise Unreadable("it is a folder")
        if path.exists() and not path.is_file():
            raise Unreadable("it is not a regular file")
        with path.open("rb") as file:
            data = file.read(LARGEST_TEXT + 1)
    except FileNotFoundError:
        return Contents("", MISSING)
    except (OSError, ValueError) as error:
        raise Unreadable(why(error) if isinstance(error, OSError) else str(error)) from error
    if len(data) > LARGEST_TEXT:
        raise Unreadable(f"it is larger than {LARGEST_TEXT // 2**20} MiB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"it is not UTF-8 text: byte {error.start:,} is no letter") from error
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return Contents(
        plain, sha256(data).hexdigest(), _newline(text), data.startswith(b"\xef\xbb\xbf")
    )


def _newline(text: str) -> str:
    """Return the line end that most lines have."""
    windows = text.count("\r\n")
    counts = {
        "\n": text.count("\n") - windows,
        "\r\n": windows,
        "\r": text.count("\r") - windows,
    }
    return max(counts, key=lambda end: counts[end])


def save(path: Path, text: str, base: str) -> Contents:
    """Write the editor's text over contents whose digest is ``base``, and return the new ones.

    Of any number of saves at once that began with the same contents, one is written. Raises
    :class:`Conflict` where the file holds anything else by now, and :class:`CannotWrite`;
    :func:`archdsl.files.write_whole` says what other programs can still do in between.
    """
    now = _still(path, base)
    data = now.encode(text)
    # Compared once more when the new contents are on disk and need only take their place.
    write_whole(path, data, lambda: _still(path, base))
    return Contents(text, sha256(data).hexdigest(), now.newline, now.mark)


def _still(path: Path, base: str) -> Contents:
    """Return what the file holds, or raise :class:`Conflict` if its digest is not ``base``."""
    try:
        now = read(path)
    except Unreadable as error:
        raise CannotWrite(f"cannot write `{path.name}`: {error}") from error
    if now.digest != base:
        raise Conflict(now)
    return now
