"""`archdsl weights`: weights from other implementations, and back to them."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archdsl.cli.console import Failure, say
from archdsl.cli.options import Request, takes_specs
from archdsl.cli.output import suffix_of, write_whole
from archdsl.cli.specs import sound_networks
from archdsl.network import Network

if TYPE_CHECKING:
    import torch

SOURCES = (
    "torchvision",
    "torchvision-inception",
    "timm",
    "timm-inception",
    "pretrainedmodels",
    "pretrainedmodels-bninception",
    "facenet-pytorch",
)
TARGETS = ("torchvision", "timm", "pretrainedmodels", "facenet-pytorch")


@click.group(short_help="Exchange weights with other implementations.")
def weights() -> None:
    """Exchange weights with other implementations.

    Which of their layers is which of the spec's is found from shapes, names and how the layers
    are wired. What does not fit, or fits in two ways, is an error; nothing is ever loaded in part.
    """


def _pins(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> dict[str, str]:
    pins: dict[str, str] = {}
    for given in value:
        theirs, equals, ours = given.partition("=")
        if not equals or not theirs or not ours:
            raise click.BadParameter(f"`{given}` is not like `block8=C.5`", ctx, param)
        pins[theirs] = ours
    return pins


def _source(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    if value is not None and ":" not in value and value not in SOURCES:
        listed = ", ".join(SOURCES)
        raise click.BadParameter(f"`{value}` is none of {listed}, nor PACKAGE:MODEL", ctx, param)
    return value


@weights.command(
    name="import",
    epilog="""\b
Examples:
  archdsl weights import specs/inception_v4.arch inception_v4.pth -o model.safetensors
  archdsl weights import specs/released/googlenet_torchvision.arch googlenet.pth \\
      --from torchvision:googlenet --set transform_input=yes -o model.safetensors
  archdsl weights import specs/inception_v4.arch v4.pth --set classes=10 -o ten.safetensors
""",
)
@takes_specs
@click.option("-o", "--output", metavar="FILE", required=True, help="A .safetensors file.")
@click.option(
    "--from",
    "source",
    metavar="PACKAGE[:MODEL]",
    callback=_source,
    help="Whose weights they are, as in timm:inception_v3.tf_in1k: notes what images they expect. "
    f"Without a model: {', '.join(SOURCES)}.",
)
@click.option(
    "--key",
    metavar="NAME",
    help="Which of several state dicts in the file, such as model_ema.",
)
@click.option(
    "--ignore", metavar="PATTERN", multiple=True, help="Leave out tensors, as in 'AuxLogits.*'."
)
@click.option(
    "--begin-anew",
    metavar="PATTERN",
    multiple=True,
    help="Do not look for tensors of the spec's, as in 'aux1.*': they are drawn with --seed.",
)
@click.option(
    "--order",
    metavar="PACKAGE:MODEL",
    help="Take from a package's own model how their layers run.",
)
@click.option(
    "--pin",
    "pins",
    metavar="THEIRS=OURS",
    multiple=True,
    callback=_pins,
    help="Say which of their prefixes is which of the spec's paths.",
)
@click.option(
    "--drop-class",
    metavar="N",
    type=click.IntRange(min=0),
    help="Remove one of their classes, such as 0 for a background.",
)
@click.option(
    "--seed",
    metavar="N",
    type=click.IntRange(0, 2**63 - 1),
    default=0,
    show_default="0",
    help="For layers that begin anew, as with another number of classes.",
)
def import_(
    request: Request,
    output: str,
    source: str | None,
    key: str | None,
    ignore: tuple[str, ...],
    begin_anew: tuple[str, ...],
    order: str | None,
    pins: dict[str, str],
    drop_class: int | None,
    seed: int,
) -> None:
    """Store a checkpoint under the spec's names.

    SPEC... is a spec and a checkpoint: .pth (read without executing anything in it),
    .safetensors, Keras' .keras and .h5, .npz, or TensorFlow's .index.
    """
    suffix_of(output, ("safetensors",))
    model = None if order is None else _package_model(order, "--order")
    network, checkpoint_file = _spec_and_file(request)
    from archdsl.weights import (
        convention_of,
        import_weights,
        in_order_of,
        to_safetensors,
    )
    from archdsl.weights.conventions import KEY, misfit
    from archdsl.weights.packages import image_shapes, reference
    from archdsl.weights.store import converted

    convention = None if source is None else _guarded(lambda: convention_of(source))
    wrong = None if convention is None else misfit(convention, network.ir)
    if wrong is not None:
        raise Failure(wrong)
    checkpoint = _guarded(lambda: _read(checkpoint_file, key))
    if model is not None:
        seen = _guarded(lambda: reference(*model, image_shapes(network.ir)))
        checkpoint = _guarded(lambda: in_order_of(checkpoint, seen))
    module = network.module(seed=seed)
    found = _guarded(
        lambda: import_weights(
            network.ir,
            module,
            checkpoint,
            ignore=ignore,
            pins=pins,
            drop_class=drop_class,
            begin_anew=begin_anew,
        )
    )
    remarks = (*checkpoint.said, *found.said, *converted(module.state_dict(), found.tensors))
    module.load_state_dict(found.tensors)
    extra = dict(found.metadata)
    for remark in remarks:
        say(remark)
    if found.by_names:
        say(
            f"{found.by_names} of the layers share their shape with others; names and the spec's "
            "wiring tell them apart, and `--order PACKAGE:MODEL` would hold them against the "
            "model itself"
        )
    if convention is None:
        say("what images these weights expect is not noted; `--from` says whose they are")
    else:
        extra[KEY] = convention.to_text()
        say(f"they expect {convention.described}")
    write_whole(Path(output), to_safetensors(network.ir, module, None, extra))
    say(f"{len(found.tensors)} tensors of {network.name} written to `{output}`")


@weights.command(
    name="export",
    epilog="""\b
Examples:
  archdsl weights export specs/released/googlenet_torchvision.arch model.safetensors \\
      --to torchvision -o googlenet.pth
  archdsl weights export specs/inception_v4.arch model.safetensors -o as_imported.pth
""",
)
@takes_specs
@click.option("-o", "--output", metavar="FILE", required=True, help="A .pth or .safetensors file.")
@click.option(
    "--to",
    metavar="PACKAGE[:MODEL]",
    help=f"Whose names: {', '.join(TARGETS)}. Without it, the names they were imported under.",
)
@click.option(
    "--allow-different",
    is_flag=True,
    help="Take weights that were stored for a network that differs, and say in what.",
)
def export(request: Request, output: str, to: str | None, allow_different: bool) -> None:
    """Write weights under the names of another implementation.

    SPEC... is a spec and a .safetensors file of its weights.
    """
    suffix = suffix_of(output, ("pth", "pt", "safetensors"))
    package, model = ("", "") if to is None else _package_model(to, "--to")
    network, weights_file = _spec_and_file(request)
    from archdsl.weights import export_weights, load_into
    from archdsl.weights.checkpoint import NAMES
    from archdsl.weights.packages import image_shapes, reference

    stored = _guarded(lambda: _read(weights_file))
    module = network.module()
    for remark in _guarded(
        lambda: load_into(network.ir, module, stored, allow_different=allow_different)
    ):
        say(remark)
    like = None
    if to is not None:
        called = model or _model_name(network.name, package)
        like = _guarded(lambda: reference(package, called, image_shapes(network.ir)))
        for remark in like.said:
            say(remark)
    tensors = _guarded(
        lambda: export_weights(
            network.ir, module.state_dict(), like=like, names=stored.metadata.get(NAMES)
        )
    )
    write_whole(Path(output), _state_dict(tensors, suffix))
    say(f"{len(tensors)} tensors written to `{output}`")


def _package_model(text: str, option: str) -> tuple[str, str]:
    """Split PACKAGE:MODEL; the model may be left out."""
    package, _, model = text.partition(":")
    if package not in TARGETS:
        listed = ", ".join(TARGETS)
        raise click.BadParameter(f"`{package}` is none of {listed}", param_hint=option)
    return package, model


def _spec_and_file(request: Request) -> tuple[Network, Path]:
    if len(request.files) != 2:
        raise click.UsageError("it takes two files: a spec, and its weights")
    spec, other = request.files
    networks = sound_networks(Request((spec,), request.net, request.settings, request.max_nodes))
    if len(networks) != 1:
        names = ", ".join(f"`{network.name}`" for network in networks)
        raise click.UsageError(f"`{spec}` defines {names}; choose one with `--net NAME`")
    return networks[0], Path(other)


def _read(path: Path, key: str | None = None) -> Any:
    from archdsl.weights import read_checkpoint

    return read_checkpoint(path, key=key)


def _guarded(action: Callable[[], Any]) -> Any:
    """Do something with weights; what is wrong with them ends in a message."""
    from archdsl.weights import CheckpointError, MatchError

    try:
        return action()
    except (CheckpointError, MatchError) as error:
        raise Failure(str(error)) from error


def _model_name(net: str, package: str) -> str:
    """Return what a package calls a network: the net's name without the package's."""
    if package == "facenet-pytorch":
        return "InceptionResnetV1"
    name = net.removesuffix(f"_{package}").removesuffix("_cadene")
    return name.replace("_", "") if package == "pretrainedmodels" else name


def _state_dict(tensors: dict[str, torch.Tensor], suffix: str) -> bytes:
    if suffix == "safetensors":
        from safetensors.torch import save

        return save({name: tensor.contiguous() for name, tensor in tensors.items()})
    import torch

    buffer = io.BytesIO()
    torch.save(tensors, buffer)
    return buffer.getvalue()
