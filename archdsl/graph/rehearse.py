"""Names, arguments and words where no expansion comes: blocks that nothing calls, arms not taken.

A rehearsal runs a net or a block as the expansion does, with parameters that have no values. It
goes into every arm of an `if`, into one copy of a repeat, and into no block that is called. What
depends on a value is left to the expansion; all else is reported, in the same words.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import NoReturn, TypeVar
from weakref import WeakKeyDictionary

from archdsl.diagnostics import Collector, Diagnostic
from archdsl.graph import environment as environments
from archdsl.graph.builder import Builder
from archdsl.graph.calls import MOST_FAULTS
from archdsl.graph.circles import idle_circles
from archdsl.graph.definitions import check_definition
from archdsl.graph.environment import (
    NOTHING,
    Defaults,
    Environment,
    Flow,
    Labels,
    Names,
    Start,
    broken,
)
from archdsl.graph.evaluate import Evaluator, Mistake, Unresolved
from archdsl.graph.expand import TooDeep
from archdsl.graph.graph import Scope, ScopeKind
from archdsl.graph.joins import branches, join, scope_of
from archdsl.graph.labels import is_nameable
from archdsl.graph.library import Library, library_of
from archdsl.graph.net import NetExpander
from archdsl.graph.report import Reporter, written
from archdsl.graph.walk import group_name, head_name, values_in
from archdsl.ops import UNKNOWN, Operator, Unknown, Value, bind, missing
from archdsl.syntax import Project, nodes

T = TypeVar("T")
Definition = nodes.Block | nodes.Net
Given = tuple[tuple[str | None, Value | Unknown], ...]

_blocks: WeakKeyDictionary[Project, tuple[Diagnostic, ...]] = WeakKeyDictionary()


def rehearse_blocks(project: Project) -> tuple[Diagnostic, ...]:
    """Return what is wrong with the blocks of a project, whoever calls them; worked out once."""
    if project not in _blocks:
        collector = Collector()
        collector.extend(_rehearse(project, *project.blocks.values()))
        idle_circles(project, Reporter(collector))
        _blocks[project] = collector.sorted()
    return _blocks[project]


def rehearse_nets(project: Project, *nets: nodes.Net) -> tuple[Diagnostic, ...]:
    """Return what is wrong with nets of a project, whatever their parameters are set to."""
    return _rehearse(project, *nets)


def _rehearse(project: Project, *trees: Definition) -> tuple[Diagnostic, ...]:
    collector = Collector()
    reporter = Reporter(collector)
    library = library_of(project)
    for tree in trees:
        check_definition(tree, reporter)
        around = library.with_defaults if isinstance(tree, nodes.Block) else frozenset[str]()
        _Rehearsal(library, reporter, around).definition(tree)
    return collector.sorted()


class _Valueless(Mapping[str, Value]):
    """Parameters that are known by name, and have no values yet."""

    def __init__(self, *names: str) -> None:
        self._names = dict.fromkeys(names)

    def __getitem__(self, name: str) -> NoReturn:
        if name in self._names:
            raise Unresolved
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class _Rehearsal(NetExpander):
    """Goes through one definition; ``around`` are the operators that callers may give defaults."""

    def __init__(self, library: Library, reporter: Reporter, around: frozenset[str]) -> None:
        super().__init__(library, Builder(2**62), reporter)
        self.around = around
        self._perhaps: dict[int, tuple[Labels, Labels]] = {}
        """Labels of bodies, held so that their ids stay theirs, with those that arms may add."""

    def definition(self, tree: Definition) -> None:
        is_net = isinstance(tree, nodes.Net)
        flow = broken(tree.name.span)
        env = Environment(
            parameters=_Valueless(),
            names=Names(tree.name.text),
            labels=self.labels,
            defaults=Defaults(),
            blocks=() if is_net else (tree.name.text,),
            top=is_net,
            start=Start([flow], None if is_net else tree.name.text),
        )
        before: list[str] = []
        for parameter in tree.parameters:
            if parameter.default is not None:
                known = replace(env, parameters=_Valueless(*before))
                self.look(parameter.default, NOTHING if is_net else flow, known)
            before.append(parameter.name.text)
        self.bodies.append(tree.body)
        try:
            self.body(tree.body, flow, replace(env, parameters=_Valueless(*before)))
        except TooDeep:
            return  # The expansion says so, wherever it comes here.

    # What the expansion decides by values

    def step(self, step: nodes.Link, flow: Flow, env: Environment, lone: bool) -> Flow:
        end = super().step(step, flow, env, lone)
        if isinstance(step, nodes.Step):
            for claim in step.claims:
                self.look(claim.value, end, env)
        return end

    def action(
        self, action: nodes.Action, flow: Flow, env: Environment, label: str | None, lone: bool
    ) -> Flow:
        if isinstance(action, nodes.Repeat):
            return self._copy(action, flow, env, label)
        return super().action(action, flow, env, label, lone)

    def _copy(self, tree: nodes.Repeat, flow: Flow, env: Environment, label: str | None) -> Flow:
        """Go through one copy of a repeat, on a value that any copy may begin with."""
        self.look(tree.count, flow, env)
        self._attempt(lambda: Evaluator(env, flow).whole(tree.count, "a repeat count"), env)
        title = tree.action.name.text if isinstance(tree.action, nodes.Call) else "repeat"
        group = None if label is not None else group_name(tree.action)
        if group is not None and not is_nameable(self, group, env, repeated=True):
            return broken(tree.span)
        names = Names(self.path(env, label, title))
        inner = replace(
            env.inside(names, labels=Labels(env.labels)),
            parameters=_Valueless(*env.parameters, "index"),
        )
        begun, end = broken(tree.span), broken(tree.span)
        if isinstance(tree.action, nodes.Group):
            self.body(tree.action.body, begun, inner)
            return end
        self.call(tree.action, begun, inner, "0", lone=False)
        if group is not None:
            env.labels.name_group(title, environments.Label(end, group.span))
        return end

    def chosen(self, tree: nodes.Choice, flow: Flow, env: Environment) -> NoReturn:
        """Go through every arm of an `if`, each as if there were no other."""
        bodies = [arm.body for arm in tree.arms]
        bodies += [] if tree.otherwise is None else [tree.otherwise]
        for arm in tree.arms:
            self.look(arm.condition, flow, env)
            self._attempt(lambda arm=arm: Evaluator(env, flow).truth(arm.condition), env)
        outputs, recipe = self.declared, self.recipe
        given: list[Labels] = []
        for body in bodies:
            own = Labels()
            # What was named before cannot be named again here; what is named here can, elsewhere.
            labels = Labels(env.labels, ChainMap(own.table, env.labels.table), own.groups)
            inner = replace(env, names=Names(env.names.path), labels=labels)
            self.body(body, broken(body.span), inner)
            given.append(own)
            if id(labels) in self._perhaps:  # what arms within this one have given
                given.append(self._perhaps[id(labels)][1])
            self.declared, self.recipe = outputs, recipe
        for own in given:
            self._let_be_known(own, env.labels)
        raise Unresolved

    def _let_be_known(self, own: Labels, known: Labels) -> None:
        """Let taps find the labels that an arm has given, which others may give again."""
        if not own.table and not own.groups:
            return
        if id(known) not in self._perhaps:
            known.outer = Labels(known.outer)
            self._perhaps[id(known)] = (known, known.outer)
        _, perhaps = self._perhaps[id(known)]
        perhaps.table.update(own.table)
        perhaps.groups.update(own.groups)

    # Calls

    def call(
        self, call: nodes.Call, flow: Flow, env: Environment, label: str | None, lone: bool
    ) -> Flow:
        name = call.name.text
        if name in env.parameters:
            return self._passed(call, flow, env, label)
        if name in ("input", "expect", "aux", "residual"):
            named = head_name(call)
            for argument in call.arguments:
                if argument.value is not named:
                    self.look(argument.value, flow, env)
        return super().call(call, flow, env, label, lone)

    def _passed(self, call: nodes.Call, flow: Flow, env: Environment, label: str | None) -> Flow:
        """Go through a call of a parameter, whatever operator it is, or a group of its name."""
        name = call.name.text
        for argument in call.arguments:
            self.look(argument.value, flow, env)
        if label is None and not is_nameable(self, call.name, env, repeated=True):
            return broken(call.head)
        path = self.path(env, label, name)
        end = broken(call.head)
        if call.body is not None:
            self.builder.open(Scope(path, ScopeKind.GROUP, name, env.names.path, call.head))
            self.body(call.body, broken(call.body.span), env.inside(Names(path)))
            if label is None:
                env.labels.name_group(name, environments.Label(end, call.name.span))
        return end

    def _operator(
        self,
        call: nodes.Call,
        name: str,
        flow: Flow,
        env: Environment,
        label: str | None,
        lone: bool,
        passed: object = (),
    ) -> Flow:
        cls = self.operators[call.name.text]
        if cls.joins and call.body is None:
            return join(self, call, name, flow, env, label, lone)
        if call.body is not None and not cls.joins:
            return self._no_body(call, env)
        line = written(call.name, call.arguments)
        fields, is_loose = self._bound(cls, call.arguments, line, flow, env)
        if fields is not None and not is_loose and cls.name not in self.around:
            fault = missing(cls, {**env.defaults.of(cls.name), **fields})
            if fault is not None:
                self.reporter.error(fault.code, fault.headline, call.head, env, help=fault.help)
        if call.body is None:
            self.path(env, label, name)
        else:
            _, _, names = scope_of(self, call, name, ScopeKind.JOIN, env, label, lone)
            if not branches(self, call.body, names, broken(call.head), env):
                return join(self, call, name, flow, env, label, lone)
        return broken(call.head)

    def _block(self, call: nodes.Call, path: str, flow: Flow, env: Environment) -> Flow:
        block = self.blocks[call.name.text]
        matched, is_ok = self.parameters.matched(call, block, env)
        for tree in matched.values():
            self.look(tree, flow, env)
        if is_ok:
            self.parameters.missing(call, block, matched, env)
        return broken(call.head)

    def default(self, tree: nodes.Default, flow: Flow, env: Environment) -> Environment:
        cls = self.operators.get(tree.operator.text)
        if cls is None:
            return super().default(tree, flow, env)
        name, *rest = written(tree.operator, tree.arguments)
        fields, _ = self._bound(cls, tree.arguments, (f"default {name}", *rest), flow, env)
        return replace(env, defaults=Defaults(env.defaults, cls.name, fields or {}))

    def keyword(
        self,
        call: nodes.Call,
        name: str,
        default: float,
        flow: Flow,
        env: Environment,
        skip: int = 0,
    ) -> float:
        number = super().keyword(call, name, default, flow, env, skip)
        return default if number is None else number

    # Values

    def look(self, tree: nodes.Value, flow: Flow, env: Environment) -> Value | Unknown:
        """Report every wrong name in a value; return the value, if it depends on nothing else."""
        evaluator = Evaluator(env, flow)
        for part in values_in(tree):
            match part:
                case nodes.Name():
                    self._attempt(lambda part=part: evaluator.value(part), env)
                case nodes.Function():
                    self._attempt(lambda part=part: evaluator.function(part), env)
                case nodes.Reference() if part.name.text not in env.parameters:
                    cls = self.operators.get(part.name.text)
                    if cls is not None:
                        line = written(part.name, part.arguments)
                        self._bound(cls, part.arguments, line, flow, env)
                case _:
                    pass
        value = self._attempt(lambda: evaluator.value(tree), env)
        return UNKNOWN if value is None else value

    def _attempt(self, evaluate: Callable[[], T], env: Environment) -> T | None:
        """Evaluate; report what is wrong, and give None where there is no value yet."""
        try:
            return evaluate()
        except Mistake as mistake:
            self.reporter.mistake(mistake, env)
        except Unresolved:
            pass
        return None

    def _bound(
        self,
        cls: type[Operator],
        arguments: tuple[nodes.Argument, ...],
        line: tuple[str, ...],
        flow: Flow,
        env: Environment,
    ) -> tuple[Mapping[str, object] | None, bool]:
        """Return the fields that arguments give, and whether some may give any field.

        None after an error. ``line`` is the call as it is written.
        """
        given: Given = tuple(
            (None if one.name is None else one.name.text, self.look(one.value, flow, env))
            for one in arguments
        )
        binding = bind(cls, given)
        for fault in binding.faults[:MOST_FAULTS]:
            at = arguments[fault.position or 0].span
            right = fault.instead(at.source.text[at.start : at.end])
            instead = () if right is None else (right,)
            help = fault.mended(line) or fault.help
            self.reporter.error(fault.code, fault.headline, at, env, help=help, instead=instead)
        is_loose = any(name is None and isinstance(value, Unknown) for name, value in given)
        return None if binding.faults else binding.fields, is_loose
