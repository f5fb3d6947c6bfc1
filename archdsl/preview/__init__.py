"""A spec in an editor beside its diagram, as a page that only this machine can open.

In comes a :class:`Session`, which knows a spec's file; :func:`serve` shows it until Ctrl-C. Needs
`archdsl[preview]`.
"""

from __future__ import annotations

from archdsl.preview.session import Session

__all__ = ["Session"]
