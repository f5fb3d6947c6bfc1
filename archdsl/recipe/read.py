"""From a `recipe { … }` statement to a :class:`Recipe`, its arguments bound as operators' are."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from archdsl.diagnostics import Diagnostic, Label, did_you_mean
from archdsl.ops import Blame, Kind, Value, Word, bind, missing, signature
from archdsl.recipe.ingredient import Ingredient, registered
from archdsl.recipe.recipe import Line, Recipe
from archdsl.source import Span
from archdsl.syntax import nodes

MOST_LINES = 256
"""Lines of a recipe; each may speak of all steps of a network."""

Given = tuple[tuple[str | None, Value], ...]
Evaluate = Callable[[nodes.Call], Given | None]
"""Returns the values of a line's arguments, or None after reporting what is wrong with them."""


def read_recipe(call: nodes.Call, evaluate: Evaluate) -> tuple[Recipe, tuple[Diagnostic, ...]]:
    """Read every line of a `recipe`; those that are wrong are reported and left out."""
    reader = _Reader(evaluate)
    if call.body is None or call.arguments:
        reader.error(
            "missing-argument",
            "`recipe` takes its lines in braces, and nothing before them",
            call.name.span,
            help="write `recipe { optimizer sgd lr=0.1 }`",
        )
    else:
        for statement in call.body.statements[:MOST_LINES]:
            reader.statement(statement)
        if len(call.body.statements) > MOST_LINES:
            reader.error(
                "too-many-lines",
                f"a recipe has at most {MOST_LINES} lines, and this one"
                f" {len(call.body.statements):,}",
                call.body.statements[MOST_LINES].span,
            )
    return Recipe(tuple(reader.lines), call.name.span), tuple(reader.found)


class _Reader:
    """Reads one recipe; gathers its lines, and what is wrong with the others."""

    def __init__(self, evaluate: Evaluate) -> None:
        self.evaluate = evaluate
        self.lines: list[Line] = []
        self.found: list[Diagnostic] = []
        self._first: dict[str, Span] = {}

    def error(
        self,
        code: str,
        headline: str,
        span: Span,
        *labels: Label,
        remark: str = "",
        help: str | None = None,
    ) -> None:
        self.found.append(Diagnostic(code, headline, (Label(span, remark), *labels), help=help))

    def statement(self, statement: nodes.Statement) -> None:
        statements = registered()
        if not isinstance(statement, nodes.Call) or statement.body is not None:
            self.error(
                "unknown-ingredient",
                "a recipe holds plain lines, and no steps",
                statement.span,
                help=f"a line begins with {_listed(statements, 'or')}",
            )
            return
        name, place = statement.name.text, statement.name.span
        if name not in statements:
            self.error(
                "unknown-ingredient",
                f"a recipe knows no `{name}`{did_you_mean(name, statements)}",
                place,
                help=f"a line begins with {_listed(statements, 'or')}",
            )
            return
        first = self._first.setdefault(name, place)
        if first is not place and not any(kind.repeats for kind in statements[name].values()):
            self.error(
                "duplicate-name",
                f"a recipe has one `{name}`",
                place,
                Label(first, "the first is here"),
            )
            return
        given = self.evaluate(statement)
        if given is not None:
            self._ingredient(statement, given)

    def _ingredient(self, line: nodes.Call, given: Given) -> None:
        """Add what a line says. One of its words chooses the class, which binds the others."""
        kinds = registered()[line.name.text]
        words = {
            position: value.text
            for position, (name, value) in enumerate(given)
            if name is None and isinstance(value, Word)
        }
        chosen = next((position for position, word in words.items() if word in kinds), None)
        cls = kinds.get("" if chosen is None else words[chosen])
        known = [*kinds] if cls is None else [*kinds, *_words(cls)]
        stray = next((p for p, word in words.items() if chosen is None and word not in known), None)
        if stray is not None:
            self.error(
                "unknown-word",
                f"`{line.name.text}` knows no `{words[stray]}`{did_you_mean(words[stray], known)}",
                line.arguments[stray].span,
                help=_knows(line.name.text, known),
            )
        elif cls is None:
            self.error(
                "missing-argument",
                f"`{line.name.text}` needs to say which",
                line.span,
                help=f"it can be {_listed(kinds, 'or')}",
            )
        else:
            rest = [position for position in range(len(given)) if position != chosen]
            self._bind(cls, line, given, rest)

    def _bind(self, cls: type[Ingredient], line: nodes.Call, given: Given, rest: list[int]) -> None:
        """Bind the arguments at the positions ``rest``, and check them together."""
        binding = bind(cls, tuple(given[position] for position in rest))
        faults = binding.faults
        if not faults and (absent := missing(cls, binding.fields)) is not None:
            faults = (absent,)
        for fault in faults:
            position = fault.position
            at = line.span if position is None else line.arguments[rest[position]].span
            self.error(fault.code, fault.headline, at, help=fault.help)
        if faults:
            return
        made = cls(**binding.fields)
        try:
            made.check()
        except Blame as blame:
            position = binding.positions.get(blame.argument or "")
            at = line.span if position is None else line.arguments[rest[position]].span
            self.error(blame.code, blame.headline, at, remark=blame.remark, help=blame.help)
            return
        self.lines.append(Line(made, line.span))


def _words(cls: type[Ingredient]) -> set[str]:
    """Return the bare words that mean something to a class."""
    found: set[str] = set()
    for argument in signature(cls):
        found.update(argument.words)
        if argument.positional and argument.kind is Kind.SWITCH:
            found.add(argument.name)
    return found


def _knows(statement: str, words: Iterable[str]) -> str:
    """Say which words a line may hold; many lines hold none."""
    named = [word for word in words if word]
    return f"it can be {_listed(named, 'or')}" if named else f"`{statement}` knows no words"


def _listed(names: Iterable[str], link: str) -> str:
    quoted = [f"`{name}`" for name in names if name]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {link} {quoted[-1]}"
