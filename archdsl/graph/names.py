"""Names that a step, block, group or parameter cannot have."""

from __future__ import annotations

import keyword

AT_HAND = ("channels", "height", "width")
"""What expressions know of the value at hand."""

OF_INPUT = ("in_channels", "in_height", "in_width")
"""The same of the value that the block around, or else the net, was given."""

VALUE_NAMES = (*AT_HAND, *OF_INPUT, "index")
"""Everything that expressions know besides parameters; `index` is the copy inside of a repeat."""

ORDERED = ("<", "<=", ">", ">=")
COMPARISONS = ("==", "!=", *ORDERED)

STATEMENTS = ("input", "output", "aux", "expect", "recipe", "residual")
"""Words that look like calls and are not operators."""

LANGUAGE = ("net", "block", "use", "default", "as", "if", "else", "and", "or", "not", "x")

_ATTRIBUTES = """
    T_destination add_module apply bfloat16 buffers call_super_init children compile cpu cuda
    double dump_patches eval extra_repr float forward get_buffer get_extra_state get_parameter
    get_submodule half ipu load_state_dict modules mtia named_buffers named_children named_modules
    named_parameters parameters register_backward_hook register_buffer register_forward_hook
    register_forward_pre_hook register_full_backward_hook register_full_backward_pre_hook
    register_load_state_dict_post_hook register_load_state_dict_pre_hook register_module
    register_parameter register_state_dict_post_hook register_state_dict_pre_hook requires_grad_
    set_extra_state set_submodule share_memory state_dict to to_empty train training type xpu
    zero_grad forward_features forward_head get_classifier reset_classifier
"""
MODULE_ATTRIBUTES = frozenset(_ATTRIBUTES.split())
"""Attributes of torch's modules and of ours: a submodule cannot have such a name.

A test holds this list against torch's own ``torch.nn.Module``.
"""


def why_reserved(name: str) -> str | None:
    """Return why a step or a block cannot be called ``name``, or None if it can."""
    if name in LANGUAGE or name in STATEMENTS:
        return "it is a word of the language"
    if name in MODULE_ATTRIBUTES:
        return "torch's modules have an attribute of that name"
    if keyword.iskeyword(name) or name in ("self", "torch") or name.startswith("_"):
        return "Python code could not use it as a name"
    return None
