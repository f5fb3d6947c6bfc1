"""Every network in specs/, for the pages that list or draw them."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from archdsl.loading import network_of  # noqa: E402
from archdsl.network import Network  # noqa: E402
from archdsl.syntax import read_project  # noqa: E402
from archdsl.tables.table import Row, Status, row_of  # noqa: E402

PARTS = (
    (Status.PAPER, "As the papers have them"),
    (Status.RELEASED, "As implementations release them"),
)


@dataclass(frozen=True)
class Entry:
    """A network of the zoo. ``name`` is unlike that of any other: `released-inception_v4`."""

    name: str
    network: Network
    row: Row


@cache
def zoo() -> tuple[Entry, ...]:
    """Return every net in specs/, by file."""
    found: list[Entry] = []
    for path in sorted(ROOT.glob("specs/**/*.arch")):
        spec = path.relative_to(ROOT)
        project, findings = read_project(path, spec.as_posix())
        for net in project.nets:
            network = network_of(project, findings, net.name.text, {})
            name = "-".join((*spec.parent.parts[1:], net.name.text))
            found.append(Entry(name, network, row_of(network.ir, project.source)))
    return tuple(found)
