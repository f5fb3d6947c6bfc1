"""archdsl compiles neural-network architectures from text to graphs, drawings and PyTorch modules.

import archdsl

    network = archdsl.load("specs/inception_v4.arch")
    module = network.module()
"""

from archdsl.diagnostics import Diagnostic, SpecError
from archdsl.network import Network, load

__all__ = ["Diagnostic", "Network", "SpecError", "load"]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Import `archdsl.timm` when it is first asked for: it needs torch and timm."""
    if name == "timm":
        from importlib import import_module

        return import_module("archdsl.timm")
    raise AttributeError(f"module 'archdsl' has no attribute '{name}'")
