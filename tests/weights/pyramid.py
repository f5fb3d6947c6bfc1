"""Networks that someone else wrote, and what becomes of their weights."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

import archdsl
from archdsl.weights import Checkpoint, import_weights
from archdsl.weights.wiring import Wiring


def filled(model: nn.Module) -> nn.Module:
    """Give every number of a model a value that its outputs show."""
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            if tensor.is_floating_point():
                values = torch.rand(tensor.shape, generator=generator)
                if name.endswith("running_var") or tensor.ndim == 1:
                    tensor.copy_(values + 0.5)
                else:
                    tensor.copy_((values - 0.4) / tensor[0].numel() ** 0.5)
    return model.eval()


def taken(
    text: str,
    state: Mapping[str, Tensor],
    *,
    ordered: bool = True,
    pins: Mapping[str, str] | None = None,
    wiring: Wiring | None = None,
) -> nn.Module:
    """Return the spec's module with a state dict's numbers."""
    network = archdsl.load(text)
    module = network.module().eval()
    checkpoint = Checkpoint(dict(state), {}, ordered=ordered, wiring=wiring or Wiring())
    found = import_weights(network.ir, module, checkpoint, pins=pins)
    module.load_state_dict(found.tensors)
    return module


def same(ours: nn.Module, theirs: nn.Module, *extents: int) -> bool:
    x = torch.randn(extents, generator=torch.Generator().manual_seed(6))
    with torch.no_grad():
        mine, wanted = ours(x), theirs(x)
    one, other = (out if isinstance(out, tuple) else (out,) for out in (mine, wanted))
    return all(torch.allclose(a, b, atol=1e-5) for a, b in zip(one, other, strict=True))


def conv(a: int = 4, b: int = 4, k: int = 3) -> nn.Conv2d:
    return nn.Conv2d(a, b, k, padding=k // 2)


class Projected(nn.Module):
    """Registers the projection first and runs it beside the body."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = conv()
        self.proj = nn.Sequential(conv())
        self.body = nn.Sequential(conv(), conv())

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        return (self.body(x) + self.proj(x)).relu()


class Pyramid(nn.Module):
    """As torchvision's: its lists count from the finest map, and it runs from the coarsest."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.ModuleList(conv(k=1) for _ in range(3))
        self.layer = nn.ModuleList(conv() for _ in range(3))

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        p = nn.functional.max_pool2d
        c = [x, p(x, 2), p(p(x, 2), 2)]
        top = self.inner[2](c[2])
        found = [self.layer[2](top)]
        for at in (1, 0):
            top = self.inner[at](c[at]) + nn.functional.interpolate(top, scale_factor=2.0)
            found.insert(0, self.layer[at](top))
        return tuple(found)


PYRAMID = """
net pyramid {
  input 8x8x4 as c0
  maxpool 2x2/2 as c1
  maxpool 2x2/2 as c2
  conv 1x1 4 as inner_2
  conv 3x3 4 as layer_2
  @inner_2 -> resize 2
  add { identity; @c1 -> conv 1x1 4 as inner_1 } as top_1
  conv 3x3 4 as layer_1
  @top_1 -> resize 2
  add { identity; @c0 -> conv 1x1 4 as inner_0 }
  conv 3x3 4 as layer_0
  output @layer_0 @layer_1 @layer_2
}
"""
