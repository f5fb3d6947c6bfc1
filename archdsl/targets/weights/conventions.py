"""What images a checkpoint's weights expect: they travel with the weights and are reported."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType

KEY = "archdsl.input"


@dataclass(frozen=True, slots=True)
class Convention:
    """How pixels become numbers: channel order, range, then (x - mean) / std per channel."""

    order: str
    highest: float
    mean: tuple[float, ...]
    std: tuple[float, ...]
    then: str = ""

    @property
    def described(self) -> str:
        mean = ", ".join(f"{value:g}" for value in self.mean)
        std = ", ".join(f"{value:g}" for value in self.std)
        text = (
            f"{self.order} images from 0 to {self.highest:g}, mean {mean}, standard deviation {std}"
        )
        return f"{text}; {self.then}" if self.then else text

    def to_text(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_text(cls, text: str) -> Convention:
        data = json.loads(text)
        mean, std = tuple(data.pop("mean")), tuple(data.pop("std"))
        return cls(mean=mean, std=std, **data)


_IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
_HALF = ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))


def conventions() -> Mapping[str, Convention]:
    """Return the conventions of public checkpoints, by the name `--from` gives them.

    Source: the preprocessing that each package's own weights come with.
    """
    return MappingProxyType(
        {
            "torchvision": Convention("RGB", 1.0, *_IMAGENET),
            "torchvision-inception": Convention(
                "RGB",
                1.0,
                *_IMAGENET,
                then="the network rescales them to -1 … 1 first (transform_input)",
            ),
            "timm": Convention("RGB", 1.0, *_IMAGENET),
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
