"""Words that people bring along from other libraries and papers, and what is meant by them here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_JOINS = {
    ("concat",): "concatenate concatenation cat hcat depthconcat depth_concat filter_concat",
    ("add",): "sum plus summation addition sum_up",
    ("mul",): "multiply multiplication times prod product gate hadamard",
    ("residual", "add"): "skip shortcut skip_connection shortcut_connection residual_add resnet",
    ("concat", "add", "mul"): (
        "merge join parallel branches branch_and_merge split fork stack route combine fuse"
        " elementwise eltwise aggregate average maximum minimum subtract"
    ),
}

JOIN_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {word: joins for joins, words in _JOINS.items() for word in words.split()}
)
"""Names of joins elsewhere, and the joins here that can be meant. A group is a sequence instead."""
