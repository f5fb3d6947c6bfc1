"""First weights drawn with numpy have the distribution that torch's own layers give them."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from archdsl.pytorch.quick_start import QuickStart

LAYERS = [
    lambda: nn.Conv2d(16, 64, (3, 5)),
    lambda: nn.Conv2d(16, 64, 3, groups=4),
    lambda: nn.ConvTranspose2d(16, 64, 3),
    lambda: nn.Linear(300, 200),
]


@pytest.mark.parametrize("make", LAYERS)
def test_weights_have_torchs_bounds_mean_and_deviation(make) -> None:
    torch.manual_seed(0)
    wanted = make().weight
    with QuickStart():
        drawn = make().weight
    assert drawn.requires_grad
    assert drawn.is_leaf
    assert not torch.equal(drawn, wanted)
    torch.testing.assert_close(drawn.abs().max(), wanted.abs().max(), rtol=0.01, atol=0)
    torch.testing.assert_close(drawn.std(), wanted.std(), rtol=0.05, atol=0)
    assert abs(drawn.mean()) < 0.05 * wanted.std()


def test_torchs_seed_decides() -> None:
    def drawn(seed: int) -> torch.Tensor:
        torch.manual_seed(seed)
        with QuickStart():
            return nn.Linear(8, 8).weight

    assert torch.equal(drawn(1), drawn(1))
    assert not torch.equal(drawn(1), drawn(2))


def test_no_two_layers_begin_alike() -> None:
    with QuickStart():
        assert not torch.equal(nn.Linear(8, 8).weight, nn.Linear(8, 8).weight)


def test_what_numpy_cannot_fill_is_left_to_torch() -> None:
    with QuickStart():
        half = nn.Linear(64, 64, dtype=torch.bfloat16).weight
        meta = nn.Linear(64, 64, device="meta").weight
    assert half.std() > 0
    assert meta.is_meta
