"""Which parameters of a net the class of its module takes, and what they mean in it."""

import inspect
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import archdsl
from archdsl.graph.functions import divisible as divisible_of_the_language
from archdsl.pytorch.arithmetic import divisible

SPECS = Path(__file__).parents[2] / "specs"
SPECS_OF_ALL_KINDS = sorted([*SPECS.glob("*.arch"), *SPECS.glob("released/*.arch")])
FACTS = (
    *("num_classes", "num_features", "head_hidden_size", "global_pool", "feature_info"),
    "pretrained_cfg",
)


def class_of(spec: Path | str) -> type:
    return type(archdsl.load(spec).module("meta"))


def parameters_of(cls: type) -> dict[str, inspect.Parameter]:
    return dict(inspect.signature(cls).parameters)


def taken(spec: Path | str) -> list[str]:
    return list(parameters_of(class_of(spec)))


def facts(module: Any) -> dict[str, Any]:
    return {name: getattr(module, name, None) for name in FACTS}


def layers(module: Any) -> list[tuple[str, str]]:
    """Return what each module shows of itself; numbers that are equal look alike."""
    shown = ((name, one.extra_repr()) for name, one in module.named_modules() if name)
    return [(name, re.sub(r"(\d)\.0\b", r"\1", text)) for name, text in shown]


def shapes(module: Any) -> list[tuple[str, tuple[int, ...]]]:
    return [(name, tuple(one.shape)) for name, one in module.state_dict().items()]


def assert_same_for(spec: Path | str, cls: type, values: dict[str, int | float]) -> bool:
    """Hold the class with some arguments against the spec with them; return whether both build."""
    ours, theirs = made(cls, values), expected(spec, values)
    if isinstance(ours, str):
        # The class wants one copy at least of a repeat that it writes as a loop.
        too_few = any(isinstance(value, int) and value <= 1 for value in values.values())
        assert theirs is None or (too_few and "to be at least 1" in ours), (ours, values)
        return False
    assert theirs is not None, f"the spec refuses {values}"
    assert shapes(ours) == shapes(theirs)
    assert layers(ours) == layers(theirs)
    assert facts(ours) == facts(theirs)
    return True


def made(cls: type, values: dict[str, int | float]) -> Any:
    """Return what a class makes, or why it refuses to."""
    try:
        with torch.device("meta"):
            return cls(**values)
    except ValueError as error:
        return str(error)


def expected(spec: Path | str, values: dict[str, int | float]) -> Any:
    """Return the module of a spec for some values; None where the spec refuses them."""
    try:
        return archdsl.load(spec, **values).module("meta")
    except archdsl.SpecError:
        return None


def others(cls: type, step: int) -> dict[str, int | float]:
    """Return other values than the defaults, all of them at once."""
    found: dict[str, int | float] = {}
    for name, parameter in parameters_of(cls).items():
        default = parameter.default
        found[name] = (default + step / 4) / 2 if isinstance(default, float) else default * step
    return found


@pytest.mark.parametrize("path", SPECS_OF_ALL_KINDS, ids=lambda path: path.stem)
def test_the_class_for_other_arguments_is_that_of_the_spec(path: Path) -> None:
    """One argument after the other, and all together: layers, names of weights, and facts."""
    cls = class_of(path)
    for name, value in others(cls, 2).items():
        assert assert_same_for(path, cls, {name: value}) or name.startswith(("w", "group"))
    for step in (2, 3):
        assert assert_same_for(path, cls, others(cls, step))


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("googlenet", ["classes"]),
        ("resnet50", ["classes", "n2", "n3", "n4", "n5"]),
        ("inception_v4", ["classes", "drop"]),
        ("u_net", ["classes", "c", "drop"]),
        ("nin", ["classes"]),
        ("vgg16", ["classes", "deep"]),
        ("released/convnext_tiny_torchvision", ["classes", "c"]),
        ("released/squeezenet1_1_torchvision", ["classes", "drop"]),
        ("released/inception_v3", ["classes", "drop"]),
    ],
)
def test_networks_take_classes_depths_widths_and_rates(name: str, names: list[str]) -> None:
    assert taken(SPECS / f"{name}.arch") == names


def test_a_network_of_another_depth_and_width_computes_what_the_spec_says() -> None:
    for name, values in (("resnet50", {"n3": 2, "classes": 5}), ("u_net", {"c": 2, "drop": 0.0})):
        path = SPECS / f"{name}.arch"
        network = archdsl.load(path, **values)
        theirs = network.module(seed=0).eval()
        ours = type(archdsl.load(path).module("meta"))(**values).eval()
        ours.load_state_dict(theirs.state_dict())
        shape = (1, *network.ir.nodes[network.ir.inputs[0]].shape.torch)
        image = torch.randn(shape, generator=torch.Generator().manual_seed(1))
        with torch.no_grad():
            assert torch.equal(ours(image), theirs(image))


# What is taken, and what is not

NET = """
net small(classes = 5, n = 3, c = 8, k = 3, rate = 0.5, other = c, wide = 5) {{
  input 16x16x3
  {body}
  avgpool global
  {ending}
}}
block last(n) {{ avgpool global -> linear n }}
block pair(c, drop = 0.1) {{ conv 3x3 c -> conv 3x3 (2 * c) -> dropout drop }}
block bends(c) {{ if channels == c {{ conv 3x3 c }} else {{ conv 1x1 c -> relu }} }}
"""


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("n x conv 3x3 16", ["n"]),
        ("n x conv 3x3 3", ["n"]),
        ("(n - 1) x conv 3x3 3", ["n"]),
        ("n x pair 16", ["n"]),
        ("n x { conv 3x3 16; relu }", ["n"]),
        ("n x maxpool 2x2/2 -> flatten -> linear 4 -> linear 4 -> relu as e", None),
        ("n x conv 3x3 (8 * index + 8)", []),  # each copy is another
        ("n x dropout (0.1 * index / 10)", []),
        ("n x conv 3x3 (min(8, 4 * index + 8))", []),  # a later copy might be another
        ("n x { if index > 4 { conv 3x3 8 } else { conv 3x3 3 } }", []),
        ("pair wide", ["wide"]),
        ("pair wide rate", ["rate", "wide"]),
        ("conv 3x3 wide act=relu", ["wide"]),
        ("conv 3x3 (wide + 3) -> batchnorm -> prelu shared=no", ["wide"]),
        ("conv 3x3 (divisible(wide * 1.5, 8)) norm=batchnorm", ["wide"]),
        ("conv 3x3 (floor(wide / 2) + ceil(wide / 3))", ["wide"]),
        ("conv 3x3 (round(wide / 2)) -> bends 5", []),  # the bend would be another
        ("bends wide", []),
        ("conv 3x3 (wide * 2 / 2)", []),  # has to come out even
        ("concat { conv 1x1 wide; conv 3x3 (2 * wide) } -> conv 1x1 4", ["wide"]),
        ("conv 3x3 wide -> slice 0 (wide - 1)", []),
        ("conv 8x8 -> relu", None),
        ("conv kernel=k 8", []),
        ("maxpool (k x k) /2", None),
        ("maxpool 3x3 / (k - 1)", None),
        ("if n > 2 { conv 3x3 8 }", []),
        ("conv 3x3 c -> conv 3x3 other", ["other"]),  # whose default is c
        ("stem { conv 3x3 wide; residual { conv 3x3 channels }; dropout rate }", ["rate", "wide"]),
        ("n x { conv 3x3 (wide + 1); residual { conv 3x3 channels } }", ["n", "wide"]),
        ("conv 3x3 wide; residual { conv 3x3 channels groups=channels }", ["wide"]),
        ("aux a { avgpool global -> linear wide -> dropout rate -> linear 6 }", ["rate", "wide"]),
        ("dropout rate", ["rate"]),
        ("dropout (rate / 2)", []),
        ("leaky_relu rate", []),
        ("conv 3x3 8 groups=1 -> scale rate", []),
    ],
)
def test_what_a_class_takes_besides_classes(body: str, names: list[str] | None) -> None:
    text = NET.format(body=body, ending="linear classes")
    try:
        cls = class_of(text)
    except archdsl.SpecError:
        assert names is None, body
        return
    found = [name for name in parameters_of(cls) if name != "classes"]
    assert names is None or found == names
    for step in (2, 3):
        assert_same_for(text, cls, others(cls, step))


@pytest.mark.parametrize(
    ("ending", "names"),
    [
        ("linear classes", ["classes"]),
        ("aux b { avgpool global; dropout 0.1; linear classes }; linear classes", ["classes"]),
        ("linear classes act=relu", ["classes"]),
        ("linear classes -> prelu shared=no", ["classes"]),
        ("linear classes -> linear classes", ["classes"]),
        ("linear (classes + 0)", ["classes"]),
        ("linear 7 -> relu -> dropout 0.5 -> linear classes -> softmax", ["classes"]),
        ("if classes > 3 { linear classes }", []),
        ("last classes", ["classes"]),
        ("conv kernel=k classes", ["classes"]),
    ],
)
def test_classes_may_stand_wherever_widths_may(ending: str, names: list[str]) -> None:
    text = NET.format(body="aux side { last classes }", ending=ending)
    cls = class_of(text)
    assert list(parameters_of(cls)) == names
    for step in (2, 3):
        assert_same_for(text, cls, others(cls, step))


def test_the_docstring_names_what_is_not_taken() -> None:
    doc = " ".join(
        (class_of(NET.format(body="conv 3x3 8", ending="linear classes")).__doc__ or "").split()
    )
    assert (
        "But for classes, the spec's parameters have the values this was written with: "
        "n, c, k, rate, other, wide." in doc
    )


def test_too_few_of_anything_are_refused_by_name() -> None:
    cls = class_of(SPECS / "resnet50.arch")
    with pytest.raises(ValueError, match="classes, n2, n3 - 1, n4 - 1 and n5 - 1 have to be"):
        cls(n3=1)
    with pytest.raises(ValueError, match="classes has to be at least 1"):
        class_of(SPECS / "googlenet.arch")(classes=0)


def test_rates_are_floats_whatever_the_spec_writes() -> None:
    text = NET.replace("rate = 0.5", "rate = 0").format(
        body="dropout rate", ending="linear classes"
    )
    cls = class_of(text)
    assert inspect.signature(cls).parameters["rate"].annotation is float
    assert cls(rate=0.25).dropout.p == 0.25


# Random nets

widths = st.sampled_from(
    ["c", "2 * c", "c + 4", "c - 2", "c // 2", "max(c, 12)", "divisible(1.5 * c, 8)", "8", "n"]
)
rates = st.sampled_from(["r", "0.1", "r / 2"])
counts = st.sampled_from(["n", "n - 1", "2 * n", "2", "c"])
conditions = st.sampled_from(["c > 20", "n == 4", "channels < 16", "r > 0.5", "channels == c"])


@st.composite
def statements(draw: st.DrawFn, depth: int = 0) -> str:
    width = draw(widths)
    kinds = [
        f"conv 3x3 ({width})",
        f"conv 1x1 ({width}) norm=batchnorm act=relu",
        f"pair ({width})",
        f"gate ({width}) ({draw(counts)})",
        f"dropout ({draw(rates)})",
        "batchnorm -> prelu shared=no",
        "residual { conv 3x3 channels }",
        "conv 3x3 channels groups=channels",
        f"concat {{ conv 1x1 ({width}); conv 3x3 ({draw(widths)}) }}",
        "maxpool 2x2",
    ]
    if depth < 2:
        inner = draw(statements(depth + 1))
        kinds += [
            f"({draw(counts)}) x {{ {inner} }}",
            f"({draw(counts)}) x pair ({width})",
            f"if {draw(conditions)} {{ {inner} }}",
            f"stem {{ {inner}; residual {{ conv 3x3 channels }} }}",
        ]
    return draw(st.sampled_from(kinds))


@st.composite
def nets(draw: st.DrawFn) -> str:
    body = "\n  ".join(draw(st.lists(statements(), min_size=1, max_size=4)))
    c, n = draw(st.sampled_from([4, 8, 12, 16])), draw(st.integers(2, 4))
    return f"""
net random(c = {c}, n = {n}, r = 0.5) {{
  input 12x12x3
  {body}
  avgpool global
  linear n
}}
block pair(c) {{ conv 3x3 c -> conv 3x3 c norm=batchnorm }}
block gate(c, n = 1) {{
  if in_channels == c {{ residual {{ conv 3x3 c }} }} else {{ conv 1x1 c }}
  n x conv 3x3 c
}}
"""


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=nets(), data=st.data())
def test_random_nets_take_only_what_leaves_their_text_the_same(text: str, data: Any) -> None:
    try:
        cls = class_of(text)
    except archdsl.SpecError:
        return
    for _ in range(3):
        values: dict[str, int | float] = {}
        for name in parameters_of(cls):
            some = st.sampled_from([0.0, 0.25, 0.75, 1.0]) if name == "r" else st.integers(1, 24)
            if data.draw(st.integers(0, 3)):
                values[name] = data.draw(some)
        assert_same_for(text, cls, values)


@settings(max_examples=200)
@given(number=st.floats(0.5, 5000), by=st.integers(1, 64))
def test_divisible_in_python_is_that_of_the_language(number: float, by: int) -> None:
    assert divisible(number, by) == divisible_of_the_language(number, by)
