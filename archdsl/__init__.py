"""archdsl compiles neural-network architectures from text to graphs, drawings and PyTorch modules.

import archdsl

    network = archdsl.load("specs/inception_v4.arch")
    module = network.module()
"""

from importlib import import_module
from typing import TYPE_CHECKING

from archdsl.diagnostics import Diagnostic, SpecError
from archdsl.loading import load
from archdsl.network import Network
from archdsl.version import __version__ as __version__

if TYPE_CHECKING:
    from archdsl.drawing import DrawingError
    from archdsl.export.broken import BrokenExport
    from archdsl.export.onnx import MissingExtra
    from archdsl.pytorch.device import DeviceError
    from archdsl.weights import CheckpointError, MatchError

__all__ = [
    "BrokenExport",
    "CheckpointError",
    "DeviceError",
    "Diagnostic",
    "DrawingError",
    "MatchError",
    "MissingExtra",
    "Network",
    "SpecError",
    "load",
]


_LATER = {
    "BrokenExport": "archdsl.export.broken",
    "CheckpointError": "archdsl.weights",
    "DeviceError": "archdsl.pytorch.device",
    "DrawingError": "archdsl.drawing",
    "MatchError": "archdsl.weights",
    "MissingExtra": "archdsl.export.onnx",
}
"""Errors whose homes load torch or draw: they are fetched when they are asked for."""


def __getattr__(name: str) -> object:
    """Fetch an error, or `archdsl.timm`, which needs torch and timm, when it is asked for."""
    if name == "timm":
        return import_module("archdsl.timm")
    if name in _LATER:
        return getattr(import_module(_LATER[name]), name)
    raise AttributeError(f"module 'archdsl' has no attribute '{name}'")
