"""What the command line exports, Python exports too, and files are whole or not there."""

from __future__ import annotations

from pathlib import Path

import onnxruntime
import pytest
import torch

import archdsl
from archdsl.export.broken import BrokenExport
from archdsl.pytorch.torch_module import example_inputs
from tests.samples import SAMPLES


@pytest.fixture(scope="module")
def network() -> archdsl.Network:
    return archdsl.load(SAMPLES["residual"])


def test_files_compute_what_the_module_does(network: archdsl.Network, tmp_path: Path) -> None:
    module = network.module(seed=0)
    inputs = example_inputs(network.ir, module, batch=3)
    network.onnx(module, tmp_path / "a.onnx")
    network.pt2(module, str(tmp_path / "a.pt2"))
    assert module.training, "the module is as it was"
    expected = module.eval()(*inputs)
    session = onnxruntime.InferenceSession(tmp_path / "a.onnx", providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {session.get_inputs()[0].name: inputs[0].numpy()})
    torch.testing.assert_close(torch.from_numpy(found), expected, rtol=1e-4, atol=1e-5)
    program = torch.export.load(tmp_path / "a.pt2").module()
    torch.testing.assert_close(program(*inputs), expected)


def test_what_cannot_be_exported_leaves_the_file_that_was_there(
    network: archdsl.Network, tmp_path: Path
) -> None:
    module = network.module("meta")
    for name in ("onnx", "pt2"):
        path = tmp_path / f"a.{name}"
        path.write_text("before")
        with pytest.raises(BrokenExport, match="residual_net has no numbers"):
            getattr(network, name)(module, path)
        assert path.read_text() == "before"
        assert [one.name for one in tmp_path.iterdir()] == [path.name]
        path.unlink()
