"""Rule: what a spec defines, it uses."""

from __future__ import annotations

from archdsl.diagnostics import Diagnostic, Label, Severity
from archdsl.graph import Elaborated
from archdsl.graph.walk import reached
from archdsl.ops import Input
from archdsl.syntax import Project


def unused_blocks(project: Project) -> tuple[Diagnostic, ...]:
    """Return a warning for each block of the spec's own file that no net of it calls."""
    called = reached((net.body for net in project.nets), project.blocks)
    return tuple(
        Diagnostic(
            "unused-block",
            f"block `{block.name.text}` is never called",
            (Label(block.name.span),),
            severity=Severity.WARNING,
        )
        for block in project.own_blocks
        if project.nets and block.name.text not in called
    )


def unused_steps(elaborated: Elaborated) -> tuple[Diagnostic, ...]:
    """Return a warning for each step, label or input whose value nothing reads.

    A label that nobody taps still names its step, in paths and drawings, so it is idle only
    where the value goes nowhere.
    """
    graph = elaborated.graph
    if graph is None:
        return ()
    wanted = {*graph.outputs, *(head.output for head in graph.aux)}
    idle = {id for id, readers in graph.readers.items() if not readers and id not in wanted}
    found: list[Diagnostic] = []
    for name, span, node in elaborated.idle_labels:
        if node in idle:
            idle.discard(node)
            found.append(
                _warning("unused-label", f"nothing uses the value of `{name}`", Label(span))
            )
    for id in sorted(idle):
        node = graph.nodes[id]
        if isinstance(node.op, Input):
            what = f"nothing reads the input `{node.name}`"
        else:
            what = f"nothing uses the value of this `{node.op.name}`"
        found.append(_warning("unused-step", what, Label(node.origin[0])))
    return tuple(found)


def _warning(code: str, headline: str, label: Label) -> Diagnostic:
    return Diagnostic(code, headline, (label,), severity=Severity.WARNING)
