"""From text to syntax trees.

In come files; out go syntax trees, one per file, the blocks and nets they define, and diagnostics.
"""

from archdsl.syntax import nodes
from archdsl.syntax.parser import parse
from archdsl.syntax.project import Project, read_project, read_text

__all__ = ["Project", "nodes", "parse", "read_project", "read_text"]
