"""The operators, each declared in one place.

In come argument values and input shapes; out go output shapes, costs, receptive-field windows,
torch calls and pictures, all as plain data. Nothing here loads torch.
"""

from archdsl.ops.arguments import (
    Binding,
    Fault,
    bind,
    known_words,
    missing,
    taken_as,
    words_alone,
)
from archdsl.ops.brought import JOIN_WORDS, beyond, operator_meant, value_meant
from archdsl.ops.endpoint import Input
from archdsl.ops.growth import Growth
from archdsl.ops.merge import Add, Concat, Join, Mul
from archdsl.ops.operator import (
    TAKEN,
    Argument,
    Blame,
    Call,
    Cost,
    Declared,
    Kind,
    Operator,
    Picture,
    Plain,
    Role,
    check_size,
    signature,
)
from archdsl.ops.passing import Identity, Scale
from archdsl.ops.readings import advised
from archdsl.ops.registry import operators
from archdsl.ops.shapes import Padding, PadRule, Shape, Sides, Size, Sliding
from archdsl.ops.values import (
    UNKNOWN,
    Patch,
    Reference,
    Unknown,
    Value,
    Word,
    operator_of,
)

__all__ = [
    "JOIN_WORDS",
    "TAKEN",
    "UNKNOWN",
    "Add",
    "Argument",
    "Binding",
    "Blame",
    "Call",
    "Concat",
    "Cost",
    "Declared",
    "Fault",
    "Growth",
    "Identity",
    "Input",
    "Join",
    "Kind",
    "Mul",
    "Operator",
    "PadRule",
    "Padding",
    "Patch",
    "Picture",
    "Plain",
    "Reference",
    "Role",
    "Scale",
    "Shape",
    "Sides",
    "Size",
    "Sliding",
    "Unknown",
    "Value",
    "Word",
    "advised",
    "beyond",
    "bind",
    "check_size",
    "known_words",
    "missing",
    "operator_meant",
    "operator_of",
    "operators",
    "signature",
    "taken_as",
    "value_meant",
    "words_alone",
]
