"""The `recipe` statement of a net: its arguments evaluated, what is wrong with it reported."""

from __future__ import annotations

from archdsl.diagnostics import Label
from archdsl.graph.environment import NOTHING, Environment
from archdsl.graph.evaluate import Evaluator, Mistake, Unresolved
from archdsl.graph.report import Reporter
from archdsl.ops import Value, Word
from archdsl.recipe import Recipe, read_recipe
from archdsl.syntax import nodes


def recipe_statement(
    call: nodes.Call, before: Recipe, env: Environment, reporter: Reporter
) -> Recipe:
    """Return the recipe that a statement spells; ``before`` is the one there was until here."""
    if before.place is not None:
        reporter.error(
            "duplicate-name",
            "a net has one `recipe`",
            call.name.span,
            env,
            labels=(Label(before.place, "the first is here"),),
        )
        return before

    def evaluate(line: nodes.Call) -> tuple[tuple[str | None, Value], ...] | None:
        try:
            return tuple(
                (None if one.name is None else one.name.text, _value(one.value, env))
                for one in line.arguments
            )
        except Mistake as mistake:
            reporter.mistake(mistake, env)
        except Unresolved:
            pass
        return None

    recipe, found = read_recipe(call, evaluate)
    reporter.collector.extend(found)
    return recipe


def _value(tree: nodes.Value, env: Environment) -> Value:
    """Evaluate an argument; a name that is no parameter is a word or a step, for others to know."""
    if isinstance(tree, nodes.Name) and tree.text not in env.parameters:
        return Word(tree.text)
    return Evaluator(env, NOTHING).value(tree)
