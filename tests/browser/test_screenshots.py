"""The pictures of pages in the docs show pages as they are."""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops, ImageStat

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import screenshots  # noqa: E402

COARSE = (105, 64)
"""Grain at which pictures are compared: the fonts of machines differ, pages do not."""
FAR = 6.0
"""Mean difference of brightness, of 255, from which on a picture is another one."""


def difference(one: bytes, other: bytes) -> float:
    small = [Image.open(BytesIO(data)).convert("L").resize(COARSE) for data in (one, other)]
    return ImageStat.Stat(ImageChops.difference(*small)).mean[0]


def test_every_picture_of_a_page_is_current(browser: Any) -> None:
    taken = dict(screenshots.pictures(browser))
    assert len(taken) == 3
    readme = (ROOT / "docs" / "drawing.md").read_text(encoding="utf-8")
    for path, picture in taken.items():
        assert difference(path.read_bytes(), picture) < FAR, f"{path.name}: run `make docs`"
        assert f"images/{path.name})" in readme


def test_another_page_would_be_noticed() -> None:
    pictures = [path.read_bytes() for path in sorted(screenshots.IMAGES.glob("*.png"))]
    assert len(pictures) == 3
    assert all(
        difference(one, other) > FAR for one in pictures for other in pictures if one is not other
    )
