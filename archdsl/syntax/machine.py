"""Runs the parse tables that Lark makes of the grammar.

Lark's own loop keeps line counts and builds token objects that nobody here asks for; this one
reads a spec in a third of the time, and can go on after a mistake (recovery.py says where).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, cast

from lark import Lark
from lark.grammar import Rule, Symbol, Terminal
from lark.lexer import TerminalDef
from lark.parsers.lalr_analysis import Shift

from archdsl.light import light

END = "$END"
HOLE = "HOLE"
"""The terminal for what cannot be read."""
IGNORED = r"(?:[ \t\r]++|#[^\n]*+)*+"
_BLANK = re.compile(IGNORED)
_Match = Callable[[str, int, int], "re.Match[str] | None"]


@light
class Token:
    """A stretch of the text, named after the terminal it is; "" where no terminal fits."""

    type: str
    text: str
    start: int
    end: int


Build = Callable[[list[Any]], Any]
"""Makes the value of a rule of the values of its parts."""


class Reduction(NamedTuple):
    """Replace the topmost ``size`` values by what ``build`` makes of them."""

    size: int
    origin: str
    build: Build


class State:
    """A state of the automaton: what can come next, and what it leads to."""

    __slots__ = ("actions", "gotos", "keywords", "match", "number")

    def __init__(self, number: int) -> None:
        self.number = number
        self.actions: dict[str, State | Reduction] = {}
        self.gotos: dict[str, State] = {}
        self.keywords: Mapping[str, str] = {}
        self.match: _Match | None = None


class Stuck(Exception):
    """In ``state``, no rule goes on with ``token``; ``open`` are the tokens of unfinished rules."""

    def __init__(self, state: State, token: Token, values: list[Any]) -> None:
        super().__init__(token)
        self.state = state.number
        self.token = token
        self.open = tuple(value.type for value in values if isinstance(value, Token))


class Machine:
    """The automaton of one grammar; ``builds`` says what is made of each of its rules."""

    def __init__(self, lark: Lark, builds: Callable[[Rule], Build]) -> None:
        # Names of Lark's that its documentation leaves out, the same in every release since 1.0.
        table: Any = cast("Any", lark.parser).parser._parse_table
        rows: Mapping[int, Mapping[str, tuple[Any, Any]]] = table.states
        self._terminals = {terminal.name: terminal for terminal in lark.terminals}
        self._matchers: dict[frozenset[str], tuple[_Match, Mapping[str, str]]] = {}
        rules = {rule.origin.name for rule in lark.rules}
        states = {number: State(number) for number in rows}
        reductions: dict[Rule, Reduction] = {}
        for number, row in rows.items():
            for symbol, (action, target) in row.items():
                if action is Shift and symbol in rules:
                    states[number].gotos[symbol] = states[target]
                    continue
                if action is Shift:
                    states[number].actions[symbol] = states[target]
                    continue
                if target not in reductions:
                    size, origin = len(target.expansion), target.origin.name
                    reductions[target] = Reduction(size, origin, builds(target))
                states[number].actions[symbol] = reductions[target]
        self.ends = {
            rule: (states[first], states[table.end_states[rule]])
            for rule, first in table.start_states.items()
        }

    def prepare(self, state: State) -> _Match:
        """Give a state its matcher, when it is met for the first time."""
        state.match, state.keywords = self._matcher(self._terminals.keys() & state.actions.keys())
        return state.match

    def _matcher(self, names: Iterable[str]) -> tuple[_Match, Mapping[str, str]]:
        """Return a matcher for some terminals, and the keywords among them."""
        key = frozenset(names)
        if key not in self._matchers:
            known = [self._terminals[name] for name in sorted(key)]
            words = {str(one.pattern.value): one.name for one in known if _is_word(one)}
            if "NAME" in key:
                known = [one for one in known if not _is_word(one)]
            choices = "|".join(_pattern(one) for one in sorted(known, key=_rank))
            self._matchers[key] = re.compile(rf"{IGNORED}(?:{choices}|\Z)").match, words
        return self._matchers[key]

    def token_at(self, text: str, at: int, end: int) -> Token:
        """Return the token at ``at`` as some other place of the grammar would take it."""
        match, words = self._matcher(self._terminals)
        found = match(text, at, end)
        if found is not None and found.lastgroup is not None:
            word, end = found[found.lastgroup], found.end()
            return Token(words.get(word, found.lastgroup), word, end - len(word), end)
        blank = _BLANK.match(text, at, end)
        place = at if blank is None else blank.end()
        if place == end:
            return Token(END, "", end, end)
        return Token("", text[place : place + 1], place, place + 1)


class Run:
    """One text, which is a ``rule``, on its way through the automaton; up to ``end`` at first."""

    def __init__(self, machine: Machine, text: str, rule: str = "start") -> None:
        self.machine = machine
        self.text = text
        self.at = 0
        self.end = len(text)
        first, self.last = machine.ends[rule]
        self.states = [first]
        self.values: list[Any] = []

    def finish(self) -> Any:
        """Return what the text's rule makes, or raise :class:`Stuck`.

        One can go on after :meth:`retreat` and :meth:`feed`. An ``end`` before the text's own is
        as far as this goes: it is stuck there, whatever stands before it.
        """
        # Most of the time that a large spec takes is spent in this loop.
        text, at, end, states, values = self.text, self.at, self.end, self.states, self.values
        machine, last = self.machine, self.last
        state = states[-1]
        while True:
            found = (state.match or machine.prepare(state))(text, at, end)
            if found is None:
                raise Stuck(state, machine.token_at(text, at, end), values)
            type = found.lastgroup
            at = found.end()
            if type is None:
                type, word = END, ""
                if end < len(text):
                    raise Stuck(state, Token(END, "", end, end), values)
            else:
                word = found[type]
                if word in state.keywords:
                    type = state.keywords[word]
            action = state.actions.get(type)
            while isinstance(action, Reduction):
                size, origin, build = action
                if size:
                    children = values[-size:]
                    del values[-size:], states[-size:]
                else:
                    children = []
                value = build(children)
                state = states[-1].gotos[origin]
                if state is last:
                    return value
                values.append(value)
                states.append(state)
                action = state.actions.get(type)
            token = Token(type, word, at - len(word), at)
            if action is None:
                raise Stuck(state, token, values)
            state = action
            states.append(state)
            values.append(token)

    def accepts(self, type: str) -> bool:
        """Return whether a ``type`` can come next."""
        states = list(self.states)
        action = states[-1].actions.get(type)
        while isinstance(action, Reduction):
            if action.size:
                del states[-action.size :]
            states.append(states[-1].gotos[action.origin])
            action = states[-1].actions.get(type)
        return action is not None

    def feed(self, type: str, value: Any) -> None:
        """Go on as if a ``type``, which must be accepted, came next in the text."""
        action = self.states[-1].actions[type]
        while isinstance(action, Reduction):
            size, origin, build = action
            children = self.values[-size:] if size else []
            if size:
                del self.values[-size:], self.states[-size:]
            self.values.append(build(children))
            self.states.append(self.states[-1].gotos[origin])
            action = self.states[-1].actions[type]
        self.states.append(action)
        self.values.append(value)

    def retreat(self, type: str) -> list[Any]:
        """Give up what is unfinished, back to where a ``type`` can come; return what that was."""
        keep = len(self.states) - 1
        while not isinstance(self.states[keep].actions.get(type), State):
            keep -= 1
        given_up = self.values[keep:]
        del self.values[keep:], self.states[keep + 1 :]
        return given_up


def shaped_by(builder: object) -> Callable[[Rule], Build]:
    """Return what makes values as Lark's own trees are shaped, by ``builder``'s methods."""
    return lambda rule: _build(rule, builder)


def _build(rule: Rule, builder: object) -> Build:
    """Return what makes a rule's value of its children, as Lark's grammars define it.

    Filtered tokens fall away, children of rules that begin with `_` move up, a rule marked `?`
    stands for its only child, and all else is the builder's method of the rule's name.
    """
    name = rule.origin.name
    kept = [i for i, symbol in enumerate(rule.expansion) if not _is_filtered(symbol)]
    opened = [i for i in kept if _is_open(rule.expansion[i])]
    if rule.options.expand1 and len(kept) == 1 and not opened:
        return lambda children: children[kept[0]]
    make: Build | None = None
    if not name.startswith("_"):
        make = getattr(builder, rule.alias or name)
    if not opened and len(kept) == len(rule.expansion):
        return make or (lambda children: children)
    grown = kept[0] if kept and kept[0] in opened else None
    rest = [(i, i in opened) for i in kept if i != grown]

    def build(children: list[Any]) -> Any:
        # Nobody else holds the first list, so that a long one can grow in place.
        values: list[Any] = [] if grown is None else children[grown]
        for i, open in rest:
            if open:
                values += children[i]
            else:
                values.append(children[i])
        return values if make is None else make(values)

    return build


def _is_filtered(symbol: Symbol) -> bool:
    return isinstance(symbol, Terminal) and symbol.filter_out


def _is_open(symbol: Symbol) -> bool:
    return not symbol.is_term and symbol.name.startswith("_")


def _is_word(terminal: TerminalDef) -> bool:
    return terminal.pattern.type == "str" and str(terminal.pattern.value).isalpha()


def _pattern(terminal: TerminalDef) -> str:
    border = r"(?![A-Za-z0-9_])" if _is_word(terminal) else ""
    return f"(?P<{terminal.name}>{terminal.pattern.to_regexp()}{border})"


def _rank(terminal: TerminalDef) -> tuple[object, ...]:
    """Order terminals as Lark does: by priority, then the longer before the shorter."""
    pattern = terminal.pattern
    return (-terminal.priority, -pattern.max_width, -len(pattern.value), terminal.name)
