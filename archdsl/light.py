"""Making very many values quickly: light data classes, and a garbage collector that waits."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar, dataclass_transform

if TYPE_CHECKING:
    T = TypeVar("T")

    @dataclass_transform(frozen_default=True)
    def light(cls: type[T]) -> type[T]: ...
else:
    # A large spec makes millions of these values, and to enforce at run time that they do not
    # change takes four times as long. The type checker enforces it everywhere in archdsl.
    light = dataclass(slots=True, unsafe_hash=True)


class GarbageCollectorPaused:
    """Keeps Python from searching for garbage while a stage makes values that all stay in use."""

    def __enter__(self) -> None:
        self.was_on = gc.isenabled()
        gc.disable()

    def __exit__(self, *exception: object) -> None:
        if self.was_on:
            gc.enable()
