"""What all frames of a drawing go by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archdsl.compare import Change
from archdsl.drawing.faces import Tail
from archdsl.drawing.folds import Fold
from archdsl.drawing.heat import Costs
from archdsl.drawing.options import Label, Options, Style
from archdsl.drawing.structure import Item, Leaf
from archdsl.graph import Graph, NodeId


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What all frames of a drawing go by."""

    graph: Graph
    options: Options
    usual: Mapping[str, Tail]
    folds: Mapping[int, Fold]
    depth: int
    """Levels that are unfolded in their places, every copy by itself."""
    heads: Mapping[str, float]
    """The weight of each auxiliary head, by its path."""
    labels: frozenset[Label]
    marks: Mapping[NodeId, Change]
    costs: Costs
    total: int | None
    """What all that is drawn costs, where heat is asked for."""

    @property
    def splits(self) -> bool:
        """Whether a unit is drawn operator by operator."""
        return self.options.style is Style.FULL

    @property
    def is_paper(self) -> bool:
        return self.options.style is Style.PAPER

    def is_unfolded(self, item: Item, level: int) -> bool:
        """Return whether each part of an item is drawn by itself."""
        if level < self.depth:
            return True
        return self.splits and len(item.parts) == 1 and isinstance(item.parts[0], Leaf)

    def mark(self, nodes: Sequence[NodeId]) -> Change | None:
        """Return the mark that all nodes have; a mixture is changed."""
        found = {self.marks.get(node) for node in nodes} if self.marks else {None}
        return found.pop() if len(found) == 1 else Change.CHANGED
