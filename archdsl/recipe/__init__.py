"""The recipe of a network: how it is trained, as plain data.

In come the lines of a `recipe { … }` statement; out goes a :class:`Recipe` of ingredients, each
declared in one place as operators are. Stands between `ops` and `graph`, and loads no torch.
"""

from archdsl.recipe.ingredient import Ingredient, registered
from archdsl.recipe.inits import AUXILIARY, Init
from archdsl.recipe.losses import Loss
from archdsl.recipe.optimizers import Average, Clip, Measure, Optimizer, WeightDecay
from archdsl.recipe.read import read_recipe
from archdsl.recipe.recipe import Line, Recipe
from archdsl.recipe.schedules import Schedule

__all__ = [
    "AUXILIARY",
    "Average",
    "Clip",
    "Ingredient",
    "Init",
    "Line",
    "Loss",
    "Measure",
    "Optimizer",
    "Recipe",
    "Schedule",
    "WeightDecay",
    "read_recipe",
    "registered",
]
