"""From a graph to what is known about it, and what is wrong with it.

In come specs; out go graphs whose every claim holds, their costs and receptive fields, and all
diagnostics of the stages before.
"""

from archdsl.check.cost import Totals, costs, memory, totals, weighted_depth
from archdsl.check.field import Field, fields
from archdsl.check.recipe import chosen_by, ends_in_softmax
from archdsl.check.run import Checked, check, check_blocks, check_net, check_others
from archdsl.check.smallest import smallest_input

__all__ = [
    "Checked",
    "Field",
    "Totals",
    "check",
    "check_blocks",
    "check_net",
    "check_others",
    "chosen_by",
    "costs",
    "ends_in_softmax",
    "fields",
    "memory",
    "smallest_input",
    "totals",
    "weighted_depth",
]
