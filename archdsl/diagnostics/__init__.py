"""What archdsl says about a spec, as data.

In come findings of every stage; out go :class:`Diagnostic` values and their text or JSON form.
"""

from archdsl.diagnostics.codes import CODES, Page
from archdsl.diagnostics.diagnostic import Collector, Diagnostic, Edit, Label, Severity, SpecError
from archdsl.diagnostics.mended import LONGEST, mended, statement_around
from archdsl.diagnostics.render import render_json, render_text
from archdsl.diagnostics.shown import Shown, first
from archdsl.diagnostics.suggest import Slips, bounded_effort, did_you_mean, near_names, or_meant

__all__ = [
    "CODES",
    "LONGEST",
    "Collector",
    "Diagnostic",
    "Edit",
    "Label",
    "Page",
    "Severity",
    "Shown",
    "Slips",
    "SpecError",
    "bounded_effort",
    "did_you_mean",
    "first",
    "mended",
    "near_names",
    "or_meant",
    "render_json",
    "render_text",
    "statement_around",
]
