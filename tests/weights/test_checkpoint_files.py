"""What files of checkpoints are read, and what is said of those that are not."""

from __future__ import annotations

import argparse
import pickle
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import archdsl
from archdsl.weights import (
    Checkpoint,
    CheckpointError,
    read_checkpoint,
)
from tests.weights.samples import SMALL, Other


class Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return (exec, ("raise SystemExit('executed')",))


def test_nothing_in_a_checkpoint_is_executed(tmp_path: Path) -> None:
    path = tmp_path / "evil.pth"
    torch.save({"weight": Evil()}, path)
    with pytest.raises(CheckpointError, match="cannot read"):
        read_checkpoint(path)


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"\x00" * 100])
@pytest.mark.parametrize("suffix", [".pth", ".safetensors", ".txt"])
def test_what_is_no_checkpoint_is_said(tmp_path: Path, content: bytes, suffix: str) -> None:
    path = tmp_path / f"file{suffix}"
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match="file"):
        read_checkpoint(path)


def read_back(held: object, path: Path, key: str | None = None) -> Checkpoint:
    torch.save(held, path)
    return read_checkpoint(path, key=key)


def test_module_is_taken_off_all_names_or_none(tmp_path: Path) -> None:
    one, two = torch.zeros(2), torch.ones(2)
    path = tmp_path / "a.pth"
    mixed = read_back({"module.fc.bias": one, "fc.bias": two}, path)
    assert set(mixed.tensors) == {"module.fc.bias", "fc.bias"}
    whole = read_back({"module.fc.bias": one, "module.fc.weight": two}, path)
    assert set(whole.tensors) == {"fc.bias", "fc.weight"}
    assert whole.said == ("every name begins with `module.`, which is left out",)


def test_torchvisions_training_checkpoint_is_read_and_its_choice_said(tmp_path: Path) -> None:
    model = nn.Linear(2, 2)
    average = torch.optim.swa_utils.AveragedModel(model)
    optimizer = torch.optim.SGD(model.parameters(), 0.1, momentum=0.9)
    model(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    average.update_parameters(model)
    held = {
        "model": model.state_dict(),
        "model_ema": average.state_dict(),
        "optimizer": optimizer.state_dict(),
        "args": argparse.Namespace(model="resnet50", lr=0.1),
        "epoch": 3,
    }
    taken = read_back(held, tmp_path / "a.pth")
    assert taken.said == ("took `model`; the file also holds `model_ema`, `--key` chooses",)
    ema = read_back(held, tmp_path / "a.pth", "model_ema")
    assert set(ema.tensors) == {"weight", "bias"}
    assert ema.said[0] == "an average of 1 models; `n_averaged` is left out"
    with pytest.raises(CheckpointError, match=r"has no state dict `ema`; it has `model`"):
        read_checkpoint(tmp_path / "a.pth", key="ema")


def test_values_that_are_not_finite_are_said(tmp_path: Path) -> None:
    broken = torch.tensor([1.0, float("nan"), float("inf")])
    found = read_back({"a": broken, "b": torch.ones(2)}, tmp_path / "a.pth")
    assert found.said == ("`a` has 2 values that are not finite",)
    found = read_back({"a": broken[:2]}, tmp_path / "a.pth")
    assert found.said == ("`a` has 1 value that is not finite",)


def test_what_is_unsafe_is_named_with_a_safe_way(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError) as refused:
        read_back(nn.Linear(2, 2), tmp_path / "a.pth")
    assert "`torch.nn.modules.linear.Linear`" in str(refused.value)
    assert "torch.save(model.state_dict()" in str(refused.value)
    assert "weights_only" not in str(refused.value)


class Runs:
    """What runs a function of Python's own when it is unpickled."""

    def __reduce__(self) -> tuple[object, ...]:
        return print, ("run",)


def test_a_function_that_would_run_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CheckpointError, match="it holds `print`, a Python object"):
        read_back({"state_dict": {"a": torch.ones(2)}, "b": Runs()}, tmp_path / "a.pth")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is empty"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git lfs pull"),
        (b"<!DOCTYPE html><html>Not found</html>", "web page"),
    ],
)
@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_what_only_bears_a_checkpoints_name_is_told(
    tmp_path: Path, content: bytes, said: str, suffix: str
) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match=said):
        read_checkpoint(path)


def test_cut_files_and_directories_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.pth"
    torch.save({"weight": torch.ones(4000)}, path)
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(CheckpointError, match="cut short"):
        read_checkpoint(path)
    folder = tmp_path / "b.pth"
    folder.mkdir()
    with pytest.raises(CheckpointError, match="directory"):
        read_checkpoint(folder)


def test_a_lightning_checkpoint_is_read_and_its_prefix_is_no_hindrance(tmp_path: Path) -> None:
    other = Other().eval()
    state = {f"net.{name}": tensor for name, tensor in other.state_dict().items()}
    held = {
        "epoch": 3,
        "pytorch-lightning_version": "2.4.0",
        "state_dict": state,
        "loops": {"fit_loop": {"state_dict": {}}},
        "callbacks": {"ModelCheckpoint{'monitor': None}": {"best_model_score": torch.ones(())}},
        "optimizer_states": [{"state": {0: {"step": torch.ones(())}}, "param_groups": []}],
        "hyper_parameters": {"lr": 0.1, "args": argparse.Namespace(depth=2)},
    }
    torch.save(held, tmp_path / "last.ckpt")
    network = archdsl.load(SMALL)
    module = network.module().eval()
    assert network.import_weights(module, tmp_path / "last.ckpt") == ()
    x = torch.randn(3, 2, 8, 8)
    torch.testing.assert_close(module(x), other(x))


def test_a_torchscript_program_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.pt"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.save(torch.jit.trace(nn.Linear(2, 2), torch.ones(1, 2)), path)
    with pytest.raises(CheckpointError, match="is a TorchScript program and not a state dict"):
        read_checkpoint(path)


@pytest.mark.parametrize("held", [{"a": 1}, [1, 2], np.ones(3), argparse.Namespace(a=1)])
def test_pickles_that_torch_did_not_write_are_told(tmp_path: Path, held: object) -> None:
    path = tmp_path / "a.pth"
    path.write_bytes(pickle.dumps(held))
    with pytest.raises(CheckpointError) as refused:
        read_checkpoint(path)
    assert "a.pth" in str(refused.value)
    assert "weights_only" not in str(refused.value)
