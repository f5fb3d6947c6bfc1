"""What `import archdsl` gives: names, types, and nothing heavy before it is needed."""

from __future__ import annotations

import enum
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import pytest

import archdsl
from archdsl import drawing
from archdsl.drawing import names
from archdsl.tables.summary import FORMATS, SummaryFormat
from tests.samples import SAMPLES

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("name", archdsl.__all__)
def test_every_name_is_there_and_errors_are_errors(name: str) -> None:
    thing: Any = getattr(archdsl, name)
    assert not name.endswith("Error") or issubclass(thing, Exception)


def test_importing_it_loads_neither_torch_nor_networkx_nor_drawings() -> None:
    code = "import archdsl, sys; archdsl.SpecError; print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"torch", "networkx", "archdsl.drawing", "timm", "onnx"}
    assert heavy.isdisjoint(found.stdout.split())
    with pytest.raises(AttributeError, match="no attribute 'lode'"):
        _ = archdsl.lode  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("literal", "known"),
    [
        (names.Style, drawing.Style),
        (names.Direction, drawing.Direction),
        (names.Heat, drawing.Heat),
        (names.Theme, drawing.THEMES),
        (names.Engine, drawing.ENGINES),
        (SummaryFormat, FORMATS),
    ],
)
def test_literals_are_the_words_that_are_taken(literal: Any, known: Any) -> None:
    words = [one.value for one in known] if isinstance(known, enum.EnumType) else list(known)
    assert sorted(get_args(literal)) == sorted(words)


def test_formats_are_text_or_bytes_as_their_types_say() -> None:
    network: Any = archdsl.load(SAMPLES["chain"])
    known = {*drawing.FORMATS, *drawing.ALIASES, "html"}
    texts, binaries = get_args(names.TextFormat), get_args(names.BinaryFormat)
    assert {*texts, *binaries} == known
    assert all(isinstance(network.draw(one), str) for one in texts)
    assert all(isinstance(network.draw(one), bytes) for one in binaries)


USER = """
from typing import assert_type

import archdsl

network = archdsl.load("a.arch", classes=10)
assert_type(network.draw(), str)
assert_type(network.draw("svg", style="paper", theme="dark"), str)
assert_type(network.draw("pdf", direction="LR", heat="macs"), bytes)
network.draw("gif")  # type: ignore[call-overload]  # pyright: ignore
network.draw(style="papers")  # type: ignore[call-overload]  # pyright: ignore
network.summary(format="yaml")  # type: ignore[arg-type]  # pyright: ignore
module = network.module("auto", seed=0)
try:
    network.load_weights(module, "a.safetensors")
except archdsl.CheckpointError as error:
    print(error)
classes: int = module.num_classes
"""


def test_a_users_file_is_checked_by_its_types(tmp_path: Path) -> None:
    path = tmp_path / "user.py"
    path.write_text(USER, encoding="utf-8")
    (tmp_path / "pyrightconfig.json").write_text(
        f'{{"strict": ["."], "extraPaths": ["{ROOT}"], "reportUnnecessaryTypeIgnoreComment": true,'
        ' "enableTypeIgnoreComments": false}',
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "-p", str(tmp_path)]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


def test_a_notebook_shows_the_diagram_and_its_numbers() -> None:
    network: Any = archdsl.load(SAMPLES["inception"])
    html = network._repr_html_()
    assert html.count("<svg") == 1
    assert html.count("<figcaption>") == 1
    assert f"{network.totals.params:,} parameters" in html


def test_a_network_too_large_to_draw_is_named_in_a_notebook() -> None:
    steps = "; ".join(f"linear {8 + n}" for n in range(3000))
    large: Any = archdsl.load(f"net n {{ input 8; {steps} }}")
    with pytest.raises(archdsl.DrawingError):
        large.draw()
    assert "network.draw(only=…) draws a part" in large._repr_html_()
    assert "<svg" not in large._repr_html_()
    assert "3,001 nodes" in repr(large)


RECIPE = """net n { input 8x8x3; conv 3x3 4; avgpool global; linear 2
  recipe {
    loss cross_entropy smoothing=0.1
    optimizer rmsprop lr=0.045 decay=0.9 momentum=0.9 eps=1.0 tensorflow
    weight_decay 4e-5 weights_only
    clip 2.0
    average 0.9999
    init conv 3x3 truncated_normal std=0.1 cut=2.0
    init linear bias=0.2
  }
}"""


def test_a_recipe_is_plain_data() -> None:
    network = archdsl.load(RECIPE)
    lines = json.loads(json.dumps(network.to_json()))["recipe"]
    assert lines == network.recipe.to_json()
    kinds = [(line["statement"], line["kind"]) for line in lines]
    assert kinds[:3] == [
        ("loss", "cross_entropy"),
        ("optimizer", "rmsprop"),
        ("weight_decay", "weight_decay"),
    ]
    optimizer = lines[1]["arguments"]
    assert optimizer == {
        "lr": 0.045,
        "decay": 0.9,
        "momentum": 0.9,
        "eps": 1.0,
        "tensorflow": True,
    }
    assert lines[5]["arguments"]["kernel"] == [3, 3]
    assert [line["line"] for line in lines] == list(range(3, 10))


def test_recipes_of_the_zoo_are_plain_data() -> None:
    for path in ROOT.glob("specs/**/*.arch"):
        if "blocks" not in path.parts:
            recipe = archdsl.load(path).recipe
            assert len(json.loads(json.dumps(recipe.to_json()))) == len(recipe.lines)
