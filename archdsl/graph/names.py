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

_OF_MODULES = """
    T_destination add_module apply bfloat16 buffers call_super_init children compile cpu cuda
    double dump_patches eval extra_repr float forward get_buffer get_extra_state get_parameter
    get_submodule half ipu load_state_dict modules mtia named_buffers named_children named_modules
    named_parameters parameters register_backward_hook register_buffer register_forward_hook
    register_forward_pre_hook register_full_backward_hook register_full_backward_pre_hook
    register_load_state_dict_post_hook register_load_state_dict_pre_hook register_module
    register_parameter register_state_dict_post_hook register_state_dict_pre_hook requires_grad_
    set_extra_state set_submodule share_memory state_dict to to_empty train training type xpu
    zero_grad
"""
_OF_CHAINS = "append extend insert pop"
_OF_NETWORKS = """
    forward_features forward_head forward_intermediates get_classifier reset_classifier
    num_classes num_features head_hidden_size feature_info global_pool default_cfg pretrained_cfg
    group_matcher no_weight_decay set_grad_checkpointing init_weights
"""
MODULE_ATTRIBUTES = frozenset(f"{_OF_MODULES} {_OF_CHAINS} {_OF_NETWORKS}".split())
"""Attributes of the classes that networks are built of: a submodule cannot have such a name.

They are those of ``torch.nn.Module`` and ``torch.nn.Sequential``, and what models of timm have and
programs around them ask for. Private ones begin with an underscore, as no name may. A test holds
this list against the classes, since torch is not loaded to check a spec.
"""


def why_reserved(name: str) -> str | None:
    """Return why a step or a block cannot be called ``name``, or None if it can."""
    if name in LANGUAGE or name in STATEMENTS:
        return "it is a word of the language"
    if name in MODULE_ATTRIBUTES:
        return "modules have an attribute of that name"
    if keyword.iskeyword(name) or name in ("self", "torch") or name.startswith("_"):
        return "Python code could not use it as a name"
    return None
