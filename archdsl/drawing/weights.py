"""What a group looks like before it has places: chains, branches and merges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from archdsl.drawing.picture import Box, Group
from archdsl.ops import Role

STRAIGHT, SPREAD, LOOSE = 12, 3, 1
"""Weights of links: along a path, from where branches begin, and into merges."""


def values_beside(group: Group) -> Iterator[tuple[str, str]]:
    """Yield the boxes of whose value every edge says the same, with what it says."""
    for one in group.members:
        said = {edge.label for edge in group.edges if edge.tail == one.id}
        if isinstance(one, Box) and len(said) == 1 and said != {""}:
            yield one.id, said.pop()


def is_chain(group: Group) -> bool:
    """Return whether values go one way only, to auxiliary heads aside."""
    readers = Counter(edge.tail for edge in group.edges if not edge.aux)
    return max(readers.values(), default=0) <= 1


def weights(group: Group) -> Iterator[int]:
    """Yield how straight each edge is to be.

    Branches begin side by side, and a merge stands in the middle below them; below the long way
    where all the others are shortcuts, whose values are read elsewhere too.
    """
    merges = {one.id for one in group.members if isinstance(one, Box) and one.role is Role.MERGE}
    main = [edge for edge in group.edges if not edge.aux]
    readers = Counter((edge.tail, edge.tail_slot) for edge in main)
    branches = Counter((edge.tail, edge.tail_slot) for edge in main if edge.head not in merges)
    long_ways = Counter(edge.head for edge in main if readers[edge.tail, edge.tail_slot] == 1)
    for edge in group.edges:
        value = edge.tail, edge.tail_slot
        if edge.aux:
            yield LOOSE
        elif edge.head in merges:
            yield LOOSE if readers[value] > 1 or long_ways[edge.head] > 1 else STRAIGHT
        else:
            yield SPREAD if branches[value] > 1 else STRAIGHT
