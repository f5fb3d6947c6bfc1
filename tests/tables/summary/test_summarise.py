"""Summaries against the papers' numbers and arithmetic by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from archdsl.loading import load
from archdsl.ops import Cost, Size
from archdsl.tables.summary import Reach, Stage, Summary, summarise

SPECS = Path(__file__).parents[3] / "specs"

# Szegedy et al. 2015, table 1, with its params and ops columns recomputed from its filter columns:
# output, depth, weights without biases, the same in units of 1024, multiply-accumulates.
GOOGLENET = {
    "conv1": ("112×112×64", 1, 9_408, 9.2, 118_013_952),
    "conv2": ("56×56×192", 2, 114_688, 112.0, 359_661_568),
    "inception_3a": ("28×28×256", 2, 163_328, 159.5, 128_049_152),
    "inception_3b": ("28×28×480", 2, 388_096, 379.0, 304_267_264),
    "inception_4a": ("14×14×512", 2, 375_552, 366.8, 73_608_192),
    "inception_4b": ("14×14×512", 2, 448_512, 438.0, 87_908_352),
    "inception_4c": ("14×14×512", 2, 509_440, 497.5, 99_850_240),
    "inception_4d": ("14×14×528", 2, 604_672, 590.5, 118_515_712),
    "inception_4e": ("14×14×832", 2, 867_328, 847.0, 169_996_288),
    "inception_5a": ("7×7×832", 2, 1_042_432, 1_018.0, 51_079_168),
    "inception_5b": ("7×7×1024", 2, 1_442_816, 1_409.0, 70_697_984),
    "fc": ("1×1×1000", 1, 1_024_000, 1_000.0, 1_024_000),
}
SUM = (6_990_272, 6_826.4, 1_582_671_872)

# The filter columns of the same table, in the notation of the summary.
WIDTHS = {
    "inception_3a": "64 ∥ 96→128 ∥ 16→32 ∥ 32",
    "inception_3b": "128 ∥ 128→192 ∥ 32→96 ∥ 64",
    "inception_4a": "192 ∥ 96→208 ∥ 16→48 ∥ 64",
    "inception_4b": "160 ∥ 112→224 ∥ 24→64 ∥ 64",
    "inception_4c": "128 ∥ 128→256 ∥ 24→64 ∥ 64",
    "inception_4d": "112 ∥ 144→288 ∥ 32→64 ∥ 64",
    "inception_4e": "256 ∥ 160→320 ∥ 32→128 ∥ 128",
    "inception_5a": "256 ∥ 160→320 ∥ 32→128 ∥ 128",
    "inception_5b": "384 ∥ 192→384 ∥ 48→128 ∥ 128",
}


def summary_of(body: str, blocks: str = "", depth: int = 0) -> Summary:
    return summarise(load(f"net n {{\n{body}\n}}\n{blocks}").ir, depth)


def named(stages: tuple[Stage, ...], name: str) -> Stage:
    (found,) = [stage for stage in stages if stage.name == name]
    return found


@pytest.fixture(scope="module")
def googlenet() -> Summary:
    return summarise(load(SPECS / "googlenet.arch").ir)


@pytest.mark.parametrize("row", GOOGLENET)
def test_row_of_googlenet_is_the_recomputed_one(googlenet: Summary, row: str) -> None:
    output, depth, weights, kilo, macs = GOOGLENET[row]
    stage = named(googlenet.stages, row)
    assert str(stage.output) == output
    assert stage.depth == depth
    assert (stage.cost.weights, stage.cost.macs) == (weights, macs)
    assert round(stage.cost.weights / 1024, 1) == kilo


def test_other_rows_of_googlenet_cost_nothing(googlenet: Summary) -> None:
    others = [stage for stage in googlenet.stages if stage.name not in GOOGLENET]
    assert [stage.name for stage in others] == [
        *("pool1", "norm1", "norm2", "pool2", "pool3", "pool4", "avgpool", "dropout")
    ]
    assert all(stage.cost == Cost() and stage.depth == 0 for stage in others)


def test_sum_of_googlenet_leaves_the_heads_out(googlenet: Summary) -> None:
    weights, kilo, macs = SUM
    assert (googlenet.cost.weights, googlenet.cost.macs) == (weights, macs)
    assert round(googlenet.cost.weights / 1024, 1) == kilo
    assert googlenet.cost.params == 6_998_552
    assert sum((stage.cost for stage in googlenet.stages), Cost()) == googlenet.cost


def test_googlenet_has_22_weight_layers(googlenet: Summary) -> None:
    assert googlenet.depth == 22


@pytest.mark.parametrize("row", WIDTHS)
def test_branch_widths_are_the_papers_columns(googlenet: Summary, row: str) -> None:
    assert named(googlenet.stages, row).widths == WIDTHS[row]


def test_heads_of_googlenet_are_counted_apart(googlenet: Summary) -> None:
    found = [
        (head.stage.name, head.reads, head.weight, head.stage.cost.params, head.stage.cost.macs)
        for head in googlenet.heads
    ]
    assert found == [
        ("aux1", "inception_4a", 0.3, 3_188_840, 4_169_728),
        ("aux2", "inception_4d", 0.3, 3_190_888, 4_202_496),
    ]
    assert googlenet.aux.params == 6_379_728


def test_googlenet_reach_and_smallest_input(googlenet: Summary) -> None:
    # conv1 7/2: 7, step 2. pool1 3/2: 11, 4. conv2 3×3: 19. pool2: 27, 8. 3a and 3b, 5×5: 91.
    # pool3: 107, 16. 4a to 4e, 5×5: 427. pool4: 459, 32. 5a and 5b, 5×5: 715.
    assert googlenet.reach == Reach("inception_5b", Size(7, 7), Size(715, 715))
    # The last pool is 7×7 valid behind five halvings that round up: 32 · 6 + 1.
    assert googlenet.smallest_input == 193


def test_inception_v4_totals_reach_and_smallest_input() -> None:
    summary = summarise(load(SPECS / "inception_v4.arch").ir)
    assert summary.cost.params == 42_679_816
    assert summary.cost.macs == 12_253_974_624
    # Stem: 3, 7, 11 (step 2), 15 (4), 47, 55 (8). 4 A of two 3×3: 183. Reduction A: 215 (16).
    # 7 B of 13 × 13: 1559. Reduction B, 7 then 3: 1687 (32). 3 C of 5 × 5: 2071.
    assert summary.reach == Reach("C", Size(8, 8), Size(2071, 2071))
    assert summary.smallest_input == 75  # 74 fails in timm, 75 runs
    assert [stage.type for stage in summary.stages] == [
        *("stem", "4 × A", "reduction_a", "7 × B", "reduction_b", "3 × C"),
        *("avg pool", "dropout 0.2", "linear"),
    ]
    # The paper's figure 9 in one column: outputs of the stages.
    assert [stage.output.source for stage in summary.stages][:6] == [
        *("35x35x384", "35x35x384", "17x17x1024", "17x17x1024", "8x8x1536", "8x8x1536")
    ]


def test_flattened_maps_fix_the_smallest_input() -> None:
    summary = summary_of("input 32x32x3; conv 3x3/2 8; flatten; linear 10")
    # The linear layer has 16 · 16 · 8 inputs, and ⌈31 / 2⌉ is 16 as well.
    assert summary.smallest_input == 31


def test_plain_operators_show_their_patch() -> None:
    body = "input 64x64x3; conv 7x7/2 8 valid; 2 x conv 3x3 8; maxpool 3x3/2; dropout 0.5"
    found = [(stage.type, stage.patch) for stage in summary_of(body).stages]
    assert found == [
        ("conv", "7×7/2 V"),
        ("2 × conv", "3×3/1"),
        ("max pool", "3×3/2"),
        ("dropout 0.5", ""),
    ]


@pytest.mark.parametrize(
    ("step", "widths"),
    [
        ("g { conv 1x1 4; relu; conv 3x3 8 }", "4→8"),
        ("concat { conv 1x1 4; conv 1x1 5 -> conv 3x3 6 }", "4 ∥ 5→6"),
        ("concat { conv 1x1 4; maxpool 3x3 }", "4 ∥ max pool"),
        ("concat { conv 1x1 4 -> concat { conv 1x3 5; conv 3x1 6 }; identity }", "4→(5 ∥ 6) ∥ x"),
        ("concat { identity; @skip }", "x ∥ @skip"),
        ("residual { conv 1x1 4; conv 3x3 8 }", "x + 4→8"),
        ("residual scale=0.5 { conv 3x3 8 }", "x + 8"),
        ("mul { identity; avgpool global -> conv 1x1 2 -> conv 1x1 8 }", "x × 2→8"),
        ("3 x { conv 1x1 4; conv 3x3 8 }", "4→8"),
        ("g { 3 x { conv 1x1 4; conv 3x3 8 }; conv 1x1 2 }", "4→8→2"),
        ("3 x { conv 1x1 (4 + index) }", "4→5→6"),
        ("g { concat { conv 1x1 4; conv 1x1 5 }; conv 1x1 2 }", "(4 ∥ 5)→2"),
        ("g { conv 1x1 8; residual { conv 3x3 8 } }", "8→(x + 8)"),
    ],
)
def test_widths_of_a_stage(step: str, widths: str) -> None:
    summary = summary_of(f"input 9x9x8\nconv 1x1 8 as skip\n{step}")
    assert summary.stages[-1].widths == widths


def test_depth_opens_stages_and_keeps_their_sums() -> None:
    graph = load(SPECS / "inception_v4.arch").ir

    def check(stages: tuple[Stage, ...], level: int) -> int:
        deepest = level
        for stage in stages:
            if stage.stages:
                assert sum((inner.cost for inner in stage.stages), Cost()) == stage.cost
                assert stage.stages[-1].output == stage.output
                deepest = max(deepest, check(stage.stages, level + 1))
        return deepest

    assert [check(summarise(graph, depth).stages, 0) for depth in (0, 1, 2, 3)] == [0, 1, 2, 3]
    a = named(summarise(graph, 1).stages, "A")
    assert [stage.path for stage in a.stages] == [f"inception_v4.A.{copy}" for copy in range(4)]


def test_join_is_a_row_below_its_branches() -> None:
    summary = summary_of("input 9x9x8; concat { conv 1x1 4; conv 1x1 5 } as mix", depth=1)
    rows = [(stage.name, stage.type) for stage in summary.stages[0].stages]
    assert rows == [("branch0", "branch"), ("branch1", "branch"), ("mix", "concat")]


def test_head_inside_a_block_is_not_in_its_row() -> None:
    block = "block b {\nconv 1x1 4\naux side { avgpool global -> linear 7 }\nconv 1x1 2\n}"
    summary = summary_of("input 9x9x8; b", block)
    assert summary.stages[0].cost.weights == 8 * 4 + 4 * 2
    assert summary.stages[0].widths == "4→2"
    (head,) = summary.heads
    assert (head.stage.path, head.reads, head.stage.cost.weights) == ("n.b.side", "b", 4 * 7)


def test_stage_that_ends_in_a_tap_has_the_shape_of_its_value() -> None:
    summary = summary_of(
        "input 9x9x8\nconv 1x1 3 as skip\ng { conv 1x1 4 as kept; maxpool 3x3/2; @kept }\nrelu"
    )
    assert named(summary.stages, "g").output.source == "9x9x4"


def test_several_inputs_and_outputs() -> None:
    summary = summary_of(
        "input 8x8x3 as left\ninput 8x8x3 as right\nadd { @left; @right } as sum\n"
        "conv 1x1 4 as a\nconv 1x1 5 as b\noutput @a @b"
    )
    assert [end.name for end in summary.inputs] == ["left", "right"]
    assert [str(end.shape) for end in summary.outputs] == ["8×8×4", "8×8×5"]
    assert summary.smallest_input is None


def test_gate_over_the_whole_map_sees_all_of_the_input() -> None:
    summary = summary_of("input 8x8x4; mul { identity; avgpool global -> conv 1x1 4 }")
    assert summary.reach == Reach("mul", Size(8, 8), None)


def test_deeply_nested_network_is_summarised() -> None:
    inner = "conv 1x1 2"
    for _ in range(40):
        inner = f"concat {{ {inner}; identity }}"
    summary = summary_of(f"input 4x4x2\n{inner}", depth=1000)
    assert summary.cost.weights == 2 * 2
