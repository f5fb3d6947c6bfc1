"""What people do with torchvision's models in training, pruning and counting works with ours."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard, register_fsdp_forward_method
from torch.func import functional_call, stack_module_state, vmap
from torch.nn.parallel import DistributedDataParallel
from torch.nn.utils import parametrizations, prune

import archdsl
from archdsl.pytorch.torch_module import example_inputs
from tests.agreement import as_tuple
from tests.samples import SAMPLES

pytestmark = pytest.mark.filterwarnings("ignore")
"""Torch warns of tools that are to be replaced, and of gloo without a network."""

NAMES = ("residual", "inception", "u_net")


@pytest.fixture(params=NAMES)
def network(request: pytest.FixtureRequest) -> archdsl.Network:
    return archdsl.load(SAMPLES[request.param])


@pytest.fixture
def one_process() -> Iterator[None]:
    dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
    yield
    dist.destroy_process_group()


def made(network: archdsl.Network) -> tuple[Any, tuple[Tensor, ...]]:
    module = network.module(seed=0)
    return module, example_inputs(network.ir, module, batch=2)


def loss_of(outputs: Any) -> Tensor:
    return torch.stack([y.float().square().mean() for y in as_tuple(outputs)]).sum()


def gradients(module: nn.Module) -> list[Tensor]:
    return [one.grad for one in module.parameters() if one.grad is not None]


def test_an_ensemble_runs_under_vmap(network: archdsl.Network) -> None:
    modules = [network.module(seed=seed).eval() for seed in (1, 2)]
    inputs = example_inputs(network.ir, modules[0], batch=2)
    parameters, buffers = stack_module_state(modules)
    base = copy.deepcopy(modules[0]).to("meta")

    def run(one: Any, other: Any) -> Any:
        return as_tuple(functional_call(base, (one, other), inputs))

    found = vmap(run)(parameters, buffers)
    for number, module in enumerate(modules):
        for a, b in zip(found, as_tuple(module(*inputs)), strict=True):
            torch.testing.assert_close(a[number], b)


def test_data_parallel_training_gives_the_gradients_of_one(
    network: archdsl.Network, one_process: None
) -> None:
    module, inputs = made(network)
    twin = copy.deepcopy(module)
    parallel = DistributedDataParallel(twin)
    for _ in range(2):  # the second step fails where a parameter was not used in the first
        for one in (module, parallel):
            one.zero_grad()
            torch.manual_seed(1)
            loss_of(one(*inputs)).backward()
    for a, b in zip(gradients(twin), gradients(module), strict=True):
        torch.testing.assert_close(a, b)


def test_parameters_are_sharded_and_features_taken(one_process: None) -> None:
    network = archdsl.load(SAMPLES["residual"])
    module, inputs = made(network)
    twin = copy.deepcopy(module)
    mesh = init_device_mesh("cpu", (1,))
    for block in (twin.bottleneck, twin.bottleneck1):
        fully_shard(block, mesh=mesh)
    fully_shard(twin, mesh=mesh)
    register_fsdp_forward_method(twin, "forward_features")
    torch.testing.assert_close(
        twin.eval().forward_features(*inputs), module.eval().forward_features(*inputs)
    )
    torch.testing.assert_close(twin(*inputs), module(*inputs))
    loss_of(twin(*inputs)).backward()
    assert all(one.grad is not None for one in twin.parameters())


def test_norms_are_found_to_be_synchronised() -> None:
    module, inputs = made(archdsl.load(SAMPLES["residual"]))
    norms = sum(isinstance(part, nn.BatchNorm2d) for part in module.modules())
    converted: Any = nn.SyncBatchNorm.convert_sync_batchnorm(copy.deepcopy(module))
    assert sum(isinstance(part, nn.SyncBatchNorm) for part in converted.modules()) == norms > 0
    assert torch.equal(converted.eval()(*inputs), module.eval()(*inputs))


def test_weights_are_pruned_by_type(network: archdsl.Network) -> None:
    module, inputs = made(network)
    convs = [(part, "weight") for part in module.modules() if isinstance(part, nn.Conv2d)]
    prune.global_unstructured(convs, pruning_method=prune.L1Unstructured, amount=0.5)
    zeros = sum(int((part.weight == 0).sum()) for part, _ in convs)
    assert zeros == round(0.5 * sum(part.weight.numel() for part, _ in convs))
    loss_of(module(*inputs)).backward()


def test_hooks_see_every_layer_once_forward_and_backward(network: archdsl.Network) -> None:
    module, inputs = made(network)
    forward: Counter[str] = Counter()
    backward: Counter[str] = Counter()
    layers = {name: part for name, part in module.named_modules() if not list(part.children())}
    for name, part in layers.items():
        part.register_forward_hook(lambda *_, name=name: forward.update([name]))
        part.register_full_backward_hook(lambda *_, name=name: backward.update([name]))
    inputs = tuple(x.requires_grad_() for x in inputs)
    loss_of(module.train()(*inputs)).backward()
    assert forward == dict.fromkeys(layers, 1)
    assert backward == forward


def test_counting_by_types_finds_what_the_summary_says(network: archdsl.Network) -> None:
    module, inputs = made(network)
    counted = {"params": 0, "macs": 0}

    def count(part: Any, given: Any, output: Tensor) -> None:
        counted["params"] += sum(one.numel() for one in part.parameters(recurse=False))
        if isinstance(part, nn.Conv2d):
            counted["macs"] += part.weight[0].numel() * output[0].numel()
        elif isinstance(part, nn.ConvTranspose2d):
            counted["macs"] += part.weight[0].numel() * given[0][0].numel()
        elif isinstance(part, nn.Linear):
            counted["macs"] += part.weight.numel()

    for part in module.modules():
        if not list(part.children()):
            part.register_forward_hook(count)
    module.eval()(*inputs)
    totals = network.totals
    assert counted == {"params": totals.params, "macs": totals.macs}


def test_a_convolution_is_fused_with_its_norm_by_name() -> None:
    module, inputs = made(archdsl.load(SAMPLES["residual"]))
    module.train()(*inputs)  # so that the norm's averages are not those it begins with
    expected = module.eval()(*inputs)
    groups = ["conv.conv", "conv.norm", "conv.act"]
    fused: Any = torch.ao.quantization.fuse_modules(module, [groups])
    assert isinstance(fused.conv.norm, nn.Identity)
    torch.testing.assert_close(fused(*inputs), expected)


def test_weights_are_parametrized(network: archdsl.Network) -> None:
    module, inputs = made(network)
    expected = as_tuple(module.eval()(*inputs))
    for part in list(module.modules()):
        if isinstance(part, nn.Conv2d | nn.Linear):
            parametrizations.weight_norm(part)
    for a, b in zip(as_tuple(module(*inputs)), expected, strict=True):
        torch.testing.assert_close(a, b)


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_other_number_formats(network: archdsl.Network, dtype: torch.dtype) -> None:
    module, inputs = made(network)
    if dtype == torch.bfloat16 and any(
        isinstance(p, nn.LocalResponseNorm) for p in module.modules()
    ):
        pytest.skip("torch has no LocalResponseNorm in bfloat16 on a CPU")
    expected = as_tuple(module.eval()(*inputs))
    module.to(dtype=dtype, memory_format=torch.channels_last)
    with torch.inference_mode():
        found = as_tuple(module(*(x.to(dtype) for x in inputs)))
    for a, b in zip(found, expected, strict=True):
        assert a.dtype == dtype
        torch.testing.assert_close(a.float(), b, rtol=0.1, atol=0.05)


def test_a_trunk_that_is_a_chain_can_be_cut() -> None:
    module, inputs = made(archdsl.load(SAMPLES["residual"]))
    trunk = nn.Sequential(*list(module.eval().children())[:-1])
    features = trunk(*inputs)
    assert features.shape == (2, 32, 1, 1)
    torch.testing.assert_close(module.linear(features.flatten(1)), module(*inputs))


def test_a_classifier_is_replaced_by_hand() -> None:
    module, inputs = made(archdsl.load(SAMPLES["residual"]))
    module.linear = nn.Linear(32, 7)
    assert module(*inputs).shape == (2, 7)


def test_sizes_are_free_in_an_export_where_they_are_in_the_module() -> None:
    module, inputs = made(archdsl.load(SAMPLES["residual"]))
    step = torch.export.Dim("step", min=2, max=20)
    with torch.no_grad():
        program = torch.export.export(
            module.eval(), inputs, dynamic_shapes=({0: torch.export.Dim("batch"), 2: 4 * step},)
        )
        x = torch.randn(3, 3, 24, 16)
        torch.testing.assert_close(program.module()(x), module(x))
