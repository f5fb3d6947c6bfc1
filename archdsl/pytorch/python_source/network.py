"""The methods of a generated network: its forward, features and head, and its classifier."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archdsl.graph import Graph, Node, NodeId, holder_of, in_net, name_of
from archdsl.graph.sizes import Steps
from archdsl.ops import TAKEN
from archdsl.ops.reshape import Flatten
from archdsl.pytorch.head import classifiers, features_end
from archdsl.pytorch.python_source import words
from archdsl.pytorch.python_source.calls import python_name
from archdsl.pytorch.python_source.classes import Class, Classes
from archdsl.pytorch.python_source.conventions import Conventions
from archdsl.pytorch.python_source.expressions import INDENT, New, Text, layout, literal
from archdsl.pytorch.python_source.forward import BODY, MAIN, NAMELESS, Body, signature
from archdsl.pytorch.python_source.places import layer_at, module_at
from archdsl.recipe import Recipe
from archdsl.safe_names import Names

CLASSES = "num_classes"
PRE_LOGITS = "pre_logits: bool = False"


class NetworkMethods:
    """Writes the methods of the network's class.

    ``outputs`` is the name of the class for what comes in training, if there are heads. ``steps``
    are by how much each input may differ in size from that of the spec.
    """

    def __init__(
        self,
        made: Class,
        graph: Graph,
        classes: Classes,
        outputs: str | None,
        steps: Mapping[NodeId, Steps],
        recipe: Recipe,
    ) -> None:
        self.made = made
        self.steps = steps
        self.graph = graph
        self.outputs = outputs
        self.section = made.section
        self.cut = features_end(graph, made.section)
        self.has_cut = self.cut.steps < len(self.section.steps)
        grouped = classes.inlining.grouped(made.section)
        self.split = sum(len(steps) for steps in grouped[: self.cut.steps])
        called = dict(zip(graph.outputs, graph.output_names, strict=True))
        self.called = called if len(called) > 1 else NAMELESS

        self.conventions = Conventions(made, graph, classes, self.cut.value, recipe)
        self.reading = self._reading()

    def _reading(self) -> int | None:
        """Return the step of the head's forward that is the classifier, if it is one of it."""
        main = self.conventions.classifier
        if main is None or not self.has_cut:
            return None
        path = in_net(main.id)
        steps = range(self.split, len(self.made.steps))
        return next((at for at in steps if self.made.steps[at].child == path), None)

    @property
    def exchanged(self) -> frozenset[str]:
        """The children that may become modules of another type: the classifier, and its pool."""
        nodes = (*classifiers(self.graph), self.conventions.pool)
        own = (node for node in nodes if node is not None and node.scope == self.graph.name)
        return frozenset(node.name for node in own)

    def attributes(self) -> Iterator[str]:
        """Yield the lines of the constructor that say what the network is."""
        yield from self.conventions.attributes()

    def lines(self, before: list[str]) -> list[str]:
        """Return the lines of all methods, behind those of another where there are any."""
        own = (
            self._forward(),
            self._features(),
            self._head(),
            *self._classifier(),
            *self.conventions.methods(),
        )
        methods = (before, *own) if before else own
        return [line for method in methods for line in ("", *method)][1:]

    def _inputs(self, body: Body) -> list[str]:
        names = self.graph.input_names
        return body.take(self.section.inputs, [MAIN] if names == ("input",) else names)

    def _sized(self, body: Body) -> list[str]:
        """Return the lines that refuse sizes for which the constants would be others."""
        lines: list[str] = []
        for id in self.section.inputs:
            if any(step != 1 for step in self.steps[id]):
                name, shape = body.name(id), list(self.graph.nodes[id].shape.torch)
                lines.append(f"{BODY}{name} = sized({name}, {shape}, {list(self.steps[id])})")
        return lines

    def _type(self) -> str:
        """Return the type of what comes in evaluation."""
        count = len(self.graph.outputs)
        return "Tensor" if count == 1 else f"tuple[{', '.join(['Tensor'] * count)}]"

    def _forward(self) -> list[str]:
        taken = () if self.outputs is None else (self.outputs,)
        body = Body(self.made, self.section.outputs, self.called, taken=taken)
        inputs = self._inputs(body)
        if self.outputs is None:
            lines = self._whole(body)
            return [*signature("forward", inputs, self._type()), *lines]
        lines = [*self._sized(body), *self._with_heads(body)]
        heads = [head.output for head in self.graph.aux]
        values = tuple((None, Text(body.name(id))) for id in (*self.graph.outputs, *heads))
        start = f"{BODY}{INDENT}return "
        made = layout(New(self.outputs, values), lambda _: None, 3, len(start))
        return [
            *signature("forward", inputs, f"{self._type()} | {self.outputs}"),
            *lines,
            f"{BODY}if self.training:",
            *(f"{BODY}{INDENT}assert {body.name(id)} is not None" for id in heads),
            f"{start}{made}",
            f"{BODY}return {body.listed(self.graph.outputs)}",
        ]

    def _with_heads(self, body: Body) -> list[str]:
        """Return the statements that compute the outputs and what auxiliary heads give."""
        output, *others = self.graph.outputs
        heads_behind = any(step.training for step in self.made.steps[self.split :])
        if others or heads_behind or not self.has_cut:
            return body.run(0, len(self.made.steps), returns=None)
        lines = body.run(0, self.split, returns=None)
        return [*lines, body.give(output, "self.forward_head", self.cut.value)]

    def _whole(self, body: Body) -> list[str]:
        if not self.has_cut:
            lines = self._sized(body)
            return [*lines, *body.run(0, len(self.made.steps), returns=self.graph.outputs)]
        given = body.listed(self.section.inputs)
        return [f"{BODY}return self.forward_head(self.forward_features({given}))"]

    def _features(self) -> list[str]:
        shape = self.graph.nodes[self.cut.value].shape
        body = Body(self.made, (self.cut.value,), skips=True)
        inputs = self._inputs(body)
        if not self.has_cut:
            doc = "The network has no head: its features are what it returns."
            given = body.listed(self.section.inputs)
            lines = [f"{BODY}return self.forward({given})"]
            if self.outputs is not None:
                outputs = Body(self.made, self.graph.outputs, self.called, skips=True)
                self._inputs(outputs)
                lines = self._sized(outputs)
                lines += outputs.run(0, len(self.made.steps), returns=self.graph.outputs)
            opening = signature("forward_features", inputs, self._type())
            return [*opening, f'{BODY}"""{doc}"""', *lines]
        doc = f"Return the feature map before the head, {shape.source}."
        lines = [*self._sized(body), *body.run(0, self.split, returns=(self.cut.value,))]
        opening = signature("forward_features", inputs, "Tensor")
        return [*opening, f'{BODY}"""{doc}"""', *lines]

    def _head(self) -> list[str]:
        if not self.has_cut:
            opening = signature(
                "forward_head", [f"{MAIN}: {self._type()}", PRE_LOGITS], self._type()
            )
            doc = "Return what :meth:`forward_features` gave: there is no head."
            return [*opening, f'{BODY}"""{doc}"""', *_without_logits(), f"{BODY}return {MAIN}"]
        body = Body(self.made, self.graph.outputs, self.called, skips=True)
        opening = signature(
            "forward_head", [*body.take((self.cut.value,)), PRE_LOGITS], self._type()
        )
        doc = "Return the output for what :meth:`forward_features` gave."
        if self.conventions.classifier is not None:
            doc = "Return the output for the features, or what the classifier reads for it."
        lines = self._to_logits(body)
        return [*opening, f'{BODY}"""{doc}"""', *lines]

    def _to_logits(self, body: Body) -> list[str]:
        """Return the statements of the head, which may end at what the classifier reads."""
        last, outputs = len(self.made.steps), self.graph.outputs
        classifier = self.conventions.classifier
        if classifier is None:
            return [*_without_logits(), *body.run(self.split, last, returns=outputs)]
        if self.reading is None:
            layer, x = layer_at(in_net(classifier.id)), body.name(self.cut.value)
            reads = f"return read_by({layer}, self.forward_head, {x})"
            return [
                f"{BODY}if pre_logits and not torch.jit.is_scripting():",
                f"{BODY}{INDENT}{reads}",
                *body.run(self.split, last, returns=outputs),
            ]
        lines: list[str] = []
        for at in range(self.split, self.reading):
            lines += self._pooled(at, body.run(at, at + 1, returns=None))
        lines += self._pooled(self.reading, body.prepare(self.reading))
        (read,) = self.made.steps[self.reading].operands
        reads = body.name(read)
        rest = body.run(self.reading, last, returns=outputs)
        return [*lines, f"{BODY}if pre_logits:", f"{BODY}{INDENT}return {reads}", *rest]

    def _pooled(self, at: int, lines: list[str]) -> list[str]:
        """Return statements of a step that are left out where the map is not pooled."""
        step = self.made.steps[at]
        flattens = at == self.reading or isinstance(self.graph.nodes[step.results[0]].op, Flatten)
        if self.conventions.pool is None or not flattens or not lines:
            return lines
        return [f'{BODY}if self.global_pool != "":', *(INDENT + line for line in lines)]

    def _classifier(self) -> tuple[list[str], list[str]]:
        found = classifiers(self.graph)
        get = signature("get_classifier", [], "nn.Module")
        reset = signature("reset_classifier", [f"{CLASSES}: int", "global_pool: str | None = None"])
        main = next(iter(found), None)
        if main is None:
            why = [
                f'{BODY}"""The network does not end in a classifier: raise LookupError."""',
                f'{BODY}raise LookupError("{self.made.name} does not end in a classifier")',
            ]
            return [*get, *why], [*reset, *why]
        heads = " and those of auxiliary heads" if len(found) > 1 else ""
        return [
            *get,
            f'{BODY}"""Return the layer that gives the class scores."""',
            f"{BODY}return {layer_at(in_net(main.id))}",
        ], [
            *reset,
            f'{BODY}"""Replace the classifier{heads}; none is left for 0 classes."""',
            f"{BODY}if {CLASSES} < 0:",
            f'{BODY}{INDENT}raise ValueError(f"there are no {{{CLASSES}}} classes")',
            *self._new_pool(),
            f"{BODY}like = next(self.parameters(), torch.empty(0))",
            *(line for node in found for line in self._reset(node)),
            f"{BODY}self.{CLASSES} = {CLASSES}",
        ]

    def _new_pool(self) -> list[str]:
        """Return the lines that exchange the pool before the classifier, or refuse to."""
        pool = self.conventions.pool
        if pool is None:
            return [
                f"{BODY}if global_pool is not None:",
                f'{BODY}{INDENT}raise ValueError("{self.made.name} has no pool to exchange")',
            ]
        holder = module_at(holder_of(in_net(pool.id)))
        return [
            f"{BODY}pool = self.global_pool if global_pool is None else global_pool",
            f'{BODY}if {CLASSES} > 0 and pool == "":',
            f'{BODY}{INDENT}raise ValueError("a classifier needs a pool before it")',
            f"{BODY}if pool != self.global_pool:",
            _put(holder, pool.name, New("pooling", ((None, Text("pool")),))),
            f"{BODY}{INDENT}self.global_pool = pool",
        ]

    def _reset(self, node: Node) -> list[str]:
        """Return the lines that put a new layer in a classifier's place."""
        path = in_net(node.id)
        parent, name = holder_of(path), name_of(path)
        old = New(f"{layer_at(path)}.parameters", ())
        like = New("next", ((None, old), (None, Text("like"))))
        return [
            f"{BODY}like = {layout(like, lambda _: None, 2, len(BODY) + 7)}",
            f"{BODY}if {CLASSES} == 0:",
            _put(module_at(parent), name, New("nn.Identity", ())),
            f"{BODY}else:",
            _put(module_at(parent), name, self._wider(node)),
        ]

    def _wider(self, node: Node) -> New:
        """Return the construction of a classifier for ``num_classes`` classes."""
        inputs, width = self.graph.shapes_into(node), node.shape.channels
        now = node.op.lower(inputs, node.shape)
        other = node.op.with_width(2 * width).lower(inputs, node.shape)
        arguments: list[tuple[str | None, Text]] = []
        means = dict(now.means)
        for label, value, changed in zip(
            now.leading, now.positional, other.positional, strict=True
        ):
            text = literal(value) if value == changed else CLASSES
            reads = means.get(label) == TAKEN and node is self.conventions.classifier
            if reads and self.conventions.reads_by_parameters:
                text = "self.head_hidden_size"
            arguments.append((None, Text(text)))
        for name, value in now.keywords:
            if (name, value) not in now.assumed:
                arguments.append((name, Text(literal(value))))
        arguments += [("device", Text("like.device")), ("dtype", Text("like.dtype"))]
        return New(python_name(now.target), tuple(arguments))


def _without_logits() -> list[str]:
    return [
        f"{BODY}if pre_logits:",
        f'{BODY}{INDENT}raise ValueError("there is no classifier that reads anything")',
    ]


def outputs_class(made: Class, graph: Graph, name: str) -> str:
    """Return the source of the class for what a network returns in training."""
    wanted = ["logits"] if len(graph.outputs) == 1 else list(graph.output_names)
    wanted += [name_of(head.path) for head in graph.aux]
    names = Names(words.FIELDS)
    fields = "\n".join(f"{INDENT}{names.take(one)}: Tensor" for one in wanted)
    doc = f"What {made.name} returns in training."
    return f'class {name}(NamedTuple):\n{INDENT}"""{doc}"""\n\n{fields}\n'


def _put(parent: str, name: str, layer: New) -> str:
    """Return the statement that gives a module a layer; the copy of a repeat has a number."""
    start = f"{BODY}{INDENT}{parent}.{name} = "
    if not words.ATTRIBUTES.allow(name):
        start = BODY + INDENT
        layer = New(f"{parent}.add_module", ((None, Text(f'"{name}"')), (None, layer)))
    return start + layout(layer, lambda _: None, 3, len(start))
