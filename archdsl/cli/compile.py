"""`archdsl compile`: a network as a PyTorch module, tried out or written to a file."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archdsl.cli.console import Failure, emit
from archdsl.cli.onnx_form import fit, takes_form
from archdsl.cli.options import Request, takes_specs
from archdsl.cli.output import deliver, deliver_files, suffix_of
from archdsl.cli.specs import sound_networks
from archdsl.export.form import Form
from archdsl.network import Network

if TYPE_CHECKING:
    from archdsl.cli.trial import Build
    from archdsl.pytorch.torch_module import NetworkModule

SUFFIXES = ("py", "pt2", "onnx", "safetensors")
DTYPES = ("float32", "float16", "bfloat16", "float64")
_DEVICE = re.compile(r"auto|cpu|mps|cuda(:[0-9]{1,3})?")


def _device(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    if value is None or _DEVICE.fullmatch(value):
        return value
    raise click.BadParameter(f"`{value}` is none of auto, cpu, cuda, cuda:N and mps", ctx, param)


@click.command(
    name="compile",
    short_help="Compile networks to PyTorch: try them out, or write files.",
    epilog="""\b
Examples:
  archdsl compile specs/inception_v4.arch
  archdsl compile specs/inception_v4.arch --device cuda --dtype bfloat16 --batch 32
  archdsl compile specs/inception_v4.arch -o inception_v4.py --set classes=10
  archdsl compile specs/*.arch -o 'out/{net}.safetensors' --seed 0

\b
What the suffix of FILE says:
  .py           Python source that imports nothing but torch
  .pt2          the exported program (torch.export), for any batch size
  .onnx         ONNX; needs `pip install 'archdsl[onnx]'`
  .safetensors  the weights
""",
)
@takes_specs
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(),
    help="Where to; the suffix says what. {net} stands for the net's name.",
)
@click.option(
    "--device",
    metavar="NAME",
    callback=_device,
    help="auto, cpu, cuda, cuda:N or mps.  [default: auto; cpu for files]",
)
@click.option("--dtype", type=click.Choice(DTYPES), default="float32", show_default=True)
@click.option(
    "--seed",
    metavar="N",
    type=click.IntRange(0, 2**63 - 1),
    default=0,
    show_default="0",
    help="Which random weights: the same seed draws the same ones.",
)
@click.option(
    "--weights",
    metavar="FILE",
    type=click.Path(),
    help="A .safetensors file of the spec's weights, instead of fresh ones.",
)
@click.option(
    "--allow-different",
    is_flag=True,
    help="Take weights that were stored for a network that differs, and say in what.",
)
@takes_form
@click.option(
    "--batch",
    metavar="N",
    type=click.IntRange(min=1),
    default=1,
    show_default="1",
    help="Images in the trial run.",
)
@click.option(
    "--format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="The form of the trial's report.",
)
def compile_(
    request: Request,
    output: str | None,
    device: str | None,
    dtype: str,
    seed: int,
    weights: str | None,
    allow_different: bool,
    form: Form,
    batch: int,
    format: str,
) -> None:
    """Compile networks to PyTorch.

    With -o, write each to a file. Without, build each, run one batch of random images through it,
    and report shapes, parameters, MACs and time. If a spec is wrong nothing is written.
    """
    suffix = None if output is None else suffix_of(output, SUFFIXES)
    fit(form, suffix)
    networks = sound_networks(request)
    if suffix == "py":
        if weights is not None:
            raise click.UsageError(
                "Python source holds no weights; its `load_state_dict` takes those of the file"
            )
        deliver(networks, output, _source)
        return
    from archdsl.cli.trial import Build, choose_device, try_out

    place = choose_device(device or ("auto" if suffix is None else "cpu"))
    file = None if weights is None else Path(weights)
    how = Build(place, dtype, seed, file, allow_different)
    if suffix is not None:
        assert output is not None
        deliver_files(
            networks, output, lambda network, name: _files(network, suffix, how, form, name)
        )
        return
    trials = [try_out(network, how, batch) for network in networks]
    if format == "text":
        emit("\n".join(trial.text() for trial in trials))
        return
    found = [trial.json() for trial in trials]
    emit(json.dumps(found[0] if len(found) == 1 else found, indent=2) + "\n")


def _files(network: Network, suffix: str, how: Build, form: Form, name: str) -> Mapping[str, bytes]:
    """Return what goes into the file ``name`` of this suffix, and into files beside it."""
    from archdsl.cli.trial import build

    module = build(network, how)
    if suffix in ("pt2", "onnx"):
        return _exported(network, module, suffix, how.dtype, form, name)
    from archdsl.weights import carried, to_safetensors

    if how.weights is None:
        return {name: to_safetensors(network.ir, module, how.seed)}
    return {name: to_safetensors(network.ir, module, None, carried(how.weights))}


def _exported(
    network: Network, module: NetworkModule, suffix: str, dtype: str, form: Form, name: str
) -> Mapping[str, bytes]:
    import torch

    from archdsl.export.broken import BrokenExport
    from archdsl.export.files import onnx_files, pt2_file
    from archdsl.export.onnx import MissingExtra

    kind: torch.dtype = getattr(torch, dtype)
    try:
        if suffix == "onnx":
            return onnx_files(network.ir, network.texts, module, name, form, kind)
        return {name: pt2_file(network.ir, network.texts, module, form.dynamic, kind)}
    except (MissingExtra, BrokenExport) as error:
        raise Failure(str(error)) from error


def _source(network: Network) -> str:
    """Return the network's source, which Python has read."""
    source = network.source()
    compile(source, f"{network.name}.py", "exec")
    return source
