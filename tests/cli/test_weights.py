from __future__ import annotations

import importlib.machinery
import shlex
import sys
import types
from pathlib import Path

import pytest
import torch
import torchvision
from safetensors import safe_open
from torch import nn

import archdsl
from archdsl.weights import read_checkpoint
from tests.cli.running import Run

SPEC = """
net small(classes = 3) {
  input 8x8x2
  conv 3x3 4 norm=batchnorm act=relu
  avgpool global
  linear classes as head
}
"""


class Other(nn.Module):
    """The same network under other names."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(2, 4, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(4)
        self.fc = nn.Linear(4, 3)


@pytest.fixture
def checkpoint() -> Other:
    Path("small.arch").write_text(SPEC)
    other = Other()
    torch.save(other.state_dict(), "other.pth")
    return other


def test_import_and_export_come_back_bit_equal(run: Run, checkpoint: Other) -> None:
    result = run("weights", "import", "small.arch", "other.pth", "-o", "small.safetensors")
    assert result.exit_code == 0, result.stderr
    assert result.stdout == ""
    assert "8 tensors of small written" in result.stderr
    result = run("weights", "export", "small.arch", "small.safetensors", "-o", "back.pth")
    assert result.exit_code == 0, result.stderr
    back = read_checkpoint(Path("back.pth")).tensors
    assert list(back) == list(checkpoint.state_dict())
    assert all(torch.equal(back[name], t) for name, t in checkpoint.state_dict().items())


ALIKE = """
net alike {
  input 8x8x2
  conv 3x3 4 act=relu
  concat { conv 1x1 4; conv 1x1 4 -> conv 3x3 4 act=relu }
  concat { conv 1x1 4; conv 1x1 4 }
}
"""


class Alike(nn.Module):
    """Whose names say nothing of how it runs."""

    def __init__(self, pretrained: object = None) -> None:
        super().__init__()
        assert pretrained is None
        self.u, self.x = nn.Conv2d(8, 4, 1), nn.Conv2d(4, 4, 3, padding=1)
        self.y, self.w, self.z = nn.Conv2d(4, 4, 1), nn.Conv2d(4, 4, 1), nn.Conv2d(8, 4, 1)
        self.v = nn.Conv2d(2, 4, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.v(x).relu()
        x = torch.cat([self.w(x), self.x(self.y(x)).relu()], 1)
        return torch.cat([self.z(x), self.u(x)], 1)


def test_order_takes_how_the_packages_model_runs(
    run: Run, checkpoint: Other, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = types.ModuleType("pretrainedmodels")
    package.__dict__["alike"] = Alike
    package.__spec__ = importlib.machinery.ModuleSpec("pretrainedmodels", None)
    monkeypatch.setitem(sys.modules, "pretrainedmodels", package)
    Path("alike.arch").write_text(ALIKE)
    other = Alike().eval()
    torch.save(other.state_dict(), "alike.pth")
    arguments = ("weights", "import", "alike.arch", "alike.pth", "-o", "a.safetensors")
    refused = run(*arguments)
    assert refused.exit_code == 1
    assert "the match is ambiguous" in refused.stderr
    assert "--pin" in refused.stderr
    assert "`--order PACKAGE:MODEL`" in refused.stderr
    taken = run(*arguments, "--order", "pretrainedmodels:alike")
    assert taken.exit_code == 0, taken.stderr
    assert "share their shape" not in taken.stderr
    module = archdsl.load("alike.arch").module().eval()
    module.load_state_dict(dict(read_checkpoint(Path("a.safetensors")).tensors))
    images = torch.randn(2, 2, 8, 8)
    torch.testing.assert_close(module(images), other(images))
    back = run(
        "weights",
        "export",
        "alike.arch",
        "a.safetensors",
        "-o",
        "b.pth",
        "--to",
        "pretrainedmodels:alike",
    )
    assert back.exit_code == 0, back.stderr
    stored = read_checkpoint(Path("b.pth")).tensors
    assert all(torch.equal(stored[name], t) for name, t in other.state_dict().items())


def test_what_rests_on_names_is_said(run: Run, checkpoint: Other) -> None:
    Path("two.arch").write_text("net two { input 8x8x2; conv 3x3 2; conv 3x3 2 act=relu }")
    two = nn.ModuleDict({"conv1": nn.Conv2d(2, 2, 3), "conv2": nn.Conv2d(2, 2, 3)})
    torch.save(two.state_dict(), "two.pth")
    result = run("weights", "import", "two.arch", "two.pth", "-o", "a.safetensors")
    assert result.exit_code == 0, result.stderr
    assert "2 of the layers share their shape with others" in result.stderr
    result = run("weights", "import", "small.arch", "other.pth", "-o", "a.safetensors")
    assert "share their shape" not in result.stderr


@pytest.mark.parametrize("model", ["fcn_resnet50", "resnet51", "fasterrcnn_resnet50_fpn"])
def test_a_model_that_does_not_fit_is_an_error_and_downloads_nothing(
    run: Run, checkpoint: Other, monkeypatch: pytest.MonkeyPatch, model: str
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr("socket.getaddrinfo", refuse)
    for arguments in (
        ("import", "small.arch", "other.pth", "-o", "a.safetensors"),
        ("export", "small.arch", "small.safetensors", "-o", "b.pth"),
    ):
        run("weights", "import", "small.arch", "other.pth", "-o", "small.safetensors")
        option = "--order" if arguments[0] == "import" else "--to"
        result = run("weights", *arguments, option, f"torchvision:{model}")
        assert result.exit_code == 1, result.stderr


def test_what_images_they_expect_travels_with_them(run: Run, checkpoint: Other) -> None:
    arguments = ("small.arch", "other.pth", "-o", "a.safetensors", "--from", "timm-inception")
    assert "RGB images from 0 to 1, mean 0.5" in run("weights", "import", *arguments).stderr
    with safe_open("a.safetensors", framework="pt") as file:
        assert '"order": "RGB"' in file.metadata()["archdsl.input"]
    compiled = ("compile", "small.arch", "--weights", "a.safetensors", "--device", "cpu")
    result = run(*compiled)
    assert result.exit_code == 0
    assert "the weights expect RGB images from 0 to 1" in result.stderr


def test_what_images_they_expect_is_kept_when_weights_are_stored_again(
    run: Run, checkpoint: Other
) -> None:
    arguments = ("small.arch", "other.pth", "-o", "a.safetensors", "--from")
    said = run("weights", "import", *arguments, "timm:inception_v3.tf_in1k").stderr
    assert "mean 0.5, 0.5, 0.5" in said
    assert "299×299 from the middle after the shorter side became 341 (bicubic)" in said
    assert run("compile", "small.arch", "--weights", "a.safetensors", "-o", "b.safetensors")
    first, second = (read_checkpoint(Path(f"{one}.safetensors")).metadata for one in "ab")
    for key in ("archdsl.input", "archdsl.names"):
        assert first[key] == second[key]
    result = run("weights", "import", *arguments, "torchvision:resnet50")
    assert result.exit_code == 1
    assert "Name one, as `torchvision:resnet50.IMAGENET1K_V1`" in result.stderr
    assert run("weights", "import", *arguments, "nobody").exit_code == 2


def test_compiled_files_hold_the_weights_they_were_given(run: Run, checkpoint: Other) -> None:
    run("weights", "import", "small.arch", "other.pth", "-o", "a.safetensors")
    result = run("compile", "small.arch", "--weights", "a.safetensors", "-o", "small.pt2")
    assert result.exit_code == 0, result.stderr
    program = torch.export.load("small.pt2").module()
    module = archdsl.load("small.arch").module().eval()
    module.load_state_dict(dict(read_checkpoint(Path("a.safetensors")).tensors))
    images = torch.randn(2, 2, 8, 8)
    torch.testing.assert_close(program(images), module(images))


def test_another_class_count_is_said_aloud(run: Run, checkpoint: Other) -> None:
    arguments = ("small.arch", "other.pth", "--set", "classes=7", "-o", "seven.safetensors")
    result = run("weights", "import", *arguments)
    assert result.exit_code == 0
    assert "head.weight: begins anew with 7 classes; the checkpoint's fc.weight has 3" in (
        result.stderr
    )


def test_a_misfit_writes_nothing(run: Run, checkpoint: Other) -> None:
    state = checkpoint.state_dict()
    del state["fc.weight"]
    torch.save(state, "other.pth")
    Path("small.safetensors").write_bytes(b"before")
    result = run("weights", "import", "small.arch", "other.pth", "-o", "small.safetensors")
    assert result.exit_code == 1
    assert "missing, 1 layers of the network:\n  head (3×4)" in result.stderr
    assert Path("small.safetensors").read_bytes() == b"before"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("import", "small.arch", "none.pth", "-o", "a.safetensors"), 1, "No such file"),
        (("import", "small.arch", "-o", "a.safetensors"), 2, "a spec, and its weights"),
        (("import", "small.arch", "other.pth", "-o", "a.txt"), 2, "a.txt"),
        (
            ("import", "small.arch", "other.pth", "-o", "a.safetensors", "--pin", "x"),
            2,
            "block8=C.5",
        ),
        (("export", "small.arch", "other.pth", "-o", "a.pth", "--to", "keras"), 2, "keras"),
        (("export", "small.arch", "other.pth", "-o", "a.pth"), 1, "do not belong to `small`"),
    ],
)
def test_wrong_calls_and_wrong_files_are_said(
    run: Run, checkpoint: Other, arguments: tuple[str, ...], code: int, said: str
) -> None:
    result = run("weights", *arguments)
    assert result.exit_code == code, result.stderr
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_python_source_takes_no_weights(run: Run, checkpoint: Other) -> None:
    result = run("compile", "small.arch", "--weights", "other.pth", "-o", "a.py")
    assert result.exit_code == 2
    assert not Path("a.py").exists()


def test_weights_of_another_network_are_refused_unless_asked_for(
    run: Run, checkpoint: Other
) -> None:
    run("weights", "import", "small.arch", "other.pth", "-o", "a.safetensors")
    Path("gelu.arch").write_text(SPEC.replace("relu", "gelu"))
    compiled = ("compile", "gelu.arch", "--weights", "a.safetensors", "-o", "gelu.safetensors")
    exported = ("weights", "export", "gelu.arch", "a.safetensors", "-o", "back.safetensors")
    for arguments in (compiled, exported):
        result = run(*arguments)
        assert result.exit_code == 1
        assert "stored for another network than `small`" in result.stderr
        assert not Path(arguments[-1]).exists()
        result = run(*arguments, "--allow-different")
        if arguments is compiled:
            assert result.exit_code == 0, result.stderr
            assert "gelu" in result.stderr


def test_one_of_several_state_dicts_is_chosen(run: Run, checkpoint: Other) -> None:
    other = {name: tensor + 1 for name, tensor in checkpoint.state_dict().items()}
    torch.save({"model": checkpoint.state_dict(), "model_ema": other}, "both.pth")
    arguments = ("weights", "import", "small.arch", "both.pth", "-o", "a.safetensors")
    assert "took `model`; the file also holds `model_ema`" in run(*arguments).stderr
    result = run(*arguments, "--key", "model_ema")
    assert result.exit_code == 0, result.stderr
    taken = read_checkpoint(Path("a.safetensors")).tensors["head.bias"]
    assert torch.equal(taken, checkpoint.fc.bias + 1)


RESCALED = "input 8x8x3\n  affine scale=[0.458, 0.448, 0.450] shift=[-0.030, -0.088, -0.188]"


@pytest.mark.parametrize(
    ("first", "source", "code"),
    [
        ("input 8x8x3", "torchvision-inception", 1),
        (RESCALED, "torchvision-inception", 0),
        (RESCALED.replace("0.458", "0.5"), "torchvision-inception", 1),
        (RESCALED, "torchvision", 1),
        ("input 8x8x3", "torchvision", 0),
    ],
)
def test_what_weights_need_of_the_network_is_checked(
    run: Run, first: str, source: str, code: int
) -> None:
    Path("net.arch").write_text(SPEC.replace("input 8x8x2", first))
    other = Other()
    other.conv1 = nn.Conv2d(3, 4, 3, padding=1, bias=False)
    torch.save(other.state_dict(), "other.pth")
    result = run(
        "weights", "import", "net.arch", "other.pth", "-o", "a.safetensors", "--from", source
    )
    assert result.exit_code == code, result.stderr
    assert ("affine" in result.stderr) is bool(code)
    assert Path("a.safetensors").exists() is not bool(code)


def test_the_readmes_commands_give_torchvisions_googlenet(run: Run) -> None:
    root = Path(__file__).parents[2]
    lines = (root / "README.md").read_text().splitlines()
    first, second = [
        shlex.split(line)[1:]
        for line in lines
        if line.startswith("archdsl ") and "googlenet_torchvision" in line and "diff" not in line
    ]
    assert (first[0], second[0]) == ("weights", "compile")
    Path("specs").symlink_to(root / "specs")
    torch.manual_seed(0)
    model = torchvision.models.googlenet(transform_input=True, init_weights=False)
    for norm in model.modules():
        if isinstance(norm, nn.BatchNorm2d):
            norm.momentum = None
    model(torch.randn(4, 3, 224, 224))  # statistics under which something comes through
    model.eval()
    torch.save(model.state_dict(), "googlenet.pth")

    result = run(*first)
    assert result.exit_code == 0, result.stderr
    result = run(*second[:-1], "again.safetensors")
    assert result.exit_code == 0, result.stderr
    spec = "specs/released/googlenet_torchvision.arch"
    module = archdsl.load(spec, transform_input=True).module().eval()
    module.load_state_dict(dict(read_checkpoint(Path("again.safetensors")).tensors))
    images = torch.randn(2, 3, 224, 224)
    with torch.no_grad():
        torch.testing.assert_close(module(images), model(images), rtol=1e-4, atol=1e-5)

    for wrong in (first, second):
        at = wrong.index("--set")
        result = run(*wrong[:at], *wrong[at + 2 : -1], "wrong.safetensors")
        assert result.exit_code == 1
        assert "affine" in result.stderr
        assert not Path("wrong.safetensors").exists()
