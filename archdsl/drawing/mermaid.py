"""A drawing as Mermaid text, which GitHub and many editors show as a flowchart."""

from __future__ import annotations

from collections.abc import Iterator

from archdsl.drawing.boxes import Brush
from archdsl.drawing.heat import scale_in_words
from archdsl.drawing.picture import Box, BoxKind, Drawing, Group
from archdsl.drawing.theme import LIGHT, SIGNS, Look, Outline, Theme
from archdsl.escaping import mermaid_text
from archdsl.ops import Role

BRACKETS = {Outline.BOX: ("[", "]"), Outline.OVAL: ("([", "])"), Outline.PILL: ("([", "])")}
FOLDED, REPEATED = "folded", ("[[", "]]")


def to_mermaid(drawing: Drawing, theme: Theme = LIGHT) -> str:
    """Return the text of a Mermaid flowchart."""
    return "\n".join(_Writer(drawing, theme).lines()) + "\n"


class _Writer:
    def __init__(self, drawing: Drawing, theme: Theme) -> None:
        self.drawing = drawing
        self.theme = theme
        self.brush = Brush(theme, {}, drawing.scale)
        # Mermaid reads words such as `end` and dots in names as its own.
        boxes = (
            box
            for group in drawing.every_panel()
            for box in (*group.entries, *group.every_box(), *group.exits)
        )
        self.names = {box.id: f"n{number}" for number, box in enumerate(boxes)}
        self.frames = 0

    def lines(self) -> Iterator[str]:
        yield f"flowchart {self.drawing.direction.value}"
        yield f"  accTitle: {mermaid_text(self.drawing.overview.title)}"
        notes = self.drawing.notes
        if self.drawing.scale is not None:
            notes = (*notes, scale_in_words(self.drawing.scale))
        for note in notes:
            yield f"  %% {mermaid_text(note)}"
        for group in self.drawing.every_panel():
            yield from self.group(group, "  ", outermost=True)
            for edge in group.wires():
                arrow = "-.->" if edge.aux else "-->"
                label = f"|{_quoted(edge.label)}|" if edge.label else ""
                yield f"  {self.names[edge.tail]} {arrow}{label} {self.names[edge.head]}"
        yield from self.styles()

    def group(self, group: Group, indent: str, *, outermost: bool = False) -> Iterator[str]:
        name, self.frames = f"g{self.frames}", self.frames + 1
        title = self.drawing.title if group is self.drawing.overview else group.title
        title = title if group.mark is None else f"{SIGNS[group.mark]} {title}"
        yield f"{indent}subgraph {name} [{_quoted(title)}]"
        yield f"{indent}  direction {self.drawing.direction.value}"
        # Ports of frames within others are seen through.
        for box in group.entries if outermost else ():
            yield f"{indent}  {self.box(box)}"
        for member in group.members:
            if isinstance(member, Box):
                yield f"{indent}  {self.box(member)}"
            else:
                yield from self.group(member, indent + "  ")
        for box in group.exits if outermost else ():
            yield f"{indent}  {self.box(box)}"
        yield f"{indent}end"

    def box(self, box: Box) -> str:
        title = box.title if box.mark is None else f"{SIGNS[box.mark]} {box.title}"
        rows = [row for row in (title, *box.lines) if row]
        name, text = self.names[box.id], "<br/>".join(map(mermaid_text, rows)) or " "
        if box.kind is BoxKind.PORT:
            return f'{name}["{text}"]:::port'
        look = self.theme.folded if box.role is None else self.theme.roles[box.role]
        opening, closing = REPEATED if box.repeated else BRACKETS[look.outline]
        return f'{name}{opening}"{text}"{closing}:::{_class_of(box)}'

    def styles(self) -> Iterator[str]:
        """Yield the colours of the classes that are used, and of boxes by heat or mark."""
        used = {_class_of(box): box for box in self.drawing.every_box()}
        for name in used:
            look = self.theme.folded if name == FOLDED else self.theme.roles[_role(used[name])]
            yield _style(f"classDef {name}", look, self.theme.text)
        if any(group.entries or group.exits for group in self.drawing.every_panel()):
            yield _style("classDef port", Look("none", "none"), self.theme.faint)
        for box in self.drawing.every_box():
            if box.mark is not None or self.drawing.scale is not None:
                look = self.brush.look(box)
                yield _style(f"style {self.names[box.id]}", look, self.brush.ink(look.fill))


def _style(what: str, look: Look, ink: str) -> str:
    return f"  {what} fill:{look.fill},stroke:{look.line},color:{ink}"


def _role(box: Box) -> Role:
    assert box.role is not None  # only a folded box has none
    return box.role


def _class_of(box: Box) -> str:
    return FOLDED if box.role is None else box.role.value


def _quoted(text: str) -> str:
    return f'"{mermaid_text(text) or " "}"'
