"""What timm's programs ask of a network: its facts as attributes, and methods around its blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

from archdsl.graph import Graph, Node, NodeId, ScopeKind, by_stride, in_net, parts_of
from archdsl.ops import Plain, Role
from archdsl.pytorch.head import classifiers, pool_before
from archdsl.pytorch.plan import Leaf, Section, Step
from archdsl.pytorch.python_source.classes import Class, Classes
from archdsl.pytorch.python_source.expressions import INDENT, WIDEST, New, Text, layout, literal
from archdsl.pytorch.python_source.forward import BODY, signature
from archdsl.pytorch.python_source.places import layer_at
from archdsl.pytorch.python_source.statements import for_each
from archdsl.recipe import Recipe

IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
"""Mean and deviation of ImageNet's training images in RGB from 0 to 1: what timm assumes, too."""

INTERMEDIATES = '''\
        """Return the features, and what is computed on the way to them.

        ``indices`` are places of ``feature_info`` by their numbers, strides such as "/8",
        or names of modules; one number is how many of the last. ``norm`` changes nothing:
        there is no norm behind the features.
        """
        if output_fmt != "NCHW":
            raise ValueError(f"feature maps are NCHW, and not {output_fmt}")
        places = chosen(self.feature_info, indices)
'''
INTERMEDIATES_PARAMETERS = (
    "indices: int | Sequence[int | str] | None = None",
    "norm: bool = False",
    "stop_early: bool = False",
    'output_fmt: str = "NCHW"',
    "intermediates_only: bool = False",
)
COARSE = r"""        }
        if coarse:
            outer = dict.fromkeys(name.partition(".")[0] for name in groups)
            return {name: rf"^{name}\." for name in outer}
        return groups
"""
SPARED = """        weights = {
            f"{name}.weight"
            for name, layer in self.named_modules()
            if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.Linear)
        }
        return {name for name, _ in self.named_parameters()} - weights
"""


@dataclass(frozen=True, slots=True)
class Group:
    """A part of a network with weights of its own: a layer, a block, or copies of one."""

    path: str
    steps: int
    """How many its forward has; a layer is one."""
    copies: bool = False

    @property
    def modules(self) -> str:
        """The expression for its modules, as an item of a tuple."""
        return f"*{layer_at(self.path)}.children()" if self.copies else layer_at(self.path)

    @property
    def pattern(self) -> str:
        """What the names of its parameters begin with; each copy is a group of its own."""
        copy = r"(\d+)\." if self.copies else ""
        return "^" + re.escape(self.path) + r"\." + copy


@dataclass(frozen=True, slots=True)
class Place:
    """Where a module makes a value, or is the first that reads it."""

    value: NodeId
    stride: int
    module: str
    is_read: bool = False


class Conventions:
    """The facts of a network by which timm's programs know it, and the methods they call."""

    def __init__(
        self, made: Class, graph: Graph, classes: Classes, features: NodeId, recipe: Recipe
    ) -> None:
        self.made = made
        self.graph = graph
        self.classes = classes
        self.features = features
        self.recipe = recipe
        found = classifiers(graph)
        self.classifier = found[0] if found else None
        self.pool = self._pool()

    def _pool(self) -> Node | None:
        """Return the pool that may be exchanged: one that the network's own forward runs."""
        if self.classifier is None:
            return None
        pool = pool_before(self.graph, self.classifier, self.features)
        run = {step.child for step in self.made.steps}
        nodes = (pool, self.classifier)
        return pool if all(one is not None and in_net(one.id) in run for one in nodes) else None

    # Attributes

    def attributes(self) -> Iterator[str]:
        """Yield the lines of the constructor that say what timm's programs ask for."""
        yield f"{BODY}self.num_classes = {self._num_classes()}"
        yield f"{BODY}self.num_features = {self.classes.width(self.features)}"
        if self.classifier is not None:
            yield f"{BODY}self.head_hidden_size = {self._hidden(self.classifier)}"
        if self.pool is not None:
            kind = "max" if self.pool.op.name.startswith("max") else "avg"
            yield f'{BODY}self.global_pool = "{kind}"'
        yield from self._feature_info()
        yield from self._pretrained_cfg()

    @property
    def reads_by_parameters(self) -> bool:
        """Whether what the classifier reads depends on what the network's class is given."""
        return self.classifier is not None and not self._hidden(self.classifier).isdigit()

    def _hidden(self, classifier: Node) -> str:
        """Return how many numbers the classifier reads, or channels where it is a convolution."""
        (read,) = classifier.operands
        shape = self.graph.nodes[read].shape
        if classifier.shape.is_vector and shape.cells > 1:
            return str(prod(shape.torch))
        return self.classes.width(read)

    def _num_classes(self) -> str:
        if self.classifier is None:
            return "0"
        return self.classes.number_of(self.classifier) or self.classes.width(self.classifier.id)

    def _feature_info(self) -> Iterator[str]:
        name = f"{BODY}self.feature_info: list[dict[str, Any]] = ["
        places = list(self.places())
        if not places:
            yield f"{name}]"
            return
        yield name
        for place in places:
            entry = {
                "num_chs": self.classes.width(place.value),
                "reduction": literal(place.stride),
                "module": literal(place.module),
            }
            if place.is_read:
                entry["hook_type"] = literal("forward_pre")
            items = [f'"{key}": {value}' for key, value in entry.items()]
            flat = f"{BODY}{INDENT}{{{', '.join(items)}}},"
            if len(flat) <= WIDEST:
                yield flat
            else:
                yield f"{BODY}{INDENT}{{"
                yield from (f"{BODY}{INDENT * 2}{item}," for item in items)
                yield f"{BODY}{INDENT}}},"
        yield f"{BODY}]"

    def _pretrained_cfg(self) -> Iterator[str]:
        name = f"{BODY}self.pretrained_cfg: dict[str, Any] = "
        shapes = [self.graph.nodes[id].shape for id in self.graph.inputs]
        if len(shapes) != 1 or shapes[0].is_vector:
            yield f"{name}{{}}"
            return
        (shape,) = shapes
        neutral = (0.0,) * shape.channels, (1.0,) * shape.channels
        mean, std = IMAGENET if shape.channels == 3 else neutral
        entries: dict[str, Plain] = {"input_size": shape.torch, "mean": mean, "std": std}
        if self.pool is not None:
            entries["pool_size"] = self.graph.nodes[self.features].shape.torch[1:]
        if (first := self._first_conv()) is not None:
            entries["first_conv"] = in_net(first.id)
        if self.classifier is not None:
            entries["classifier"] = in_net(self.classifier.id)
        yield f"{name}{{"
        for key, value in entries.items():
            yield f'{BODY}{INDENT}"{key}": {_all(value)},'
        if self.classifier is not None:
            yield f'{BODY}{INDENT}"num_classes": self.num_classes,'
        yield f"{BODY}}}"

    def _first_conv(self) -> Node | None:
        """Return the layer with weights that alone reads the input."""
        (id,) = self.graph.inputs
        while True:
            readers = self.graph.readers[id]
            if len(readers) != 1:
                return None
            node = self.graph.nodes[readers[0]]
            if node.op.picture().role is Role.WEIGHTED:
                return node
            if node.op.learned or len(node.operands) != 1:
                return None
            id = node.id

    def places(self) -> Iterator[Place]:
        """Yield where the last value of each stride is, up to the features, strides rising."""
        order = self.graph.tree.order
        before = 0
        for stride, value in sorted(by_stride(self.graph).items(), key=lambda one: order[one[1]]):
            if order[value] > order[self.features] or stride < before:
                return
            place = self._place(value, stride)
            if place is not None:
                yield place
                before = stride

    def _place(self, value: NodeId, stride: int) -> Place | None:
        """Return the outermost module that gives a value, or else the first that reads it."""
        runs = list(self._around(value))
        for path, steps in runs:
            for step in steps:
                if step.child is not None and step.results == (value,):
                    return Place(value, stride, _joined(path, step.child))
        for path, steps in runs:
            for step in steps:
                reads = step.operands[:1] == (value,) and step.before is None
                if step.child is not None and reads and not step.training:
                    return Place(value, stride, _joined(path, step.child), is_read=True)
        return None

    def _around(self, value: NodeId) -> Iterator[tuple[str, tuple[Step, ...]]]:
        """Yield the paths and steps of the modules around a value, from the network inwards."""
        inlining = self.classes.inlining
        section, path = self.made.section, ""
        yield path, self.made.steps
        for part in parts_of(in_net(value))[:-1]:
            inner = next(one for one in section.children if one.name == part)
            assert isinstance(inner, Section), "a step lies in scopes"
            section, path = inner, _joined(path, part)
            if not inlining.is_inlined(section):
                yield path, inlining.steps(section)

    # Methods

    def methods(self) -> Iterator[list[str]]:
        """Yield the lines of each method."""
        yield self._intermediates()
        yield self._checkpointing()
        yield self._matcher()
        yield self._no_weight_decay()

    def _intermediates(self) -> list[str]:
        is_one = len(self.graph.inputs) == 1
        returns = "list[Tensor] | tuple[Tensor, list[Tensor]]"
        parameters = ["x: Tensor" if is_one else "*inputs: Tensor", *INTERMEDIATES_PARAMETERS]
        arguments = ["self", "places", "self.forward_features", "x" if is_one else "*inputs"]
        call = New(
            "intermediates",
            (*((None, Text(one)) for one in arguments), ("stop_early", Text("stop_early"))),
        )
        start = f"{BODY}x, maps = "
        return [
            *signature("forward_intermediates", parameters, returns),
            *INTERMEDIATES.splitlines(),
            start + layout(call, lambda _: None, 2, len(start)),
            f"{BODY}return maps if intermediates_only else (x, maps)",
        ]

    def _checkpointing(self) -> list[str]:
        opening = signature("set_grad_checkpointing", ["enable: bool = True"])
        blocks = [group.modules for group in self._groups() if group.steps > 1]
        if not blocks:
            doc = "Raise NotImplementedError: there are no blocks to compute again."
            return [
                *opening,
                f'{BODY}"""{doc}"""',
                f"{BODY}if enable:",
                f'{BODY}{INDENT}raise NotImplementedError("{self.made.name} has no blocks")',
            ]
        doc = "Compute blocks again in the backward pass, for less memory; or no more."
        return [
            *opening,
            f'{BODY}"""{doc}"""',
            *for_each("block", blocks),
            f"{BODY}{INDENT}recompute(block, enable)",
        ]

    def _matcher(self) -> list[str]:
        opening = signature("group_matcher", ["coarse: bool = False"], "dict[str, str]")
        doc = "Return patterns for groups of parameters from the first layers on; not the head's."
        groups = [f'{BODY}{INDENT}"{group.path}": r"{group.pattern}",' for group in self._groups()]
        if not groups:
            return [*opening, f'{BODY}"""{doc}"""', f"{BODY}return {{}}"]
        start = [*opening, f'{BODY}"""{doc}"""', f"{BODY}groups = {{"]
        return [*start, *groups, *COARSE.splitlines()]

    def _no_weight_decay(self) -> list[str]:
        opening = signature("no_weight_decay", [], "set[str]")
        decay = self.recipe.weight_decay
        if decay is None or not decay.weights_only:
            doc = "Return the parameters that weight decay spares: the spec names none."
            return [*opening, f'{BODY}"""{doc}"""', f"{BODY}return set()"]
        doc = "Return the parameters that weight decay spares: biases and those of norms."
        return [*opening, f'{BODY}"""{doc}"""', *SPARED.splitlines()]

    def _groups(self) -> Iterator[Group]:
        """Yield the parts of the network that have weights, in order, without the classifier."""
        yield from self._below(self.made.section, "")

    def _below(self, section: Section, path: str) -> Iterator[Group]:
        classes = self.classes
        for child in section.children:
            here = _joined(path, child.name)
            if isinstance(child, Leaf):
                node = self.graph.nodes[child.node]
                if node.op.learned and node is not self.classifier:
                    yield Group(here, 1)
            elif child.scope.kind is ScopeKind.AUX or not self._learns(child):
                continue
            elif classes.is_loop(child):
                yield Group(here, self._steps(child.children[0]), copies=True)
            elif classes.inlining.is_inlined(child):
                yield from self._below(child, here)
            elif classes.inlining.has_class(child):
                yield Group(here, self._steps(child))
            else:
                yield from self._below(child, here)

    def _steps(self, child: Leaf | Section) -> int:
        return 1 if isinstance(child, Leaf) else len(self.classes.inlining.steps(child))

    def _learns(self, section: Section) -> bool:
        return any(node.op.learned for node in self.graph.tree.nodes_in(section.scope.path))


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _all(value: Plain) -> str:
    """Return a constant as Python writes it, a pair of equal numbers as a pair."""
    if not isinstance(value, tuple):
        return literal(value)
    return f"({', '.join(map(literal, value))}{',' if len(value) == 1 else ''})"
