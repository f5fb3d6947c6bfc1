"""Python exchanges weights as the command line does, and files keep what is known of them."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
import torch
import torchvision
from click.testing import CliRunner
from safetensors import safe_open
from safetensors.torch import load_file

import archdsl
from archdsl.cli import main
from archdsl.implementations import PACKAGES, SOURCES
from archdsl.weights import CheckpointError, MatchError, conventions
from archdsl.weights.packages import reference

SPEC = Path(archdsl.__file__).parents[1] / "specs" / "released" / "googlenet_torchvision.arch"


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of torchvision's GoogLeNet, its weights drawn."""
    path = tmp_path_factory.mktemp("weights") / "googlenet.pth"
    model = torchvision.models.googlenet(weights=None, init_weights=False)
    torch.save(model.state_dict(), path)
    return path


@pytest.fixture(scope="module")
def network() -> archdsl.Network:
    return archdsl.load(SPEC, transform_input=True)


def metadata_of(path: Path) -> dict[str, str]:
    with safe_open(path, framework="pt") as file:
        return file.metadata()


def test_python_and_the_command_line_write_the_same_file(
    network: archdsl.Network, theirs: Path, tmp_path: Path
) -> None:
    module = network.module(seed=0)
    source = "torchvision:googlenet"
    network.import_weights(module, theirs, source=source, order=source)
    network.save_weights(module, tmp_path / "python.safetensors")
    options = ("--set", "transform_input=yes", "--from", source, "--order", source)
    path = tmp_path / "cli.safetensors"
    done = CliRunner().invoke(
        main, ["weights", "import", str(SPEC), str(theirs), *options, "-o", str(path)]
    )
    assert done.exit_code == 0, done.output
    assert path.read_bytes() == (tmp_path / "python.safetensors").read_bytes()
    assert {"archdsl.input", "archdsl.names"} <= {*metadata_of(path)}


def test_weights_come_back_under_the_names_that_they_had(
    network: archdsl.Network, theirs: Path, tmp_path: Path
) -> None:
    module = network.module(seed=0)
    network.import_weights(module, theirs)
    network.save_weights(module, tmp_path / "ours.safetensors")
    other = network.module(seed=1, weights=tmp_path / "ours.safetensors")
    expected = torch.load(theirs)
    for made in (module, other):
        assert network.export_weights(made, tmp_path / "back.pth") == ()
        network.export_weights(made, tmp_path / "named.safetensors", to="torchvision:googlenet")
        for found in (torch.load(tmp_path / "back.pth"), load_file(tmp_path / "named.safetensors")):
            shared = {*expected} & {*found}
            assert {one for one in expected if "num_batches" not in one} <= shared
            assert all(torch.equal(found[one], expected[one]) for one in shared)


def test_what_a_file_says_of_its_weights_is_kept_through_training(
    network: archdsl.Network, theirs: Path, tmp_path: Path
) -> None:
    module = network.module(seed=0)
    network.import_weights(module, theirs, source="torchvision:googlenet")
    network.save_weights(module, tmp_path / "first.safetensors")
    other = network.module(weights=str(tmp_path / "first.safetensors"))
    with torch.no_grad():
        next(other.parameters()).add_(1)
    network.save_weights(other, tmp_path / "second.safetensors", metadata={"epoch": "3"})
    first, second = (metadata_of(tmp_path / f"{one}.safetensors") for one in ("first", "second"))
    assert second == {**first, "epoch": "3"}


def test_a_module_with_weights_is_made_in_one_call(tmp_path: Path) -> None:
    network = archdsl.load("net n { input 8x8x3; conv 3x3 4; avgpool global }")
    module = network.module(seed=0)
    network.save_weights(module, tmp_path / "n.safetensors")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = network.module(weights=tmp_path / "n.safetensors")
    assert all(map(torch.equal, made.state_dict().values(), module.state_dict().values()))
    with pytest.warns(UserWarning, match="tensors go from float32 to float64"):
        network.module(dtype=torch.float64, weights=tmp_path / "n.safetensors")
    wider = archdsl.load("net n { input 8x8x3; conv 3x3 5; avgpool global }")
    with pytest.raises(CheckpointError, match="do not belong to `n`"):
        wider.module(weights=tmp_path / "n.safetensors")


def test_wrong_names_are_refused_and_nothing_is_written(
    network: archdsl.Network, theirs: Path, tmp_path: Path
) -> None:
    module = network.module(seed=0)
    before = {name: one.clone() for name, one in module.state_dict().items()}
    with pytest.raises(CheckpointError, match="`keras` is none of torchvision, timm"):
        network.export_weights(module, tmp_path / "x.pth", to="keras:googlenet")
    with pytest.raises(MatchError, match="these weights were not imported"):
        network.export_weights(module, tmp_path / "x.pth")
    with pytest.raises(CheckpointError, match="has no weights of a model `nothing`"):
        network.import_weights(module, theirs, source="torchvision:nothing")
    with pytest.raises(CheckpointError, match="`keras` is none of"):
        network.import_weights(module, theirs, order="keras:googlenet")
    assert all(torch.equal(before[name], one) for name, one in module.state_dict().items())
    assert not [*tmp_path.iterdir()]


def test_the_names_of_options_are_those_that_are_known() -> None:
    assert (*conventions(),) == SOURCES
    for package in PACKAGES:
        with pytest.raises(CheckpointError, match="has no model `nothing`"):
            reference(package, "nothing")
