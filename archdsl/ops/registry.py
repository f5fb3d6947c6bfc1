"""All operators by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from archdsl.ops import activation, conv, linear, merge, norm, passing, pool, reshape
from archdsl.ops.operator import REGISTERED, Operator

FAMILIES = (conv, pool, norm, activation, linear, merge, passing, reshape)
"""The modules that declare operators, in the order of the operator table."""


def operators() -> Mapping[str, type[Operator]]:
    """Return every operator class by the name specs call it."""
    return MappingProxyType(REGISTERED)
