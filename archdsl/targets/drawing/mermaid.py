"""A drawing as Mermaid text, which GitHub and many editors show as a flowchart."""

from __future__ import annotations

from collections.abc import Iterator

from archdsl.targets.drawing.picture import Box, BoxKind, Drawing, Group
from archdsl.targets.drawing.theme import LIGHT, Look, Outline, Theme

BRACKETS = {Outline.BOX: ("[", "]"), Outline.OVAL: ("([", "])"), Outline.PILL: ("([", "])")}
FOLDED, REPEATED = "folded", ("[[", "]]")

ENTITIES = str.maketrans({"#": "#35;", '"': "#quot;", "+": "#43;"})
"""A number sign begins an entity, a quote ends the text, and a plus by itself begins a list."""


def to_mermaid(drawing: Drawing, theme: Theme = LIGHT) -> str:
    """Return the text of a Mermaid flowchart."""
    return "\n".join(_Writer(drawing, theme).lines()) + "\n"


class _Writer:
    def __init__(self, drawing: Drawing, theme: Theme) -> None:
        self.drawing = drawing
        self.theme = theme
        # Mermaid reads words such as `end` and dots in names as its own.
        self.names = {box.id: f"n{number}" for number, box in enumerate(drawing.every_box())}
        self.frames = 0

    def lines(self) -> Iterator[str]:
        yield "flowchart TB"
        for note in self.drawing.notes:
            yield f"  %% {note}"
        for panel in self.drawing.every_panel():
            yield from self.group(panel.group, "  ")
            for edge in panel.edges:
                arrow = "-.->" if edge.aux else "-->"
                tail, head = self.names[edge.tail], self.names[edge.head]
                yield f"  {tail} {arrow}|{_quoted(edge.shape)}| {head}"
        yield from self.styles()

    def group(self, group: Group, indent: str) -> Iterator[str]:
        yield f"{indent}subgraph g{self.frames} [{_quoted(group.title)}]"
        self.frames += 1
        for member in group.members:
            if isinstance(member, Box):
                yield f"{indent}  {self.box(member)}"
            else:
                yield from self.group(member, indent + "  ")
        yield f"{indent}end"

    def box(self, box: Box) -> str:
        name, text = self.names[box.id], _quoted("<br/>".join((box.title, *box.lines)))
        if box.kind is BoxKind.PORT:
            return f"{name}[{text}]:::port"
        look = self.theme.folded if box.role is None else self.theme.roles[box.role]
        opening, closing = REPEATED if box.repeated else BRACKETS[look.outline]
        return f"{name}{opening}{text}{closing}:::{_class_of(box)}"

    def styles(self) -> Iterator[str]:
        """Yield the colours of the classes that are used."""
        used = dict.fromkeys(_class_of(box) for box in self.drawing.every_box())
        looks = {role.value: look for role, look in self.theme.roles.items()}
        looks[FOLDED] = self.theme.folded
        looks["port"] = Look("none", "none")
        for name in used:
            look = looks[name]
            text = self.theme.faint if name == "port" else self.theme.text
            yield f"  classDef {name} fill:{look.fill},stroke:{look.line},color:{text}"


def _class_of(box: Box) -> str:
    if box.kind is BoxKind.PORT:
        return "port"
    return FOLDED if box.role is None else box.role.value


def _quoted(text: str) -> str:
    return f'"{text.translate(ENTITIES)}"'
