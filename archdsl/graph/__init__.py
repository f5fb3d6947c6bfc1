"""From syntax trees to a graph of operators with known shapes.

In come nets and the blocks they call; out goes a :class:`Graph`, or diagnostics that say why not.
"""

from archdsl.graph.elaborate import Elaborated, Limits, elaborate
from archdsl.graph.graph import AuxHead, Graph, Node, NodeId, Scope, ScopeKind
from archdsl.graph.net import Claims
from archdsl.graph.outside import Option, Setting, Settings
from archdsl.graph.paths import (
    above,
    below,
    in_net,
    is_within,
    name_of,
    parts_of,
    relative,
    step_in,
)
from archdsl.graph.rehearse import rehearse_blocks, rehearse_nets
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
    "above",
    "below",
    "elaborate",
    "in_net",
    "is_within",
    "name_of",
    "parts_of",
    "rehearse_blocks",
    "rehearse_nets",
    "relative",
    "step_in",
    "verify",
]
