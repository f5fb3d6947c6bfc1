"""Expansion of bodies: chains, calls, choices, groups, heads, labels and claims."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import assert_never

from archdsl.graph import environment as environments
from archdsl.graph.blocks import block
from archdsl.graph.builder import Builder
from archdsl.graph.calls import Fields, OperatorCalls
from archdsl.graph.doubts import Doubts
from archdsl.graph.environment import (
    Defaults,
    Environment,
    Flow,
    Names,
    broken,
)
from archdsl.graph.evaluate import Evaluator, Mistake, Unresolved
from archdsl.graph.groups import group, named_group
from archdsl.graph.heads import head
from archdsl.graph.joins import join, residual
from archdsl.graph.labels import check_claim, is_nameable, label_of, tap
from archdsl.graph.least import Least
from archdsl.graph.library import Given, Library
from archdsl.graph.named_number import named_number
from archdsl.graph.names import STATEMENTS
from archdsl.graph.parameters import Parameters
from archdsl.graph.passed import passed
from archdsl.graph.repeats import repeat
from archdsl.graph.report import Reporter, quote, written
from archdsl.graph.unknown import unknown_operator, unknown_step
from archdsl.graph.walk import Reserved, input_in, is_lone, mentions_index, reserved
from archdsl.ops import bind, operators
from archdsl.source import Span
from archdsl.syntax import nodes

DEEPEST = 64
"""Deepest nesting of expansions; Python's own stack holds several frames for each."""

MANY_NAMES = 16
"""Names that statements give that take as long as a step, each time their body is run."""


class TooDeep(Exception):
    """Steps are nested more than :data:`DEEPEST` deep, most often in blocks that call blocks."""

    def __init__(self, span: Span, env: Environment) -> None:
        super().__init__()
        self.span = span
        self.env = env


class Expander:
    """Expands statements into the builder's graph; one instance per net."""

    def __init__(self, library: Library, builder: Builder, reporter: Reporter) -> None:
        self.library = library
        self.blocks = blocks = library.blocks
        self.builder = builder
        self.reporter = reporter
        self.calls = OperatorCalls(builder, reporter)
        self.doubts = Doubts(reporter)
        self.parameters = Parameters(blocks, reporter)
        self.operators = operators()
        self.least = Least(blocks, self.operators)
        self.changed = False
        """Whether the net's parameters are others than it was written with."""
        self.depth = 0
        self.current: Span | None = None
        self.tapped: set[int] = set()
        self.bodies: list[nodes.Body] = []
        self._steady: dict[int, bool] = {}
        self._reserved: dict[int, Reserved] = {}
        self.claims_broken = False

    @cached_property
    def given(self) -> Given:
        """Where the bodies that are run give names, those of the library's blocks aside."""
        return Given.within(self.bodies)

    # Bodies and chains

    def body(self, body: nodes.Body, flow: Flow, env: Environment) -> Flow:
        """Run the statements of a body one after the other."""
        self.enter(body.span, env)
        self.reserve(body, env.names)
        lone = is_lone(body)
        for statement in body.statements:
            if isinstance(statement, nodes.Default):
                env = self.default(statement, flow, env)
            else:
                flow = self.statement(statement, flow, env, lone)
        self.leave()
        return flow

    def reserve(self, tree: nodes.Body | nodes.Statement, names: Names) -> None:
        """Keep names that statements give from steps that take what is free."""
        kept = self._reserved.get(id(tree))
        if kept is None:
            statements = tree.statements if isinstance(tree, nodes.Body) else (tree,)
            kept = self._reserved[id(tree)] = reserved(statements)
        self.builder.step((len(kept.labels) + len(kept.groups)) // MANY_NAMES)
        names.reserve(kept.labels, kept.groups)

    def statement(
        self,
        statement: nodes.Link | nodes.Chain | nodes.Hole,
        flow: Flow,
        env: Environment,
        lone: bool,
    ) -> Flow:
        if isinstance(statement, nodes.Hole):
            return broken(statement.span)
        if not isinstance(statement, nodes.Chain):
            return self.step(statement, flow, env, lone)
        for step in statement.steps:
            flow = self.step(step, flow, env, lone=False)
        return flow

    def step(self, step: nodes.Link, flow: Flow, env: Environment, lone: bool) -> Flow:
        if not isinstance(step, nodes.Step):
            return self.action(step, flow, env, None, lone)
        name = label_of(self, step, env)
        before = flow
        flow = self.action(step.action, flow, env, None if name is None else name.text, lone)
        if name is not None:
            env.labels.table[name.text] = environments.Label(flow, name.span)
        for refused in step.labels[: 1 if name is None else 0]:
            # Said once, where it is given, and not again by every tap of it.
            unknown = environments.Label(broken(refused.span), refused.span)
            env.labels.table.setdefault(refused.text, unknown)
        for claim in step.claims:
            check_claim(self, claim, before, flow, env)
        return flow

    def action(
        self, action: nodes.Action, flow: Flow, env: Environment, label: str | None, lone: bool
    ) -> Flow:
        self.builder.step()
        match action:
            case nodes.Call():
                return self.call(action, flow, env, label, lone)
            case nodes.Repeat():
                return repeat(self, action, flow, env, label)
            case nodes.Tap():
                return tap(self, action, env)
            case nodes.Group():
                return self.sequence(action.body, flow, env, label)
            case nodes.Choice():
                return self._choice(action, flow, env, label)
            case _:
                assert_never(action)

    def sequence(self, body: nodes.Body, flow: Flow, env: Environment, label: str | None) -> Flow:
        """Run `{ … }`: a group when it is labelled, otherwise part of the body around it."""
        if label is None:
            return self.body(body, flow, env)
        return group(self, body, label, env.names.labelled(label), flow, env)

    def _choice(self, tree: nodes.Choice, flow: Flow, env: Environment, label: str | None) -> Flow:
        try:
            body = self.chosen(tree, flow, env)
        except Unresolved:
            return broken(tree.span)
        return flow if body is None else self.sequence(body, flow, env, label)

    def chosen(self, tree: nodes.Choice, flow: Flow, env: Environment) -> nodes.Body | None:
        """Return the body that `if` picks, or None; raise :class:`Unresolved` after an error."""
        for arm in tree.arms:
            self.doubts.look(arm.condition, flow, env)
        try:
            for arm in tree.arms:
                self.builder.step()
                self.builder.evaluate(arm.condition.span)
                if Evaluator(env, flow).truth(arm.condition):
                    return arm.body
        except Mistake as mistake:
            self.reporter.mistake(mistake, env)
            raise Unresolved from mistake
        return tree.otherwise

    def default(self, tree: nodes.Default, flow: Flow, env: Environment) -> Environment:
        """Return the environment with a `default` statement in force."""
        name = tree.operator.text
        cls = self.operators.get(name)
        if cls is None:
            if name in self.blocks:
                self.reporter.error(
                    "unknown-operator",
                    f"`{name}` is a block, and has no defaults",
                    tree.operator.span,
                    env,
                    help="give its parameter a default: `block A(filters = 64)`",
                )
            else:
                self.reporter.mistake(unknown_operator(name, tree.operator.span), env)
            return env
        self.builder.evaluate(tree.span)
        try:
            binding = bind(cls, Evaluator(env, flow).arguments(tree.arguments))
        except Mistake as mistake:
            self.reporter.mistake(mistake, env)
            return env
        except Unresolved:
            return env
        for fault in binding.faults:
            at = tree.span if fault.position is None else tree.arguments[fault.position].span
            name, *rest = written(tree.operator, tree.arguments)
            help = fault.mended((f"default {name}", *rest))
            self.reporter.error(fault.code, fault.headline, at, env, help=help)
        return replace(env, defaults=Defaults(env.defaults, name, binding.fields))

    # Calls

    def call(
        self, call: nodes.Call, flow: Flow, env: Environment, label: str | None, lone: bool
    ) -> Flow:
        name = call.name.text
        self.current = call.name.span
        for argument in call.arguments:
            self.doubts.look(argument.value, flow, env)
        if name in env.parameters:
            try:
                made = passed(call, env.parameters, self.operators, self.blocks)
            except Mistake as mistake:
                self.reporter.mistake(mistake, env)
                return broken(call.head)
            if made is not None:
                if label is None and not is_nameable(self, call.name, env, repeated=True):
                    return broken(call.head)
                return self._operator(made.call, name, flow, env, label, lone, made.fields)
        if name in self.operators:
            return self._operator(call, name, flow, env, label, lone)
        if name == "residual":
            return residual(self, call, flow, env, label, lone)
        if name == "aux":
            return head(self, call, flow, env)
        if name in STATEMENTS:
            self.reporter.error(
                "misplaced-statement",
                f"`{name}` stands in the body of a net, not inside of another step",
                call.name.span,
                env,
            )
            return broken(call.head)
        if name in self.blocks:
            if call.body is not None:
                return self._no_body(call, env)
            return self._block(call, self.path(env, label, name), flow, env)
        if call.body is not None and not call.arguments:
            return named_group(self, call, flow, env, label)
        return self._unknown(call, env)

    def _operator(
        self,
        call: nodes.Call,
        name: str,
        flow: Flow,
        env: Environment,
        label: str | None,
        lone: bool,
        passed: Fields = (),
    ) -> Flow:
        """Run a call of an operator, which is known by ``name`` unless it has a label."""
        if self.operators[call.name.text].joins:
            return join(self, call, name, flow, env, label, lone)
        if call.body is not None:
            return self._no_body(call, env)
        if not self.has_input(flow, call, env):
            return broken(call.head)
        return self.calls.run(call, self.path(env, label, name), flow, env, passed)

    def _block(self, call: nodes.Call, path: str, flow: Flow, env: Environment) -> Flow:
        """Expand a block at ``path``."""
        return block(self, call, path, flow, env)

    # Small helpers

    def keyword(
        self,
        call: nodes.Call,
        name: str,
        default: float,
        flow: Flow,
        env: Environment,
        skip: int = 0,
    ) -> float | None:
        """Return the one named number a statement such as `residual scale=` takes."""
        return named_number(self.reporter, call, name, default, flow, env, skip)

    def is_steady(self, tree: nodes.Repeat) -> bool:
        """Return whether copies of a repeat can only differ where their inputs do."""
        if id(tree) not in self._steady:
            self._steady[id(tree)] = not mentions_index(tree)
        return self._steady[id(tree)]

    def path(self, env: Environment, label: str | None, base: str) -> str:
        return env.names.fresh(base) if label is None else env.names.labelled(label)

    def enter(self, span: Span, env: Environment) -> None:
        """Go one level deeper; every call is followed by one of :meth:`leave`."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise TooDeep(span, env)

    def leave(self) -> None:
        self.depth -= 1

    def has_input(self, flow: Flow, call: nodes.Call, env: Environment) -> bool:
        if not flow.is_nothing:
            return True
        later = input_in(self.bodies[0]) if self.bodies else None
        begin = "begin the net with `input 224x224x3`"
        self.reporter.error(
            "missing-input",
            f"`{quote(call.name.span)}` has no input",
            call.name.span,
            env,
            help=begin if later is None else f"move `{quote(later.head)}` up, before it",
        )
        return False

    def _no_body(self, call: nodes.Call, env: Environment) -> Flow:
        self.reporter.error(
            "unexpected-body",
            f"`{call.name.text}` takes no body",
            call.name.span,
            env,
            help="a named group needs a name that no operator or block has",
        )
        return broken(call.head)

    def _unknown(self, call: nodes.Call, env: Environment) -> Flow:
        unknown_step(self.reporter, call, self.blocks, env)
        return broken(call.head)
