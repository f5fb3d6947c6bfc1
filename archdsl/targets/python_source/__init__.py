"""A network as Python source that imports nothing but torch.

In comes a graph; out goes the text of a module with one class per block, the same state-dict keys
and the same numbers as the module in memory. Torch itself is not loaded.
"""

from archdsl.targets.python_source.emit import emit

__all__ = ["emit"]
