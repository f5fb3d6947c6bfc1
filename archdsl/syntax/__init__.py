"""From text to syntax trees.

In come files; out go syntax trees, one per file, the blocks and nets they define, and diagnostics.
Beside the trees of meaning, every text has a lossless one, which formatting and editors read.
"""

from archdsl.syntax import nodes
from archdsl.syntax.formatter import formatted
from archdsl.syntax.parser import parse, parse_setting, read_tree
from archdsl.syntax.project import (
    Project,
    decode_source,
    read_project,
    read_source,
    read_text,
)

__all__ = [
    "Project",
    "decode_source",
    "formatted",
    "nodes",
    "parse",
    "parse_setting",
    "read_project",
    "read_source",
    "read_text",
    "read_tree",
]
