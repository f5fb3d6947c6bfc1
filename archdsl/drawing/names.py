"""The words that drawings are asked for by, as types for editors and type checkers.

A test holds each against what the drawing takes.
"""

from __future__ import annotations

from typing import Literal

TextFormat = Literal["svg", "dot", "mmd", "mermaid", "json", "html"]
"""Formats that are text; ``html`` is a page."""

BinaryFormat = Literal["pdf", "png"]

Style = Literal["blocks", "paper", "full", "table"]
Direction = Literal["TB", "BT", "LR"]
Theme = Literal["light", "dark", "print", "colorblind"]
Heat = Literal["params", "macs", "memory"]
Engine = Literal["pure", "dot"]
