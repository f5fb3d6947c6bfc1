"""Torch's things: the source of a module, the module that it makes, and how it is trained.

    graph ─▶ plan.py ─▶ python_source/ ─▶ text ─▶ written.py ─▶ torch_module.py ─▶ training/

`layers.py` has the layers that torch lacks; source that needs one carries it along. `head.py`
says which layer of a network is its classifier.
"""
