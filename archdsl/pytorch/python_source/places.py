"""Expressions for the submodules of a network, by their paths in the spec."""

from __future__ import annotations

from archdsl.pytorch.python_source import words


def layer_at(path: str) -> str:
    """Return the expression for a submodule."""
    return f"self.{path}" if words.ATTRIBUTES.allow(path) else module_at(path)


def module_at(path: str) -> str:
    """Return the expression for a submodule of whatever class, which may get other children."""
    return f'self.get_submodule("{path}")' if path else "self"
