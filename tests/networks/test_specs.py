"""Every network in specs/, and the published numbers of GoogLeNet and Inception-v4."""

from __future__ import annotations

from pathlib import Path

import pytest
import timm
import torch
from torch import Tensor, nn

import archdsl
from archdsl.check import costs, weighted_depth
from archdsl.network import Network
from tests.agreement import agree

SPECS = Path(__file__).parents[2] / "specs"


@pytest.fixture(params=sorted(SPECS.glob("**/*.arch")), ids=lambda path: path.stem)
def spec(request: pytest.FixtureRequest) -> Path:
    return request.param


def nets_of(path: Path) -> list[Network]:
    """Return every net of a file; a file of blocks alone has none."""
    from archdsl.syntax import read_project

    project, found = read_project(path)
    assert not found
    return [archdsl.load(path, net=net.name.text) for net in project.nets]


def test_spec_checks_without_warnings(spec: Path) -> None:
    for network in nets_of(spec):
        assert network.diagnostics == ()


def test_spec_agrees_with_torch_node_by_node(spec: Path) -> None:
    for network in nets_of(spec):
        agree(network)


@pytest.mark.parametrize(("name", "lines"), [("inception_v4", 70), ("googlenet", 45)])
def test_spec_is_short(name: str, lines: int) -> None:
    assert (SPECS / f"{name}.arch").read_text(encoding="utf-8").count("\n") <= lines


# Totals: Inception-v4 as in timm and tf-slim, GoogLeNet from table 1's filter columns.


def test_inception_v4_totals() -> None:
    network = archdsl.load(SPECS / "inception_v4.arch")
    assert network.totals.params == 42_679_816
    assert network.totals.macs == 12_253_974_624
    assert network.totals.aux_params == 0
    assert weighted_depth(network.ir) == 76


def test_googlenet_totals() -> None:
    network = archdsl.load(SPECS / "googlenet.arch")
    assert network.totals.params == 6_998_552
    assert network.totals.macs == 1_582_671_872
    assert network.totals.aux_params == 6_379_728
    assert network.totals.aux_macs == 4_169_728 + 4_202_496
    main = [node for node in network.ir if node.aux is None]
    assert weighted_depth(network.ir, main) == 22


# Path, shape, parameters and multiply-adds; the millions are as printed, to two digits.
INCEPTION_V4_STAGES = [
    ("stem.conv", "149x149x32", 928, "19.18"),
    ("stem.conv1", "147x147x32", 9_280, "199.15"),
    ("stem.conv2", "147x147x64", 18_560, "398.30"),
    ("stem.mixed_3a", "73x73x160", 55_488, "294.67"),
    ("stem.mixed_4a", "71x71x192", 189_312, "972.22"),
    ("stem.mixed_5a", "35x35x384", 332_160, "406.43"),
    *[(f"A.{copy}", "35x35x384", 317_632, "387.61") for copy in range(4)],
    ("reduction_a", "17x17x1024", 2_306_112, "1097.16"),
    *[(f"B.{copy}", "17x17x1024", 2_936_256, "847.26") for copy in range(7)],
    ("reduction_b", "8x8x1536", 2_747_392, "511.10"),
    *[(f"C.{copy}", "8x8x1536", 4_553_088, "290.98") for copy in range(3)],
    ("avgpool", "1x1x1536", 0, "0.00"),
    ("linear", "1x1x1000", 1_537_000, "1.54"),
]

GOOGLENET_STAGES = [
    ("conv1", "112x112x64", 9_472, "118.01"),
    ("pool1", "56x56x64", 0, "0.00"),
    ("norm1", "56x56x64", 0, "0.00"),
    ("conv2", "56x56x192", 4_160 + 110_784, "359.66"),
    ("norm2", "56x56x192", 0, "0.00"),
    ("pool2", "28x28x192", 0, "0.00"),
    ("inception_3a", "28x28x256", 163_696, "128.05"),
    ("inception_3b", "28x28x480", 388_736, "304.27"),
    ("pool3", "14x14x480", 0, "0.00"),
    ("inception_4a", "14x14x512", 376_176, "73.61"),
    ("inception_4b", "14x14x512", 449_160, "87.91"),
    ("inception_4c", "14x14x512", 510_104, "99.85"),
    ("inception_4d", "14x14x528", 605_376, "118.52"),
    ("inception_4e", "14x14x832", 868_352, "170.00"),
    ("pool4", "7x7x832", 0, "0.00"),
    ("inception_5a", "7x7x832", 1_043_456, "51.08"),
    ("inception_5b", "7x7x1024", 1_444_080, "70.70"),
    ("avgpool", "1x1x1024", 0, "0.00"),
    ("fc", "1x1x1000", 1_025_000, "1.02"),
    ("aux1", "1x1x1000", 3_188_840, "4.17"),
    ("aux2", "1x1x1000", 3_190_888, "4.20"),
]

STAGES = [("inception_v4", *row) for row in INCEPTION_V4_STAGES]
STAGES += [("googlenet", *row) for row in GOOGLENET_STAGES]


@pytest.mark.parametrize(("net", "path", "shape", "params", "macs"), STAGES)
def test_stage_is_as_published(net: str, path: str, shape: str, params: int, macs: str) -> None:
    network = archdsl.load(SPECS / f"{net}.arch")
    by_node = costs(network.ir)
    full = f"{net}.{path}"
    inside = [id for id in network.ir.nodes if id == full or id.startswith(f"{full}.")]
    assert network.ir.nodes[inside[-1]].shape.source == shape
    assert sum(by_node[id].params for id in inside) == params
    assert f"{sum(by_node[id].macs for id in inside) / 1e6:.2f}" == macs


def copy_in_order(source: nn.Module, target: nn.Module) -> None:
    """Copy weights and averages between modules that registered them in the same order."""
    old, new = source.state_dict(), target.state_dict()
    assert [tuple(x.shape) for x in old.values()] == [tuple(x.shape) for x in new.values()]
    target.load_state_dict(dict(zip(new, old.values(), strict=True)))


def relative_difference(a: Tensor, b: Tensor) -> float:
    return float((a - b).abs().max() / b.abs().max())


@torch.no_grad()
def test_inception_v4_gives_what_timm_gives() -> None:
    torch.manual_seed(0)
    theirs = timm.create_model("inception_v4", pretrained=False).eval()
    for module in theirs.modules():
        if isinstance(module, nn.BatchNorm2d):  # averages that are not all zeros and ones
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
    ours = archdsl.load(SPECS / "inception_v4.arch").module().eval()
    copy_in_order(theirs, ours)
    images = torch.randn(2, 3, 299, 299)
    assert relative_difference(ours(images), theirs(images)) <= 1e-5


class PlainInception(nn.Module):
    """Table 1's row as plain torch: 1x1, 3x3, 5x5 and pool projection."""

    def __init__(self, channels: int, c1: int, r3: int, c3: int, r5: int, c5: int, pp: int) -> None:
        super().__init__()
        self.a = nn.Conv2d(channels, c1, 1)
        self.b = nn.ModuleList([nn.Conv2d(channels, r3, 1), nn.Conv2d(r3, c3, 3, padding=1)])
        self.c = nn.ModuleList([nn.Conv2d(channels, r5, 1), nn.Conv2d(r5, c5, 5, padding=2)])
        self.d = nn.Conv2d(channels, pp, 1)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat(
            [
                self.a(x).relu(),
                self.b[1](self.b[0](x).relu()).relu(),
                self.c[1](self.c[0](x).relu()).relu(),
                self.d(nn.functional.max_pool2d(x, 3, 1, padding=1)).relu(),
            ],
            dim=1,
        )


class PlainAux(nn.Module):
    """The auxiliary classifier of the paper's section 5."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, 128, 1)
        self.hidden = nn.Linear(2048, 1024)
        self.out = nn.Linear(1024, 1000)

    def forward(self, x: Tensor) -> Tensor:
        x = nn.functional.avg_pool2d(x, 5, 3)
        x = self.hidden(self.conv(x).relu().flatten(1)).relu()
        return self.out(nn.functional.dropout(x, 0.7, self.training))


class PlainGoogLeNet(nn.Module):
    """The network written out by hand. SAME padding is an explicit 2 before and 3 after for the
    7x7/2 convolution on 224, and ceil sizing for the pools."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2)
        self.reduce = nn.Conv2d(64, 64, 1)
        self.conv2 = nn.Conv2d(64, 192, 3, padding=1)
        self.i3a = PlainInception(192, 64, 96, 128, 16, 32, 32)
        self.i3b = PlainInception(256, 128, 128, 192, 32, 96, 64)
        self.i4a = PlainInception(480, 192, 96, 208, 16, 48, 64)
        self.aux1 = PlainAux(512)
        self.i4b = PlainInception(512, 160, 112, 224, 24, 64, 64)
        self.i4c = PlainInception(512, 128, 128, 256, 24, 64, 64)
        self.i4d = PlainInception(512, 112, 144, 288, 32, 64, 64)
        self.aux2 = PlainAux(528)
        self.i4e = PlainInception(528, 256, 160, 320, 32, 128, 128)
        self.i5a = PlainInception(832, 256, 160, 320, 32, 128, 128)
        self.i5b = PlainInception(832, 384, 192, 384, 48, 128, 128)
        self.fc = nn.Linear(1024, 1000)

    def pool(self, x: Tensor) -> Tensor:
        return nn.functional.max_pool2d(x, 3, 2, ceil_mode=True)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        lrn = nn.LocalResponseNorm(5, alpha=1e-4, beta=0.75, k=1.0)
        x = lrn(self.pool(self.conv1(nn.functional.pad(x, (2, 3, 2, 3))).relu()))
        x = lrn(self.conv2(self.reduce(x).relu()).relu())
        x = self.i4a(self.pool(self.i3b(self.i3a(self.pool(x)))))
        aux1 = self.aux1(x)
        x = self.i4d(self.i4c(self.i4b(x)))
        aux2 = self.aux2(x)
        x = self.i5b(self.i5a(self.pool(self.i4e(x))))
        x = nn.functional.avg_pool2d(x, 7).flatten(1)
        return self.fc(nn.functional.dropout(x, 0.4, self.training)), aux1, aux2


@torch.no_grad()
def test_googlenet_gives_what_plain_torch_gives() -> None:
    torch.manual_seed(0)
    theirs = PlainGoogLeNet()
    ours = archdsl.load(SPECS / "googlenet.arch").module()
    copy_in_order(theirs, ours)
    images = torch.randn(2, 3, 224, 224)
    # In training mode for the auxiliary heads, with the dropout switched off by hand.
    for module in (*ours.modules(), *theirs.modules()):
        module.train(not isinstance(module, nn.Dropout | PlainAux | PlainGoogLeNet))
    ours.training = True
    for mine, plain in zip(ours(images), theirs(images), strict=True):
        assert relative_difference(mine, plain) <= 1e-5
    assert relative_difference(ours.eval()(images), theirs.eval()(images)[0]) <= 1e-5
