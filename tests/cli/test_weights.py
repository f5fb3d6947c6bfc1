from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from torch import nn

import archdsl
from archdsl.targets.weights import read_checkpoint
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


def test_what_images_they_expect_travels_with_them(run: Run, checkpoint: Other) -> None:
    arguments = ("small.arch", "other.pth", "-o", "a.safetensors", "--from", "timm-inception")
    assert "RGB images from 0 to 1, mean 0.5" in run("weights", "import", *arguments).stderr
    with safe_open("a.safetensors", framework="pt") as file:
        assert '"order": "RGB"' in file.metadata()["archdsl.input"]
    compiled = ("compile", "small.arch", "--weights", "a.safetensors", "--device", "cpu")
    result = run(*compiled)
    assert result.exit_code == 0
    assert "the weights expect RGB images from 0 to 1" in result.stderr


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
