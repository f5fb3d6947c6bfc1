"""Write docs/notebooks/zoo.ipynb: a tour of the drawings, and every network in specs/.

    python tools/notebook.py

Its cells are run by a Jupyter kernel, so that what it shows is what they give. A test does the
same again.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tools"))

from zoo import zoo  # noqa: E402

NOTEBOOK = ROOT / "docs" / "notebooks" / "zoo.ipynb"
SECONDS = 300

TOUR = """
# Networks in a notebook

A network is shown as its drawing, and its numbers below: an overview, with blocks and repeats
folded, and a panel for each distinct block. This notebook is run and written by
`python tools/refresh_docs.py`.
>>>
from IPython.display import SVG

import archdsl

network = archdsl.load("../../specs/inception_v4.arch")
network
>>>
As the papers draw it:
>>>
SVG(network.draw("svg", style="paper"))
>>>
One block alone, from left to right:
>>>
SVG(network.draw("svg", only="C", direction="LR"))
>>>
Where the parameters are:
>>>
SVG(network.draw("svg", heat="params"))
>>>
As a table:
>>>
SVG(network.draw("svg", style="table"))
>>>
In numbers:
>>>
print(network.totals.params, network.totals.macs)
>>>
# Every network in specs/
"""
"""Text and code by turns."""


def unexecuted() -> Any:
    """Return the notebook with nothing run yet."""
    from nbformat import v4

    cells: list[Any] = []
    for number, part in enumerate(TOUR.split(">>>")):
        new = v4.new_code_cell if number % 2 else v4.new_markdown_cell
        cells.append(new(part.strip()))
    for entry in zoo():
        cells.append(v4.new_markdown_cell(f"## {entry.name}\n\n{entry.row.source}"))
        cells.append(v4.new_code_cell(f'SVG(archdsl.load("../../{entry.row.spec}").draw())'))
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    return v4.new_notebook(cells=cells)


def executed() -> str:
    """Return the notebook as its file has it, every cell run."""
    import nbformat
    from nbclient import NotebookClient

    notebook = unexecuted()
    os.environ["PYTHONPATH"] = os.pathsep.join(
        [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    )
    client = NotebookClient(
        notebook,
        timeout=SECONDS,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(NOTEBOOK.parent)}},
    )
    client.execute()
    # What differs between machines says nothing about archdsl.
    notebook.metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    return nbformat.writes(notebook) + "\n"


def main() -> None:
    NOTEBOOK.parent.mkdir(exist_ok=True)
    NOTEBOOK.write_text(executed(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
