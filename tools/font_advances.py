"""Write archdsl/drawing/advances.py: how wide letters are at most, in several fonts.

    python tools/font_advances.py REGULAR.ttf ... -- BOLD.ttf ...

Name Liberation Sans and DejaVu Sans, regular files first. Needs fonttools.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools.ttLib import TTFont

TABLE = Path(__file__).parents[1] / "archdsl/drawing/advances.py"
RANGES = (
    (0x0020, 0x007F),  # ASCII
    (0x00A0, 0x0180),  # the accents of European languages
    (0x0370, 0x0400),  # Greek
    (0x0400, 0x0460),  # Cyrillic
    (0x2010, 0x2050),  # dashes, quotes, dots
    (0x2070, 0x20A0),  # superscripts and subscripts
    (0x2190, 0x21A0),  # arrows
    (0x2200, 0x2270),  # mathematics
)

HEAD = '''"""Widths of letters in thousandths of the size, the widest of two fonts.

They are Liberation Sans and DejaVu Sans.

Written by tools/font_advances.py: for the first letter of a row, those from there on, 0 where
no font has one. Liberation Sans has the widths of Helvetica and Arial.
"""

from __future__ import annotations

'''


def advances(path: str) -> dict[int, int]:
    font = TTFont(path)
    em, metrics = font["head"].unitsPerEm, font["hmtx"].metrics
    return {code: -(-metrics[name][0] * 1000 // em) for code, name in font.getBestCmap().items()}


def rows(paths: list[str]) -> str:
    fonts = [advances(path) for path in paths]
    lines: list[str] = []
    for start, end in RANGES:
        for row in range(start, end, 16):
            codes = range(row, min(row + 16, end))
            widest = (max(font.get(code, 0) for font in fonts) for code in codes)
            lines.append(f"{row:04x} " + " ".join(map(str, widest)))
    return "\n".join(lines)


def main() -> None:
    split = sys.argv.index("--")
    regular, bold = rows(sys.argv[1:split]), rows(sys.argv[split + 1 :])
    TABLE.write_text(
        f'{HEAD}REGULAR = """\\\n{regular}\n"""\n\nBOLD = """\\\n{bold}\n"""\n', encoding="utf-8"
    )


if __name__ == "__main__":
    main()
