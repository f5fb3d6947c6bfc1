"""Blocks that call each other in a circle, and would never end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from archdsl.diagnostics import Label
from archdsl.graph.report import Reporter
from archdsl.graph.walk import action_of, reached
from archdsl.syntax import Project, nodes

LONGEST = 8
"""Blocks that are named of those in a circle."""


def report_circle(
    reporter: Reporter, blocks: Mapping[str, nodes.Block], circle: Sequence[str], call: nodes.Name
) -> None:
    """Report a circle of blocks; ``call`` is the one in the last of them that closes it.

    Of a long circle the first blocks will do.
    """
    named = [f"`{one}`" for one in circle[:LONGEST]]
    named += ["…"] if len(circle) > LONGEST else []
    listed = " → ".join((*named, f"`{call.text}`"))
    begins = Label(blocks[call.text].name.span, "the circle begins here")
    headline = f"blocks call each other in a circle: {listed}"
    reporter.error("recursive-block", headline, call.span, None, labels=(begins,))


def idle_circles(project: Project, reporter: Reporter) -> None:
    """Report circles of blocks that no net comes to; the expansion says so of all others.

    Calls within an `if` or a repeat count for nothing here, since values decide on them.
    """
    blocks = project.blocks
    reachable = reached((net.body for net in project.nets), blocks)
    done = set(reachable)
    for start in blocks:
        if start in done:
            continue
        done.add(start)
        way, places, pending = [start], {start: 0}, [_calls(blocks[start])]
        while pending:
            call = next(pending[-1], None)
            if call is None:
                del places[way.pop()]
                pending.pop()
            elif call.text in places:
                first = places[call.text]
                report_circle(reporter, blocks, way[first : first + LONGEST + 1], call)
            elif call.text in blocks and call.text not in done:
                done.add(call.text)
                places[call.text] = len(way)
                way.append(call.text)
                pending.append(_calls(blocks[call.text]))


def _calls(block: nodes.Block) -> Iterator[nodes.Name]:
    """Yield the names that a block calls whatever its parameters are."""
    parameters = {parameter.name.text for parameter in block.parameters}
    pending: list[nodes.Body] = [block.body]
    while pending:
        for statement in pending.pop().statements:
            if isinstance(statement, nodes.Default | nodes.Hole):
                continue
            links = statement.steps if isinstance(statement, nodes.Chain) else (statement,)
            for action in map(action_of, links):
                if isinstance(action, nodes.Group):
                    pending.append(action.body)
                elif isinstance(action, nodes.Call):
                    if action.body is not None:
                        pending.append(action.body)
                    elif action.name.text not in parameters:
                        yield action.name
