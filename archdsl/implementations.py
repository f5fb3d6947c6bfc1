"""What public implementations are called, in options and in Python. Loads nothing."""

from __future__ import annotations

PACKAGES = ("torchvision", "timm", "pretrainedmodels", "facenet-pytorch")
"""Packages whose models' names weights can be given."""

SOURCES = (
    "torchvision",
    "torchvision-inception",
    "timm",
    "timm-inception",
    "pretrainedmodels",
    "pretrainedmodels-bninception",
    "facenet-pytorch",
)
"""Whose conventions about images are known without naming a model."""
