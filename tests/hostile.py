"""Names and texts that mean something to the systems archdsl writes for."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterator

import torch
from torch import nn
from torch.nn import functional as F

import archdsl
from archdsl.diagnostics import SpecError
from archdsl.pytorch.torch_module import NetworkModule

EXPORTERS = """
    val_0 val_1 _val_1 node_conv2d node_conv2d_0 conv2d conv2d_1 relu_1 getitem getitem_1 add_1
    p_conv_weight b_norm_running_mean inputs inputs_0 input_1 output_0 out out_0 output_1 x x1 x2
    x_1 arg0 arg0_1 args args_0 batch s0 s77 sym_size_int sym_size_int_1 max_pool2d avg_pool2d cat
    layer_norm linear_1 main_graph graph root weight bias Conv_0 Relu_0 Identity_0 scalar_tensor
    copy0 copy_0 value value_ value_2 n Net in_ lambda_ class_ in_2 None_ out_2 Chain Chain_ chain
    layers MapLinear map_linear Affine affine_ Conv ConvNormAct NoneType none true false super_
    lifted_tensor_0 c_lifted_tensor_0 constant_0 mul_1 flatten_1 view adaptive_avg_pool2d nan
    inf self self_ cls setattr_ digraph subgraph node edge strict click end style classDef linkStyle
    call html svg script figure figure_title constructor prototype __proto__ hasOwnProperty toString
"""
"""What exporters, generated source and drawings call things themselves."""

NAME = re.compile("[A-Za-z_][A-Za-z0-9_]*")


def _names() -> Iterator[str]:
    yield from keyword.kwlist
    yield from keyword.softkwlist
    yield from dir(builtins)
    yield from EXPORTERS.split()
    for space in (nn.Module(), nn.Sequential(), NetworkModule, F, nn, torch):
        yield from dir(space)


NAMES = tuple(dict.fromkeys(name for name in _names() if NAME.fullmatch(name)))
"""Every keyword, builtin, name of torch and name that a target makes up."""

FEW = tuple(name for name in NAMES if not hasattr(torch, name) and not hasattr(F, name))
"""Those that clash with something else than torch's own, and nn's classes."""


def accepted(text: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names that a spec can have in the place of NAME in ``text``."""

    def is_fine(name: str) -> bool:
        try:
            archdsl.load(text.replace("NAME", name))
        except SpecError:
            return False
        return True

    return tuple(filter(is_fine, names))


TEXTS = (
    '"""\nimport os\n"""',
    "'''\nx = 1\n'''",
    "\\",
    '\\"""',
    "\\N{DASH} \\x41 \\u0041",
    "a\nb\r\nc",
    "</script><script>alert(1)</script>",
    "<!-- x",
    "-->",
    "]]>",
    "<![CDATA[",
    "<b>",
    "<TABLE>",
    "&amp; &#65; &",
    "\"quoted\" 'and' `ticked`",
    "\u2028x\u2029",
    "\x00\x01\x1b[31m\x7f\x85",
    "\ud800 \udcff",
    "\u202eabc\u2066\u200f",
    "\ufeff\ufffe",
    "{}{0}{x} %s %(x)s $$x^2$$",
    "click n0 call f()",
    "end",
    "1. first",
    "- a",
    "#quot; #35;",
    "%%{init: {'theme': 'dark'}}%%",
    "[x](http://example.org)",
    "fa:fa-ban",
    "style n0 fill:#f00;",
    "\\N \\G \\L \\l",
    "\U0001d54f \ufb01 é 中文",
    "({[|~_*^;",
)
"""Texts that some format would read as its own."""
