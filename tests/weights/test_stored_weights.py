"""Weights that archdsl stored load into their own network, and into no other."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import archdsl
from archdsl.weights import (
    Checkpoint,
    CheckpointError,
    load_into,
    read_checkpoint,
    to_safetensors,
)
from tests.weights.samples import SMALL


def test_stored_weights_load_only_into_their_own_network(tmp_path: Path) -> None:
    network = archdsl.load(SMALL)
    path = tmp_path / "small.safetensors"
    path.write_bytes(to_safetensors(network.ir, network.module(seed=3), 3))
    module = network.module(seed=4)
    load_into(network.ir, module, read_checkpoint(path))
    assert torch.equal(module.head.weight, network.module(seed=3).head.weight)
    wider = archdsl.load(SMALL, classes=9)
    with pytest.raises(CheckpointError, match=r"`head.weight` is \(3, 2\), not \(9, 2\)"):
        load_into(wider.ir, wider.module(), read_checkpoint(path))


def stored(text: str) -> tuple[archdsl.Network, Checkpoint]:
    network = archdsl.load(text)
    data = to_safetensors(network.ir, network.module(seed=3), 3)
    path = Path("stored.safetensors")
    path.write_bytes(data)
    return network, read_checkpoint(path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("conv 3x3 2", "conv 3x3/2 2 pad=1"), "stride"),
        (("act=relu", "act=gelu"), "relu"),
        (("norm=batchnorm", "norm=batchnorm(eps=0.01)"), "eps 0.01 here, 1e-05 in theirs"),
        (("avgpool 3x3", "avgpool 3x3 count_include_pad=yes"), "count_include_pad yes here"),
    ],
)
def test_weights_of_a_network_that_computes_something_else_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: tuple[str, str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    text = SMALL.replace("concat { conv 1x1 2; conv 1x1 2 -> conv 3x3 2;", "conv 3x3 2; concat {")
    text = text.replace("2 x block_a", "block_a")
    _, checkpoint = stored(text)
    other = archdsl.load(text.replace(*change))
    module = other.module(seed=4)
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    with pytest.raises(CheckpointError, match="stored for another network") as refused:
        load_into(other.ir, module, checkpoint)
    assert said in str(refused.value)
    assert all(torch.equal(before[name], t) for name, t in module.state_dict().items())
    (remark,) = load_into(other.ir, module, checkpoint, allow_different=True)
    assert said in remark
    assert torch.equal(module.head.weight, checkpoint.tensors["head.weight"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("avgpool 3x3 ->", "avgpool 3x3 pad=1 ->"), ()),
        (("conv 3x3 2", "conv 3x3 2 pad=1"), ()),
        (("conv 3x3/2 2", "conv 3x3/2 2 pad=[0, 1, 0, 1]"), ()),
        (("batchnorm", "batchnorm(momentum=0.01)"), ("momentum 0.01 here, 0.1 in theirs",)),
        (("dropout 0.5", "dropout 0.25"), ("rate 0.25 here, 0.5 in theirs",)),
    ],
)
def test_what_changes_no_number_is_no_other_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: tuple[str, str], said: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    text = SMALL.replace("  avgpool global", "  dropout 0.5\n  conv 3x3/2 2\n  avgpool global")
    network, checkpoint = stored(text)
    assert change[0] in text
    other = archdsl.load(text.replace(*change))
    module = other.module(seed=4).eval()
    remarks = load_into(other.ir, module, checkpoint)
    assert len(remarks) == len(said)
    assert all(
        "trains otherwise" in one and part in one for one, part in zip(remarks, said, strict=True)
    )
    x = torch.randn(2, 2, 8, 8)
    torch.testing.assert_close(module(x), network.module(seed=3).eval()(x))


def test_another_name_layout_and_image_size_are_the_same_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    _, checkpoint = stored(SMALL)
    other = archdsl.load("# moved\n" + SMALL.replace("net small", "net tiny").replace("8x8", "9x9"))
    assert load_into(other.ir, other.module(), checkpoint) == ()


def test_files_that_tell_less_of_their_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    network, checkpoint = stored(SMALL)
    old = {k: v for k, v in checkpoint.metadata.items() if k != "archdsl.graph"}
    by_hash = Checkpoint(checkpoint.tensors, old, ordered=False)
    assert load_into(network.ir, network.module(), by_hash) == ()
    gelu = archdsl.load(SMALL.replace("relu", "gelu"))
    with pytest.raises(CheckpointError, match="hash of it that differs"):
        load_into(gelu.ir, gelu.module(), by_hash)
    (said,) = load_into(gelu.ir, gelu.module(), Checkpoint(checkpoint.tensors, {}, ordered=False))
    assert "does not say which network" in said


def test_a_change_of_number_type_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    network, checkpoint = stored(SMALL)
    half = {n: t.half() if t.is_floating_point() else t for n, t in checkpoint.tensors.items()}
    (said,) = load_into(
        network.ir, network.module(), Checkpoint(half, checkpoint.metadata, ordered=False)
    )
    count = sum(tensor.is_floating_point() for tensor in checkpoint.tensors.values())
    assert said == f"{count} tensors go from float16 to float32"
