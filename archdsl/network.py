"""A checked network as users hold it: summary, drawing, module, source."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from archdsl.check import Checked, Totals
from archdsl.diagnostics import Diagnostic
from archdsl.files import write_together, write_whole
from archdsl.graph import Graph
from archdsl.graph.sizes import texts_of
from archdsl.light import GarbageCollectorPaused
from archdsl.recipe import Recipe
from archdsl.syntax import Project, nodes

if TYPE_CHECKING:
    import networkx
    import torch
    from torch import Tensor, nn
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler
    from torch.optim.swa_utils import AveragedModel

    from archdsl.drawing.names import (
        BinaryFormat,
        Direction,
        Engine,
        Heat,
        Style,
        TextFormat,
        Theme,
    )
    from archdsl.export.form import Dynamic
    from archdsl.pytorch.python_source import Written
    from archdsl.pytorch.torch_module import NetworkModule
    from archdsl.tables.summary import SummaryFormat


@dataclass(frozen=True)
class Network:
    """A network that has passed every check."""

    checked: Checked
    project: Project
    diagnostics: tuple[Diagnostic, ...] = ()
    """The warnings."""

    @property
    def name(self) -> str:
        return self.checked.graph.name

    @property
    def ir(self) -> Graph:
        """The graph as archdsl's own value; stages and targets work on it."""
        return self.checked.graph

    @property
    def tree(self) -> nodes.Net | None:
        """The net as it is written; None where its text is not at hand."""
        return next((one for one in self.project.nets if one.name.text == self.name), None)

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts that the graph was expanded from: the net's, and those of its blocks."""
        return texts_of(self.ir, self.project.blocks, self.tree)

    @cached_property
    def graph(self) -> networkx.MultiDiGraph[str]:
        """The graph for networkx; see :attr:`archdsl.graph.Graph.networkx`."""
        return self.checked.graph.networkx

    def to_json(self) -> dict[str, Any]:
        """Return graph and recipe as plain data: nodes with operands, shapes and places, scopes."""
        from archdsl.graph.export import to_json

        return {**to_json(self.ir), "recipe": self.recipe.to_json()}

    @property
    def totals(self) -> Totals:
        """Parameters and multiply-accumulates of the network and of its auxiliary heads."""
        return self.checked.totals

    @property
    def recipe(self) -> Recipe:
        """What the spec says about training, as data; empty where it says nothing."""
        return self.checked.recipe

    def summary(self, depth: int = 0, format: SummaryFormat = "text") -> str:
        """Return a table like the papers' table 1, each stage with its costs.

        ``depth`` goes down into blocks; ``format`` is text, json, csv or markdown.
        """
        from archdsl.tables.summary import print_summaries, summarise

        return print_summaries([summarise(self.ir, depth)], format)

    @overload
    def draw(
        self,
        format: TextFormat = ...,
        *,
        style: Style = ...,
        expand: str | Sequence[str] = ...,
        depth: int | None = ...,
        only: str | None = ...,
        direction: Direction = ...,
        theme: Theme = ...,
        labels: str | Sequence[str] | None = ...,
        heat: Heat | None = ...,
        title: str | None = ...,
        legend: bool | None = ...,
        engine: Engine = ...,
        dpi: int | None = ...,
    ) -> str: ...
    @overload
    def draw(
        self,
        format: BinaryFormat,
        *,
        style: Style = ...,
        expand: str | Sequence[str] = ...,
        depth: int | None = ...,
        only: str | None = ...,
        direction: Direction = ...,
        theme: Theme = ...,
        labels: str | Sequence[str] | None = ...,
        heat: Heat | None = ...,
        title: str | None = ...,
        legend: bool | None = ...,
        engine: Engine = ...,
        dpi: int | None = ...,
    ) -> bytes: ...
    def draw(
        self,
        format: TextFormat | BinaryFormat = "svg",
        *,
        style: Style = "blocks",
        expand: str | Sequence[str] = (),
        depth: int | None = None,
        only: str | None = None,
        direction: Direction = "TB",
        theme: Theme = "light",
        labels: str | Sequence[str] | None = None,
        heat: Heat | None = None,
        title: str | None = None,
        legend: bool | None = None,
        engine: Engine = "pure",
        dpi: int | None = None,
    ) -> str | bytes:
        """Draw the network: bytes of a pdf or png, text for svg, dot, mmd (Mermaid) and json.

        As ``html`` it is a page to explore the network in, and takes no other options.

            network.draw("pdf", style="paper", theme="print")
            network.draw(expand=["A", "stem"], labels="shapes,macs", heat="params")

        ``style`` is blocks (folded), paper, full or table. ``expand`` unfolds blocks by name or
        path, or ``"all"``; ``depth`` that many levels, every copy by itself; ``only`` draws the
        step at one path. ``direction`` is TB, BT or LR; ``theme`` light, dark, print or
        colorblind. ``labels`` are some of shapes, params, macs and names, or ``"none"``; ``heat``
        colours by params, macs or memory, with a ``legend``. An empty ``title`` leaves the heading
        out. ``engine`` is "pure", which pip installs with archdsl, or "dot" for Graphviz's own
        program; ``dpi`` the pixels of a png per inch (144). Raises
        :class:`archdsl.drawing.DrawingError`, which says why there is no picture.
        """
        from archdsl.drawing import DPI, DrawingError, Options, draw, read_options

        options = read_options(
            style=style,
            expand=expand,
            depth=depth,
            only=only,
            direction=direction,
            theme=theme,
            labels=labels,
            heat=heat,
            title=title,
            legend=legend,
        )
        if format != "html":
            return draw(self.ir, format, options, engine=engine, dpi=DPI if dpi is None else dpi)
        if options != Options():
            raise DrawingError("a page has all of the network, and takes no options of figures")
        from archdsl.page import page

        return page(self.ir, self.project)

    def page(self) -> str:
        """Return one self-contained HTML page to explore the network in.

        Raises :class:`archdsl.drawing.DrawingError` where it is too large for a browser.

            Path("net.html").write_text(network.page(), encoding="utf-8")
        """
        from archdsl.page import page

        return page(self.ir, self.project)

    def _repr_html_(self) -> str:
        """Show the network in a notebook: its diagram unless it is too large, and its numbers."""
        from archdsl.drawing import DrawingError, draw
        from archdsl.tables.notebook import to_html

        try:
            figure = draw(self.ir, "svg")
        except DrawingError:
            figure = None
        return to_html(self.ir, self.totals, figure)

    def __repr__(self) -> str:
        return f"<Network {self.name}: {len(self.ir):,} nodes, {self.totals.params:,} parameters>"

    def module(
        self,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        *,
        seed: int | None = None,
        weights: str | PathLike[str] | None = None,
    ) -> NetworkModule:
        """Build a PyTorch module with one submodule per block and group, by running its source.

        ``device`` is a torch device, ``"auto"`` (an accelerator where there is one) or None for
        where torch makes tensors, the CPU unless said otherwise; raises
        :class:`archdsl.pytorch.device.DeviceError` if it is not there. A ``seed`` makes the
        weights reproducible. The recipe's `init` lines hold. ``weights`` is a file of archdsl's to
        take them from instead; what :meth:`load_weights` would return of it is a warning.

            network.module("auto", weights="model.safetensors")
        """
        from archdsl.pytorch.device import pick_device
        from archdsl.pytorch.torch_module import build

        place = pick_device(device).device if isinstance(device, str) else device
        made = build(self.ir, device=place, dtype=dtype, seed=seed, written=self._written)
        if weights is not None:
            for remark in self.load_weights(made, weights):
                warnings.warn(remark, stacklevel=2)
        return made

    def features(
        self, *names: str, module: nn.Module | None = None, seed: int | None = None
    ) -> NetworkModule:
        """Return a module that computes the values of some steps, and only what they need.

        A name is the path of a step, block or group without the net's name, or a stride: ``/8`` is
        the last value of stride 8 that all behind it is computed from. One name gives a tensor,
        several a tuple in their order; ``feature_shapes`` has the shape of each without
        the batch, CHW for maps. Weights are copies of those of ``module``, a module of this
        network, or of a new one made with ``seed``; keys of the state dict are the same. Inputs
        that nothing reads are not taken. Raises LookupError for a name that is not there, that
        gives several values, or that is an input or in an auxiliary head; ValueError without a
        name, or if two names are one value; RuntimeError if the module is of another network.

            low, high = network.features("inception_3b", "/32")(images)
        """
        from archdsl.pytorch.features import features

        given = self.module(seed=seed) if module is None else module
        return features(self.ir, names, given)

    def loss(self, outputs: Tensor | Sequence[Tensor], target: Tensor | Sequence[Tensor]) -> Tensor:
        """Return the recipe's loss, or cross-entropy, of what the module returned.

        Auxiliary heads, whose outputs come in training, count with their weights in the spec.
        Raises ValueError where outputs and targets do not match, or the net ends in a softmax.

            network.loss(module(images), labels).backward()
        """
        from archdsl.pytorch.training import loss

        return loss(self.ir, self.recipe, outputs, target)

    def optimizer(self, module: nn.Module) -> Optimizer:
        """Return the recipe's optimiser over the module's parameters, with its weight decay.

        Raises LookupError where the spec names none.
        """
        from archdsl.pytorch.training import optimizer

        return optimizer(self.recipe, module)

    def schedule(self, optimizer: Optimizer) -> LRScheduler:
        """Return the recipe's schedule, to be stepped after each epoch; a steady rate without."""
        from archdsl.pytorch.training import schedule

        return schedule(self.recipe, optimizer)

    def clip(self, module: nn.Module) -> None:
        """Bound the module's gradients as the recipe says; without a `clip` do nothing."""
        from archdsl.pytorch.training import clip

        clip(self.recipe, module)

    def average(self, module: nn.Module) -> AveragedModel:
        """Return a copy of the module that holds the recipe's running average of its weights.

        Call ``update_parameters(module)`` on it after each step. Raises LookupError where the spec
        averages nothing.
        """
        from archdsl.pytorch.training import average

        return average(self.recipe, module)

    def load_weights(
        self, module: NetworkModule, path: str | PathLike[str], *, allow_different: bool = False
    ) -> tuple[str, ...]:
        """Give a module of this network the weights of a file of archdsl's; return what to know.

        Raises :class:`archdsl.weights.CheckpointError` if the file cannot be read, or was
        stored for a network that computes something else; ``allow_different`` takes those too.

            network.load_weights(module, "model.safetensors")
        """
        from archdsl.weights import load_into, of_weights, read_checkpoint
        from archdsl.weights.taking import note

        checkpoint = read_checkpoint(Path(path))
        said = load_into(self.ir, module, checkpoint, allow_different=allow_different)
        note(module, of_weights(checkpoint.metadata))
        return said

    def save_weights(
        self,
        module: NetworkModule,
        path: str | PathLike[str],
        *,
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        """Store a module's weights in a .safetensors file, with what network they belong to.

        What is known of weights that the module took from a file, such as the images they expect,
        is stored too, and ``metadata`` beside it.
        """
        from archdsl.weights import to_safetensors
        from archdsl.weights.taking import noted

        known = {**noted(module), **(metadata or {})}
        write_whole(Path(path), to_safetensors(self.ir, module, None, known))

    def onnx(
        self,
        module: NetworkModule,
        path: str | PathLike[str],
        *,
        opset: int | None = None,
        dynamic: Dynamic = "batch",
        inline: bool = False,
        external_data: bool = False,
    ) -> None:
        """Write a module of this network as an ONNX file for evaluation.

        Blocks and groups are functions in it, unless they are ``inline``, as runtimes that know
        no functions need them. The batch is free, and with ``dynamic="size"`` heights and widths
        are too, from the spec's up and in the steps that the file names. ``opset`` is 13 to 25, or
        torch's choice. With ``external_data``, and for more than 2 GB of weights, they lie beside
        the model in a file with ``.data`` behind its name. Needs `archdsl[onnx]`. Raises
        :class:`archdsl.export.onnx.MissingExtra` without it, ValueError for another opset, and
        :class:`archdsl.export.broken.BrokenExport` where the file would not load or other sizes
        are not to be had; nothing is written then.

            network.onnx(module, "model.onnx", dynamic="size")
        """
        from archdsl.export.files import onnx_files
        from archdsl.export.form import Form

        form = Form(opset, dynamic, inline=inline, external=external_data)
        place = Path(path)
        files = onnx_files(self.ir, self.texts, module, place.name, form)
        write_together({place.with_name(name): data for name, data in files.items()})

    def pt2(
        self, module: NetworkModule, path: str | PathLike[str], *, dynamic: Dynamic = "batch"
    ) -> None:
        """Write a module of this network as a program of torch.export.

        The batch is free, and with ``dynamic="size"`` heights and widths are too, from the spec's
        up and in its steps. Raises :class:`archdsl.export.broken.BrokenExport` where it would not
        load or other sizes are not to be had; nothing is written then.

            network.pt2(module, "model.pt2")
        """
        from archdsl.export.files import pt2_file

        write_whole(Path(path), pt2_file(self.ir, self.texts, module, dynamic))

    def import_weights(
        self,
        module: NetworkModule,
        path: str | PathLike[str],
        *,
        source: str | None = None,
        order: str | None = None,
        key: str | None = None,
        ignore: Sequence[str] = (),
        begin_anew: Sequence[str] = (),
        pins: Mapping[str, str] | None = None,
        drop_class: int | None = None,
    ) -> tuple[str, ...]:
        """Give a module the weights of another implementation; return what was not only copied.

        Options as those of `archdsl weights import`, of which ``source`` is its `--from`: whose
        they are, and so what images they expect. :meth:`save_weights` notes that, and their other
        names. Raises :class:`archdsl.weights.CheckpointError` if the file or a model cannot be
        read, and :class:`archdsl.weights.MatchError` if it does not fit or fits in two ways.

            network.import_weights(module, "googlenet.pth", source="torchvision:googlenet")
        """
        from archdsl.weights.taking import take_weights

        return take_weights(
            self.ir,
            module,
            Path(path),
            source=source,
            order=order,
            key=key,
            ignore=ignore,
            begin_anew=begin_anew,
            pins=pins,
            drop_class=drop_class,
        ).said

    def export_weights(
        self, module: NetworkModule, path: str | PathLike[str], *, to: str | None = None
    ) -> tuple[str, ...]:
        """Write a module's weights under the names of another implementation; return remarks.

        ``to`` is a package or PACKAGE:MODEL, as of `archdsl weights export`; without it the names
        are those that the weights were imported under. A path that ends in .safetensors is such a
        file, any other one that torch.load reads. Raises as :meth:`import_weights` does.

            network.export_weights(module, "googlenet.pth", to="torchvision:googlenet")
        """
        from archdsl.weights.taking import noted, state_dict_file, weights_for

        tensors, said = weights_for(self.ir, module, to, noted(module))
        suffix = Path(path).suffix.lower().removeprefix(".")
        write_whole(Path(path), state_dict_file(tensors, suffix))
        return said

    def source(self) -> str:
        """Return the Python source of the network, which imports nothing but torch.

        :meth:`module` makes the network by running it.
        """
        return self._written.text

    @cached_property
    def _written(self) -> Written:
        from archdsl.pytorch.python_source import emit, spec_of

        with GarbageCollectorPaused():
            return emit(spec_of(self.checked, self.project, self.tree))
