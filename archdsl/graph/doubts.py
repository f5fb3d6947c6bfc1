"""Doubts about what is meant: extents that are compared after the value they are of has changed."""

from __future__ import annotations

from archdsl.diagnostics import Label, Severity
from archdsl.graph.environment import Environment, Flow
from archdsl.graph.evaluate import extent
from archdsl.graph.names import AT_HAND
from archdsl.graph.report import Reporter
from archdsl.graph.walk import compared
from archdsl.syntax import nodes


class Doubts:
    """Warns of comparisons within blocks that most often mean what the block was given.

    A shortcut asks whether its block changes the shape. Written behind the steps that change it,
    `channels` is another number than where the block began, and the net is sound all the same.
    """

    def __init__(self, reporter: Reporter) -> None:
        self.reporter = reporter
        self._known: dict[int, tuple[nodes.Name, ...]] = {}

    def look(self, tree: nodes.Value, flow: Flow, env: Environment) -> None:
        """Warn where an extent is compared that is no longer that of the block's input.

        What a branch, a residual's body or a copy of a repeat begins with is its own input: there,
        nothing has changed yet.
        """
        if env.start.block is None or flow.shape is None:
            return
        if flow.node in (env.begun.node, env.start.flows[0].node):
            return
        for name in self._compared(tree):
            self._look_at(name, flow, env)

    def _compared(self, tree: nodes.Value) -> tuple[nodes.Name, ...]:
        """Return the extents at hand that are compared; each expression is walked once."""
        if not isinstance(tree, nodes.Operation | nodes.Prefixed):
            return ()
        if id(tree) not in self._known:
            self._known[id(tree)] = tuple(n for n in compared(tree) if n.text in AT_HAND)
        return self._known[id(tree)]

    def _look_at(self, name: nodes.Name, flow: Flow, env: Environment) -> None:
        start = env.start.flows[0]
        if flow.shape is None or start.shape is None:
            return
        here, before = extent(flow.shape, name.text), extent(start.shape, name.text)
        if here == before:
            return
        labels = () if flow.span is None else (Label(flow.span, "gives the value at hand"),)
        self.reporter.error(
            "compared-after-change",
            f"`{name.text}` is {here} here, and {before} where block `{env.start.block}` begins",
            name.span,
            env,
            remark="compares the value at hand",
            labels=labels,
            help=f"`in_{name.text}` is that of the block's input; for the value at hand, put the"
            " steps from here on in a block of their own",
            severity=Severity.WARNING,
            instead=(f"in_{name.text}",),
        )
