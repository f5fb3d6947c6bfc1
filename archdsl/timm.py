"""Networks as models of timm: ``timm.create_model`` makes them by name.

    archdsl.timm.register("specs/inception_v4.arch", name="my_inception")
    model = timm.create_model("my_inception", num_classes=10)
    trunk = timm.create_model("my_inception", features_only=True, out_indices=(2, 3, 4))

Needs `archdsl[timm]`. What timm asks of a model, the classes of networks have themselves.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from os import PathLike
from pathlib import Path
from types import ModuleType
from typing import Any

from torch import Tensor, nn

from archdsl.graph import Setting
from archdsl.loading import load
from archdsl.network import Network
from archdsl.ops.passing import Dropout
from archdsl.pytorch.head import classifiers
from archdsl.weights import Convention, read_checkpoint
from archdsl.weights.conventions import KEY

try:
    import timm
    from timm import models
except ImportError as error:
    raise ImportError("models of timm need it installed: pip install 'archdsl[timm]'") from error

HOME = "archdsl.timm.specs"
"""The module that timm sees them in: ``timm.list_models(module="specs")`` lists them."""


def register(
    spec: str | PathLike[str],
    *,
    name: str | None = None,
    net: str | None = None,
    weights: str | PathLike[str] | None = None,
    **params: Setting,
) -> str:
    """Make a network known to timm; return the name that ``timm.create_model`` knows it by.

    That is the net's own unless a ``name`` is given. ``weights`` is a .safetensors file of
    archdsl's for ``pretrained=True``; what images they expect is taken from it where it says so,
    and is ImageNet's mean and deviation otherwise.

    ``timm.create_model`` takes parameters of the spec besides, and words of its own:
    ``num_classes`` and ``global_pool`` as ``reset_classifier`` does, ``in_chans`` and
    ``drop_rate`` where a parameter of the spec says them, ``features_only`` with ``out_indices``
    for the places of ``feature_info``. What a network cannot do is an error there.

    Raises :class:`archdsl.SpecError` for a spec that is not sound, ValueError for a name that a
    model of timm's own has or a network that does not take one image, and
    :class:`archdsl.weights.CheckpointError` for weights of another network.
    """
    source = _Source(spec, net, dict(params))
    network = source.network()
    called = network.name if name is None else name
    _need_free(called)
    cfg = _cfg(network)
    if weights is not None:
        cfg |= _of_weights(network, Path(weights))

    def entry(pretrained: bool = False, **options: Any) -> nn.Module:
        return _built(source, called, pretrained, options)

    entry.__name__ = entry.__qualname__ = called
    entry.__module__ = HOME
    entry.__doc__ = f"The network {network.name}, from its spec."
    home = _home()
    home.default_cfgs.update(models.generate_default_cfgs({called: cfg}))
    setattr(home, called, entry)
    models.register_model(entry)
    return called


class Features(nn.Module):
    """Feature maps of a network as timm's ``features_only`` has them: a list, NCHW."""

    def __init__(self, body: nn.Module, feature_info: models.FeatureInfo) -> None:
        super().__init__()
        self.body = body
        self.feature_info = feature_info

    def forward(self, x: Tensor) -> list[Tensor]:
        made = self.body(x)
        return [made] if isinstance(made, Tensor) else list(made)

    def set_grad_checkpointing(self, enable: bool = True) -> None:
        """Compute blocks again in the backward pass, for less memory; or no more."""
        body: Any = self.body
        body.set_grad_checkpointing(enable)


class _Source:
    """A spec and its parameters, which timm's words may set to other values."""

    def __init__(
        self, spec: str | PathLike[str], net: str | None, params: Mapping[str, Setting]
    ) -> None:
        self.spec = spec
        self.net = net
        self.params = params

    def network(self, **more: Setting) -> Network:
        params: dict[str, Any] = {**self.params, **more}
        return load(self.spec, net=self.net, **params)

    def where(
        self, read: Callable[[Network], float | None], wanted: float, params: dict[str, Setting]
    ) -> Network | None:
        """Return the network with what ``read`` returns as wanted; None if no parameter says it.

        Such a parameter is set in ``params``.
        """
        now = self.network(**params)
        if read(now) == wanted:
            return now
        for name, value in now.checked.parameters.items():
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            if is_number and value == read(now):
                other = {**params, name: wanted}
                network = self.network(**other)
                if read(network) == wanted:
                    params.update(other)
                    return network
        return None


def _built(source: _Source, called: str, pretrained: bool, options: dict[str, Any]) -> nn.Module:
    """Return what ``timm.create_model`` makes."""
    network = source.network()

    def make(
        *,
        num_classes: int | None = None,
        in_chans: int | None = None,
        drop_rate: float | None = None,
        global_pool: str | None = None,
        **params: Setting,
    ) -> nn.Module:
        nonlocal network
        for word, read, wanted in (
            ("in_chans", _channels, in_chans),
            ("drop_rate", _drop_rate, drop_rate),
        ):
            if wanted is not None and source.where(read, wanted, params) is None:
                now = read(source.network(**params))
                raise ValueError(f"{word}={wanted}: `{called}` has {now}, and no parameter for it")
        if num_classes:
            source.where(_num_classes, num_classes, params)
        network = source.network(**params)
        module = network.module()
        count = module.num_classes if num_classes is None else num_classes
        if count != module.num_classes or global_pool not in (None, module.global_pool):
            module.reset_classifier(count, global_pool)
            if hasattr(module, "init_weights"):
                module.init_weights()
        return module

    def features(model: Any, out_indices: int | tuple[int, ...]) -> Features:
        count = len(model.feature_info)
        info: Any = models.FeatureInfo(model.feature_info, out_indices)
        if not info.out_indices or not all(-count <= one < count for one in info.out_indices):
            raise ValueError(f"out_indices={out_indices}: `{called}` has {count} feature maps")
        names = [f"/{info.info[one]['reduction']}" for one in info.out_indices]
        return Features(network.features(*names, module=model), info)

    indices = tuple(range(len(network.module("meta").feature_info)))
    feature_cfg = {"out_indices": indices, "feature_cls": features}
    return models.build_model_with_cfg(make, called, pretrained, feature_cfg=feature_cfg, **options)


def _channels(network: Network) -> int:
    (id,) = network.ir.inputs
    return network.ir.nodes[id].shape.channels


def _num_classes(network: Network) -> int:
    found = classifiers(network.ir)
    return found[0].shape.channels if found else 0


def _drop_rate(network: Network) -> float:
    """Return the share that the dropout before the classifier drops; 0 where there is none."""
    graph = network.ir
    for node in classifiers(graph)[:1]:
        before = graph.nodes[node.operands[0]]
        if isinstance(before.op, Dropout):
            return before.op.rate
    return 0.0


def _cfg(network: Network) -> dict[str, Any]:
    module = network.module("meta")
    if not module.pretrained_cfg:
        raise ValueError(f"`{network.name}` does not take one image, as models of timm do")
    return {**module.pretrained_cfg, "num_classes": module.num_classes}


def _of_weights(network: Network, path: Path) -> dict[str, Any]:
    """Return what timm is to know of weights, once they are seen to be the network's."""
    network.load_weights(network.module(), path)
    text = read_checkpoint(path).metadata.get(KEY)
    found: dict[str, Any] = {"file": str(path.absolute())}
    if text is not None:
        convention = Convention.from_text(text)
        if convention.order != "RGB":
            raise ValueError(f"`{path}` expects {convention.order} images, and timm reads RGB")
        mean = tuple(one / convention.highest for one in convention.mean)
        std = tuple(one / convention.highest for one in convention.std)
        found |= {"mean": mean, "std": std}
    return found


def _need_free(called: str) -> None:
    if not called.isidentifier():
        raise ValueError(f"`{called}` cannot be the name of a model: it is letters, digits and _")
    if timm.is_model(called) and timm.model_entrypoint(called).__module__ != HOME:
        raise ValueError(
            f"timm has a `{called}` of its own: register this network under another name, "
            f'`name="{called}_arch"`'
        )


def _home() -> Any:
    """Return the module that registered models are of."""
    if HOME not in sys.modules:
        home: Any = ModuleType(HOME, "Networks that are known to timm.")
        home.default_cfgs = {}
        sys.modules[HOME] = home
    return sys.modules[HOME]
