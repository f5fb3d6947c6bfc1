"""From a recipe to torch: losses, optimisers, schedules, averages and first weights.

In come a checked graph, its recipe and a module; out go torch's own objects, set up as the recipe
says. Where torch's own differ from what papers used, as RMSProp's does, the other is here.
"""

from archdsl.pytorch.training.loss import loss
from archdsl.pytorch.training.rmsprop import RMSpropTF
from archdsl.pytorch.training.steps import average, clip, optimizer, schedule

__all__ = ["RMSpropTF", "average", "clip", "loss", "optimizer", "schedule"]
