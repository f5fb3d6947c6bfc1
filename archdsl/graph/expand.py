"""Expansion of bodies: chains, blocks, repeats, joins, choices, groups and labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import assert_never

from archdsl.diagnostics import Label, did_you_mean
from archdsl.graph import environment as environments
from archdsl.graph.builder import Builder, TooManyNodes
from archdsl.graph.calls import OperatorCalls, head_of, path_of
from archdsl.graph.environment import Defaults, Environment, Flow, Labels, Names, Visit
from archdsl.graph.evaluate import Evaluator, Mistake, Unresolved
from archdsl.graph.graph import AuxHead, Scope, ScopeKind
from archdsl.graph.names import STATEMENTS, why_reserved
from archdsl.graph.report import Reporter, from_where, quote
from archdsl.graph.walk import is_lone, mentions_index, reserve_chain, reserve_labels
from archdsl.ops import Add, Patch, Reference, Scale, Value, Word, bind, operators
from archdsl.source import Span
from archdsl.syntax import nodes

DEEPEST = 100
"""Deepest nesting of expansions; Python's own stack holds several frames for each."""

JOINS = ("concat", "add", "mul")


class TooDeep(Exception):
    """Blocks call blocks more than :data:`DEEPEST` deep."""

    def __init__(self, span: Span, env: Environment) -> None:
        super().__init__()
        self.span = span
        self.env = env


class Expander:
    """Expands statements into the builder's graph; one instance per net."""

    def __init__(
        self, blocks: Mapping[str, nodes.Block], builder: Builder, reporter: Reporter
    ) -> None:
        self.blocks = blocks
        self.builder = builder
        self.reporter = reporter
        self.calls = OperatorCalls(builder, reporter)
        self.depth = 0
        self.current: Span | None = None
        self.tapped: set[int] = set()
        self._steady: dict[int, bool] = {}

    # Bodies and chains

    def body(self, body: nodes.Body, flow: Flow, env: Environment) -> Flow:
        """Run the statements of a body one after the other."""
        self._deeper(body.span, env)
        reserve_labels(body, env.names)
        lone = is_lone(body)
        for statement in body.statements:
            match statement:
                case nodes.Default():
                    env = self.default(statement, flow, env)
                case nodes.Chain():
                    flow = self.chain(statement, flow, env, lone)
        self.depth -= 1
        return flow

    def chain(self, chain: nodes.Chain, flow: Flow, env: Environment, lone: bool = False) -> Flow:
        for step in chain.steps:
            flow = self.step(step, flow, env, lone)
        return flow

    def step(self, step: nodes.Step, flow: Flow, env: Environment, lone: bool) -> Flow:
        name = self._label_of(step, env)
        before = flow
        flow = self.action(step.action, flow, env, None if name is None else name.text, lone)
        if name is not None:
            env.labels.table[name.text] = environments.Label(flow, name.span)
        for claim in step.claims:
            self._claim(claim, before, flow, env)
        return flow

    def action(
        self, action: nodes.Action, flow: Flow, env: Environment, label: str | None, lone: bool
    ) -> Flow:
        match action:
            case nodes.Call():
                return self.call(action, flow, env, label, lone)
            case nodes.Repeat():
                return self.repeat(action, flow, env, label)
            case nodes.Tap():
                return self.tap(action, env)
            case nodes.Group():
                return self.sequence(action.body, flow, env, label)
            case nodes.Choice():
                return self.choice(action, flow, env, label)
            case _:
                assert_never(action)

    def sequence(self, body: nodes.Body, flow: Flow, env: Environment, label: str | None) -> Flow:
        """Run `{ … }`: a group when it is labelled, otherwise part of the body around it."""
        if label is None:
            return self.body(body, flow, replace(env, top=False))
        return self._group(body, label, env.names.labelled(label), flow, env)

    def choice(self, tree: nodes.Choice, flow: Flow, env: Environment, label: str | None) -> Flow:
        try:
            body = self.chosen(tree, flow, env)
        except Unresolved:
            return Flow(None, None, tree.span)
        return flow if body is None else self.sequence(body, flow, env, label)

    def chosen(self, tree: nodes.Choice, flow: Flow, env: Environment) -> nodes.Body | None:
        """Return the body that `if` picks, or None; raise :class:`Unresolved` after an error."""
        try:
            for arm in tree.arms:
                if Evaluator(env, flow).truth(arm.condition):
                    return arm.body
        except Mistake as mistake:
            self.reporter.mistake(mistake, env)
            raise Unresolved from mistake
        return tree.otherwise

    def default(self, tree: nodes.Default, flow: Flow, env: Environment) -> Environment:
        """Return the environment with a `default` statement in force."""
        name = tree.operator.text
        cls = operators().get(name)
        if cls is None:
            self.reporter.error(
                "unknown-operator",
                f"there is no operator `{name}`{did_you_mean(name, operators())}",
                tree.operator.span,
                env,
            )
            return env
        try:
            binding = bind(cls, Evaluator(env, flow).arguments(tree.arguments))
        except Mistake as mistake:
            self.reporter.mistake(mistake, env)
            return env
        except Unresolved:
            return env
        for fault in binding.faults:
            at = tree.span if fault.position is None else tree.arguments[fault.position].span
            self.reporter.error(fault.code, fault.headline, at, env, help=fault.help)
        return replace(env, defaults=Defaults(env.defaults, name, binding.fields))

    # Calls

    def call(
        self, call: nodes.Call, flow: Flow, env: Environment, label: str | None, lone: bool
    ) -> Flow:
        name = call.name.text
        self.current = call.name.span
        if name in operators():
            if operators()[name].joins:
                return self.join(call, flow, env, label, lone)
            if call.body is not None:
                return self._no_body(call, env)
            if not self._has_input(flow, call, env):
                return Flow(None, None, call.span)
            path = self._path(env, label, name)
            return self.calls.run(call, path, flow, env)
        if name == "residual":
            return self.residual(call, flow, env, label, lone)
        if name == "aux":
            return self.aux(call, flow, env)
        if name in STATEMENTS:
            self.reporter.error(
                "misplaced-statement",
                f"`{name}` stands in the body of a net, not inside of another step",
                call.name.span,
                env,
            )
            return Flow(None, None, call.span)
        if name in self.blocks:
            if call.body is not None:
                return self._no_body(call, env)
            path = self._path(env, label, name)
            return self.block(call, path, flow, env)
        if call.body is not None and not call.arguments:
            return self._named_group(call, flow, env, label)
        return self._unknown(call, env)

    def block(
        self,
        call: nodes.Call,
        path: str,
        flow: Flow,
        env: Environment,
        arguments: Mapping[str, Value] | None = None,
    ) -> Flow:
        """Expand a block at ``path``."""
        block = self.blocks[call.name.text]
        if block.name.text in env.blocks:
            self._recursive(call, env)
            return Flow(path, None, call.span)
        parameters = self.parameters(call, block, flow, env)
        if parameters is None:
            return Flow(path, None, call.span)
        shown = tuple((name, _shown(value)) for name, value in parameters.items())
        self.builder.open(
            Scope(path, ScopeKind.BLOCK, block.name.text, path_of(path), head_of(call), None, shown)
        )
        visit = Visit(block.name.text, call.name.span)
        in_copy = bool(env.trail) and env.trail[-1].is_copy_of(visit)
        inner = Environment(
            parameters=parameters,
            names=Names(path),
            labels=Labels(),
            defaults=env.defaults,
            trail=env.trail if in_copy else (*env.trail, visit),
            aux=env.aux,
            blocks=(*env.blocks, block.name.text),
        )
        return self.body(block.body, flow, inner)

    def parameters(
        self, call: nodes.Call, block: nodes.Block, flow: Flow, env: Environment
    ) -> dict[str, Value] | None:
        """Bind a block call's arguments, positional ones in order; None after an error."""
        known = [parameter.name.text for parameter in block.parameters]
        bound: dict[str, Value] = {}
        ok = True
        evaluator = Evaluator(env, flow)
        position = 0
        for argument in call.arguments:
            try:
                if argument.name is not None:
                    name = argument.name.text
                    if name not in known:
                        hint = did_you_mean(name, known)
                        raise Mistake(
                            "unknown-argument",
                            f"block `{block.name.text}` has no parameter `{name}`{hint}",
                            argument.name.span,
                            _takes(block),
                        )
                elif position >= len(known):
                    raise Mistake(
                        "too-many-arguments",
                        f"block `{block.name.text}` takes {len(known)} arguments, not "
                        f"{sum(a.name is None for a in call.arguments)}",
                        argument.span,
                        _takes(block),
                    )
                else:
                    name = known[position]
                    position += 1
                if name in bound:
                    raise Mistake("repeated-argument", f"`{name}` is given twice", argument.span)
                bound[name] = evaluator.value(argument.value)
            except Mistake as mistake:
                self.reporter.mistake(mistake, env)
                ok = False
            except Unresolved:
                ok = False
        if not ok:
            return None
        return self._fill(call, block, bound, flow, env)

    def _fill(
        self,
        call: nodes.Call,
        block: nodes.Block,
        bound: dict[str, Value],
        flow: Flow,
        env: Environment,
    ) -> dict[str, Value] | None:
        """Add the defaults of parameters that were not given; they may use earlier ones."""
        filled: dict[str, Value] = {}
        for parameter in block.parameters:
            name = parameter.name.text
            if name in bound:
                filled[name] = bound[name]
            elif parameter.default is None:
                absent = [
                    f"`{p.name.text}`"
                    for p in block.parameters
                    if p.default is None and p.name.text not in bound
                ]
                self.reporter.error(
                    "missing-argument",
                    f"block `{block.name.text}` needs {', '.join(absent)}",
                    head_of(call),
                    env,
                    labels=(Label(block.name.span, "the block is here"),),
                    help=_takes(block),
                )
                return None
            else:
                try:
                    scope = replace(env, parameters=filled, index=None)
                    filled[name] = Evaluator(scope, flow).value(parameter.default)
                except Mistake as mistake:
                    self.reporter.mistake(mistake, env)
                    return None
                except Unresolved:
                    return None
        return filled

    # Repeats

    def repeat(self, tree: nodes.Repeat, flow: Flow, env: Environment, label: str | None) -> Flow:
        """Run an action several times in a row; copies are numbered from 0."""
        try:
            count = Evaluator(env, flow).whole(tree.count, "a repeat count")
        except Mistake as mistake:
            self.reporter.mistake(mistake, env)
            return Flow(None, None, tree.span)
        except Unresolved:
            return Flow(None, None, tree.span)
        if count < 0:
            self.reporter.error(
                "argument-out-of-range", f"cannot repeat {count} times", tree.count.span, env
            )
            return Flow(None, None, tree.span)
        title = tree.action.name.text if isinstance(tree.action, nodes.Call) else "repeat"
        path = self._path(env, label, title)
        self.builder.open(Scope(path, ScopeKind.REPEAT, title, path_of(path), tree.span, count))
        self.current = tree.span
        if count > self.builder.most_nodes:
            raise TooManyNodes
        names = Names(path)
        steady = self._is_steady(tree)
        last_cost = -1
        for copy in range(count):
            before, spent = flow.shape, self.builder.spent
            self.builder.spend()
            inner = replace(
                env,
                names=names,
                labels=Labels(env.labels),
                trail=(*env.trail, Visit(title, tree.span, copy, count)),
                index=copy,
                top=False,
            )
            flow = self._copy(tree.action, f"{path}.{copy}", flow, inner)
            cost = self.builder.spent - spent
            if steady and before == flow.shape and cost == last_cost:
                # From here on every copy is like the last: say now if they are too many.
                self.current = tree.span
                if self.builder.spent + cost * (count - copy - 1) > self.builder.most_nodes:
                    raise TooManyNodes
            last_cost = cost if before == flow.shape else -1
        return flow

    def _copy(
        self, action: nodes.Call | nodes.Group, path: str, flow: Flow, env: Environment
    ) -> Flow:
        if isinstance(action, nodes.Call):
            number = path.rpartition(".")[2]
            return self.call(action, flow, env, number, lone=False)
        scope = Scope(path, ScopeKind.GROUP, "repeat", path_of(path), action.span)
        self.builder.open(scope)
        return self.body(action.body, flow, env.inside(Names(path)))

    # Joins

    def join(
        self, call: nodes.Call, flow: Flow, env: Environment, label: str | None, lone: bool
    ) -> Flow:
        """Run a concat, add or mul; alone in its body it lends its branches the body's path."""
        name = call.name.text
        if call.body is None:
            self.reporter.error(
                "missing-branches",
                f"`{name}` needs its branches in braces",
                call.span,
                env,
                help=f"write `{name} {{ conv 1x1 64; conv 3x3 64 }}`",
            )
            return Flow(None, None, call.span)
        ready = self.calls.ready(call, flow, env)
        if ready is None:
            return Flow(None, None, call.span)
        path, scope, names = self._join_scope(call, ScopeKind.JOIN, env, label, lone)
        self._deeper(call.name.span, env)
        ends: list[Flow] = []
        for statement in call.body.statements:
            if isinstance(statement, nodes.Default):
                env = self.default(statement, flow, env)
                continue
            end = self._branch(statement, names, len(ends), flow, env)
            if end is not None:
                ends.append(end)
        self.depth -= 1
        if not ends:
            self.reporter.error("missing-branches", f"`{name}` has no branches", call.span, env)
            return Flow(path, None, call.span)
        if any(end.node is None and end.span is None for end in ends):
            self._has_input(environments.NOTHING, call, env)
            return Flow(path, None, call.span)
        return self.calls.place(
            ready.unit[0][1], tuple(ends), path, scope, env, call, ready
        )

    def _branch(
        self, chain: nodes.Chain, names: Names, number: int, flow: Flow, env: Environment
    ) -> Flow | None:
        """Run one branch; None if an `if` without a choice leaves it out."""
        only = chain.steps[0] if len(chain.steps) == 1 else None
        if only is not None and isinstance(only.action, nodes.Choice):
            try:
                if self.chosen(only.action, flow, env) is None:
                    return None
            except Unresolved:
                return Flow(None, None, only.span)
        path = names.fresh(f"branch{number}")
        span = chain.steps[0].span
        self.builder.open(Scope(path, ScopeKind.BRANCH, f"branch{number}", path_of(path), span))
        inner = env.inside(Names(path))
        reserve_chain(chain, inner.names)
        return self.chain(chain, flow, inner, lone=only is not None)

    def residual(
        self, call: nodes.Call, flow: Flow, env: Environment, label: str | None, lone: bool
    ) -> Flow:
        """Run a residual: the body's value, scaled, added to the value it started from."""
        broken = Flow(None, None, call.span)
        if call.body is None:
            self.reporter.error(
                "missing-branches",
                "`residual` needs a body in braces",
                call.span,
                env,
                help="write `residual { conv 3x3 64; conv 3x3 64 }`",
            )
            return broken
        if not self._has_input(flow, call, env):
            return broken
        factor = self._keyword(call, "scale", 1.0, flow, env)
        if factor is None:
            return broken
        path, scope, names = self._join_scope(call, ScopeKind.RESIDUAL, env, label, lone)
        end = self.body(call.body, flow, env.inside(names))
        if factor != 1:
            scaled = names.fresh("scale")
            end = self.calls.place(Scale(factor=factor), (end,), scaled, scope, env, call)
        if end.shape is not None and flow.shape is not None and end.shape != flow.shape:
            self._unequal_residual(call, flow, end, env)
            return Flow(path, None, call.span)
        return self.calls.place(Add(), (flow, end), path, scope, env, call)

    def _unequal_residual(
        self, call: nodes.Call, flow: Flow, end: Flow, env: Environment
    ) -> None:
        assert flow.shape is not None and end.shape is not None
        labels = ()
        if call.body is not None and call.body.statements:
            last = call.body.statements[-1].span
            labels = (Label(last, f"the body ends here, {end.shape.spoken}"),)
        suggestion = None
        if end.shape.grid == flow.shape.grid:
            suggestion = f"give the last step of the body {flow.shape.channels} channels"
        elif end.shape.channels == flow.shape.channels:
            suggestion = "keep the grid inside of the body: stride 1 and `same` padding"
        self.reporter.error(
            "unequal-branches",
            f"cannot add {end.shape.spoken} to {flow.shape.spoken}",
            call.name.span,
            env,
            remark="the body and the input it is added to need the same shape",
            labels=labels,
            notes=from_where(flow),
            help=suggestion,
        )

    def _join_scope(
        self, call: nodes.Call, kind: ScopeKind, env: Environment, label: str | None, lone: bool
    ) -> tuple[str, str, Names]:
        """Return the join's path, the scope its node stands in, and the names of its inside.

        A join is its own scope. Alone in a body and unlabelled it adds none: its branches then
        stand directly in the body's scope, as in ``A.2.branch3``.
        """
        if lone and label is None:
            return self._path(env, None, call.name.text), env.names.path, env.names
        path = self._path(env, label, call.name.text)
        self.builder.open(Scope(path, kind, call.name.text, path_of(path), head_of(call)))
        return path, path, Names(path)

    # Auxiliary heads, groups, taps, labels

    def aux(self, call: nodes.Call, flow: Flow, env: Environment) -> Flow:
        """Run an auxiliary head on the value at hand, which the main path keeps."""
        names = [argument for argument in call.arguments if argument.name is None]
        if call.body is None or len(names) != 1 or not isinstance(names[0].value, nodes.Name):
            self.reporter.error(
                "missing-argument",
                "`aux` needs a name and a body",
                head_of(call),
                env,
                help="write `aux aux1 weight=0.3 { … }`",
            )
            return flow
        name = names[0].value
        weight = self._keyword(call, "weight", 1.0, flow, env, skip=1)
        if weight is None or not self._has_input(flow, call, env):
            return flow
        if env.aux is not None:
            self.reporter.error(
                "misplaced-statement", "an `aux` head cannot stand inside another", call.name.span, env
            )
            return flow
        if not self._nameable(name, env):
            return flow
        path = env.names.labelled(name.text)
        old = self.builder.scopes.get(path)
        if old is not None:
            self._twice(name, old.span, env)
            return flow
        self.builder.open(Scope(path, ScopeKind.AUX, name.text, path_of(path), head_of(call)))
        inner = replace(env.inside(Names(path)), labels=Labels(env.labels), aux=path)
        end = self.body(call.body, flow, inner)
        if end.shape is not None and end.node is not None:
            self.builder.aux.append(AuxHead(path, end.node, weight))
        return flow

    def _group(
        self, body: nodes.Body, title: str, path: str, flow: Flow, env: Environment
    ) -> Flow:
        self.builder.open(Scope(path, ScopeKind.GROUP, title, path_of(path), body.span))
        return self.body(body, flow, env.inside(Names(path)))

    def _named_group(
        self, call: nodes.Call, flow: Flow, env: Environment, label: str | None
    ) -> Flow:
        assert call.body is not None
        name = call.name.text
        near = get_close_matches(name, (*JOINS, "residual", *self.blocks), n=1, cutoff=0.8)
        if near:
            self.reporter.error(
                "unknown-operator",
                f"there is no `{name}`; did you mean `{near[0]}`?",
                call.name.span,
                env,
                help="a group can have any name that is not so close to another",
            )
            return Flow(None, None, call.span)
        if not self._nameable(call.name, env):
            return Flow(None, None, call.span)
        path = self._path(env, label, name)
        return self._group(call.body, name, path, flow, env)

    def tap(self, tap: nodes.Tap, env: Environment) -> Flow:
        """Return a label's value."""
        label = env.labels.find(tap.name.text)
        if label is None:
            known = env.labels.names()
            self.reporter.error(
                "unknown-label",
                f"there is no label `{tap.name.text}` before this"
                + did_you_mean(tap.name.text, known),
                tap.span,
                env,
                help="a label names a step before it is used: `conv 3x3 64 as skip`",
            )
            return Flow(None, None, tap.span)
        self.tapped.add(id(label))
        return label.flow

    def _label_of(self, step: nodes.Step, env: Environment) -> nodes.Name | None:
        """Return the name a step is given, None if there is none that it can have."""
        if not step.labels:
            return None
        name, *extra = step.labels
        if extra:
            first = Label(name.span, "its name is here")
            self.reporter.error(
                "duplicate-name", "a step has one name", extra[0].span, env, labels=(first,)
            )
        if not self._nameable(name, env):
            return None
        old = env.labels.table.get(name.text)
        if old is not None:
            self._twice(name, old.span, env)
            return None
        return name

    def _claim(self, claim: nodes.Claim, before: Flow, flow: Flow, env: Environment) -> None:
        if flow.shape is None:
            return
        try:
            claimed = Evaluator(env, flow).shape(claim.value)
        except Mistake as mistake:
            self.reporter.mistake(mistake, env)
            return
        except Unresolved:
            return
        if claimed.triple == flow.shape.triple:
            return
        self.reporter.error(
            "wrong-claim",
            f"the shape here is {flow.shape}, not {claimed}",
            claim.span,
            env,
            remark="claimed here",
            notes=from_where(before, "the input of this step"),
            help=f"`=> {flow.shape.source}`",
        )

    # Small helpers

    def _keyword(
        self,
        call: nodes.Call,
        name: str,
        default: float,
        flow: Flow,
        env: Environment,
        skip: int = 0,
    ) -> float | None:
        """Return the one named number a statement such as `residual scale=` takes."""
        number = default
        for argument in call.arguments:
            try:
                if argument.name is None:
                    if skip:
                        skip -= 1
                        continue
                    raise Mistake(
                        "too-many-arguments",
                        f"`{call.name.text}` takes `{name}=` and a body",
                        argument.span,
                    )
                if argument.name.text != name:
                    hint = did_you_mean(argument.name.text, (name,))
                    raise Mistake(
                        "unknown-argument",
                        f"`{call.name.text}` has no argument `{argument.name.text}`{hint}",
                        argument.name.span,
                    )
                value = Evaluator(env, flow).value(argument.value)
                if isinstance(value, bool) or not isinstance(value, int | float):
                    raise Mistake("argument-type", f"`{name}` is a number", argument.value.span)
                number = float(value)
            except Mistake as mistake:
                self.reporter.mistake(mistake, env)
                return None
            except Unresolved:
                return None
        return number

    def _is_steady(self, tree: nodes.Repeat) -> bool:
        if id(tree) not in self._steady:
            self._steady[id(tree)] = not mentions_index(tree.action)
        return self._steady[id(tree)]

    def _path(self, env: Environment, label: str | None, base: str) -> str:
        return env.names.fresh(base) if label is None else env.names.labelled(label)

    def _deeper(self, span: Span, env: Environment) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise TooDeep(span, env)

    def _has_input(self, flow: Flow, call: nodes.Call, env: Environment) -> bool:
        if flow.node is not None or flow.span is not None:
            return True
        self.reporter.error(
            "missing-input",
            f"`{quote(call.name.span)}` has no input",
            call.name.span,
            env,
            help="begin the net with `input 224x224x3`",
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
        return Flow(None, None, call.span)

    def _unknown(self, call: nodes.Call, env: Environment) -> Flow:
        name = call.name.text
        known = (*operators(), *self.blocks, *STATEMENTS)
        self.reporter.error(
            "unknown-operator",
            f"there is no operator or block `{name}`{did_you_mean(name, known)}",
            call.name.span,
            env,
        )
        return Flow(None, None, call.span)

    def _recursive(self, call: nodes.Call, env: Environment) -> None:
        name = call.name.text
        cycle = (*env.blocks[env.blocks.index(name) :], name)
        self.reporter.error(
            "recursive-block",
            "blocks call each other in a circle: " + " → ".join(f"`{one}`" for one in cycle),
            call.name.span,
            None,
            labels=(Label(self.blocks[name].name.span, "the circle begins here"),),
        )

    def _nameable(self, name: nodes.Name, env: Environment) -> bool:
        why = why_reserved(name.text)
        if why is None:
            return True
        self.reporter.error(
            "reserved-name", f"nothing can be called `{name.text}`: {why}", name.span, env
        )
        return False

    def _twice(self, name: nodes.Name, first: Span, env: Environment) -> None:
        self.reporter.error(
            "duplicate-name",
            f"there are two steps called `{name.text}`",
            name.span,
            env,
            labels=(Label(first, "the first is here"),),
        )


def _takes(block: nodes.Block) -> str:
    if not block.parameters:
        return f"block `{block.name.text}` takes no arguments"
    names = ", ".join(f"`{parameter.name.text}`" for parameter in block.parameters)
    return f"block `{block.name.text}` takes {names}"


def _shown(value: Value) -> str:
    """Return a block argument as the spec could have written it."""
    match value:
        case bool():
            return "yes" if value else "no"
        case int():
            return str(value)
        case float():
            return f"{value:g}"
        case Word():
            return value.text
        case Patch():
            return value.size.source
        case Reference():
            return value.name
        case tuple():
            return "[" + ", ".join(_shown(item) for item in value) + "]"
