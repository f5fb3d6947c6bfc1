"""Arrange a graph as a drawing: what is drawn, in which boxes and frames, under which words.

Blocks of the same form share a panel, which is drawn once: where their widths or shapes differ
it shows the parameter or the range. What is unfolded stands in its place instead: a repeat as one
frame for all its copies, or, with a ``depth`` and in the style `full`, every copy by itself.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace

from archdsl.compare import Change
from archdsl.drawing.choose import choose
from archdsl.drawing.describe import in_words
from archdsl.drawing.faces import explain, usual_tails
from archdsl.drawing.folds import Fold, fold, leaves, named_alone, opened
from archdsl.drawing.frames import Frame
from archdsl.drawing.heat import Costs
from archdsl.drawing.options import DrawingError, Label, Options, Style, check_options
from archdsl.drawing.picture import Drawing, Group, Scale
from archdsl.drawing.plan import Plan
from archdsl.drawing.structure import Container, Item, Leaf, structure
from archdsl.graph import Graph, NodeId

MOST_BOXES = 2000
"""Most boxes in one drawing: more take minutes, and nobody can read them."""

EVERY_LEVEL = sys.maxsize
USUAL_LABELS = frozenset({Label.SHAPES})


def arrange(
    graph: Graph,
    options: Options | None = None,
    marks: Mapping[NodeId, Change] | None = None,
) -> Drawing:
    """Return the drawing of a graph, or of the one step that ``options`` ask for.

    ``marks`` say what became of nodes, in a drawing of two networks. Raises
    :class:`DrawingError` where a name or path is not there, where options contradict one another,
    or where the drawing would have more than :data:`MOST_BOXES` boxes.
    """
    options = Options() if options is None else options
    marks = {} if marks is None else marks
    check_options(options)
    if options.style is Style.TABLE:
        raise DrawingError("the style `table` has rows and no boxes: `draw` draws it")

    def refuse(boxes: int) -> None:
        if boxes > MOST_BOXES:
            raise DrawingError(_too_many(boxes, options))

    net = named_alone(structure(graph, choose(graph, options, marks), refuse))
    depth = EVERY_LEVEL if options.style is Style.FULL else None
    depth = depth if options.depth is None else options.depth
    folds: Mapping[int, Fold] = fold(net) if depth is None else {}
    plan = Plan(
        graph=graph,
        options=options,
        usual={} if options.style is Style.FULL else usual_tails(leaf.face for leaf in leaves(net)),
        folds=folds,
        depth=0 if depth is None else depth,
        heads={head.path: head.weight for head in graph.aux},
        labels=USUAL_LABELS if options.labels is None else options.labels,
        marks=marks,
        costs=Costs(graph),
        total=None if options.heat is None else Costs(graph).of(options.heat, net.every_node()),
    )
    boxes = _size(plan, net, 0) + sum(_size(plan, one.containers[0], 0) for one in folds.values())
    refuse(boxes)
    overview = Frame(plan, (net,)).outermost(net.id, net.id)
    panels = tuple(
        Frame(plan, one.containers).outermost(
            one.containers[0].id, one.heading, panel=f"{one.title}{one.number}"
        )
        for one in folds.values()
    )
    drawing = Drawing(
        title=net.id if options.title is None else options.title,
        overview=overview,
        panels=panels,
        notes=explain(plan.usual),
        style=options.style,
        direction=options.direction,
        scale=_scale(plan, (overview, *panels)),
        legend=bool(options.heat or marks) if options.legend is None else options.legend,
    )
    return replace(drawing, description=in_words(drawing))


def _size(plan: Plan, container: Container, level: int) -> int:
    """Return how many boxes a container is drawn with in its place, without making them."""
    return sum(_item_size(plan, item, level) for item in container.items)


def _item_size(plan: Plan, item: Item, level: int) -> int:
    if plan.is_unfolded(item, level):
        return sum(
            len(part.nodes if plan.splits else part.nodes[:1])
            if isinstance(part, Leaf)
            else _size(plan, named_alone(part), level + 1)
            for part in item.parts
        )
    inner = None if isinstance(item.parts[0], Leaf) else opened(item.parts[0])
    return 1 if inner is None else _size(plan, inner, level)


def _too_many(boxes: int, options: Options) -> str:
    counted = f"the drawing would have {boxes:,} boxes, and {MOST_BOXES:,} are the most that fit"
    if options.depth:
        return f"{counted}: leave out `depth`, or give one less than {options.depth}"
    if options.style is Style.FULL:
        return f"{counted}: the style `blocks` folds blocks and repeats, `only` draws one step"
    if options.expand:
        return f"{counted}: unfold fewer blocks with `expand`"
    return f"{counted}: gather steps in blocks or repeats, which are folded into one box each"


def _scale(plan: Plan, groups: Sequence[Group]) -> Scale | None:
    """Return the scale of heat, which runs to the dearest box."""
    heat = plan.options.heat
    if heat is None or plan.total is None:
        return None
    each = [box.heat or 0 for group in groups for box in group.every_box()]
    return Scale(heat, max(each, default=0), plan.total)
