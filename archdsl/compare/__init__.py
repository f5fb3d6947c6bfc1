"""What differs between two networks as architectures.

In come two checked graphs; out goes a :class:`Comparison`: differences, gathered into statements
over many places, and totals side by side. Names, comments and how a spec divides its network into
blocks never count; they only give the places their names.
"""

from archdsl.compare.compare import compare
from archdsl.compare.difference import Comparison, Difference, Kind, Relation, Statement
from archdsl.compare.printers import FORMATS, print_comparison
from archdsl.compare.spelling import call_text, spoken

__all__ = [
    "FORMATS",
    "Comparison",
    "Difference",
    "Kind",
    "Relation",
    "Statement",
    "call_text",
    "compare",
    "print_comparison",
    "spoken",
]
