"""What classes say of themselves: shapes, places in the spec, and the spec's own comments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import fill

from archdsl.escaping import python_text
from archdsl.graph import Graph, NodeId, ScopeKind, in_net
from archdsl.pytorch.plan import Section
from archdsl.pytorch.python_source.classes import Class
from archdsl.pytorch.python_source.expressions import INDENT, WIDEST
from archdsl.source import Span
from archdsl.syntax import nodes


def docstring(
    made: Class, graph: Graph, blocks: Mapping[str, nodes.Block], net: nodes.Net | None
) -> str:
    """Return the docstring of a class, quotes and all."""
    scope = made.section.scope
    parts = [_headline(made, graph)]
    if scope.kind is ScopeKind.NET and net is not None:
        parts += [*_comments(net.span), *_fixed(made, net)]
    if scope.kind is ScopeKind.BLOCK and scope.title in blocks:
        parts += _comments(blocks[scope.title].span)
    if len(parts) == 1:
        return f'{INDENT}"""{parts[0]}"""'
    rest = (fill(part, WIDEST, initial_indent=INDENT, subsequent_indent=INDENT) for part in parts)
    return "\n\n".join([f'{INDENT}"""{next(rest).strip()}', *rest]) + f'\n{INDENT}"""'


def shapes(section: Section, graph: Graph) -> str | None:
    """Return what the forward of a block says of shapes, as they are at its first place."""
    if section.scope.kind is not ScopeKind.BLOCK:
        return None
    given, made = (_shapes(ids, graph) for ids in (section.inputs, section.outputs))
    path = in_net(section.scope.path)
    text = f"Return {made} for {given}, as in {path}."
    return text if len(text) <= WIDEST - 3 * len(INDENT) else f"Return {made} for {given}."


def _shapes(ids: tuple[NodeId, ...], graph: Graph) -> str:
    return " and ".join(graph.nodes[id].shape.source for id in ids)


def _headline(made: Class, graph: Graph) -> str:
    scope = made.section.scope
    if scope.kind is ScopeKind.NET:
        heads = " In training, the outputs of its auxiliary heads follow." if graph.aux else ""
        return f"The network {graph.name}.{heads}"
    if scope.kind is ScopeKind.UNIT:
        return ", then ".join(child.name for child in made.section.children).capitalize() + "."
    place = f"{python_text(Path(scope.span.source.name).name)}, line {scope.span.line}"
    return f"{scope.kind.value.capitalize()} {scope.title}, first used in {place}."


def _fixed(made: Class, net: nodes.Net) -> Iterator[str]:
    """Say which parameters of the net its class does not take."""
    taken = [parameter.name for parameter in made.filling.parameters]
    fixed = [one.name.text for one in net.parameters if one.name.text not in taken]
    if fixed:
        which = "The spec's" if not taken else f"But for {', '.join(taken)}, the spec's"
        yield f"{which} parameters have the values this was written with: {', '.join(fixed)}."


def _comments(definition: Span) -> Iterator[str]:
    """Yield the paragraphs of the comment on a net or a block.

    It stands right above, or is that at the beginning of the file if nothing else comes between.
    """
    lines = definition.source.text[: definition.start].split("\n")[:-1]
    above: list[str] = []
    for line in reversed(lines):
        if not line.startswith("#"):
            break
        above.insert(0, line)
    rest = [line for line in lines if line.strip() and not line.startswith(("#", "use "))]
    if not above and not rest:
        above = [line for line in lines if line.startswith("#")]
    text = "\n".join(line.removeprefix("#").strip() for line in above)
    for paragraph in re.split(r"\n{2,}", text):
        if words := " ".join(paragraph.split()):
            yield _quotable(words)


def _quotable(text: str) -> str:
    """Return a text for a docstring in which single quotes need no escape."""
    parts = (python_text(part) for part in text.split('"'))
    return re.sub(r'"(?="")|"$', '\\"', '"'.join(parts))
