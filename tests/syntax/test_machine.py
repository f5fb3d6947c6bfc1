"""Our loop over Lark's tables reads what Lark itself reads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lark import Lark, Transformer, UnexpectedInput
from lark import Token as LarkToken

from archdsl.syntax.machine import Machine, Run, Stuck, Token, shaped_by
from archdsl.syntax.mistakes import PLACES, SLIPS
from archdsl.syntax.parser import GRAMMAR

ROOT = Path(__file__).parents[2]
OPTIONS: dict[str, Any] = {"parser": "lalr", "lexer": "contextual", "maybe_placeholders": False}
LARK = Lark(GRAMMAR.read_text(encoding="utf-8"), **OPTIONS)
TEXTS = [path.read_text(encoding="utf-8") for path in sorted(ROOT.glob("specs/**/*.arch"))]
WRONG = [
    text
    for slip in SLIPS
    for text in (*slip.texts, *(PLACES[0].format(one) for one in slip.statements))
]


class Plain:
    """Builds nested tuples: the rule's name and its children."""

    def __getattr__(self, name: str) -> Callable[[list[Any]], Any]:
        return lambda children: (name, *(_plain(child) for child in children))


class LarkPlain(Transformer[LarkToken, Any]):
    def __default__(self, data: Any, children: list[Any], meta: Any) -> Any:
        return (str(data), *(_plain(child) for child in children))


def _plain(child: Any) -> Any:
    if isinstance(child, LarkToken):
        return (child.type, str(child), child.start_pos, child.end_pos)
    if isinstance(child, Token):
        return (child.type, child.text, child.start, child.end)
    return child


MACHINE = Machine(LARK, shaped_by(Plain()))


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_the_same_tree_as_larks(text: str) -> None:
    assert Run(MACHINE, text).finish() == LarkPlain().transform(LARK.parse(text))


@pytest.mark.parametrize("text", WRONG, ids=range(len(WRONG)))
def test_stuck_at_the_same_place_as_lark(text: str) -> None:
    with pytest.raises(UnexpectedInput) as theirs:
        LARK.parse(text)
    with pytest.raises(Stuck) as ours:
        Run(MACHINE, text).finish()
    place = theirs.value.pos_in_stream
    if place is not None and getattr(getattr(theirs.value, "token", None), "type", "") != "$END":
        assert ours.value.token.start == place
