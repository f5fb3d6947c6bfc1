"""What can be chosen about an ONNX file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

OPSETS = range(13, 26)
"""The versions of ONNX's operators that a file can be written in."""

OPSET_OF_BFLOAT16 = 22
"""The first in which pools and convolutions take bfloat16."""

Dynamic = Literal["batch", "size"]
"""What is free about the inputs: the batch, or heights and widths as well."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a model is like; its numbers are the same in each form.

    ``opset`` is the version of the operators, None for torch's own choice. Blocks and groups are
    functions unless they are ``inline``. ``external`` puts the weights into a file
    beside the model's. Raises ValueError for an opset that is none of :data:`OPSETS`.
    """

    opset: int | None = None
    dynamic: Dynamic = "batch"
    inline: bool = False
    external: bool = False

    def __post_init__(self) -> None:
        if self.opset is not None and self.opset not in OPSETS:
            raise ValueError(
                f"the opset of an ONNX file is one of {OPSETS[0]} to {OPSETS[-1]}, not {self.opset}"
            )
