"""`archdsl weights`: weights from other implementations, and back to them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from archdsl.cli.console import Failure, say
from archdsl.cli.options import Request, takes_specs
from archdsl.cli.output import suffix_of, write_whole
from archdsl.cli.specs import sound_networks
from archdsl.implementations import PACKAGES, SOURCES, package_and_model
from archdsl.network import Network


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
    if order is not None:
        _check_package(order, "--order")
    network, checkpoint_file = _spec_and_file(request)
    from archdsl.weights import to_safetensors
    from archdsl.weights.taking import noted, take_weights

    module = network.module(seed=seed)
    taken = _guarded(
        lambda: take_weights(
            network.ir,
            module,
            checkpoint_file,
            source=source,
            order=order,
            key=key,
            ignore=ignore,
            begin_anew=begin_anew,
            pins=pins,
            drop_class=drop_class,
        )
    )
    for remark in taken.said:
        say(remark)
    if taken.by_names:
        say(
            f"{taken.by_names} of the layers share their shape with others; names and the spec's "
            "wiring tell them apart, and `--order PACKAGE:MODEL` would hold them against the "
            "model itself"
        )
    if taken.convention is None:
        say("what images these weights expect is not noted; `--from` says whose they are")
    else:
        say(f"they expect {taken.convention.described}")
    write_whole(Path(output), to_safetensors(network.ir, module, None, noted(module)))
    say(f"{taken.count} tensors of {network.name} written to `{output}`")


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
    help=f"Whose names: {', '.join(PACKAGES)}. Without it, the names they were imported under.",
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
    if to is not None:
        _check_package(to, "--to")
    network, weights_file = _spec_and_file(request)
    from archdsl.weights import load_into, read_checkpoint
    from archdsl.weights.taking import state_dict_file, weights_for

    stored = _guarded(lambda: read_checkpoint(weights_file))
    module = network.module()
    for remark in _guarded(
        lambda: load_into(network.ir, module, stored, allow_different=allow_different)
    ):
        say(remark)
    tensors, said = _guarded(lambda: weights_for(network.ir, module, to, stored.metadata))
    for remark in said:
        say(remark)
    write_whole(Path(output), state_dict_file(tensors, suffix))
    say(f"{len(tensors)} tensors written to `{output}`")


def _check_package(text: str, option: str) -> None:
    """Refuse what names no package before anything is read."""
    try:
        package_and_model(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint=option) from error


def _spec_and_file(request: Request) -> tuple[Network, Path]:
    if len(request.files) != 2:
        raise click.UsageError("it takes two files: a spec, and its weights")
    spec, other = request.files
    networks = sound_networks(Request((spec,), request.net, request.settings, request.max_nodes))
    if len(networks) != 1:
        names = ", ".join(f"`{network.name}`" for network in networks)
        raise click.UsageError(f"`{spec}` defines {names}; choose one with `--net NAME`")
    return networks[0], Path(other)


def _guarded(action: Callable[[], Any]) -> Any:
    """Do something with weights; what is wrong with them ends in a message."""
    from archdsl.weights import CheckpointError, MatchError

    try:
        return action()
    except (CheckpointError, MatchError) as error:
        raise Failure(str(error)) from error
