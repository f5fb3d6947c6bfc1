"""The emitted source builds the same network as the module in memory, and reads well."""

from __future__ import annotations

import ast
import inspect
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import archdsl
from archdsl.graph import Graph
from archdsl.ops import Call, Input
from archdsl.pytorch.plan import class_name
from archdsl.pytorch.torch_module import example_inputs, resolve
from tests.interpreter import assert_wired
from tests.samples import SAMPLES

SPECS = Path(__file__).parents[2] / "specs"
FLAGSHIPS = {name: SPECS / f"{name}.arch" for name in ("googlenet", "inception_v4")}
EVERYTHING = {**SAMPLES, **FLAGSHIPS}
EVERY_CALL = """
net every_call {
  input 16x16x6
  conv 3x3/2 8 -> leaky_relu 0.2 -> groupnorm 2 -> lrn 3 -> layernorm affine=no
  crop 1 -> slice 0 4 -> shuffle 2 -> layerscale 0.1 -> maxpool to=4x4 -> dropout 0.1
  upconv 2x2/2 4 groups=2
  pad 1 replicate -> pad 1 reflect -> pad 1 -> affine scale=2 -> batchnorm gamma=no -> droppath
  avgpool global -> linear 3 -> prelu -> scale 2 -> batchnorm
}
"""
SPECS_OF_ALL_KINDS = sorted([*SPECS.glob("*.arch"), *SPECS.glob("released/*.arch")])


def built_from_source(source: str) -> nn.Module:
    """Run the source as a module of its own and build its last class, the network."""
    space: dict[str, Any] = {"__name__": "emitted"}
    exec(compile(source, "emitted.py", "exec"), space)
    classes = [node.name for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]
    return space[classes[-1]]()


def run(module: nn.Module, inputs: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
    torch.manual_seed(7)  # dropout and drop path draw the same
    made = module(*inputs)
    return made if isinstance(made, tuple) else (made,)


@pytest.mark.parametrize("name", EVERYTHING)
def test_source_has_the_modules_state_and_computes_the_graph(name: str) -> None:
    network = archdsl.load(EVERYTHING[name])
    ours = network.module(seed=3)
    theirs = built_from_source(network.source())
    assert list(ours.state_dict()) == list(theirs.state_dict())
    theirs.load_state_dict(ours.state_dict())
    inputs = example_inputs(network.ir, ours, batch=2)
    assert_wired(network.ir, theirs, inputs)


@pytest.mark.parametrize("path", SPECS_OF_ALL_KINDS, ids=lambda path: path.stem)
def test_source_of_every_spec_has_the_modules_keys_and_shapes(path: Path) -> None:
    network = archdsl.load(path)
    with torch.device("meta"):
        theirs = built_from_source(network.source()).state_dict()
    ours = network.module("meta").state_dict()
    assert [(n, t.shape) for n, t in ours.items()] == [(n, t.shape) for n, t in theirs.items()]


@pytest.mark.parametrize("name", EVERYTHING)
def test_source_imports_nothing_but_torch_and_pythons_own(name: str) -> None:
    tree = ast.parse(archdsl.load(EVERYTHING[name]).source())
    homes: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            homes.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            homes.add((node.module or "").partition(".")[0])
    own = {"collections", "contextlib", "functools", "typing"}
    assert homes - own == {"torch"}


def test_source_is_clean_python(written: Path) -> None:
    # Parameters are called as in the spec, and so as in the paper: one of ReductionA's is l.
    rules = "--isolated --select F,E7,E9,W,B,I --ignore I001,E741 --line-length 100"
    assert_passes("ruff", "check", *rules.split(), str(written))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the source of every spec there is."""
    folder = tmp_path_factory.mktemp("written")
    for name, spec in SAMPLES.items():
        (folder / f"{name}.py").write_text(archdsl.load(spec).source(), encoding="utf-8")
    for path in SPECS_OF_ALL_KINDS:
        source = archdsl.load(path).source()
        (folder / f"{path.parent.name}_{path.stem}.py").write_text(source, encoding="utf-8")
    return folder


def test_source_is_laid_out_as_ruff_does(written: Path) -> None:
    assert_passes("ruff", "format", "--isolated", "--diff", str(written))


def test_source_has_types_throughout(written: Path) -> None:
    # Torch's layers leave the types of their devices open.
    rules = {"typeCheckingMode": "strict", "reportUnknownMemberType": False}
    (written / "pyrightconfig.json").write_text(json.dumps(rules), encoding="utf-8")
    assert_passes("pyright", "--pythonpath", sys.executable, "-p", str(written))


def test_source_has_types_for_mypy_too(written: Path) -> None:
    options = ("--python-version", "3.11", "--cache-dir", str(written / ".mypy"))
    assert_passes("mypy", *options, str(written))


def assert_passes(*command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command],
        env=os.environ | {"PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"},  # no look-up of newer releases
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_nine_calls_of_a_block_are_one_class_with_its_own_parameters() -> None:
    source = archdsl.load(SPECS / "googlenet.arch").source()
    assert source.count("class Inception(") == 1
    own = ("in_channels", "c1", "r3", "c3", "r5", "c5", "proj")
    assert "".join(f"        {name}: int,\n" for name in own) in source
    assert "self.inception_4e = Inception(528, 256, 160, 320, 32, 128, 128)" in source


def test_repeats_are_loops() -> None:
    source = archdsl.load(SPECS / "inception_v4.arch").source()
    assert "self.A = nn.Sequential(*[A() for _ in range(4)])" in source
    assert "self.B = nn.Sequential(*[B() for _ in range(7)])" in source
    assert source.count("class B(") == 1


def test_copies_that_differ_are_written_out() -> None:
    source = archdsl.load(SAMPLES["residual"]).source()
    assert "nn.Sequential(Bottleneck(16, 8, 2), Bottleneck(32, 8, 2))" in source


def test_calls_under_other_defaults_have_classes_of_their_own() -> None:
    """They differ in more than an `if` can tell, and what they hold differs with them."""
    network = archdsl.load("""
        block body { 2 x concat { linear 8 }; linear 8 act=tanh }
        net n { input 8; body; default linear act=relu; residual { dropout; body } }
    """)
    module = network.module(seed=0)
    assert type(module.body) is not type(module.residual.body)
    assert_wired(network.ir, module, (torch.randn(2, 8),))


def test_a_block_is_written_in_its_own_parameters_and_expressions() -> None:
    source = archdsl.load(SPECS / "resnet50.arch").source()
    assert source.count("class Bottleneck") == 1
    for line in (
        "if first * second != 1 or in_channels != 4 * c:",
        "conv=ConvNormAct(in_channels, c, 1, stride=first),",
        "conv1=ConvNormAct(c, c, 3, stride=second, padding=1),",
        "conv2=ConvNorm(c, 4 * c),",
        "OrderedDict(conv=ConvNorm(in_channels, 4 * c, stride=first * second)),",
        "branch1 = nn.Sequential(OrderedDict(identity=nn.Identity()))",
        "bottleneck=Bottleneck(256, 128, first=2),",
    ):
        assert f" {line}\n" in source, line


@pytest.mark.parametrize("call", ["bottleneck 16", "bottleneck 8 second=2", "bottleneck 8 first=2"])
def test_a_class_is_its_block_for_other_parameters_too(call: str) -> None:
    """Calls that the network does not make, against a network that makes them."""
    space: dict[str, Any] = {"__name__": "emitted"}
    exec(archdsl.load(SPECS / "resnet50.arch").source(), space)
    made = eval(f"Bottleneck(32, {call.removeprefix('bottleneck ').replace(' ', ', ')})", space)
    text = (SPECS / "blocks" / "bottleneck.arch").read_text(encoding="utf-8")
    ours = archdsl.load(
        f"net n {{ input 8x8x32; default conv norm=batchnorm act=relu; {call} }}\n{text}"
    ).module(seed=0)
    state = ours.get_submodule("bottleneck").state_dict()
    assert list(state) == list(made.state_dict())
    made.load_state_dict(state)
    x = torch.randn(2, 32, 8, 8)
    assert torch.equal(made.eval()(x), ours.eval()(x))


CHOOSING = """
net choosing {
  input 8x8x4
  part 4; part 8; part 6 wide=2; part 12 wide=3
}
block part(c, wide = 1) {
  if c != in_channels { conv 1x1 c as fit } else { relu as fit }
  conv kernel=(2 * wide - 1) (c * wide - (c - 2) // 2)
  (wide + 1) x tail
  conv 1x1 c
}
block tail { add { identity; conv 1x1 channels } }
"""


def test_expressions_are_those_of_the_spec() -> None:
    source = archdsl.load(CHOOSING).source()
    assert source.count("class Part") == source.count("class Tail") == 1
    for line in (
        "if c != in_channels:",
        "self.fit = nn.Conv2d(in_channels, c, 1)",
        "self.conv = nn.Conv2d(c, c * wide - (c - 2) // 2, 2 * wide - 1, padding=padding)",
        "self.conv1 = nn.Conv2d(c * wide - (c - 2) // 2, c, 1)",
    ):
        assert f" {line}\n" in source, line
    assert " for _ in range(wide + 1)]" in source
    assert_wired_source(CHOOSING)


def assert_wired_source(text: str) -> None:
    network = archdsl.load(text)
    theirs = built_from_source(network.source())
    theirs.load_state_dict(network.module(seed=1).state_dict())
    assert_wired(network.ir, theirs, example_inputs(network.ir, theirs))


@pytest.mark.parametrize("path", SPECS_OF_ALL_KINDS, ids=lambda path: path.stem)
def test_classes_are_named_for_what_they_are(path: Path) -> None:
    """Never by number, unless the spec's name has one, and joins and branches have none."""
    network = archdsl.load(path)
    tree = ast.parse(network.source())
    names = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    own = {class_name(scope.title) for scope in network.ir.scopes.values()}
    own |= {class_name(scope.name) for scope in network.ir.scopes.values()}
    own_blocks = {
        class_name(one.title) for one in network.ir.scopes.values() if one.kind.value == "block"
    }
    layers = {"PartialBatchNorm2d"}
    for name in names:
        assert not name[-1].isdigit() or name in own | layers or name.endswith("Pool2d"), name
        joins = ("Add", "Concat", "Mul", "Residual", "Branch")
        assert name in own_blocks or name.rstrip("0123456789") not in joins


def test_source_is_the_same_every_time() -> None:
    spec = SPECS / "googlenet.arch"
    assert archdsl.load(spec).source() == archdsl.load(spec).source()


def test_source_is_written_without_torch() -> None:
    program = (
        "import sys, archdsl; archdsl.load(sys.argv[1]).source(); assert 'torch' not in sys.modules"
    )
    spec = str(SPECS / "googlenet.arch")
    subprocess.run([sys.executable, "-c", program, spec], check=True, cwd=SPECS.parent)


def calls_of(graph: Graph) -> Iterator[Call]:
    for node in graph:
        if not isinstance(node.op, Input):
            call = node.op.lower(graph.shapes_into(node), node.shape)
            yield from (call,) if call.before is None else (call, call.before)


CALLS = {
    (call.target, call.leading): call
    for spec in (*SAMPLES.values(), EVERY_CALL)
    for call in calls_of(archdsl.load(spec).ir)
}


@pytest.mark.parametrize("key", CALLS, ids=lambda key: key[0].rpartition(".")[2])
def test_operators_call_arguments_as_torch_does_and_assume_what_it_does(key: Any) -> None:
    call = CALLS[key]
    assert len(call.leading) == len(call.positional), "else a parameter had no name"
    if not call.module:
        return  # in C, where Python sees no names
    parameters = inspect.signature(resolve(call.target).__init__).parameters
    assert tuple(parameters)[1 : 1 + len(call.leading)] == call.leading
    for name, value in call.assumed:
        if name in dict(call.keywords):
            default = parameters[name].default
            assert default == value or (default, default) == value or default == value[0], name


CLASHES = """
net conv(width_of = 4) {{
  input 8x8x3
  {body}
}}
block chain(c) {{ conv 3x3 c; relu }}
block Chain_(c) {{ conv 3x3 c; gelu }}
"""


@pytest.mark.parametrize(
    "body",
    [
        "chain 4; Chain_ 4",
        "nn { relu; conv 3x3 2 }",
        "conv 3x3 4 as x1; F { @x1 -> relu }",
        "2 x chain width_of; 2 x Chain_ (width_of + index)",
        "a { conv 1x1 2 act=relu as y; relu } -> concat { identity; @y }",
    ],
)
def test_names_of_the_spec_never_clash_with_names_of_the_source(body: str) -> None:
    text = CLASHES.format(body=body).replace("net conv", "net network")
    network = archdsl.load(text)
    ours = network.module(seed=1).eval()
    theirs = built_from_source(network.source()).eval()
    theirs.load_state_dict(ours.state_dict())
    inputs = example_inputs(network.ir, ours)
    assert torch.equal(run(ours, inputs)[0], run(theirs, inputs)[0])


# What it says of itself

COMMENTED = '''# The header: see "figure 1" and """figure 2""", in C:\\new. It ends in "quotes"
#
# A second paragraph, {brackets} and \\N{DASH}.

net commented(classes = 3) {
  input 8x8x3
  part 4
  other 5
  avgpool global; linear classes
}
# Above the block "part"
block part(c) { conv 3x3 c; relu }

# Not of the block below.

block other(c) { conv 3x3 c; relu }
'''


def test_comments_of_the_spec_come_along() -> None:
    space: dict[str, Any] = {"__name__": "emitted"}
    exec(archdsl.load(COMMENTED).source(), space)
    doc = inspect.cleandoc(space["Commented"].__doc__)
    assert 'see "figure 1" and """figure 2""", in C:\\new. It ends in "quotes"' in " ".join(
        doc.split()
    )
    assert "A second paragraph, {brackets} and \\N{DASH}." in doc
    assert 'Above the block "part"' in space["Part"].__doc__
    assert "Not of the block" not in space["Other"].__doc__
    assert space["Part"].forward.__doc__ == "Return 8x8x4 for 8x8x3, as in part."


def test_blocks_say_where_they_come_from_and_which_shapes_they_have() -> None:
    source = archdsl.load(SPECS / "resnet50.arch").source()
    assert 'He et al., "Deep Residual Learning for Image' in source
    assert '"""Return 56x56x256 for 56x56x64, as in conv2.0."""' in source


def test_classes_that_stand_in_one_of_their_own_title_have_names() -> None:
    """Each of the joins is told from the others by what is in it: a join of the same title."""
    network = archdsl.load("""
        net n {
          input 11x9x1
          flatten as v
          3 x concat {
            aux side { batchnorm beta=no; dropout } -> stem { dropout 0.1 -> linear 8 act=sigmoid }
          }
          @v -> linear 6 norm=batchnorm
        }
    """)
    theirs = built_from_source(network.source())
    assert list(theirs.state_dict()) == list(network.module().state_dict())
