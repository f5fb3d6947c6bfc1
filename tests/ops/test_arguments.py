"""What a value without a name is bound to, and what is refused because it has two readings."""

from __future__ import annotations

import re

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import archdsl
from archdsl.ops import Size, operators
from tests.reading import findings


def net(line: str) -> str:
    return f"net t(c = 8, s = 2) {{\n  input 32x32x3\n  {line}\n  relu\n}}\n"


def refused(line: str) -> list[archdsl.Diagnostic]:
    with pytest.raises(archdsl.SpecError) as error:
        archdsl.load(net(line))
    return list(error.value.diagnostics)


def unclear(line: str) -> set[str]:
    """What is unclear about a line's arguments, whatever else is wrong with it."""
    codes = {one.code for one in findings(net(line))}
    return codes & {
        *("ambiguous-argument", "too-many-arguments", "missing-argument", "repeated-argument"),
        *("unknown-argument", "unknown-name", "unknown-word", "syntax"),
    }


@pytest.mark.parametrize(
    ("line", "readings"),
    [
        ("conv 3x3 16 2", ("conv 3x3 16 stride=2", "conv 3x3 16 pad=2")),
        ("conv 3x3 c s", ("conv 3x3 c stride=s", "conv 3x3 c pad=s")),
        ("conv 3x3 16 (s + 1)", ("conv 3x3 16 stride=(s + 1)", "conv 3x3 16 pad=(s + 1)")),
        ("conv 3x3 2x2 8", ("conv 3x3 stride=2x2 8", "conv 3x3 pad=2x2 8")),
        ("conv 3x3 8 [1, 2]", ("conv 3x3 8 stride=[1, 2]", "conv 3x3 8 pad=[1, 2]")),
        ("upconv 2x2 8 2", ("upconv 2x2 8 stride=2", "upconv 2x2 8 pad=2")),
        ("maxpool 3x3 1", ("maxpool 3x3 stride=1", "maxpool 3x3 pad=1")),
        ("avgpool 3x3 1", ("avgpool 3x3 stride=1", "avgpool 3x3 pad=1")),
        ("conv 3x3/2 16 1", ("conv 3x3/2 16 pad=1",)),
        ("conv 3x3 16 1 stride=2", ("conv 3x3 16 pad=1 stride=2",)),
        ("conv 3x3 16 2 pad=1", ("conv 3x3 16 stride=2 pad=1",)),
        ("conv 3x3 16 [0, 1, 0, 1]", ("conv 3x3 16 pad=[0, 1, 0, 1]",)),
    ],
)
def test_a_bare_number_behind_a_window_is_refused_with_readings_that_are_accepted(
    line: str, readings: tuple[str, ...]
) -> None:
    (found,) = refused(line)
    assert found.code == "ambiguous-argument"
    assert found.help == "write " + ", or ".join(f"`{one}`" for one in readings)
    for one in readings:
        archdsl.load(net(one))


def test_the_two_readings_are_two_networks() -> None:
    def height(line: str) -> int:
        return [*archdsl.load(net(line)).ir.nodes.values()][-1].shape.height

    assert (height("conv 3x3 16 stride=2"), height("conv 3x3 16 pad=2")) == (16, 34)


@pytest.mark.parametrize(
    ("line", "readings"),
    [
        # torch's order: channels in, channels out, window, stride, padding
        ("conv 16 32 3", ("conv 3x3 32",)),
        ("conv 3 16 3x3", ("conv 16 3x3", "conv 3x3 16 stride=3x3")),
        ("conv 3 64 7 2 3", ("conv 7x7 64 stride=2 pad=3",)),
        ("upconv 64 32 2 2", ("upconv 2x2 32 stride=2",)),
        ("linear 512 10", ("linear 10",)),
        ("batchnorm 64", ("batchnorm",)),
        ("batchnorm 64 1e-3", ("batchnorm eps=1e-3",)),
        ("groupnorm 1 3", ("groupnorm 1",)),
        ("prelu 3", ("prelu",)),
        # Keras': filters, window, strides
        ("conv 64 3", ("conv 3x3 64",)),
        ("conv 64 3 2", ("conv 2x2 3", "conv 3x3 64 stride=2")),
        ("conv 64 3 act=relu", ("conv 3x3 64 act=relu",)),
        # as papers say it
        ("conv 3 64", ("conv 3x3 64",)),
        ("conv c s", ("conv s x s c", "conv c x c s")),
        ("conv 3x3 16 2 1", ("conv 3x3 16 stride=2 pad=1",)),
        ("maxpool 2.0", ("maxpool 2x2 stride=2.0", "maxpool 2x2 stride=1")),
        ("maxpool 2", ("maxpool 2x2 stride=2", "maxpool 2x2 stride=1")),
        ("avgpool 3", ("avgpool 3x3 stride=3", "avgpool 3x3")),
        ("maxpool 3 2", ("maxpool 3x3 stride=2",)),
        ("avgpool 3 2 1", ("avgpool 3x3 stride=2 pad=1",)),
        ("lrn 5 1e-4 0.75", ("lrn 5 alpha=1e-4 beta=0.75",)),
        ("elu 1.0", ("elu alpha=1.0",)),
        ("resize 64x64 bilinear", ("resize to=64x64 bilinear",)),
        ("layerscale 96", ("layerscale", "layerscale init=96")),
        ("pad [1, 2]", ("pad 1x2", "pad [0, 0, 1, 2]")),
        ("crop [1, 2]", ("crop 1x2", "crop [0, 0, 1, 2]")),
    ],
)
def test_numbers_in_another_librarys_order_are_refused_with_every_likely_reading(
    line: str, readings: tuple[str, ...]
) -> None:
    (found,) = refused(line)
    assert found.code in ("ambiguous-argument", "too-many-arguments")
    assert found.help == "write " + ", or ".join(f"`{one}`" for one in readings)
    for one in readings:
        assert not unclear(one), one


@pytest.mark.parametrize(
    ("line", "readings"),
    [
        ("maxpool 2x2", ("maxpool 2x2/2", "maxpool 2x2/1")),
        (
            "avgpool valid kernel = 2x4",
            ("avgpool valid kernel = 2x4/2x4", "avgpool valid kernel = 2x4/1"),
        ),
        ("maxpool s x s pad=1", ("maxpool s x s stride=2 pad=1", "maxpool s x s stride=1 pad=1")),
        ("maxpool 31x31 ceil valid; maxpool 2x2", ("maxpool 2x2/2", "maxpool 2x2/1")),
        # Two windows by either stride, but not the same two.
        (
            "slice 0 1; maxpool 31x32 ceil valid",
            ("maxpool 31x32/31x32 ceil valid", "maxpool 31x32/1 ceil valid"),
        ),
        (
            "default maxpool 2x2; maxpool valid",
            ("maxpool valid stride=2", "maxpool valid stride=1"),
        ),
    ],
)
def test_an_even_pool_without_a_stride_has_two_readings(
    line: str, readings: tuple[str, str]
) -> None:
    (found,) = refused(line)
    assert found.code == "ambiguous-argument"
    assert found.help == "write " + ", or ".join(f"`{one}`" for one in readings)
    before = line.rpartition(";")[0]
    for one in readings:
        archdsl.load(net(f"{before}; {one}"))


@pytest.mark.parametrize(
    ("line", "grid"),
    [
        ("maxpool 3x3", (32, 32)),  # as branches of the papers' modules have it
        ("maxpool 3x5 valid", (30, 28)),
        ("avgpool 32x32 valid", (1, 1)),
        ("maxpool 2x2/1", (32, 32)),
        ("maxpool 2x2 stride=2", (16, 16)),
        ("default maxpool stride=2; maxpool 2x2", (16, 16)),
        ("maxpool to=2x2", (2, 2)),
    ],
)
def test_other_pools_have_one_reading(line: str, grid: tuple[int, int]) -> None:
    output = archdsl.load(net(line)).module()(torch.zeros(1, 3, 32, 32))
    assert output.shape[2:] == grid


@pytest.mark.parametrize("line", ["batchnorm MOMENTUM", "conv 1x1 4 norm=batchnorm(MOMENTUM)"])
@pytest.mark.parametrize(("momentum", "right"), [("0.99", "0.01"), ("0.9997", "0.0003")])
def test_a_momentum_as_keras_has_it_is_refused(line: str, momentum: str, right: str) -> None:
    (found,) = refused(line.replace("MOMENTUM", f"momentum={momentum}"))
    assert found.code == "ambiguous-argument"
    assert found.help is not None
    assert f"`momentum={right}`" in found.help
    archdsl.load(net(line.replace("MOMENTUM", f"momentum={right}")))


VALUES = ("1", "2", "64", "0.5", "3x3", "5x5/2", "[1, 2]", "[0, 1, 0, 1]", "c", "(s + 1)", "relu")


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(operators())), st.lists(st.sampled_from(VALUES), max_size=4))
def test_what_is_advised_is_never_refused_as_unclear_again(name: str, values: list[str]) -> None:
    if operators()[name].joins:
        return
    for found in findings(net(" ".join((name, *values)))):
        help = found.help or ""
        if found.code in ("ambiguous-argument", "too-many-arguments") and help.startswith("write "):
            for advised in re.findall("`([^`]*)`", help):
                assert not unclear(advised), (name, values, advised)


def test_the_default_of_an_operator_is_refused_in_its_own_line() -> None:
    (found,) = refused("default maxpool 3x3 2")
    assert found.help == "write `default maxpool 3x3 stride=2`, or `default maxpool 3x3 pad=2`"


@pytest.mark.parametrize(
    ("line", "advised"),
    [
        ("conv 3x3 16 activation=relu", "conv 3x3 16 act=relu"),
        ("conv kernel_size=3 filters=16 strides=2", "conv kernel=3 channels=16 stride=2"),
        ("conv 3x3 16 padding=1 dilation_rate=2", "conv 3x3 16 pad=1 dilation=2"),
        ("conv 3x3 16 use_bias=no", "conv 3x3 16 bias=no"),
        ("conv 3x3 16 in_channels=3", "conv 3x3 16"),
        ("linear out_features=10", "linear features=10"),
        ("dropout p=0.5", "dropout rate=0.5"),
        ("dropout keep_prob=0.8", "dropout rate=(1 - 0.8)"),
        ("batchnorm epsilon=1e-3", "batchnorm eps=1e-3"),
        ("lrn depth_radius=2", "lrn size=(2 * 2 + 1)"),
        ("resize scale_factor=2 mode=bilinear", "resize factor=2 blend=bilinear"),
        ("leaky_relu negative_slope=0.1", "leaky_relu slope=0.1"),
        ("conv 3x3 16 relu", "conv 3x3 16 act=relu"),
        ("conv 3x3 16 batchnorm relu", "conv 3x3 16 norm=batchnorm act=relu"),
        ("conv 3x3 16 leaky_relu(0.1)", "conv 3x3 16 act=leaky_relu(0.1)"),
        ("conv 3x3 16 bn", "conv 3x3 16 norm=batchnorm"),
        ("conv 3x3 16 act=swish", "conv 3x3 16 act=silu"),
        ("conv 3x3 16 bias=False", "conv 3x3 16 bias=no"),
        ("conv 3x3 16 norm=None", "conv 3x3 16 norm=none"),
        ("conv 3x3 16 norm=batchnorm(epsilon=0.001)", "conv 3x3 16 norm=batchnorm(eps=0.001)"),
        ("conv sxs 16", "conv s x s 16"),
        ("conv 1xs 16", "conv 1 x s 16"),
    ],
)
def test_words_of_other_libraries_lead_to_the_users_own_line_mended(
    line: str, advised: str
) -> None:
    for found in refused(line):
        assert found.help == f"write `{advised}`"
    assert not unclear(advised)


@pytest.mark.parametrize("init", ["1", "2.0", "1e-6"])
def test_a_small_number_is_the_factor_of_a_layerscale(init: str) -> None:
    assert not findings(net(f"layerscale {init}"))


def test_a_list_that_was_passed_is_not_written_out_as_if_it_stood_there() -> None:
    (found,) = findings("net t { input 8x8x3; b [1, 2] }\nblock b(p) { pad p }\n")
    assert found.help == "pass a size, `1x2`, or all four sides: top, bottom, left and right"


def test_a_number_of_the_wrong_kind_says_which_it_has_to_be() -> None:
    (found,) = refused("conv 3x3 16.5")
    assert found.headline == "`channels` of `conv` is a whole number of at least 1, not `16.5`"
    (found,) = refused("conv 3x3 -4")
    assert found.headline == "`channels` is -4, and has to be at least 1"


@pytest.mark.parametrize(
    ("bare", "named"),
    [
        ("conv 3x3 (8.0)", "conv 3x3 channels=(8.0)"),
        ("pad (2.0)", "pad amount=(2.0)"),
        ("groupnorm (3.0)", "groupnorm groups=(3.0)"),
    ],
)
def test_a_whole_number_is_the_same_with_and_without_the_name(bare: str, named: str) -> None:
    one, other = archdsl.load(net(bare)), archdsl.load(net(named))
    assert [n.op for n in one.ir.nodes.values()] == [n.op for n in other.ir.nodes.values()]


@pytest.mark.parametrize("line", ["conv kernel=3x3/2 8", "maxpool kernel=3x3/2", "conv kernel=k 8"])
def test_a_window_by_name_keeps_the_stride_behind_its_slash(line: str) -> None:
    text = f"net t(k = 3x3/2) {{ input 32x32x3; {line} }}"
    (_, step) = archdsl.load(text).ir.nodes.values()
    assert step.shape.grid == Size(16, 16)
    (found,) = findings(text.replace(line, f"{line} stride=1"))
    assert found.code == "repeated-argument"
