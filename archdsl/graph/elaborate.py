"""Expand a net into a graph: parameters, inputs, outputs and claims; `expand` does the rest.

Shapes are inferred while expanding, because expressions may ask for the channels at hand and
`if` may depend on them. A step that is wrong reports why and yields an unknown value, about
which everything after it stays silent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from archdsl.diagnostics import Collector, Diagnostic, Label, did_you_mean
from archdsl.graph.builder import Builder, TooManyNodes
from archdsl.graph.environment import NOTHING, Defaults, Environment, Flow, Labels, Names
from archdsl.graph.evaluate import Evaluator, Mistake, Unresolved
from archdsl.graph.expand import DEEPEST, Expander, TooDeep
from archdsl.graph.graph import Graph, Node, Scope, ScopeKind
from archdsl.graph.labels import tap
from archdsl.graph.names import LANGUAGE, OF_INPUT, VALUE_NAMES, why_reserved
from archdsl.graph.recipes import recipe_statement
from archdsl.graph.report import Reporter
from archdsl.ops import Blame, Input, Patch, Shape, Size, Value, Word, known_words, operators
from archdsl.recipe import Recipe
from archdsl.source import Span
from archdsl.syntax import Project, nodes

MOST_NODES = 1_000_000
QUANTITIES = ("params", "macs", "aux_params", "aux_macs")

Settings = Mapping[str, int | float | bool | str]
"""Parameters of a net set from outside."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a spec may grow."""

    nodes: int = MOST_NODES


@dataclass(frozen=True, slots=True)
class Claims:
    """One `expect` of a net: a total it claims."""

    quantity: str
    value: int
    span: Span


@dataclass(frozen=True, slots=True)
class Elaborated:
    """A net after expansion. ``graph`` is None where errors left it without a sound one."""

    graph: Graph | None
    claims: tuple[Claims, ...]
    parameters: Mapping[str, Value]
    changed: bool
    """Whether a parameter was set from outside to something other than its default."""
    idle_labels: tuple[tuple[str, Span, str | None], ...] = ()
    """Labels that nothing reads: name, place, and the node they name."""
    recipe: Recipe = Recipe()


def elaborate(
    project: Project,
    net: nodes.Net,
    settings: Settings | None = None,
    limits: Limits | None = None,
) -> tuple[Elaborated, tuple[Diagnostic, ...]]:
    """Expand ``net`` with the given parameters."""
    collector = Collector()
    reporter = Reporter(collector)
    builder = Builder((limits or Limits()).nodes)
    expander = _NetExpander(project.blocks, builder, reporter)
    for block in project.blocks.values():
        _check_definition(block, reporter)
    _check_definition(net, reporter)
    parameters, changed = _settings(net, settings or {}, reporter)
    if collector.has_errors:
        return Elaborated(None, (), parameters, changed), collector.sorted()
    try:
        expander.net(net, parameters, changed)
    except TooManyNodes:
        span = expander.current or net.name.span
        reporter.error(
            "too-many-nodes",
            f"`{net.name.text}` expands to more than {builder.most_nodes:,} nodes",
            span,
            remark="while expanding this",
            help="raise the limit with `--max-nodes`",
        )
    except TooDeep as deep:
        reporter.error(
            "nested-too-deep", f"steps are nested more than {DEEPEST} deep", deep.span, deep.env
        )
    graph = None if collector.has_errors else builder.graph(net.name.text)
    elaborated = Elaborated(
        graph,
        tuple(expander.claims),
        parameters,
        changed,
        tuple(expander.idle_labels()),
        expander.recipe,
    )
    return elaborated, collector.sorted()


class _NetExpander(Expander):
    """Expands a net's own body, where inputs, outputs and expectations may stand."""

    def __init__(
        self, blocks: Mapping[str, nodes.Block], builder: Builder, reporter: Reporter
    ) -> None:
        super().__init__(blocks, builder, reporter)
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
        _, step, *_ = node.split(".")
        self.builder.give(node, step)

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
            shape = Evaluator(env, flow).shape(arguments[0].value)
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


def _check_definition(tree: nodes.Block | nodes.Net, reporter: Reporter) -> None:
    """Report names of a net or block, and of its parameters, that cannot be."""
    name = tree.name
    why = why_reserved(name.text)
    if name.text in operators():
        why = "it is an operator"
    if why is not None:
        reporter.error("reserved-name", f"nothing can be called `{name.text}`: {why}", name.span)
    seen: dict[str, Span] = {}
    for parameter in tree.parameters:
        text, span = parameter.name.text, parameter.name.span
        if text in seen:
            reporter.error(
                "duplicate-name",
                f"there are two parameters called `{text}`",
                span,
                labels=(Label(seen[text], "the first is here"),),
            )
        seen.setdefault(text, span)
        if text in VALUE_NAMES or text in LANGUAGE:
            meaning = "the language uses it"
            if text in VALUE_NAMES:
                has = "the input" if text in OF_INPUT else "the value at hand"
                meaning = "a copy of a repeat has it" if text == "index" else f"{has} has it"
            reporter.error(
                "reserved-name", f"a parameter cannot be called `{text}`: {meaning}", span
            )


def _settings(
    net: nodes.Net, settings: Settings, reporter: Reporter
) -> tuple[dict[str, Value], bool]:
    """Return the net's parameters: those set from outside, the others' defaults."""
    known = [parameter.name.text for parameter in net.parameters]
    for name in settings:
        if name not in known:
            takes = ", ".join(f"`{one}`" for one in known) or "none"
            reporter.error(
                "unknown-argument",
                f"net `{net.name.text}` has no parameter `{name}`{did_you_mean(name, known)}",
                net.name.span,
                remark="this net",
                help=f"its parameters are: {takes}",
            )
    values: dict[str, Value] = {}
    changed = False
    for parameter in net.parameters:
        name = parameter.name.text
        env = Environment(values, Names(""), Labels(), Defaults())
        default: Value | None = None
        if parameter.default is not None:
            try:
                default = Evaluator(env, NOTHING).value(parameter.default)
            except Mistake as mistake:
                reporter.mistake(mistake, env)
                continue
            except Unresolved:
                continue
        if name in settings:
            values[name] = _outside(settings[name], parameter.name, reporter)
            changed = changed or values[name] != default
        elif default is not None:
            values[name] = default
        else:
            reporter.error(
                "missing-argument",
                f"net `{net.name.text}` needs `{name}`",
                parameter.name.span,
                help=f"give it a default, or set it: `--set {name}=…`",
            )
    return values, changed


def _outside(value: int | float | bool | str, name: nodes.Name, reporter: Reporter) -> Value:
    """Return a value set from outside; text is a word or a size such as 3x3."""
    if isinstance(value, str):
        height, cross, width = value.partition("x")
        if cross and height.isdecimal() and width.isdecimal() and len(value) < 20:
            return Patch(Size(int(height), int(width)))
        if value not in known_words():
            reporter.error(
                "unknown-word",
                f"`{name.text}` is set to `{value[:40]}`, which is no number and no word"
                + did_you_mean(value, known_words()),
                name.span,
            )
        return Word(value)
    if not isinstance(value, bool) and not abs(value) <= 10**18:
        reporter.error("number-too-large", f"`{name.text}` is set to too large a number", name.span)
        return 0
    return value
