"""What an export raises instead of giving a file that nobody could load."""

from __future__ import annotations


class BrokenExport(Exception):
    """A file could not be made, or did not load again as it was to be written."""


def first_line(error: BaseException) -> str:
    """Return the first line of what a library said went wrong, or the error's kind."""
    lines = [line for line in str(error).splitlines() if line.strip()]
    return lines[0].strip() if lines else type(error).__name__
