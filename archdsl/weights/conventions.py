"""What images a checkpoint's weights expect: they travel with the weights and are reported."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType

from archdsl.graph import Graph
from archdsl.ops.norm import Affine

KEY = "archdsl.input"


@dataclass(frozen=True, slots=True)
class Convention:
    """How pixels become numbers: channel order, range, then (x - mean) / std per channel.

    ``rescaled`` says that the network's first step must bring these numbers to -1 … 1. ``size``
    is the height and width that the weights were tried on, cut from the middle of the image after
    its shorter side became ``resize`` cells long; None and "" where the source does not say.
    """

    order: str
    highest: float
    mean: tuple[float, ...]
    std: tuple[float, ...]
    then: str = ""
    size: tuple[int, int] | None = None
    resize: int | None = None
    interpolation: str = ""

    @property
    def rescaled(self) -> bool:
        return bool(self.then)

    @property
    def described(self) -> str:
        mean = ", ".join(f"{value:g}" for value in self.mean)
        std = ", ".join(f"{value:g}" for value in self.std)
        text = (
            f"{self.order} images from 0 to {self.highest:g}, mean {mean}, standard deviation {std}"
        )
        if self.size is not None:
            text += f", {self.size[0]}×{self.size[1]}"
            if self.resize is not None:
                text += f" from the middle after the shorter side became {self.resize}"
                text += f" ({self.interpolation})" if self.interpolation else ""
        return f"{text}; {self.then}" if self.then else text

    def to_text(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_text(cls, text: str) -> Convention:
        data = json.loads(text)
        mean, std = tuple(data.pop("mean")), tuple(data.pop("std"))
        size = data.pop("size", None)
        return cls(mean=mean, std=std, size=None if size is None else tuple(size), **data)


RESCALES = "the network rescales them to -1 … 1 first (transform_input)"


def misfit(convention: Convention, graph: Graph) -> str | None:
    """Say where a network does to its images what weights do not expect, or the other way round.

    None if it fits. Weights of a network that rescales images from ``mean`` and ``std`` to
    -1 … 1 need an `affine` of just these numbers as the first step; others need none.
    """
    first = [graph.nodes[reader] for id in graph.inputs for reader in graph.readers[id]]
    steps = [node.op for node in first if isinstance(node.op, Affine)]
    if not convention.rescaled:
        if not steps:
            return None
        return (
            f"`{graph.name}` begins with an `affine` that rescales its input, and these weights "
            "expect none; specs that have it as a parameter leave it out with "
            "`--set transform_input=no`"
        )
    scale = tuple(std / 0.5 for std in convention.std)
    shift = tuple((mean - 0.5) / 0.5 for mean in convention.mean)
    if len(steps) == len(first) == 1 and _near(steps[0], scale, shift):
        return None
    numbers = [", ".join(f"{value:.3f}" for value in values) for values in (scale, shift)]
    return (
        f"these weights belong to a network that rescales its input first, and `{graph.name}` does "
        f"not begin with `affine scale=[{numbers[0]}] shift=[{numbers[1]}]`; specs that have it as "
        "a parameter do with `--set transform_input=yes`"
    )


def _near(op: Affine, scale: tuple[float, ...], shift: tuple[float, ...]) -> bool:
    count = len(scale)
    given = [values * count if len(values) == 1 else values for values in (op.scale, op.shift)]
    return all(
        len(have) == count and all(abs(a - b) < 1e-6 for a, b in zip(have, want, strict=True))
        for have, want in zip(given, (scale, shift), strict=True)
    )


IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
_HALF = ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))


def conventions() -> Mapping[str, Convention]:
    """Return the conventions of public checkpoints, by the name `--from` gives them.

    Source: the preprocessing that each package's own weights come with.
    """
    return MappingProxyType(
        {
            "torchvision": Convention("RGB", 1.0, *IMAGENET),
            "torchvision-inception": Convention(
                "RGB",
                1.0,
                *IMAGENET,
                then=RESCALES,
            ),
            "timm": Convention("RGB", 1.0, *IMAGENET),
            "timm-inception": Convention("RGB", 1.0, *_HALF),
            "pretrainedmodels": Convention("RGB", 1.0, *_HALF),
            "pretrainedmodels-bninception": Convention(
                "BGR", 255.0, (104.0, 117.0, 128.0), (1.0, 1.0, 1.0)
            ),
            "facenet-pytorch": Convention(
                "RGB", 255.0, (127.5, 127.5, 127.5), (128.0, 128.0, 128.0)
            ),
        }
    )
