"""Rules: a recipe speaks of steps that are there, and of scores rather than probabilities."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from archdsl.diagnostics import Diagnostic, Label, did_you_mean
from archdsl.graph import Graph, Node, in_net, parts_of
from archdsl.ops.activation import Softmax
from archdsl.recipe import AUXILIARY, Init, Line, Loss, Recipe


def recipe_faults(graph: Graph, recipe: Recipe) -> tuple[Diagnostic, ...]:
    """Return what a recipe says that cannot hold for its network."""
    named: Mapping[str, list[Node]] = {}
    if any(_is_at(line) for line in recipe.lines):
        named = _by_names(graph)
    return tuple(found for line in recipe.lines for found in _faults(graph, line, named))


def _is_at(line: Line) -> bool:
    return isinstance(line.ingredient, Init) and line.ingredient.at is not None


def _by_names(graph: Graph) -> Mapping[str, list[Node]]:
    """Return the nodes that have a name in their paths, their own or that of something around."""
    named: dict[str, list[Node]] = {}
    for node in graph:
        for name in dict.fromkeys(parts_of(in_net(node.id))):
            named.setdefault(name, []).append(node)
    return named


def chosen_by(graph: Graph, rule: Init, among: Iterable[Node] | None = None) -> Iterator[Node]:
    """Yield the nodes a rule for first weights speaks of, with or without numbers to set."""
    for node in graph if among is None else among:
        if rule.selects(parts_of(in_net(node.id)), node.op, node.aux is not None):
            yield node


def ends_in_softmax(graph: Graph) -> tuple[Node, ...]:
    """Return the nodes among a network's ends that already turn scores into probabilities."""
    ends = (*graph.outputs, *(head.output for head in graph.aux))
    return tuple(graph.nodes[end] for end in ends if isinstance(graph.nodes[end].op, Softmax))


def _faults(graph: Graph, line: Line, named: Mapping[str, list[Node]]) -> Iterator[Diagnostic]:
    match line.ingredient:
        case Init() as rule if not _sets_anything(graph, rule, named):
            yield Diagnostic(
                "unmatched-init",
                _why_unmatched(rule, named),
                (Label(line.span),),
                help="`at=` is the name of a step, block or group, or `aux`",
            )
        case Loss():
            for node in ends_in_softmax(graph):
                yield Diagnostic(
                    "softmax-before-loss",
                    f"`{node.id}` ends in a softmax, and the loss takes one itself",
                    (
                        Label(line.span, "takes scores"),
                        Label(node.origin[0], "gives probabilities"),
                    ),
                    help="leave the softmax out, and apply it where probabilities are wanted",
                )
        case _:
            pass


def _sets_anything(graph: Graph, rule: Init, named: Mapping[str, list[Node]]) -> bool:
    among = graph if rule.at is None or rule.at == AUXILIARY else named.get(rule.at, ())
    return any(_takes(graph, node, rule) for node in chosen_by(graph, rule, among))


def _takes(graph: Graph, node: Node, rule: Init) -> bool:
    """Return whether a node has learned numbers that a rule sets; a bias is one of its own."""
    cost = node.op.cost(graph.shapes_into(node), node.shape)
    return cost.params > (cost.weights if rule.only_biases else 0)


def _why_unmatched(rule: Init, named: Mapping[str, list[Node]]) -> str:
    if rule.at is not None and rule.at != AUXILIARY and rule.at not in named:
        return f"no step is called `{rule.at}`{did_you_mean(rule.at, named)}"
    return "no step has weights or biases that this rule sets"
