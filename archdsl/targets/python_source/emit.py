"""Python source of a network: the file, its classes and their forwards."""

from __future__ import annotations

import ast
from pathlib import Path
from textwrap import fill

from archdsl.graph import Graph, NodeId, ScopeKind
from archdsl.targets.plan import plan
from archdsl.targets.python_source.classes import Class, Classes, Required
from archdsl.targets.python_source.expressions import (
    INDENT,
    WIDEST,
    Expr,
    Fill,
    Slot,
    layout,
    literal,
)
from archdsl.targets.python_source.forward import forward, network_forward, signature

LAYERS = Path(__file__).parent.parent / "layers.py"
RESERVED = ("Chain", "Tensor", "F", "nn", "torch")

CHAIN = '''class Chain(nn.Sequential):
    """Layers that run one after the other, each under its own name."""

    def __init__(self, **layers):
        super().__init__()
        for name, layer in layers.items():
            self.add_module(name, layer)
'''


def emit(graph: Graph) -> str:
    """Return the source of a module whose last class is the network."""
    root = plan(graph)
    helpers = _helpers()
    classes = Classes(root, (*RESERVED, *helpers))
    bodies = [_class(made, graph, made.section is root) for made in classes]
    text = "\n\n".join(bodies)
    used = [source for name, source in helpers.items() if f"{name}(" in text]
    if "Chain(" in text:
        used.insert(0, CHAIN)
    head = f"{_header(graph, list(classes)[-1].name)}\n{_imports(text + ''.join(used))}"
    parts = [head, *used, *bodies]
    return "\n\n".join(part.rstrip("\n") + "\n" for part in parts)


def _imports(body: str) -> str:
    """Return the imports that the classes need."""
    lines: list[str] = []
    if "torch." in body:
        lines.append("import torch")
    lines.append("from torch import Tensor, nn" if "Tensor" in body else "from torch import nn")
    if "F." in body:
        lines.append("from torch.nn import functional as F")
    return "\n".join(lines) + "\n"


def _header(graph: Graph, name: str) -> str:
    inputs = _shapes(graph, graph.input_names, graph.inputs)
    outputs = _shapes(graph, graph.output_names, graph.outputs)
    ends = f"Input {inputs}, output {outputs} (height x width x channels); tensors are NCHW."
    return (
        f'"""{graph.name}, written by archdsl from its spec. Needs nothing but torch.\n\n'
        f"    net = {name}()\n\n"
        f"{fill(ends, WIDEST)}\n"
        '"""\n'
    )


def _shapes(graph: Graph, names: tuple[str, ...], ids: tuple[NodeId, ...]) -> str:
    """Return the shapes of inputs or outputs, named where there are several."""
    shapes = [graph.nodes[id].shape.source for id in ids]
    if len(shapes) == 1:
        return shapes[0]
    return ", ".join(f"{name} {shape}" for name, shape in zip(names, shapes, strict=True))


def _helpers() -> dict[str, str]:
    """Return the source of each layer that torch has no class for, by its name."""
    text = LAYERS.read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.ClassDef):
            found[node.name] = (ast.get_source_segment(text, node) or "") + "\n"
    return found


def _class(made: Class, graph: Graph, is_net: bool) -> str:
    lines = [f"class {made.name}(nn.Module):", f'{INDENT}"""{_doc(made, graph, is_net)}"""', ""]
    lines += _constructor(made)
    lines += ["", *(network_forward(made, graph) if is_net else forward(made))]
    return "\n".join(lines) + "\n"


def _doc(made: Class, graph: Graph, is_net: bool) -> str:
    scope = made.section.scope
    if is_net:
        heads = " In training, the outputs of its auxiliary heads follow." if graph.aux else ""
        return f"The network {graph.name}.{heads}"
    if scope.kind is ScopeKind.UNIT:
        return ", then ".join(child.name for child in made.section.children).capitalize() + "."
    place = f"{Path(scope.span.source.name).name}, line {scope.span.line}"
    return f"{scope.kind.value.capitalize()} {scope.title}, first used in {place}."


def _constructor(made: Class) -> list[str]:
    parameters = [
        parameter.name
        if isinstance(parameter.default, Required)
        else f"{parameter.name}={literal(parameter.default)}"
        for parameter in made.parameters
    ]
    lines = signature("__init__", parameters)
    lines.append(f"{INDENT * 2}super().__init__()")
    by_slot = {slot: parameter.name for parameter in made.parameters for slot in parameter.slots}
    first = made.constants[0].all

    def fill(slot: Slot) -> str | None:
        if slot.number in by_slot:
            return by_slot[slot.number]
        constant = first[slot.number]
        return None if constant.value == constant.omit else literal(constant.value)

    read = {slot.number for slots in made.functions for slot in slots if slot.number in by_slot}
    lines += [f"{INDENT * 2}self.{name} = {name}" for name in sorted({by_slot[n] for n in read})]
    lines += [_child(name, expr, fill) for name, expr in made.children]
    return lines


def _child(name: str, expr: Expr, fill: Fill) -> str:
    if name.isidentifier():
        start, end = f"{INDENT * 2}self.{name} = ", ""
    else:
        start, end = f'{INDENT * 2}self.add_module("{name}", ', ")"
    return start + layout(expr, fill, 2, len(start) + len(end)) + end
