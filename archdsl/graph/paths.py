"""Paths of steps, such as ``inception_v4.A.2.branch3.conv1``: the one place that cuts them.

A path is plain text, since it is a key of state dicts, files and messages alike. It begins with
the net's name, and each part is a name that the part before it holds.
"""

from __future__ import annotations


def path_in(scope: str, name: str) -> str:
    """Return the path of what ``scope`` holds under a name, itself a path perhaps."""
    return f"{scope}.{name}"


def parts_of(path: str) -> tuple[str, ...]:
    """Return the names that lead to a step, the net's first."""
    return tuple(path.split("."))


def name_of(path: str) -> str:
    """Return what a step is called where it stands: the last part."""
    return path.rpartition(".")[2]


def holder_of(path: str) -> str:
    """Return the path of what holds a step; empty for a net, which nothing holds."""
    return path.rpartition(".")[0]


def in_net(path: str) -> str:
    """Return a path as seen from the net, as users write it; empty for the net itself."""
    return path.partition(".")[2]


def is_within(path: str, scope: str) -> bool:
    """Return whether a path is ``scope``'s own or leads into it."""
    return path == scope or path.startswith(f"{scope}.")


def is_at_end(path: str, end: str) -> bool:
    """Return whether a path ends in the names of another."""
    return path == end or path.endswith(f".{end}")


def relative(path: str, scope: str) -> str:
    """Return a path as seen from ``scope``; the whole of it where it does not lead into it.

    So it is for a join that bears its scope's own path.
    """
    return path.removeprefix(f"{scope}.")


def step_in(scope: str, path: str) -> str:
    """Return the path of the step directly inside of ``scope`` on the way to ``path``.

    A join that bears its scope's own path is such a step itself.
    """
    end = path.find(".", len(scope) + 1)
    return path if end < 0 else path[:end]
