"""Building a module, and running it once on random images. Loads torch."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import torch

from archdsl.cli.console import Failure, say
from archdsl.graph import in_net
from archdsl.network import Network
from archdsl.pytorch.device import DeviceError, pick_device

if TYPE_CHECKING:
    from archdsl.pytorch.torch_module import NetworkModule

Extents = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Build:
    """How a module is built."""

    device: torch.device
    dtype: str
    seed: int
    weights: Path | None = None
    allow_different: bool = False


@dataclass(frozen=True, slots=True)
class Trial:
    """What was built and what came out of it; seconds are of the second run, already warm."""

    name: str
    device: str
    dtype: str
    inputs: tuple[Extents, ...]
    outputs: tuple[Extents, ...]
    params: int
    macs: int
    build_seconds: float
    run_seconds: float

    def text(self) -> str:
        batch = self.inputs[0][0]
        images = "1 image" if batch == 1 else f"{batch:,} images"
        lines = [f"{self.name} on {self.device} in {self.dtype}, a batch of {images}"]
        facts = [
            ("input", ", ".join(map(_shown, self.inputs))),
            ("output", ", ".join(map(_shown, self.outputs))),
            ("parameters", f"{self.params:,}"),
            ("MACs", f"{self.macs:,} for an image"),
            ("build", f"{self.build_seconds * 1000:,.0f} ms"),
            ("run", f"{self.run_seconds * 1000:,.1f} ms"),
        ]
        lines += [f"  {name:<12}{fact}" for name, fact in facts]
        return "\n".join(lines) + "\n"

    def json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "device": self.device,
            "dtype": self.dtype,
            "inputs": [list(extents) for extents in self.inputs],
            "outputs": [list(extents) for extents in self.outputs],
            "params": self.params,
            "macs": self.macs,
            "build_seconds": self.build_seconds,
            "run_seconds": self.run_seconds,
        }


def _shown(extents: Extents) -> str:
    """Batch, channels, height and width, as torch has them."""
    return "×".join(map(str, extents))


def choose_device(name: str) -> torch.device:
    """Return the device called ``name``; what ``auto`` chose is said aloud."""
    try:
        choice = pick_device(name)
    except DeviceError as error:
        raise Failure(str(error)) from error
    if choice.said is not None:
        say(choice.said)
    return choice.device


def build(network: Network, how: Build) -> NetworkModule:
    """Return a network's module in evaluation mode."""
    try:
        module = network.module(how.device, getattr(torch, how.dtype), seed=how.seed)
    except (RuntimeError, MemoryError) as error:
        _give_up(network, how, error)
    if how.weights is not None:
        _load(network, module, how.weights, how.allow_different)
    return module.eval()


def _load(network: Network, module: NetworkModule, path: Path, allow_different: bool) -> None:
    """Give a module its weights from a file, and say what images they expect."""
    from archdsl.weights import CheckpointError, Convention, load_into, read_checkpoint
    from archdsl.weights.conventions import KEY

    try:
        checkpoint = read_checkpoint(path)
        said = load_into(network.ir, module, checkpoint, allow_different=allow_different)
    except CheckpointError as error:
        raise Failure(str(error)) from error
    for remark in said:
        say(remark)
    if KEY in checkpoint.metadata:
        convention = Convention.from_text(checkpoint.metadata[KEY])
        say(f"the weights expect {convention.described}")


def try_out(network: Network, how: Build, batch: int) -> Trial:
    """Build a network, and run a batch of random images through it."""
    start = time.perf_counter()
    module = build(network, how)
    build_seconds = time.perf_counter() - start
    graph = network.ir
    try:
        images = [
            torch.randn(batch, *graph.nodes[id].shape.torch).to(
                how.device, getattr(torch, how.dtype)
            )
            for id in graph.inputs
        ]
        with torch.inference_mode():
            module(*images)  # the first run also chooses kernels and fills caches
            _wait_for(how.device)
            start = time.perf_counter()
            made = module(*images)
            _wait_for(how.device)
            run_seconds = time.perf_counter() - start
    except (RuntimeError, MemoryError) as error:
        _give_up(network, how, error)
    outputs: tuple[torch.Tensor, ...] = (made,) if len(graph.outputs) == 1 else made
    heads = tuple(in_net(head.path) + "." for head in graph.aux)
    return Trial(
        network.name,
        str(how.device),
        how.dtype,
        tuple(tuple(image.shape) for image in images),
        tuple(tuple(output.shape) for output in outputs),
        sum(one.numel() for name, one in module.named_parameters() if not name.startswith(heads)),
        network.totals.macs,
        build_seconds,
        run_seconds,
    )


def _wait_for(device: torch.device) -> None:
    """Let the work on an accelerator finish, so that the clock measures all of it."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def _give_up(network: Network, how: Build, error: RuntimeError | MemoryError) -> NoReturn:
    """Say what the machine cannot do; anything else is a bug in archdsl and goes on as one."""
    reason = str(error).partition("\n")[0]
    if isinstance(error, MemoryError | torch.OutOfMemoryError) or "allocate" in reason:
        raise Failure(f"there is not enough memory for {network.name}: {reason}") from error
    if how.dtype != "float32":
        raise Failure(f"torch cannot run {network.name} in {how.dtype}: {reason}") from error
    raise error
