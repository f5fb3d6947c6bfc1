"""Checkpoints of other implementations find their places, or it is said why not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

import archdsl
from archdsl.weights import (
    Checkpoint,
    CheckpointError,
    MatchError,
    export_weights,
    import_weights,
    read_checkpoint,
)
from archdsl.weights.checkpoint import NAMES
from tests.weights.samples import SMALL, Other


def saved(model: nn.Module, path: Path) -> Checkpoint:
    if path.suffix == ".safetensors":
        save_file(model.state_dict(), path)
    else:
        torch.save(model.state_dict(), path)
    return read_checkpoint(path)


@pytest.mark.parametrize("file", ["other.pth", "other.safetensors"])
def test_import_gives_the_other_implementations_numbers(tmp_path: Path, file: str) -> None:
    other = Other().eval()
    network = archdsl.load(SMALL)
    module = network.module().eval()
    module.load_state_dict(
        import_weights(network.ir, module, saved(other, tmp_path / file)).tensors
    )
    x = torch.randn(3, 2, 8, 8)
    torch.testing.assert_close(module(x), other(x))


@pytest.mark.parametrize("file", ["other.pth", "other.safetensors"])
def test_export_goes_back_bit_equal(tmp_path: Path, file: str) -> None:
    network = archdsl.load(SMALL)
    checkpoint = saved(Other(), tmp_path / file)
    found = import_weights(network.ir, network.module(), checkpoint)
    by_names = export_weights(network.ir, found.tensors, names=found.metadata[NAMES])
    like = Checkpoint(Other().state_dict(), {}, ordered=True)
    by_reference = export_weights(network.ir, found.tensors, like=like)
    for back in (by_names, by_reference):
        assert set(back) == set(checkpoint.tensors)
        assert all(torch.equal(back[name], t) for name, t in checkpoint.tensors.items())


def test_another_class_count_keeps_the_backbone_and_says_so(tmp_path: Path) -> None:
    other = Other(classes=5)
    network = archdsl.load(SMALL)
    module = network.module(seed=1)
    found = import_weights(network.ir, module, saved(other, tmp_path / "five.pth"))
    assert [line.partition(":")[0] for line in found.said] == ["head.weight", "head.bias"]
    assert "begins anew with 3 classes" in found.said[0]
    assert torch.equal(found.tensors["head.weight"], module.state_dict()["head.weight"])
    ours = found.tensors["block_a.0.concat.branch0.conv.conv.weight"]
    assert torch.equal(ours, other.state_dict()["features.0.branch0.conv.weight"])


def test_a_background_class_can_be_dropped(tmp_path: Path) -> None:
    other = Other(classes=4)
    network = archdsl.load(SMALL)
    checkpoint = saved(other, tmp_path / "four.pth")
    found = import_weights(network.ir, network.module(), checkpoint, drop_class=0)
    assert torch.equal(found.tensors["head.weight"], other.last_linear.weight[1:])
    assert any("class 0 dropped" in line for line in found.said)


Change = Callable[[dict[str, torch.Tensor]], Any]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda s: s.pop("features.1.merge.conv.weight"), "missing, 1 layers of the network"),
        (lambda s: s.update({"extra.weight": torch.zeros(4, 4)}), "left over, 1 layers"),
        (
            lambda s: s.update({"features.0.merge.conv.weight": torch.zeros(2, 7, 1, 1)}),
            "nearest: features.0.merge.conv",
        ),
        (lambda s: s.update({"last_linear.weight": torch.zeros(3, 9)}), "head"),
    ],
)
def test_nothing_is_loaded_in_part(change: Change, said: str) -> None:
    state = dict(Other().state_dict())
    change(state)
    network = archdsl.load(SMALL)
    with pytest.raises(MatchError, match=said):
        import_weights(network.ir, network.module(), Checkpoint(state, {}, ordered=True))


def test_a_scale_the_spec_does_not_learn_must_be_one() -> None:
    network = archdsl.load(SMALL.replace("norm=batchnorm", "norm=batchnorm(gamma=no)"))
    state = Other().state_dict()
    with pytest.raises(MatchError, match="learned scale"):
        import_weights(network.ir, network.module(), Checkpoint(state, {}, ordered=True))
    ones = {n: torch.ones_like(t) if n.endswith("bn.weight") else t for n, t in state.items()}
    assert import_weights(network.ir, network.module(), Checkpoint(ones, {}, ordered=True)).tensors


@pytest.mark.parametrize("switches", ["gamma=no", "beta=no", "gamma=no, beta=no"])
def test_what_the_spec_does_not_learn_is_exported_as_what_changes_nothing(switches: str) -> None:
    """The other implementation learns a scale and an offset, and gives our numbers."""
    network = archdsl.load(SMALL.replace("norm=batchnorm", f"norm=batchnorm({switches})"))
    module = network.module(seed=2).eval()
    for name, one in module.state_dict().items():
        if name.endswith("running_mean"):
            one.uniform_(-2, -0.5)  # so that the relu behind it lets something through
        elif name.endswith("running_var"):
            one.uniform_(0.5, 2)
    other = Other().eval()
    like = Checkpoint(other.state_dict(), {}, ordered=True)
    other.load_state_dict(export_weights(network.ir, module.state_dict(), like=like))
    x = torch.randn(3, 2, 8, 8)
    assert not torch.allclose(module(x), module.head.bias)
    torch.testing.assert_close(other(x), module(x))


def test_counters_that_old_checkpoints_lack_are_not_missed() -> None:
    state = {n: t for n, t in Other().state_dict().items() if "num_batches" not in n}
    network = archdsl.load(SMALL)
    found = import_weights(network.ir, network.module(), Checkpoint(state, {}, ordered=True))
    assert set(found.tensors) == set(network.module().state_dict())


def test_ignored_tensors_are_left_out_and_counted() -> None:
    state = {**Other().state_dict(), "aux.fc.weight": torch.zeros(3, 3)}
    network = archdsl.load(SMALL)
    checkpoint = Checkpoint(state, {}, ordered=True)
    found = import_weights(network.ir, network.module(), checkpoint, ignore=("aux.*",))
    assert found.said == ("left out 1 tensors called `aux.*`",)
    with pytest.raises(MatchError, match="nothing in the checkpoint"):
        import_weights(network.ir, network.module(), checkpoint, ignore=("side.*",))


def test_auxiliary_heads_that_are_missing_begin_anew_when_asked() -> None:
    text = SMALL.replace(
        "  avgpool global\n",
        "  aux side weight=0.3 { avgpool global -> linear classes }\n  avgpool global\n",
    )
    network = archdsl.load(text)
    module = network.module(seed=1)
    other = Other()
    checkpoint = Checkpoint(other.state_dict(), {}, ordered=True)
    with pytest.raises(MatchError, match=r"`side`: they begin anew with --begin-anew 'side\.\*'"):
        import_weights(network.ir, module, checkpoint)
    found = import_weights(network.ir, module, checkpoint, begin_anew=("side.*",))
    assert found.said == ("2 tensors called `side.*` begin anew",)
    own = [name for name in found.tensors if name.startswith("side.")]
    assert len(own) == 2
    assert all(torch.equal(found.tensors[name], module.state_dict()[name]) for name in own)
    assert torch.equal(found.tensors["head.weight"], other.last_linear.weight)
    with pytest.raises(MatchError, match="nothing in the network is called `none`"):
        import_weights(network.ir, module, checkpoint, begin_anew=("none",))
    short = {n: t for n, t in checkpoint.tensors.items() if "merge.conv" not in n}
    with pytest.raises(MatchError) as refused:
        import_weights(network.ir, module, Checkpoint(short, {}, ordered=True))
    assert "begin-anew" not in str(refused.value)


def test_networks_store_load_and_import(tmp_path: Path) -> None:
    network = archdsl.load(SMALL)
    other = Other().eval()
    torch.save(other.state_dict(), tmp_path / "other.pth")
    module, again = network.module(seed=1).eval(), network.module(seed=2).eval()
    assert network.import_weights(module, tmp_path / "other.pth") == ()
    network.save_weights(module, tmp_path / "a.safetensors")
    assert network.load_weights(again, tmp_path / "a.safetensors") == ()
    x = torch.randn(2, 2, 8, 8)
    torch.testing.assert_close(again(x), other(x))
    gelu = archdsl.load(SMALL.replace("relu", "gelu"))
    with pytest.raises(CheckpointError, match="gelu"):
        gelu.load_weights(gelu.module(), tmp_path / "a.safetensors")
