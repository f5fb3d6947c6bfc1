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


def package_and_model(text: str) -> tuple[str, str]:
    """Split PACKAGE:MODEL; the model may be left out. Raises ValueError for another package."""
    package, _, model = text.partition(":")
    if package not in PACKAGES:
        raise ValueError(f"`{package}` is none of {', '.join(PACKAGES)}")
    return package, model
