"""Networks are classes with a source: seen by Python's tools, copied, and loaded elsewhere."""

from __future__ import annotations

import copy
import gc
import inspect
import linecache
import pickle
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import archdsl
from archdsl.pytorch import written
from tests.samples import SAMPLES


def small(name: str = "inception") -> Any:
    return archdsl.load(SAMPLES[name]).module(seed=0)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_classes_of_a_module_are_those_of_its_source(name: str) -> None:
    network = archdsl.load(SAMPLES[name])
    source, module = network.source(), network.module()
    own = {type(part) for part in module.modules() if not type(part).__module__.startswith("torch")}
    assert type(module) in own
    for cls in own:
        assert inspect.getsource(cls).rstrip() in source
    assert inspect.getsource(inspect.getmodule(type(module))) == source


def test_a_traceback_shows_the_line_that_failed() -> None:
    with pytest.raises(RuntimeError) as caught:
        small()(torch.zeros(1, 5, 20, 20))
    shown = "".join(traceback.format_exception(caught.value))
    assert "x = self.stem(x)" in shown


def test_inputs_can_be_given_by_name() -> None:
    module = archdsl.load(SAMPLES["two_ways"]).module(seed=0).eval()
    left, right = torch.randn(2, 1, 3, 8, 8).unbind()
    given, named = module(left, right), module(right=right, left=left)
    assert all(torch.equal(a, b) for a, b in zip(given, named, strict=True))
    assert list(inspect.signature(type(module).forward).parameters) == ["self", "left", "right"]
    chain = archdsl.load(SAMPLES["chain"]).module()
    assert list(inspect.signature(type(chain).forward).parameters) == ["self", "x"]


def test_the_same_text_is_the_same_class() -> None:
    assert type(small()) is type(small())
    assert type(small()) is not type(small("chain"))


@pytest.mark.parametrize("path", ["", "stem", "mixed_a", "inception.0.branch1", "side"])
def test_a_copy_of_any_part_is_of_the_same_class_and_stands_by_itself(path: str) -> None:
    part = small().get_submodule(path)
    for made in (copy.deepcopy(part), pickle.loads(pickle.dumps(part))):
        assert type(made) is type(part)
        assert repr(made) == repr(part)
        for left, right in zip(part.parameters(), made.parameters(), strict=True):
            assert torch.equal(left, right)
            assert left.data_ptr() != right.data_ptr()


def test_another_process_loads_a_module_a_part_and_an_output(tmp_path: Path) -> None:
    module = small()
    x = torch.randn(2, 3, 20, 20)
    outputs = module(x)
    expected = module.eval()(x)
    torch.save((module, module.mixed_a, outputs, x, expected), tmp_path / "all.pt")
    program = (
        "import sys, torch\n"
        "loaded = torch.load(sys.argv[1], weights_only=False)\n"
        "module, part, outputs, x, expected = loaded\n"
        "assert torch.equal(module(x), expected)\n"
        "assert type(part) is type(module.mixed_a)\n"
        "assert outputs._fields == ('logits', 'side') and outputs.side.shape == (2, 6)\n"
    )
    arguments = [sys.executable, "-c", program, str(tmp_path / "all.pt")]
    subprocess.run(arguments, check=True, cwd=Path(archdsl.__file__).parents[1])


def test_a_derived_class_is_pickled_where_it_stands() -> None:
    class Mine(type(small())):
        pass

    module = Mine()
    assert type(copy.deepcopy(module)) is Mine
    with pytest.raises((pickle.PicklingError, AttributeError), match="Mine"):
        pickle.dumps(module)


def test_texts_are_forgotten_when_many_others_have_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(written, "MOST", 3)
    texts = [f"class A:\n    number = {n}\n" for n in range(9)]
    kept = written.run(texts[0], "a").A()
    before = len(written._alive)
    for text in texts[1:]:
        written.run(text, "a")
    gc.collect()
    assert len(written._recent) == 3
    assert len(written._alive) <= max(before, 4)
    names = [name for name in sys.modules if name.startswith(f"{written.HOME}.a_")]
    assert len(names) == 3
    assert sum("<a.py, written by archdsl" in name for name in linecache.cache) == 3
    # What is still used stays what it is.
    assert type(copy.copy(kept)) is type(kept)
    assert written.run(texts[0], "a").A is type(kept)


def test_layers_are_torchs_own_and_exactly_so() -> None:
    network = archdsl.load("""
        net n {
          input 14x14x3
          conv 3x3/2 8
          maxpool 2x2/1
          avgpool 2x2/1 count_include_pad=yes
          avgpool global
          linear 5
        }
    """)
    module = network.module()
    kinds = [type(layer) for layer in module.children()]
    assert kinds == [nn.Conv2d, nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d, nn.Linear]
    module.linear = nn.Linear(8, 7)
    assert module(torch.zeros(2, 3, 14, 14)).shape == (2, 7)


def test_outputs_in_training_have_names() -> None:
    module = small().train()
    outputs = module(torch.randn(2, 3, 20, 20))
    assert outputs._fields == ("logits", "side")
    assert outputs.logits.shape == outputs.side.shape == (2, 6)


@pytest.mark.parametrize("name", ["count", "index", "logits", "tensor", "import"])
def test_heads_of_any_name_have_fields_of_their_own(name: str) -> None:
    text = f"net n {{ input 4x4x3; relu; aux {name} {{ linear 2 }}; conv 1x1 2 }}"
    try:
        network = archdsl.load(text.replace("linear 2", "conv 1x1 2"))
    except archdsl.SpecError:
        pytest.skip("the language has no such name")
    outputs = network.module().train()(torch.zeros(2, 3, 4, 4))
    assert [tuple(one.shape) for one in outputs] == [(2, 2, 4, 4)] * 2
    assert len(outputs._asdict()) == 2


def test_a_classifier_of_no_classes_is_none_and_negative_ones_are_refused() -> None:
    module = small().eval()
    module.reset_classifier(0)
    assert module(torch.zeros(2, 3, 20, 20)).shape == (2, 14)
    module.reset_classifier(4)
    assert module(torch.zeros(2, 3, 20, 20)).shape == (2, 4)
    with pytest.raises(ValueError, match="no -1 classes"):
        module.reset_classifier(-1)


def test_a_classifier_that_is_the_copy_of_a_repeat_can_be_replaced() -> None:
    module = archdsl.load("net n { input 8x8x3; 2 x conv 1x1 3 as last }").module()
    assert module.get_classifier() is module.last[1]
    module.reset_classifier(5)
    assert module(torch.zeros(1, 3, 8, 8)).shape == (1, 5, 8, 8)


def test_a_network_without_steps_gives_back_what_it_is_given() -> None:
    module = archdsl.load("net n { input 2x2x3; if channels > 4 { relu } }").module()
    x = torch.randn(1, 3, 2, 2)
    assert module(x) is module.forward_features(x) is module.forward_head(x) is x


def test_features_and_head_of_several_outputs_are_the_forward() -> None:
    module = archdsl.load(SAMPLES["two_ways"]).module().eval()
    left, right = torch.randn(2, 2, 3, 8, 8).unbind()
    made = module.forward_head(module.forward_features(left, right))
    assert len(made) == 2
    assert all(torch.equal(a, b) for a, b in zip(made, module(left, right), strict=True))
