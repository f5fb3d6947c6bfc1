"""A page to explore a network in: in comes a network, out goes one self-contained HTML file.

`document` is what the page knows, as plain data; `html` puts it, the viewer and its style in one
text. The viewer is written in `web/` and bundled into `bundle/` by `tools/build_web.py`.
"""

from __future__ import annotations

from archdsl.page.document import MOST_NODES, document
from archdsl.page.html import page, script, style

__all__ = ["MOST_NODES", "document", "page", "script", "style"]
