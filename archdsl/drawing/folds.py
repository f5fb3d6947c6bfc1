"""Which blocks of a network are drawn as one panel, and how calls of them are written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from archdsl.drawing.structure import Container, Leaf
from archdsl.drawing.symbols import Symbol, common
from archdsl.graph import ScopeKind


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """Containers of one form. ``number`` tells forms of one title apart: `` #2``."""

    id: str
    title: str
    number: str
    containers: tuple[Container, ...]

    @property
    def heading(self) -> str:
        """The title and arguments; those that differ by name: ``inception c1 r3 c3``."""
        return " ".join((self.title + self.number, *arguments(self.containers)))


def arguments(containers: Sequence[Container]) -> tuple[str, ...]:
    """Return what calls of a block were given; what differs between them is written by name."""
    calls = [dict(one.scope.arguments) for one in containers]
    return spelled(
        containers[0],
        {
            name: common([c[name] for c in calls], [Symbol(name, tuple(c[name] for c in calls))])
            for name in told(containers)
        },
    )


def told(containers: Sequence[Container]) -> tuple[str, ...]:
    """Return the names of the arguments that are written: those given, and those that differ."""
    return tuple(
        name
        for at, (name, value) in enumerate(containers[0].scope.arguments)
        if any(
            name in one.scope.given or one.scope.arguments[at] != (name, value)
            for one in containers
        )
    )


def spelled(container: Container, values: Mapping[str, str]) -> tuple[str, ...]:
    """Return arguments as a call would have them: by place, those after a gap by name."""
    known = [name for name, _ in container.scope.arguments]
    first = next((at for at, name in enumerate(known) if name not in values), len(known))
    return tuple(
        value if name in known[:first] or value == name else f"{name}={value}"
        for name, value in values.items()
    )


def fold(net: Container) -> Mapping[int, Fold]:
    """Gather all containers in ``net`` that are not open by form, in order of appearance."""
    found: dict[int, list[Container]] = {}
    for container in within(net):
        if container is net or container.open:
            continue
        if named_alone(container) is container:
            found.setdefault(container.form, []).append(container)
    total = Counter(_title(same) for same in found.values())
    seen: Counter[str] = Counter()
    folds: dict[int, Fold] = {}
    for form, same in found.items():
        title = _title(same)
        seen[title] += 1
        number = f" #{seen[title]}" if total[title] > 1 else ""
        folds[form] = Fold(same[0].id, title, number, tuple(same))
    return folds


def within(container: Container) -> Iterator[Container]:
    """Yield a container and all that are in it, the outer ones first."""
    level = [container]
    while level:
        yield from level
        parts = [part for one in level for item in one.items for part in item.parts]
        level = [part for part in parts if isinstance(part, Container)]


def leaves(container: Container) -> Iterator[Leaf]:
    """Yield every unit in a container."""
    for one in within(container):
        for item in one.items:
            for part in item.parts:
                if isinstance(part, Leaf):
                    yield part


def named_alone(container: Container) -> Container:
    """Return the block that an auxiliary head consists of; any other container as it is."""
    if container.scope.kind is not ScopeKind.AUX or len(container.items) != 1:
        return container
    (item,) = container.items
    inner = item.parts[0]
    return inner if item.repeat is None and isinstance(inner, Container) else container


def _title(same: Sequence[Container]) -> str:
    """Return the title of containers of one form; heads and repeats may differ in it."""
    return ", ".join(dict.fromkeys(one.title for one in same))


def opened(container: Container) -> Container | None:
    """Return what is drawn in the place of a container that is open, None if it is folded."""
    inner = named_alone(container)
    if inner.open:
        return inner
    return container if container.open else None
