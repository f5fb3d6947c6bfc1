"""A network as Python source that imports nothing but torch.

In comes a graph; out goes the text of a module with one class per block. It is the only way from
a graph to torch: the module in memory is made by running it. Torch itself is not loaded.

    graph ─▶ plan ─▶ Classes ─▶ forward.py, network.py ─▶ text

A plan says which submodules there are and what each forward does. Submodules of one structure
become one class, whose parameters are what its instances differ in (`classes.py`). Forwards are
statements over named values (`forward.py`); the network's class has features, a head and a
classifier besides (`network.py`). `expressions.py` breaks lines as `ruff format` does.
"""

from archdsl.targets.python_source.emit import Written, emit

__all__ = ["Written", "emit"]
