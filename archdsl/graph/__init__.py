"""From syntax trees to a graph of operators with known shapes.

In come nets and the blocks they call; out goes a :class:`Graph`, or diagnostics that say why not.
"""

from archdsl.graph.elaborate import Elaborated, Limits, elaborate
from archdsl.graph.graph import AuxHead, Graph, Node, NodeId, Scope, ScopeKind
from archdsl.graph.net import Claims
from archdsl.graph.outside import Option, Setting, Settings
from archdsl.graph.part import part_for
from archdsl.graph.paths import (
    holder_of,
    in_net,
    is_at_end,
    is_within,
    name_of,
    parts_of,
    path_in,
    relative,
    step_in,
)
from archdsl.graph.rehearse import rehearse_blocks, rehearse_nets
from archdsl.graph.strides import by_stride, outermost
from archdsl.graph.tree import Member, Tree
from archdsl.graph.verify import Finding, verify

__all__ = [
    "AuxHead",
    "Claims",
    "Elaborated",
    "Finding",
    "Graph",
    "Limits",
    "Member",
    "Node",
    "NodeId",
    "Option",
    "Scope",
    "ScopeKind",
    "Setting",
    "Settings",
    "Tree",
    "by_stride",
    "elaborate",
    "holder_of",
    "in_net",
    "is_at_end",
    "is_within",
    "name_of",
    "outermost",
    "part_for",
    "parts_of",
    "path_in",
    "rehearse_blocks",
    "rehearse_nets",
    "relative",
    "step_in",
    "verify",
]
