"""Every attribute of the classes that networks are built of, wherever a spec can name something.

Either the name is refused when the spec is checked, or the network builds, runs, saves and loads.
"""

from __future__ import annotations

import io

import pytest
import torch

import archdsl
from archdsl.graph.names import MODULE_ATTRIBUTES
from archdsl.ops import operators
from archdsl.pytorch.torch_module import example_inputs
from tests.reading import codes

# A network in which every kind of submodule has children that the spec names.
EVERY_KIND = """\
net n {
  input 8x8x3
  stem { conv 3x3 4 as first; relu }
  2 x A
  3 x { conv 1x1 4 as inner }
  concat { conv 1x1 4 as left; { tanh; conv 1x1 4 as right } }
  residual { conv 3x3 8 norm=batchnorm act=relu as body; @body }
  aux head { avgpool global; linear 3 as scores }
  avgpool global; linear 3
}
block A { add { identity; conv 3x3 4 as a -> conv 3x3 4 as b } }
"""
POSITIONS = {
    "a step": "net n {{ input 8x8x3; conv 1x1 4 as {0}; relu }}",
    "a step without numbers": "net n {{ input 8x8x3; conv 1x1 4; relu as {0}; conv 1x1 4 }}",
    "a unit": "net n {{ input 8x8x3; conv 1x1 4 norm=batchnorm act=relu as {0} }}",
    "a step in a chain": "net n {{ input 8x8x3; g {{ relu; conv 1x1 4 as {0} }}; relu }}",
    "a step in a block": "net n {{ input 8x8x3; A }}\n"
    "block A {{ add {{ identity; conv 1x1 3 as {0} }} }}",
    "a step in a repeat": "net n {{ input 8x8x3; 2 x {{ conv 1x1 3 as {0} }} }}",
    "a group": "net n {{ input 8x8x3; {0} {{ conv 1x1 4; relu }} }}",
    "a labelled group": "net n {{ input 8x8x3; {{ conv 1x1 4; relu }} as {0} }}",
    "a repeated group": "net n {{ input 8x8x3; 2 x {0} {{ conv 1x1 4; relu }} }}",
    "a repeat": "net n {{ input 8x8x3; 2 x conv 1x1 4 as {0} }}",
    "a block": "net n {{ input 8x8x3; {0} }}\nblock {0} {{ conv 1x1 4; relu }}",
    "a repeated block": "net n {{ input 8x8x3; 2 x {0} }}\nblock {0} {{ conv 1x1 4; relu }}",
    "a parameter": "net n({0} = 4) {{ input 8x8x3; A {0} }}\nblock A({0}) {{ conv 1x1 {0} }}",
    "a parameter as a step": "net n {{ input 8x8x3; A relu }}\nblock A({0}) {{ conv 1x1 4; {0} }}",
    "a join": "net n {{ input 8x8x3; concat {{ conv 1x1 4; relu }} as {0} }}",
    "a branch": "net n {{ input 8x8x3; concat {{ conv 1x1 4; {{ relu; conv 1x1 4 }} as {0} }} }}",
    "a residual": "net n {{ input 8x8x3; residual {{ conv 1x1 3 }} as {0}; relu }}",
    "an auxiliary head": "net n {{ input 8x8x3; aux {0} {{ conv 1x1 4 }}; relu }}",
    "an input": "net n {{ input 8x8x3 as {0}; conv 1x1 4 }}",
    "an output": "net n {{ input 8x8x3; conv 1x1 4 as {0}; output @{0} }}",
    "a net": "net {0} {{ input 8x8x3; conv 1x1 4 }}",
}


def of_classes() -> dict[str, tuple[str, ...]]:
    """Return the attributes of each class of a network's submodules that have children."""
    made = archdsl.load(EVERY_KIND).module()
    found = {"Module": dir(torch.nn.Module()), "Sequential": dir(torch.nn.Sequential())}
    for module in made.modules():
        children = dict(module.named_children())
        if children:
            found[type(module).__name__ + module._get_name()] = [
                name for name in dir(module) if name not in children
            ]
    return {name: tuple(attributes) for name, attributes in found.items()}


OF_CLASSES = of_classes()
ATTRIBUTES = sorted(MODULE_ATTRIBUTES.union(*OF_CLASSES.values()))


@pytest.mark.parametrize("cls", OF_CLASSES)
def test_public_attributes_are_reserved(cls: str) -> None:
    public = {name for name in OF_CLASSES[cls] if not name.startswith("_")}
    assert public <= MODULE_ATTRIBUTES


def test_names_that_steps_take_by_themselves_are_no_attributes() -> None:
    assert not {*operators(), "residual", "repeat", "branch", "norm", "act"} & {*ATTRIBUTES}


@pytest.mark.parametrize("position", POSITIONS)
def test_attributes_are_refused_or_harmless(position: str) -> None:
    refused: set[str] = set()
    for name in (*ATTRIBUTES, "title", "harmless"):
        text = POSITIONS[position].format(name)
        if found := codes(text):
            assert set(found) == {"reserved-name"}, (name, found)
            refused.add(name)
            continue
        network = archdsl.load(text)
        first, second = network.module(seed=0).eval(), network.module(seed=1).eval()
        images = example_inputs(network.ir, first)
        assert type(first).forward is not torch.nn.Module.forward
        file = io.BytesIO()
        torch.save(first.state_dict(), file)
        file.seek(0)
        second.load_state_dict(torch.load(file, weights_only=True))
        assert torch.equal(first(*images), second(*images)), name
        assert repr(first), name
    assert not {"title", "harmless"} & refused
    if position != "a parameter":
        assert refused >= MODULE_ATTRIBUTES
