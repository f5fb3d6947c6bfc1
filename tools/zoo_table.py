"""Write docs/zoo.md: every network in specs/ in one table, from the specs themselves.

    python tools/zoo_table.py

A test holds docs/zoo.md against what this gives.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tools"))

from zoo import PARTS, zoo  # noqa: E402

from archdsl.tables.table import markdown  # noqa: E402

ZOO = ROOT / "docs" / "zoo.md"

HEAD = """\
# The zoo

Every network in [specs/](../specs), with numbers that archdsl has counted and checked against the
claims in each spec. Parameters and multiply-accumulates (MACs, for one image) leave auxiliary
heads out, whose parameters have a column of their own; depth is weight layers on the longest path,
where a depthwise convolution and the pointwise one right behind it, a separable one, count once;
the receptive field is what a cell of the last feature map sees, in pixels. Each spec begins with
its source and with every way in which it differs from it.

This page is written by `python tools/zoo_table.py`; `archdsl table specs/*.arch` prints the same.
"""


def page() -> str:
    """Return the text of docs/zoo.md."""
    parts = [HEAD]
    for status, heading in PARTS:
        own = [entry.row for entry in zoo() if entry.row.status is status]
        parts.append(f"## {heading}\n\n{markdown(own, lambda row: f'../{row.spec}')}")
    return "\n".join(parts)


def main() -> None:
    ZOO.parent.mkdir(exist_ok=True)
    ZOO.write_text(page(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
