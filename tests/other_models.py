"""Random models of other people, each with the spec of the same computation.

A model is a tree of what runs; its layers are then given names in one of many manners and
registered in some order, and the spec is written with names of its own. Nearly all layers have
one shape, so that shapes settle little.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from random import Random

import torch
from torch import Tensor, nn
from torch.nn import functional as F

import archdsl
from archdsl.weights import Checkpoint, MatchError, import_weights
from archdsl.weights.running import wiring_when_run
from archdsl.weights.wiring import Wiring

WIDTH = 4


@dataclass(eq=False)
class Layer:
    """A convolution, and what stands around it."""

    kernel: int
    inputs: int = WIDTH
    outputs: int = WIDTH
    norm: bool = False
    act: bool = True
    pool: str = ""
    matrix: bool = False


@dataclass(eq=False)
class Join:
    """Branches that are summed or stacked; a branch without layers is the input itself."""

    op: str
    branches: list[list[Part]]
    roles: list[str]
    act: bool = True
    closing: Layer | None = None


Part = Layer | Join


@dataclass
class Model:
    """What runs, what it is called, and in what order it is registered."""

    parts: list[Part]
    classes: int
    names: dict[Layer, tuple[str, str]] = field(default_factory=dict)
    order: list[Layer] = field(default_factory=list)
    manner: str = ""
    natural: bool = True
    """Whether names and order are as people choose them: not drawn by lot."""
    norms_last: bool = False


def layers(parts: list[Part]) -> Iterator[Layer]:
    for part in parts:
        if isinstance(part, Layer):
            yield part
            continue
        for branch in part.branches:
            yield from layers(branch)
        if part.closing is not None:
            yield part.closing


# What runs


def draw(random: Random) -> Model:
    """Return a random model, named and ordered."""
    norm = random.random() < 0.6
    parts: list[Part] = [_layer(random, norm, inputs=3, kernel=3)]
    for _ in range(random.randint(1, 4)):
        parts.append(_part(random, norm, depth=0))
    repeated = random.random() < 0.3
    if repeated:
        # The same block once more.
        parts.append(_again(parts[-1]))
    model = Model(parts, random.choice([0, 3]))
    if random.random() < 0.2:
        # Pointwise kernels written as matrices, on maps with the channels last.
        for layer in layers(parts):
            layer.matrix = layer.kernel == 1
    _name(model, random)
    return model


def _layer(
    random: Random, norm: bool, inputs: int = WIDTH, outputs: int = WIDTH, kernel: int = 0
) -> Layer:
    return Layer(kernel or random.choice([1, 3, 3]), inputs, outputs, norm, random.random() < 0.8)


def _chain(random: Random, norm: bool, longest: int = 3) -> list[Part]:
    return [_layer(random, norm) for _ in range(random.randint(1, longest))]


def _part(random: Random, norm: bool, depth: int) -> Part:
    kind = random.choice(["layer", "residual", "projected", "projected", "add", "concat", "mixed"])
    if kind == "layer":
        return _layer(random, norm)
    if kind == "residual":
        branches, roles = [_chain(random, norm), []], ["body", "identity"]
    elif kind == "projected":
        branches, roles = [_chain(random, norm), [_layer(random, norm)]], ["body", "shortcut"]
    elif kind == "add":
        count = random.randint(2, 3)
        branches = [_chain(random, norm, 2) for _ in range(count)]
        roles = ["branch"] * count
    else:
        count = random.randint(2, 3)
        branches = [_chain(random, norm, 2) for _ in range(count)]
        roles = ["branch"] * count
        if kind == "mixed":
            first = branches[-1][0]
            assert isinstance(first, Layer)
            first.pool = random.choice(["max", "avg"])
            roles[-1] = "pool"
        if depth == 0 and random.random() < 0.2:
            branches[0] = [*branches[0], _part(random, norm, 1)]
        closing = _layer(random, norm, WIDTH * count, WIDTH, 1)
        return Join("concat", branches, roles, False, closing)
    if depth == 0 and random.random() < 0.15:
        branches[0] = [*branches[0], _part(random, norm, 1)]
    return Join("add", branches, roles, random.random() < 0.8)


def _again(part: Part) -> Part:
    if isinstance(part, Layer):
        return Layer(part.kernel, part.inputs, part.outputs, part.norm, part.act, part.pool)
    return Join(
        part.op,
        [[_again(inner) for inner in branch] for branch in part.branches],
        part.roles,
        part.act,
        None if part.closing is None else _again(part.closing),  # pyright: ignore[reportArgumentType]
    )


# What it is called

Chained = Callable[[str, list[Layer]], dict[Layer, tuple[str, str]]]
"""Names the kernels and norms of a chain, given the prefix they stand under."""


def _under(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix else name


def _sequential(prefix: str, chain: list[Layer]) -> dict[Layer, tuple[str, str]]:
    """As in ``nn.Sequential``: everything is counted, pools and activations too."""
    found: dict[Layer, tuple[str, str]] = {}
    at = 0
    for layer in chain:
        at += bool(layer.pool)
        found[layer] = (_under(prefix, f"{at}"), _under(prefix, f"{at + 1}"))
        at += 1 + layer.norm + layer.act
    return found


def _attributes(prefix: str, chain: list[Layer]) -> dict[Layer, tuple[str, str]]:
    """As in torchvision's ResNet: conv1, bn1, conv2, bn2."""
    return {
        layer: (_under(prefix, f"conv{at}"), _under(prefix, f"bn{at}"))
        for at, layer in enumerate(chain, 1)
    }


def _units(prefix: str, chain: list[Layer]) -> dict[Layer, tuple[str, str]]:
    """As in timm and torchvision: a small module of kernel and norm, counted or by itself."""
    if len(chain) == 1:
        return {chain[0]: (_under(prefix, "conv"), _under(prefix, "bn"))}
    return {
        layer: (_under(prefix, f"{at}.conv"), _under(prefix, f"{at}.bn"))
        for at, layer in enumerate(chain)
    }


def _lists(prefix: str, chain: list[Layer]) -> dict[Layer, tuple[str, str]]:
    """As in Res2Net: kernels and norms apart."""
    return {
        layer: (_under(prefix, f"convs.{at}"), _under(prefix, f"norms.{at}"))
        for at, layer in enumerate(chain)
    }


def _letters(prefix: str, chain: list[Layer]) -> dict[Layer, tuple[str, str]]:
    """As in RegNet: a, b, c."""
    return {
        layer: (_under(prefix, f"{letter}.conv"), _under(prefix, f"{letter}.bn"))
        for letter, layer in zip("abcdefgh", chain, strict=False)
    }


CHAINS: dict[str, Chained] = {
    "sequential": _sequential,
    "attributes": _attributes,
    "units": _units,
    "lists": _lists,
    "letters": _letters,
}
TOPS = ("layer{}", "block{}", "stage{}", "layers.{}", "features.{}", "blocks.{}")
BODIES = {
    "body": ("body", "main", "net", "convs", "residual_function"),
    "shortcut": ("shortcut", "downsample", "skip", "proj", "side"),
}
WORDS = [
    *("alpha", "beta", "gamma_conv", "delta", "first", "second", "third", "left", "right"),
    *("up", "down", "near", "far", "p", "q", "r", "s"),
]


def _name(model: Model, random: Random) -> None:
    manner = random.choice([*CHAINS, *CHAINS, "flat", "by registration", "lists for all", "lot"])
    model.manner = manner
    all_layers = list(layers(model.parts))
    if manner in CHAINS:
        _in_a_tree(model, random, CHAINS[manner])
    elif manner == "flat":
        model.names = _attributes("", all_layers)
    elif manner == "by registration":
        # Numbers count what was written first: a shortcut may be, though it runs beside.
        model.names = _attributes("", list(_shortcuts_first(model.parts)))
    elif manner == "lists for all":
        model.names = _lists("", list(_shortcuts_first(model.parts)))
    else:
        model.natural = False
        words = random.sample(WORDS * 3, len(all_layers)) if len(all_layers) < 40 else []
        for at, layer in enumerate(all_layers):
            word = words[at] + ("" if words.count(words[at]) == 1 else f"_{'xyz'[at % 3]}{at}")
            model.names[layer] = (f"{word}.conv", f"{word}.bn")
    wrapper = random.choice(["", "", "", "model", "backbone"])
    if wrapper:
        model.names = {
            layer: (f"{wrapper}.{kernel}", f"{wrapper}.{norm}")
            for layer, (kernel, norm) in model.names.items()
        }
    model.order = list(_shortcuts_first(model.parts)) if random.random() < 0.4 else list(all_layers)
    if random.random() < 0.2:
        model.natural = False
        random.shuffle(model.order)
    model.norms_last = manner in ("lists", "lists for all") or random.random() < 0.1


def _in_a_tree(model: Model, random: Random, chained: Chained) -> None:
    top = random.choice(TOPS)
    body, shortcut = (random.choice(BODIES[role]) for role in ("body", "shortcut"))
    branch = random.choice(["branch{}", "branch{}", "branches.{}", "path_{}", "b{}"])
    of_pool = random.choice(["branch_pool", "pool_proj", ""])
    flat_body = random.random() < 0.5

    def name(prefix: str, parts: list[Part]) -> None:
        chain = [part for part in parts if isinstance(part, Layer)]
        model.names |= chained(prefix, chain)
        for at, part in enumerate(part for part in parts if isinstance(part, Join)):
            inside(_under(prefix, f"inner{at}" if len(parts) > 1 else "inner"), part)

    def inside(prefix: str, part: Join) -> None:
        at = 0
        for role, parts in zip(part.roles, part.branches, strict=True):
            if role == "body":
                name(prefix if flat_body else _under(prefix, body), parts)
            elif role == "shortcut":
                name(_under(prefix, shortcut), parts)
            elif role == "pool" and of_pool:
                name(_under(prefix, of_pool), parts)
            elif role != "identity":
                name(_under(prefix, branch.format(at)), parts)
                at += 1
        if part.closing is not None:
            name(_under(prefix, "merge"), [part.closing])

    stem, *rest = model.parts
    name("stem", [stem])
    downwards = random.random() < 0.15
    if downwards:
        # As the way up of a U-Net, or a pyramid: the last is called the first.
        top = random.choice(["up{}", "dec{}", "decoder.up{}", "top_down.{}", "p{}"])
    for at, part in enumerate(rest):
        number = len(rest) - 1 - at if downwards else at
        prefix = top.format(number + (top[-3] not in "."))
        if isinstance(part, Layer):
            name(prefix, [part])
        else:
            inside(prefix, part)


def _shortcuts_first(parts: list[Part]) -> Iterator[Layer]:
    for part in parts:
        if isinstance(part, Layer):
            yield part
            continue
        for branch in sorted(part.branches, key=len):
            yield from _shortcuts_first(branch)
        if part.closing is not None:
            yield part.closing


# The module


class Reference(nn.Module):
    """A model as torch sees it: layers under their names, and a forward that runs the tree."""

    def __init__(self, model: Model, generator: torch.Generator) -> None:
        super().__init__()
        self.tree = model
        self.made: dict[tuple[Layer, str], nn.Module] = {}
        late: list[tuple[str, Layer]] = []
        for layer in model.order:
            kernel, norm = model.names[layer]
            self._put(kernel, layer, "kernel")
            if layer.norm:
                if model.norms_last:
                    late.append((norm, layer))
                else:
                    self._put(norm, layer, "norm")
        for norm, layer in late:
            self._put(norm, layer, "norm")
        if model.classes:
            self.fc = nn.Linear(WIDTH, model.classes)
        with torch.no_grad():
            for name, tensor in self.state_dict().items():
                if not tensor.is_floating_point():
                    continue
                shape = tensor.shape
                if name.endswith("running_var") or (name.endswith("weight") and tensor.ndim == 1):
                    tensor.copy_(torch.rand(shape, generator=generator) + 0.5)
                else:
                    scale = 1.4 / max(1, tensor[0].numel()) ** 0.5 if tensor.ndim > 1 else 0.5
                    tensor.copy_(torch.randn(shape, generator=generator) * scale)

    def _put(self, path: str, layer: Layer, what: str) -> None:
        made = (
            nn.BatchNorm2d(layer.outputs)
            if what == "norm"
            else nn.Linear(layer.inputs, layer.outputs, bias=not layer.norm)
            if layer.matrix
            else nn.Conv2d(
                layer.inputs,
                layer.outputs,
                layer.kernel,
                padding=layer.kernel // 2,
                bias=not layer.norm,
            )
        )
        *parents, name = path.split(".")
        home: nn.Module = self
        for parent in parents:
            if parent not in home._modules:
                home.add_module(parent, nn.Module())
            home = home.get_submodule(parent)
        assert name not in home._modules, path
        home.add_module(name, made)
        self.made[layer, what] = made

    def forward(self, x: Tensor) -> Tensor:
        x = self._parts(self.tree.parts, x)
        return self.fc(x.mean((2, 3))) if self.tree.classes else x

    def _parts(self, parts: list[Part], x: Tensor) -> Tensor:
        for part in parts:
            if isinstance(part, Layer):
                x = self._layer(part, x)
                continue
            made = [self._parts(branch, x) for branch in part.branches]
            x = torch.cat(made, 1) if part.op == "concat" else torch.stack(made).sum(0)
            x = x.relu() if part.act else x
            if part.closing is not None:
                x = self._layer(part.closing, x)
        return x

    def _layer(self, layer: Layer, x: Tensor) -> Tensor:
        if layer.pool == "max":
            x = F.max_pool2d(x, 3, 1, 1)
        elif layer.pool:
            x = F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)
        kernel = self.made[layer, "kernel"]
        x = kernel(x.movedim(1, -1)).movedim(-1, 1) if layer.matrix else kernel(x)
        x = self.made[layer, "norm"](x) if layer.norm else x
        return x.relu() if layer.act else x


# The spec


def spec(model: Model, random: Random) -> str:
    """Return a spec of the same computation, with other names, like ones, or none."""
    naming = random.choice(["none", "none", "roles", "own"])
    turned = random.random() < 0.5
    blocks: list[str] = []

    def write(parts: list[Part], pad: str) -> list[str]:
        lines: list[str] = []
        for part in parts:
            if isinstance(part, Layer):
                lines += [*([f"{pad}{part.pool}pool 3x3"] if part.pool else []), pad + call(part)]
            elif naming == "none":
                lines += join(part, pad)
            else:
                # Names are unique within a block, so each join has one of its own.
                body = join(part, "  ")
                lines.append(f"{pad}part{len(blocks)}")
                blocks.append("\n".join([f"block part{len(blocks)} {{", *body, "}"]))
        return lines

    def join(part: Join, pad: str) -> list[str]:
        lines = [f"{pad}{part.op} {{"]
        branches = list(zip(part.roles, part.branches, strict=True))
        if part.op == "add" and turned:
            branches.reverse()
        for at, (role, branch) in enumerate(branches):
            name = ""
            if naming == "roles" and role in ("body", "shortcut") and branch:
                name = f" as {role}"
            elif naming == "own" and branch:
                name = f" as {'uvw'[at]}"
            inner = write(branch, pad + "    ") or [f"{pad}    identity"]
            lines += [f"{pad}  {{", *inner, f"{pad}  }}{name}"]
        lines.append(f"{pad}}}")
        if part.act:
            lines.append(f"{pad}relu")
        if part.closing is not None:
            lines.append(pad + call(part.closing))
        return lines

    body = write(model.parts, "  ")
    if model.classes:
        body += ["  avgpool global", f"  linear {model.classes}"]
    return "\n".join(["net other {", "  input 6x6x3", *body, "}", *blocks, ""])


def call(layer: Layer) -> str:
    norm = " norm=batchnorm" if layer.norm else ""
    act = " act=relu" if layer.act else ""
    size = f"{layer.kernel}x{layer.kernel}"
    return f"conv {size} {layer.outputs}{norm}{act}"


@dataclass(frozen=True)
class Trial:
    """What came of an import: ``equal`` outputs, ``refused``, or ``wrong``."""

    manner: str
    verdict: str
    said: str


def trial(seed: int, *, wired: bool = False) -> Trial:
    """Import the weights of one random model into the spec of the same computation.

    ``wired`` lets it see how the model runs.
    """
    random = Random(seed)
    model = draw(random)
    network = archdsl.load(spec(model, random))
    generator = torch.Generator().manual_seed(seed)
    reference = Reference(model, generator).eval()
    state = reference.state_dict()
    ordered = random.random() < 0.7
    if not ordered:
        state = dict(sorted(state.items()))
    manner = model.manner + ("" if model.natural else ", by lot")
    wiring = Wiring()
    if wired:
        wiring = wiring_when_run(deepcopy(reference).to("meta"), [(1, 3, 6, 6)])
    checkpoint = Checkpoint(state, {}, ordered=ordered, wiring=wiring)
    module = network.module().eval()
    try:
        found = import_weights(network.ir, module, checkpoint)
    except MatchError as error:
        return Trial(manner, "refused", str(error))
    module.load_state_dict(found.tensors)
    x = torch.randn(2, 3, 6, 6, generator=generator)
    with torch.no_grad():
        off = float((module(x) - reference(x)).abs().max())
    return Trial(manner, "equal" if off < 1e-4 else "wrong", f"off by {off}")
