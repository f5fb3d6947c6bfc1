"""A network as Python source that imports nothing but torch.

In comes a spec (`spec.py`); out goes the text of a module with one class per block. It is the only
way from a graph to torch: the module in memory is made by running it. Torch itself is not loaded.

    graph ─▶ plan ─▶ Classes ─▶ forward.py, network.py ─▶ text

A plan says which submodules there are and what each forward does. Joins, residuals and branches
are written into the forward of their block (`inline.py`). Submodules of one structure become one
class (`structures.py`, `classes.py`), and so do two structures of a block that differ in what its
`if` constructs; those that remain of one block are named for what tells them apart (`naming.py`).

Where a constant of a class is about the block's parameters, the spec's own expression stands for
it (`terms.py`, `parameters.py`). No expression is taken on trust: its Python text is evaluated for
every instance of the block in the network, and stands only where it gives each instance's number.
Constants that no expression gives and in which instances differ become parameters more.

The network's own class takes those parameters of the net whose change leaves the text the same:
what is nothing but a number of classes or a rate (`settable.py`), and what turns out so when the
spec is written for other values (`turns.py`, `varied.py`).

Forwards are statements over named values (`forward.py`); the network's class has features, a head
and a classifier besides (`network.py`). `expressions.py` breaks lines as `ruff format` does.
"""

from archdsl.pytorch.python_source.emit import Written, emit
from archdsl.pytorch.python_source.spec import Spec, spec_of

__all__ = ["Spec", "Written", "emit", "spec_of"]
