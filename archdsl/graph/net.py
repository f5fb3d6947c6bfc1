"""Expansion of a net's own body, where inputs, outputs, claims and recipes may stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from archdsl.diagnostics import Label, did_you_mean
from archdsl.graph.builder import Builder
from archdsl.graph.environment import NOTHING, Defaults, Environment, Flow, Labels, Names
from archdsl.graph.evaluate import Evaluator, Mistake, Unresolved
from archdsl.graph.expand import Expander
from archdsl.graph.graph import Node, Scope, ScopeKind
from archdsl.graph.labels import tap
from archdsl.graph.library import Library
from archdsl.graph.paths import parts_of
from archdsl.graph.recipes import recipe_statement
from archdsl.graph.report import Reporter
from archdsl.ops import Blame, Input, Patch, Shape, Value
from archdsl.recipe import Recipe
from archdsl.source import Span
from archdsl.syntax import nodes

QUANTITIES = ("params", "macs", "aux_params", "aux_macs")


@dataclass(frozen=True, slots=True)
class Claims:
    """One `expect` of a net: a total it claims."""

    quantity: str
    value: int
    span: Span


class NetExpander(Expander):
    """Expands a net's own body, where inputs, outputs and expectations may stand."""

    def __init__(self, library: Library, builder: Builder, reporter: Reporter) -> None:
        super().__init__(library, builder, reporter)
        self.claims: list[Claims] = []
        self.recipe = Recipe()
        self.declared: nodes.Call | None = None
        self.labels = Labels()

    def net(self, net: nodes.Net, parameters: Mapping[str, Value], changed: bool) -> None:
        name = net.name.text
        self.changed = changed
        self.bodies.append(net.body)
        self.builder.open(Scope(name, ScopeKind.NET, name, None, net.span))
        env = Environment(
            parameters=parameters,
            names=Names(name),
            labels=self.labels,
            defaults=Defaults(),
            top=True,
        )
        flow = self.body(net.body, NOTHING, env)
        if not self.builder.inputs and not self.reporter.collector.has_errors:
            self.reporter.error(
                "missing-input",
                f"net `{name}` has no input",
                net.name.span,
                help="begin it with `input 224x224x3`",
            )
        elif self.declared is None and flow.node is not None and flow.shape is not None:
            self._give(flow.node)

    def _give(self, node: str) -> None:
        """Make the value at hand an output, by the name of the net's own step that it is from."""
        self.builder.give(node, parts_of(node)[1])

    def idle_labels(self) -> list[tuple[str, Span, str | None]]:
        return [
            (name, label.span, label.flow.node)
            for name, label in self.labels.table.items()
            if id(label) not in self.tapped
        ]

    def call(
        self, call: nodes.Call, flow: Flow, env: Environment, label: str | None, lone: bool
    ) -> Flow:
        name = call.name.text
        if env.top and name == "input":
            flow = self._input(call, flow, env, label)
            env.start.flows.append(flow)
            return flow
        if env.top and name == "output":
            self._output(call, flow, env)
            return flow
        if env.top and name == "expect":
            self._expect(call, flow, env)
            return flow
        if env.top and name == "recipe":
            self.recipe = recipe_statement(call, self.recipe, env, self.reporter)
            return flow
        return super().call(call, flow, env, label, lone)

    def _input(self, call: nodes.Call, flow: Flow, env: Environment, label: str | None) -> Flow:
        span = call.head
        path = self.path(env, label, "input")
        broken = Flow(path, None, span)
        arguments = call.arguments
        if call.body is not None or len(arguments) != 1 or arguments[0].name is not None:
            self.reporter.error(
                "missing-argument",
                "`input` takes one shape, height x width x channels",
                span,
                env,
                help="write `input 224x224x3`",
            )
            return broken
        try:
            shape = self._input_shape(arguments[0].value, flow, env)
            op = Input(shape=shape)
            op.infer()
        except Mistake as mistake:
            self.reporter.mistake(mistake, env)
            return broken
        except Unresolved:
            return broken
        except Blame as blame:
            self.reporter.error(blame.code, blame.headline, span, env)
            return broken
        if _looks_swapped(shape):
            swapped = f"{shape.width}x{shape.channels}x{shape.height}"
            self.reporter.error(
                "swapped-input",
                f"{shape.source} looks like channels x height x width",
                arguments[0].span,
                env,
                remark="a shape is height x width x channels",
                help=f"write `input {swapped}`",
            )
            return broken
        self.builder.add(Node(path, op, (), shape, env.names.path, (span,), None))
        self.builder.inputs.append(path)
        return Flow(path, shape, span)

    def _input_shape(self, tree: nodes.Value, flow: Flow, env: Environment) -> Shape:
        """Return the shape of an input; two numbers have more than one reading."""
        evaluator = Evaluator(env, flow)
        value = evaluator.value(tree)
        if isinstance(value, Patch) and value.stride is None:
            rows, columns = value.size.pair
            raise Mistake(
                "expression-type",
                f"`{value.size.source}` has two numbers, and a map has three: height x width x"
                " channels",
                tree.span,
                f"write `input {rows}x{columns}x1` for an image of one channel, `input"
                f" {rows}x{columns}x3` for one of three, or `input 1x{rows}x{columns}` for a"
                f" sequence of {rows} steps",
            )
        return evaluator.shape(tree)

    def _output(self, call: nodes.Call, flow: Flow, env: Environment) -> None:
        if self.declared is not None:
            self.reporter.error(
                "duplicate-name",
                "a net has one `output` statement",
                call.span,
                env,
                labels=(Label(self.declared.span, "the first is here"),),
                help="name all outputs in it: `output @left @right`",
            )
            return
        self.declared = call
        for argument in call.arguments:
            if not isinstance(argument.value, nodes.Tap):
                self.reporter.error(
                    "argument-type",
                    "`output` takes labels",
                    argument.span,
                    env,
                    help="write `output @left @right`",
                )
                return
            end = tap(self, argument.value, env)
            if end.node is not None:
                self.builder.give(end.node, argument.value.name.text)
        if not call.arguments and self.has_input(flow, call, env) and flow.node is not None:
            self._give(flow.node)

    def _expect(self, call: nodes.Call, flow: Flow, env: Environment) -> None:
        if not call.arguments:
            self.reporter.error(
                "missing-argument",
                "`expect` takes a claim",
                call.span,
                env,
                help="write `expect params = 42_679_816`",
            )
        for argument in call.arguments:
            if argument.name is None or argument.name.text not in QUANTITIES:
                given = "" if argument.name is None else argument.name.text
                listed = ", ".join(f"`{one}`" for one in QUANTITIES)
                self.reporter.error(
                    "unknown-argument",
                    f"`expect` knows {listed}{did_you_mean(given, QUANTITIES)}",
                    argument.span,
                    env,
                    help="write `expect params = 42_679_816`",
                )
                continue
            try:
                value = Evaluator(env, flow).whole(argument.value, "a count")
                self.claims.append(Claims(argument.name.text, value, argument.span))
            except Mistake as mistake:
                self.reporter.mistake(mistake, env)
            except Unresolved:
                continue


def _looks_swapped(shape: Shape) -> bool:
    """Channels first: at most four rows over a square of many columns and channels."""
    return (
        not shape.is_vector
        and shape.height <= 4
        and shape.width == shape.channels
        and shape.width >= 16
    )
