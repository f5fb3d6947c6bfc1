"""The canonical layout of a spec.

In comes a text that can be read, with its lossless tree; out goes the text as :func:`arranged`
lays it out, with the same tokens and the same comments in the same order.
"""

from archdsl.syntax.layout.lines import arranged

__all__ = ["arranged"]
