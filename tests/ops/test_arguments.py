"""What a value without a name is bound to, and what is refused because it has two readings."""

from __future__ import annotations

import pytest

import archdsl


def net(line: str) -> str:
    return f"net t(c = 8, s = 2) {{\n  input 32x32x3\n  {line}\n  relu\n}}\n"


def refused(line: str) -> list[archdsl.Diagnostic]:
    with pytest.raises(archdsl.SpecError) as error:
        archdsl.load(net(line))
    return list(error.value.diagnostics)


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


@pytest.mark.parametrize("line", ["conv 16 32 3", "conv 64 3", "maxpool 2", "maxpool 3 2"])
def test_a_window_written_as_a_number_is_refused_once(line: str) -> None:
    (found,) = refused(line)
    assert found.code == "ambiguous-argument"
    assert (found.help or "").startswith("a window is written as a size")


def test_the_default_of_an_operator_is_refused_in_its_own_line() -> None:
    (found,) = refused("default maxpool 3x3 2")
    assert found.help == "write `default maxpool 3x3 stride=2`, or `default maxpool 3x3 pad=2`"


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
