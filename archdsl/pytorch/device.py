"""Where a module runs: the CPU, or an accelerator that is really there."""

from __future__ import annotations

import re
from dataclasses import dataclass

import torch

NAMES = "auto, cpu, cuda, cuda:N or mps"


class DeviceError(Exception):
    """A device was asked for that this machine does not have."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A device, and for ``auto`` a sentence that says what was chosen and why."""

    device: torch.device
    said: str | None = None


def pick_device(name: str) -> Choice:
    """Return the device called ``name``. Raises :class:`DeviceError` if it is not there.

    ``auto`` takes the first CUDA device, else Apple's MPS, else the CPU, and says so.
    """
    if name == "auto":
        return _automatic()
    if name in ("cpu", "meta"):
        # On `meta` a module has shapes and no numbers, which is all that a check needs.
        return Choice(torch.device(name))
    if name == "mps":
        if not torch.backends.mps.is_available():
            raise DeviceError("there is no MPS device: this is not an Apple GPU, or torch lacks it")
        return Choice(torch.device("mps"))
    if re.fullmatch(r"cuda(:\d{1,3})?", name):
        return _cuda(name)
    raise DeviceError(f"there is no device called `{name}`: write {NAMES}")


def _automatic() -> Choice:
    if torch.cuda.is_available():
        title = torch.cuda.get_device_name(0)
        return Choice(torch.device("cuda", 0), f"running on cuda:0, {title}")
    if torch.backends.mps.is_available():
        return Choice(torch.device("mps"), "running on mps")
    return Choice(torch.device("cpu"), "running on the CPU: no GPU was found")


def _cuda(name: str) -> Choice:
    if not torch.cuda.is_available():
        why = (
            "torch was built without CUDA"
            if torch.version.cuda is None
            else "no CUDA driver or GPU was found"
        )
        raise DeviceError(f"`{name}` is not there: {why}")
    device = torch.device(name)
    count = torch.cuda.device_count()
    if ":" in name and device.index >= count:
        last = "cuda:0" if count == 1 else f"cuda:0 to cuda:{count - 1}"
        raise DeviceError(f"`{name}` is not there: this machine has {last}")
    return Choice(device)
