"""Values, against definitions written out with loops and numpy."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

import archdsl
from archdsl.ops import Size
from archdsl.ops.shapes import Sides, Sliding
from archdsl.pytorch.torch_module import NetworkModule
from tests.trees import call_text

Array = np.ndarray
EXTENT = st.integers(1, 7)
KERNEL = st.tuples(st.integers(1, 5), st.integers(1, 5))
STEP = st.tuples(st.integers(1, 3), st.integers(1, 3))


def network(line: str, *inputs: str) -> NetworkModule:
    """Return the module of a few steps, in double precision, weights seeded."""
    text = "\n".join([*(f"input {shape}" for shape in inputs), line])
    return archdsl.load(f"net n {{\n{text}\n}}\n").module(dtype=torch.float64, seed=0).eval()


def grid(height: int, width: int, channels: int = 2, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(1, channels, height, width, generator=generator, dtype=torch.float64)


def close(actual: Tensor, expected: Array | Tensor) -> None:
    torch.testing.assert_close(actual, torch.as_tensor(expected, dtype=torch.float64))


def windows(
    length: int, kernel: int, stride: int, dilation: int = 1
) -> list[list[tuple[int, int]]]:
    """Return what each output of TensorFlow's SAME rule sees: pairs of tap and input position.

    The output has ceil(n/s) cells; of the padding that takes, half (rounded down) goes before.
    """
    output = math.ceil(length / stride)
    padding = max((output - 1) * stride + (kernel - 1) * dilation + 1 - length, 0)
    seen: list[list[tuple[int, int]]] = []
    for place in range(output):
        start = place * stride - padding // 2
        taps = [(tap, start + tap * dilation) for tap in range(kernel)]
        seen.append([(tap, at) for tap, at in taps if 0 <= at < length])
    return seen


# SAME padding


@given(EXTENT, EXTENT, KERNEL, STEP, st.integers(1, 2))
def test_same_convolution_is_tensorflows(
    height: int, width: int, kernel: tuple[int, int], stride: tuple[int, int], dilation: int
) -> None:
    args = {"kernel": kernel, "channels": 2, "stride": stride, "dilation": dilation}
    module = network(call_text("conv", args), f"{height}x{width}x2")
    x = grid(height, width)
    weight, bias = (one.detach().numpy() for one in module.conv.parameters())
    rows = windows(height, kernel[0], stride[0], dilation)
    columns = windows(width, kernel[1], stride[1], dilation)
    expected = np.zeros((1, 2, len(rows), len(columns)))
    for o, i, j in np.ndindex(2, len(rows), len(columns)):
        expected[0, o, i, j] = bias[o] + sum(
            weight[o, c, p, q] * x[0, c, y, z].item()
            for c in range(2)
            for p, y in rows[i]
            for q, z in columns[j]
        )
    close(module(x).detach(), expected)


@given(EXTENT, EXTENT, KERNEL, STEP)
def test_same_pools_are_tensorflows(
    height: int, width: int, kernel: tuple[int, int], stride: tuple[int, int]
) -> None:
    x = grid(height, width)
    args = {"kernel": kernel, "stride": stride}
    rows, columns = windows(height, kernel[0], stride[0]), windows(width, kernel[1], stride[1])
    most, mean, counted = (np.zeros((1, 2, len(rows), len(columns))) for _ in range(3))
    for c, i, j in np.ndindex(2, len(rows), len(columns)):
        values = [x[0, c, y, z].item() for _, y in rows[i] for _, z in columns[j]]
        most[0, c, i, j] = max(values)
        mean[0, c, i, j] = sum(values) / len(values)
        counted[0, c, i, j] = sum(values) / (kernel[0] * kernel[1])
    shape = f"{height}x{width}x2"
    close(network(call_text("maxpool", args), shape)(x), most)
    close(network(call_text("avgpool", args), shape)(x), mean)
    close(network(call_text("avgpool", args | {"count_include_pad": True}), shape)(x), counted)


@given(EXTENT, EXTENT, KERNEL, STEP, st.integers(1, 2))
def test_same_upconv_is_the_adjoint_of_same_conv(
    height: int, width: int, kernel: tuple[int, int], stride: tuple[int, int], dilation: int
) -> None:
    """<conv(x), y> = <x, upconv(y)>, with the same weights."""
    large = (height * stride[0], width * stride[1])
    args = {"kernel": kernel, "stride": stride, "dilation": dilation, "bias": False}
    down = network(call_text("conv", args | {"channels": 3}), f"{large[0]}x{large[1]}x2")
    up = network(call_text("upconv", args | {"channels": 2}), f"{height}x{width}x3")
    up.upconv.weight.data.copy_(down.conv.weight.data)
    x, y = grid(*large), grid(height, width, 3, seed=1)
    close((down(x) * y).sum(), (x * up(y)).sum())


# Explicit padding and ceil


@given(st.integers(2, 8), st.integers(1, 4), st.integers(1, 3), st.integers(0, 1))
def test_ceil_drops_windows_that_begin_beyond_the_map(n: int, k: int, s: int, p: int) -> None:
    """As Caffe's pooling layer: the last window must begin inside of the map or the padding
    before it, and what sticks out is cut off."""
    p = min(p, k // 2)
    starts = [i * s - p for i in range(math.ceil((n + 2 * p - k) / s) + 1)]
    starts = [start for start in starts if start < n]
    if not starts:
        return
    x = grid(n, n)
    module = network(f"maxpool {k}x{k}/{s} pad={p} ceil", f"{n}x{n}x2")
    expected = [
        [x[0, :, max(i, 0) : i + k, max(j, 0) : j + k].amax((1, 2)) for j in starts] for i in starts
    ]
    close(module(x)[0], torch.stack([torch.stack(row, -1) for row in expected], -2))


def test_ceil_drops_a_window_that_begins_where_the_map_ends() -> None:
    """Torch is the witness, over every small pool; some begin just at the end, as the first."""
    y = network("maxpool 2x2/5 pad=1 ceil", "4x4x2")(grid(4, 4))
    close(y, torch.nn.MaxPool2d(2, 5, 1, ceil_mode=True)(grid(4, 4)))
    at_the_end = 0
    for n, k, s, p in product(range(1, 13), range(1, 5), range(1, 8), range(3)):
        if p > k // 2 or n + 2 * p < k:
            continue
        ours = Sliding(Size(k, k), Size(s, s), Sides.around(Size(p, p)), ceil=True)
        theirs = torch.nn.functional.max_pool2d(torch.zeros(1, 1, n, n), k, s, p, ceil_mode=True)
        assert ours.over(Size(n, n)).pair == tuple(theirs.shape[2:]), (n, k, s, p)
        at_the_end += ours.over(Size(n, n)).height * s == n + p and bool((n + 2 * p - k) % s)
    assert at_the_end > 5


def test_padding_by_side_is_top_bottom_left_right() -> None:
    x = torch.ones(1, 1, 1, 1, dtype=torch.float64)
    close(network("pad [1, 0, 0, 2]", "1x1x1")(x)[0, 0], np.array([[0, 0, 0], [1, 0, 0]]))


@pytest.mark.parametrize(
    ("edge", "expected"),
    [
        ("zero", [0, 0, 1, 2, 3, 0]),
        ("reflect", [3, 2, 1, 2, 3, 2]),
        ("replicate", [1] * 3 + [2, 3, 3]),
    ],
)
def test_pad_fills_its_border(edge: str, expected: list[float]) -> None:
    x = torch.tensor([[[[1.0, 2.0, 3.0]]]], dtype=torch.float64)
    y = network(f"pad [0, 0, 2, 1] {edge}", "1x3x1")(x)
    close(y[0, 0, 0], np.array(expected))


# Norms


def test_lrn_divides_by_neighbouring_channels() -> None:
    x = grid(2, 3, 7)
    y = network("lrn 5 alpha=0.5 beta=0.75 k=2", "2x3x7")(x)
    for channel in range(7):
        near = x[0, max(channel - 2, 0) : channel + 3]
        scale = (2 + 0.5 / 5 * (near**2).sum(0)) ** 0.75
        close(y[0, channel], x[0, channel] / scale)


def normalised(x: Tensor, eps: float = 1e-5) -> Tensor:
    return (x - x.mean()) / torch.sqrt(x.var(unbiased=False) + eps)


def test_groupnorm_normalises_each_group_over_the_grid() -> None:
    x = grid(2, 3, 6)
    y = network("groupnorm 2", "2x3x6")(x)
    close(y[0, :3].detach(), normalised(x[0, :3]))
    close(y[0, 3:].detach(), normalised(x[0, 3:]))


def test_layernorm_normalises_channels_at_each_cell() -> None:
    x = grid(2, 3, 6)
    y = network("layernorm eps=0.001", "2x3x6")(x).detach()
    for i, j in np.ndindex(2, 3):
        close(y[0, :, i, j], normalised(x[0, :, i, j], 0.001))


@pytest.mark.parametrize("shape", ["2x3x4", "4"])
@pytest.mark.parametrize("gamma", ["yes", "no"])
@pytest.mark.parametrize("beta", ["yes", "no"])
def test_batchnorm_learns_what_its_switches_say(shape: str, gamma: str, beta: str) -> None:
    module = network(f"batchnorm eps=0.01 gamma={gamma} beta={beta}", shape)
    norm = module.batchnorm
    names = {name for name, _ in norm.named_parameters()}
    assert names == {n for n, there in (("weight", gamma), ("bias", beta)) if there == "yes"}
    assert set(norm.state_dict()) - names == {
        "running_mean",
        "running_var",
        "num_batches_tracked",
    }
    for parameter in norm.parameters():
        parameter.data.uniform_(1, 2)
    scale = norm.weight if gamma == "yes" else torch.ones(4)
    offset = norm.bias if beta == "yes" else torch.zeros(4)
    x = torch.randn(5, 4, dtype=torch.float64)
    x = x if shape == "4" else x[..., None, None].expand(-1, -1, 2, 3)
    axes = (0,) if shape == "4" else (0, 2, 3)
    tail = (1,) if shape == "4" else (1, 1, 1)
    mean, var = x.mean(axes).view(-1, *tail[1:]), x.var(axes, unbiased=False).view(-1, *tail[1:])
    y = module.train()(x)
    expected = (x - mean) / torch.sqrt(var + 0.01) * scale.view(mean.shape)
    torch.testing.assert_close(y, expected + offset.view(mean.shape))
    if names:
        y.sum().backward()
    assert all(parameter.grad is not None for parameter in norm.parameters())


def test_batchnorm_momentum_is_the_share_of_the_new_batch() -> None:
    module = network("batchnorm momentum=0.25", "1x1x1")
    module.train()(torch.full((2, 1, 1, 1), 8.0, dtype=torch.float64))
    close(module.batchnorm.running_mean, np.array([2.0]))


def test_l2norm_gives_unit_length_at_each_cell() -> None:
    x = grid(2, 3, 6)
    close(network("l2norm", "2x3x6")(x), x / x.pow(2).sum(1, keepdim=True).sqrt())


@pytest.mark.parametrize("shape", [(1, 3), (1, 3, 2, 2)])
def test_affine_scales_and_shifts_each_channel(shape: tuple[int, ...]) -> None:
    text = "3" if len(shape) == 2 else "2x2x3"
    y = network("affine scale=[1, 2, 3] shift=[0, -1, 0.5]", text)(
        torch.ones(shape, dtype=torch.float64)
    )
    for channel, value in enumerate((1.0, 1.0, 3.5)):
        assert (y[:, channel] == value).all()


# Activations, and what moves numbers


def test_prelu_is_shared_or_has_one_slope_per_channel() -> None:
    x = -torch.ones(1, 3, 2, 2, dtype=torch.float64)
    shared, apart = network("prelu init=0.5", "2x2x3"), network("prelu shared=no", "2x2x3")
    assert (shared(x) == -0.5).all()
    apart.prelu.weight.data = torch.tensor([0.0, 1.0, 2.0], dtype=torch.float64)
    assert apart(x)[0, :, 0, 0].tolist() == [0.0, -1.0, -2.0]


FORMULAS = {
    "relu": lambda x: max(x, 0),
    "relu6": lambda x: min(max(x, 0), 6),
    "leaky_relu 0.1": lambda x: x if x > 0 else 0.1 * x,
    "elu alpha=0.5": lambda x: x if x > 0 else 0.5 * (math.exp(x) - 1),
    "gelu": lambda x: x * (1 + math.erf(x / math.sqrt(2))) / 2,
    "gelu tanh": lambda x: x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2,
    "silu": lambda x: x / (1 + math.exp(-x)),
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "hard_sigmoid": lambda x: min(max(x + 3, 0), 6) / 6,
    "hard_swish": lambda x: x * min(max(x + 3, 0), 6) / 6,
    "hard_tanh": lambda x: min(max(x, -1), 1),
    "tanh": math.tanh,
    "scale 0.17": lambda x: 0.17 * x,
    "identity": lambda x: x,
}


@pytest.mark.parametrize("line", FORMULAS)
def test_activation_is_its_formula(line: str) -> None:
    points = [-8.0, -2.5, -1.0, -0.1, 0.0, 0.3, 1.0, 2.9, 7.0]
    x = torch.tensor(points, dtype=torch.float64).view(1, 9, 1, 1)
    close(network(line, "1x1x9")(x).flatten(), np.array([FORMULAS[line](p) for p in points]))


def test_softmax_adds_up_to_one_over_the_channels() -> None:
    x = grid(2, 3, 5)
    y = network("softmax", "2x3x5")(x)
    close(y, x.exp() / x.exp().sum(1, keepdim=True))


def test_shuffle_deals_channels_out_over_the_groups() -> None:
    """ShuffleNet, figure 1: (groups, n) transposed to (n, groups)."""
    x = torch.arange(6.0, dtype=torch.float64).view(1, 6, 1, 1)
    assert network("shuffle 2", "1x1x6")(x).flatten().tolist() == [0, 3, 1, 4, 2, 5]
    assert network("shuffle 3", "1x1x6")(x).flatten().tolist() == [0, 2, 4, 1, 3, 5]


def test_resize_repeats_or_blends() -> None:
    x = torch.tensor([[[[0.0, 4.0]]]], dtype=torch.float64)
    assert network("resize 2", "1x2x1")(x)[0, 0].tolist() == [[0, 0, 4, 4]] * 2
    # Half-pixel centres: the outputs lie at -0.25, 0.25, 0.75 and 1.25 of the input's steps.
    assert network("resize 2 bilinear", "1x2x1")(x)[0, 0].tolist() == [[0, 1, 3, 4]] * 2
    assert network("resize to=1x4", "1x2x1")(x)[0, 0].tolist() == [[0, 0, 4, 4]]


def test_flatten_goes_channel_by_channel() -> None:
    x = grid(2, 3, 4)
    assert torch.equal(network("flatten", "2x3x4")(x)[0], x[0].reshape(-1))


def test_linear_takes_a_single_cell_as_a_vector() -> None:
    module = network("linear 3", "1x1x4")
    x = grid(1, 1, 4)
    close(
        module(x)[0].detach(), (module.linear.weight @ x[0, :, 0, 0] + module.linear.bias).detach()
    )


# Joins


def test_concat_keeps_the_order_of_its_branches() -> None:
    x = torch.ones(1, 1, 1, 1, dtype=torch.float64)
    y = network("concat { scale 3; identity; scale 2 }", "1x1x1")(x)
    assert y.flatten().tolist() == [3, 1, 2]


def test_add_and_residual_sum_every_branch() -> None:
    x = grid(2, 2)
    close(network("add { scale 3; identity; identity }", "2x2x2")(x), 5 * x)
    close(network("residual scale=0.5 { scale 3 }", "2x2x2")(x), 2.5 * x)


def test_mul_stretches_single_cells_and_single_channels() -> None:
    x = grid(2, 3, 4)
    gated = network("mul { identity; avgpool global }", "2x3x4")(x)
    close(gated, x * x.mean((2, 3), keepdim=True))
    first = network("mul { identity; conv 1x1 1 }", "2x3x4")
    mask = next(one for name, one in first.named_modules() if name.endswith("conv"))(x)
    close(first(x).detach(), (x * mask).detach())


# Chance


@pytest.mark.parametrize("line", ["dropout 0.25", "droppath 0.25"])
def test_dropping_keeps_the_mean_in_training_and_everything_in_evaluation(line: str) -> None:
    module = network(line, "2x2x5")
    x = torch.ones(4000, 5, 2, 2, dtype=torch.float64)
    assert torch.equal(module(x), x)
    torch.manual_seed(0)
    y = module.train()(x)
    whole = y.flatten(1) if line.startswith("droppath") else y.flatten()[:, None]
    assert ((whole == 0).all(1) | (whole == 1 / 0.75).all(1)).all()
    kept = (whole[:, 0] > 0).double().mean().item()
    assert abs(kept - 0.75) < 5 * math.sqrt(0.25 * 0.75 / len(whole))  # five standard deviations


@pytest.mark.parametrize("name", ["dropout", "droppath"])
def test_dropping_nothing_or_everything(name: str) -> None:
    x = grid(2, 2)
    assert torch.equal(network(f"{name} 0", "2x2x2").train()(x), x)
    assert (network(f"{name} 1", "2x2x2").train()(x) == 0).all()


# Biases


@pytest.mark.parametrize("line", ["conv 1x1 4", "upconv 1x1 4", "linear 4"])
@pytest.mark.parametrize(
    ("more", "biased"),
    [("", True), ("norm=batchnorm", False), ("bias=no", False), ("norm=batchnorm bias=yes", True)],
)
def test_there_is_a_bias_where_no_norm_follows_or_it_is_asked_for(
    line: str, more: str, biased: bool
) -> None:
    keys = network(f"{line} {more}", "1x1x2").state_dict()
    layer = line.split()[0]
    assert any(key in (f"{layer}.bias", f"{layer}.{layer}.bias") for key in keys) == biased
