"""Expand a net into a graph: what is asked of it, and what comes of it; `net` and `expand` do it.

Shapes are inferred while expanding, because expressions may ask for the channels at hand and
`if` may depend on them. A step that is wrong reports why and yields an unknown value, about
which everything after it stays silent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from archdsl.diagnostics import Collector, Diagnostic, did_you_mean
from archdsl.graph.builder import Builder, TooManyNodes, TooManySteps
from archdsl.graph.definitions import check_definition
from archdsl.graph.environment import NOTHING, Defaults, Environment, Labels, Names
from archdsl.graph.evaluate import Evaluator, Mistake, Unresolved
from archdsl.graph.expand import DEEPEST, TooDeep
from archdsl.graph.graph import Graph
from archdsl.graph.library import library_of
from archdsl.graph.net import Claims, NetExpander
from archdsl.graph.outside import Settings, told, value_from_outside
from archdsl.graph.report import Reporter
from archdsl.ops import Value
from archdsl.recipe import Recipe
from archdsl.source import Span
from archdsl.syntax import Project, nodes

MOST_NODES = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a spec may grow."""

    nodes: int = MOST_NODES


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
    """Expand ``net`` with the given parameters.

    Names that blocks cannot have are told by :func:`rehearse_blocks`; with any, there is no graph.
    """
    settings = settings or {}
    collector = Collector()
    reporter = Reporter(collector)
    builder = Builder((limits or Limits()).nodes)
    library = library_of(project)
    expander = NetExpander(library, builder, reporter)
    check_definition(net, reporter)
    parameters, changed = _settings(net, settings, reporter)
    if collector.has_errors or library.has_wrong_names:
        return Elaborated(None, (), parameters, changed), told(collector.sorted(), net, settings)
    try:
        expander.net(net, parameters, changed)
    except TooManyNodes as error:
        span = expander.current or net.name.span
        much = f"expands to more than {builder.most_nodes:,} nodes"
        if isinstance(error, TooManySteps):
            much = f"takes more than {builder.most_steps:,} steps to expand"
        reporter.error(
            "too-many-nodes",
            f"`{net.name.text}` {much}",
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
    return elaborated, told(collector.sorted(), net, settings)


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
            values[name], found = value_from_outside(parameter.name, settings[name])
            reporter.collector.extend(found)
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
