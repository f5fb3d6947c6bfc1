"""What differs between two networks as architectures.

In come two checked graphs; out goes a :class:`Comparison`: differences, gathered into statements
over many places, what differs in their recipes, and totals side by side. Names, comments and how a
spec divides its network into blocks never count; they only give the places their names.
"""

from archdsl.compare.changes import changes
from archdsl.compare.compare import compare
from archdsl.compare.difference import Change, Comparison, Difference, Kind, Relation, Statement
from archdsl.compare.printers import FORMATS, print_comparison
from archdsl.compare.recipes import LineDifference, compare_recipes
from archdsl.compare.spelling import call_text, line_text, spoken

__all__ = [
    "FORMATS",
    "Change",
    "Comparison",
    "Difference",
    "Kind",
    "LineDifference",
    "Relation",
    "Statement",
    "call_text",
    "changes",
    "compare",
    "compare_recipes",
    "line_text",
    "print_comparison",
    "spoken",
]
