"""What an export raises instead of giving a file that nobody could load."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn

    from archdsl.graph import Graph


class BrokenExport(Exception):
    """A file could not be made, or did not load again as it was to be written."""


def first_line(error: BaseException) -> str:
    """Return the first line of what a library said went wrong, or the error's kind."""
    lines = [line for line in str(error).splitlines() if line.strip()]
    return lines[0].strip() if lines else type(error).__name__


def need_numbers(graph: Graph, module: nn.Module) -> None:
    """Raise :class:`BrokenExport` if a module is on the meta device, where nothing has numbers."""
    if any(one.is_meta for one in module.state_dict().values()):
        raise BrokenExport(f"the module of {graph.name} has no numbers: it is on the meta device")
