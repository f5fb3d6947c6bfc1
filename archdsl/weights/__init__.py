"""Weights in files: stored under the spec's names, and exchanged with other implementations.

In come modules and checkpoints; out go safetensors files, correspondences between names, and
state dicts for other implementations.
"""

from archdsl.weights.checkpoint import (
    Checkpoint,
    CheckpointError,
    in_order_of,
)
from archdsl.weights.conventions import Convention, conventions
from archdsl.weights.exchange import Imported, export_weights, import_weights
from archdsl.weights.inputs import convention_of
from archdsl.weights.match import Match, MatchError, match
from archdsl.weights.reading import carried, of_weights, read_checkpoint
from archdsl.weights.store import converted, load_into, spec_hash, to_safetensors
from archdsl.weights.wiring import Wiring

__all__ = [
    "Checkpoint",
    "CheckpointError",
    "Convention",
    "Imported",
    "Match",
    "MatchError",
    "Wiring",
    "carried",
    "convention_of",
    "conventions",
    "converted",
    "export_weights",
    "import_weights",
    "in_order_of",
    "load_into",
    "match",
    "of_weights",
    "read_checkpoint",
    "spec_hash",
    "to_safetensors",
]
