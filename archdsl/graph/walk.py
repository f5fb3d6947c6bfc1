"""Questions about syntax trees that the expansion asks before it runs them."""

from __future__ import annotations

from collections.abc import Iterator

from archdsl.graph.environment import Names
from archdsl.syntax import nodes


def walk(tree: object) -> Iterator[object]:
    """Yield every node of a syntax tree, without recursion."""
    pending = [tree]
    while pending:
        node = pending.pop()
        yield node
        for name in getattr(node, "__dataclass_fields__", ()):
            child = getattr(node, name)
            if isinstance(child, tuple):
                pending.extend(child)
            elif name != "span" and hasattr(child, "__dataclass_fields__"):
                pending.append(child)


def mentions_index(tree: object) -> bool:
    """Return whether copies of ``tree`` may differ because it asks for its `index`."""
    return any(isinstance(node, nodes.Name) and node.text == "index" for node in walk(tree))


def calls_in(tree: object) -> Iterator[str]:
    """Yield the name of everything that is called in ``tree``."""
    for node in walk(tree):
        if isinstance(node, nodes.Call):
            yield node.name.text


def is_lone(body: nodes.Body) -> bool:
    """Return whether a body consists of a single step, `default` statements aside."""
    chains = [one for one in body.statements if isinstance(one, nodes.Chain)]
    return len(chains) == 1 and len(chains[0].steps) == 1


def reserve_labels(body: nodes.Body, names: Names) -> None:
    """Keep the names that steps of a body ask for from steps that take what is free."""
    for statement in body.statements:
        if isinstance(statement, nodes.Chain):
            reserve_chain(statement, names)


def reserve_chain(chain: nodes.Chain, names: Names) -> None:
    for step in chain.steps:
        for label in step.labels:
            names.reserve(label.text)
