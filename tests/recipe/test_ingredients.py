"""Every ingredient, held to the same: its example, the guide, and what torch makes of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch
from torch import nn

import archdsl
from archdsl.ops import Call, signature
from archdsl.pytorch.torch_module import resolve
from archdsl.recipe import Ingredient, Init, Loss, Optimizer, Recipe, Schedule, registered

GUIDE = (Path(__file__).parents[2] / "docs" / "training.md").read_text(encoding="utf-8")
INGREDIENTS = [cls for kinds in registered().values() for cls in kinds.values()]
NET = """
net n {
  input 8x8x3
  conv 3x3 8
  conv 3x3 8 norm=batchnorm
  avgpool global; linear 2
  recipe { %s }
}
"""

each = pytest.mark.parametrize("cls", INGREDIENTS, ids=lambda cls: f"{cls.statement}-{cls.name}")


def example(cls: type[Ingredient]) -> Ingredient:
    text = (cls.__doc__ or "").split("\n\n")[1].strip()
    (line,) = archdsl.load(NET % text).recipe.lines
    assert line.span.text == text
    return line.ingredient


@each
def test_docstring_example_is_one_of_its_class(cls: type[Ingredient]) -> None:
    made = example(cls)
    assert type(made) is cls
    assert str(made).split() == [cls.statement, cls.name][: 1 + (cls.name != cls.statement)]


@each
def test_guide_names_it_and_its_arguments(cls: type[Ingredient]) -> None:
    quoted = set(re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", GUIDE, flags=re.DOTALL)))
    assert {cls.name, f"{cls.statement} {cls.name}"} & quoted
    for argument in signature(cls):
        assert {argument.name, *argument.words} & quoted


@each
def test_torch_takes_what_it_lowers_to(cls: type[Ingredient]) -> None:
    made = example(cls)
    layer = nn.Linear(3, 2)
    match made:
        case Loss():
            assert run(made.lower(), torch.zeros(4, 2), torch.zeros(4).long()).dim() == 0
        case Optimizer():
            assert isinstance(run(made.lower(), layer.parameters()), torch.optim.Optimizer)
        case Schedule():
            schedule = run(made.lower(), torch.optim.SGD(layer.parameters(), lr=1.0))
            assert isinstance(schedule, torch.optim.lr_scheduler.LRScheduler)
        case Init():
            call = made.lower(flat=False)
            assert (call is None) == made.only_biases
            if call is not None:
                before = layer.weight.detach().clone()
                with torch.no_grad():
                    assert not torch.equal(run(call, layer.weight), before)
        case _:
            # Weight decay, clip and average: numbers that a training loop reads.
            assert made.statement in ("weight_decay", "clip", "average")


def run(call: Call, *operands: object) -> torch.Tensor:
    return resolve(call.target)(*operands, *call.positional, **dict(call.keywords))


def test_operators_that_init_knows_are_those_with_learned_numbers() -> None:
    (operator,) = (one for one in signature(Init) if one.name == "operator")
    known = set(operator.words)
    assert known >= {"conv", "upconv", "linear", "batchnorm", "layernorm", "groupnorm", "prelu"}
    assert not known & {"relu", "maxpool", "avgpool", "concat", "dropout", "lrn", "flatten"}


def test_a_spec_without_a_recipe_has_an_empty_one() -> None:
    recipe = archdsl.load("net n { input 2; linear 2; }").recipe
    assert recipe == Recipe()
    assert recipe.optimizer is recipe.loss is recipe.schedule is None
    assert recipe.inits == ()
