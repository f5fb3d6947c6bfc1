"""What generated classes are called; those of one title are told apart by what is in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from archdsl.graph import ScopeKind
from archdsl.pytorch.plan import Leaf, Section, class_name
from archdsl.pytorch.python_source.inline import Inlining
from archdsl.pytorch.python_source.structures import Structures


def title_of(section: Section) -> str:
    """Return the name for a section's class, as if it were the only one of its title."""
    scope = section.scope
    if scope.kind is ScopeKind.UNIT:
        return "".join(class_name(child.name) for child in section.children)
    if scope.kind in (ScopeKind.NET, ScopeKind.BLOCK) or not scope.name.isidentifier():
        return class_name(scope.title)
    return class_name(scope.name)


class Naming:
    """Names groups of sections, each of which has a class.

    Of several with one title the one with most instances has it. The others say what they have
    besides, or else what they are without; where that is the same for two, how the classes of
    their parts are called.
    """

    def __init__(
        self, groups: Sequence[Sequence[Section]], inlining: Inlining, structures: Structures
    ) -> None:
        self._groups = groups
        self._inlining = inlining
        self._structures = structures
        self._by_title: dict[str, list[int]] = {}
        self._place_of: dict[int, int] = {}
        for place, group in enumerate(groups):
            self._by_title.setdefault(title_of(group[0]), []).append(place)
            self._place_of.update((id(section), place) for section in group)
        self._names: dict[int, str] = {}
        self._under_way: set[str] = set()

    def names(self) -> list[str]:
        """Return a name for each group; in rare cases one is that of another."""
        return [self._name(place) for place in range(len(self._groups))]

    def _name(self, place: int) -> str:
        if place not in self._names:
            title = title_of(self._groups[place][0])
            places = self._by_title[title]
            found = self._told_apart(title, places, title_of)
            if len(set(found)) < len(found):
                self._under_way.add(title)
                found = self._told_apart(title, places, self._named)
                self._under_way.remove(title)
            self._names.update(zip(places, found, strict=True))
        return self._names[place]

    def _named(self, section: Section) -> str:
        if title_of(section) in self._under_way:
            return title_of(section)  # it stands in one of its own title, maybe further out
        return self._name(self._place_of[id(section)])

    def _told_apart(
        self, title: str, places: list[int], called: Callable[[Section], str]
    ) -> list[str]:
        if len(places) == 1:
            return [title]
        usual = max(places, key=lambda place: (len(self._groups[place]), -place))
        parts = {place: Counter(self._parts(self._groups[place][0], called)) for place in places}
        return [
            title if place == usual else title + _difference(parts[place], parts[usual])
            for place in places
        ]

    def _parts(self, section: Section, called: Callable[[Section], str]) -> Iterator[str]:
        """Yield what a section is made of, in words that tell it from others of its title."""
        for step in self._inlining.steps(section):
            for call in (step.before, step.function):
                if call is not None:
                    yield class_name(call.target.rpartition(".")[2])
        for child in section.children:
            yield from self._words(child, called)

    def _words(self, child: Leaf | Section, called: Callable[[Section], str]) -> Iterator[str]:
        if isinstance(child, Leaf):
            yield class_name(child.call.target.rpartition(".")[2])
        elif self._inlining.has_class(child):
            yield called(child)
        elif self._structures.is_loop(child):
            for copy, count in self._structures.runs(child):
                several = "Several" if count > 1 else ""
                yield from (several + word for word in self._words(copy, called))
        else:
            for part in child.children:
                yield from self._words(part, called)


def _difference(parts: Counter[str], usual: Counter[str]) -> str:
    """Return what tells a class from the usual one, as the end of a name."""
    more = [name for name in parts if parts[name] > usual[name]]
    fewer = [name for name in usual if 0 < parts[name] < usual[name]]
    if more or fewer:
        shown = (name if not usual[name] else f"{parts[name]}{name}" for name in (*more, *fewer))
        return f"With{'And'.join(shown)}"
    missing = [name for name in usual if not parts[name]]
    return f"Without{'And'.join(missing)}" if missing else ""
