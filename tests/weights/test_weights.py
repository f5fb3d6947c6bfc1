"""Checkpoints of other implementations find their places, or it is said why not."""

from __future__ import annotations

import argparse
import pickle
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torchvision
from safetensors.torch import save_file
from torch import nn

import archdsl
from archdsl.weights import (
    Checkpoint,
    CheckpointError,
    Convention,
    MatchError,
    convention_of,
    export_weights,
    import_weights,
    load_into,
    read_checkpoint,
    to_safetensors,
)
from archdsl.weights.checkpoint import NAMES

SMALL = """
net small(classes = 3) {
  input 8x8x2
  default conv norm=batchnorm act=relu
  2 x block_a
  avgpool global
  linear classes as head
}
block block_a {
  concat { conv 1x1 2; conv 1x1 2 -> conv 3x3 2; avgpool 3x3 -> conv 1x1 2 }
  conv 1x1 2
}
"""


class Unit(nn.Module):
    def __init__(self, a: int, b: int, k: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(a, b, k, padding=k // 2, bias=False)
        self.bn = nn.BatchNorm2d(b)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.bn(self.conv(x)).relu()


class Block(nn.Module):
    """The same block with other names, its branches not in our order of letters."""

    def __init__(self) -> None:
        super().__init__()
        self.branch0 = Unit(2, 2, 1)
        self.branch1 = nn.Sequential(Unit(2, 2, 1), Unit(2, 2, 3))
        self.branch_pool = Unit(2, 2, 1)
        self.merge = Unit(6, 2, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        pooled = nn.functional.avg_pool2d(x, 3, 1, 1, count_include_pad=False)
        branches = [self.branch0(x), self.branch1(x), self.branch_pool(pooled)]
        return self.merge(torch.cat(branches, 1))


class Other(nn.Module):
    def __init__(self, classes: int = 3) -> None:
        super().__init__()
        self.features = nn.Sequential(Block(), Block())
        self.last_linear = nn.Linear(2, classes)
        for module in self.modules():
            if isinstance(module, nn.BatchNorm2d):
                nn.init.normal_(module.running_mean)
                nn.init.uniform_(module.running_var, 0.5, 2)
                nn.init.normal_(module.weight)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.last_linear(self.features(x).mean((2, 3)))


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


IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
HALF = ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))


@pytest.mark.parametrize(
    ("source", "numbers", "size", "resize", "rescaled"),
    [
        ("torchvision:googlenet", IMAGENET, 224, 256, True),
        ("torchvision:inception_v3", IMAGENET, 299, 342, True),
        ("torchvision:resnet50.IMAGENET1K_V1", IMAGENET, 224, 256, False),
        ("torchvision:resnet50.IMAGENET1K_V2", IMAGENET, 224, 232, False),
        ("timm:inception_v3.tf_in1k", HALF, 299, 341, False),
        ("timm:inception_v3.gluon_in1k", IMAGENET, 299, 341, False),
        ("pretrainedmodels:inceptionv4", HALF, 299, None, False),
    ],
)
def test_images_are_those_of_the_named_model(
    source: str,
    numbers: tuple[tuple[float, ...], ...],
    size: int,
    resize: int | None,
    rescaled: bool,
) -> None:
    found = convention_of(source)
    assert (found.mean, found.std) == numbers
    assert (found.size, found.resize, found.rescaled) == ((size, size), resize, rescaled)
    assert Convention.from_text(found.to_text()) == found


def test_what_torchvision_makes_of_an_image_is_what_is_said_of_it() -> None:
    weights = torchvision.models.ResNet50_Weights.IMAGENET1K_V2
    image = torch.randint(0, 256, (3, 300, 500), dtype=torch.uint8)
    said = convention_of("torchvision:resnet50.IMAGENET1K_V2")
    assert said.resize is not None
    assert said.size is not None
    longer = int(500 * said.resize / 300)
    smaller = torchvision.transforms.functional.resize(image, [said.resize, longer])
    cut = torchvision.transforms.functional.center_crop(smaller, list(said.size)) / 255
    by_hand = (cut - torch.tensor(said.mean)[:, None, None]) / torch.tensor(said.std)[:, None, None]
    torch.testing.assert_close(weights.transforms()(image), by_hand)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("torchvision:resnet50", r"do not all expect the same images.*resnet50\.IMAGENET1K_V1"),
        ("timm:inception_v3", "do not all expect the same images"),
        ("timm:inception_v3.nope", "no weights of a model"),
        ("torchvision:raft_large", "no weights of a model"),
        ("pretrainedmodels:nope", "no weights of a model"),
        ("keras:ResNet50", "nothing is known"),
        ("nope", "is none of"),
    ],
)
def test_models_of_which_nothing_is_known_are_told(source: str, said: str) -> None:
    with pytest.raises(CheckpointError, match=said):
        convention_of(source)
