"""Write docs/operators.md from the operators' own declarations; --check says if it is current."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from archdsl.ops import Kind, Operator, PadRule, Sides, Size, operators, signature  # noqa: E402
from archdsl.ops.registry import FAMILIES  # noqa: E402

PAGE = ROOT / "docs/operators.md"
HEAD = """\
# The operators

Made by `tools/operator_table.py` from the operators' declarations. Arguments marked ∘ bind
without their name, by kind; those without a default have to be given. How calls are written
is told in [language.md](language.md).
"""


def table() -> str:
    parts = [HEAD]
    for family in FAMILIES:
        title = family.__name__.rpartition(".")[2]
        parts.append(f"## {title}\n\n{(family.__doc__ or '').splitlines()[0]}\n")
        own = [cls for cls in operators().values() if cls.__module__ == family.__name__]
        parts.extend(_operator(cls) for cls in own)
    return "\n".join(parts)


def example(cls: type[Operator]) -> str:
    """Return the example in an operator's docstring: its second paragraph."""
    return _paragraphs(cls)[1]


def _paragraphs(cls: type[Operator]) -> list[str]:
    return [part.strip() for part in (cls.__doc__ or "").split("\n\n")]


def _operator(cls: type[Operator]) -> str:
    first, _, *rest = _paragraphs(cls)
    lines = [f"### {cls.name}", "", " ".join(first.split()), ""]
    lines += ["```arch", example(cls), "```", ""]
    for part in rest:
        lines += [" ".join(part.split()), ""]
    arguments = signature(cls)
    if arguments:
        lines += ["| argument | takes | default | |", "| --- | --- | --- | --- |"]
        for one in arguments:
            name = f"`{one.name}`{' ∘' if one.positional else ''}"
            takes = _listed(one.words) if one.kind is Kind.WORD else one.kind.value
            if one.kind is Kind.OPERATOR and one.base is not None:
                takes = f"an operator of {_family(one.base)}"
            default = "" if one.required else _shown(one.default, one.words, one.kind)
            lines.append(f"| {name} | {takes} | {default} | {one.doc} |")
        lines.append("")
    return "\n".join(lines)


def _family(base: type[Operator]) -> str:
    title = base.__module__.rpartition(".")[2]
    return f"[{title}](#{title})"


def _listed(words: object) -> str:
    return " or ".join(f"`{word}`" for word in words)  # type: ignore[attr-defined]


def _shown(value: object, words: object, kind: Kind) -> str:
    match value:
        case None:
            return "none" if kind in (Kind.OPERATOR, Kind.SIZE, Kind.COUNT) else "see above"
        case bool():
            return "`yes`" if value else "`no`"
        case Size():
            return f"`{value.source}`"
        case PadRule():
            return f"`{value.value}`"
        case Sides():
            return f"`{value}`"
        case float():
            return f"`{value:g}`"
        case tuple():
            return "`[" + ", ".join(f"{number:g}" for number in value) + "]`"
        case _:
            named = [word for word, stands in dict(words).items() if stands == value]  # type: ignore[call-overload]
            return f"`{named[0] if named else value}`"


def main(given: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, fail if out of date")
    arguments = parser.parse_args(given)
    text = table()
    if not arguments.check:
        PAGE.write_text(text, encoding="utf-8", newline="\n")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == text:
        return 0
    print(f"{PAGE} is out of date: run {Path(__file__).name}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
