"""From many networks to one table.

In come summaries, each with where it comes from; out goes text, markdown, CSV or JSON.
"""

from archdsl.tables.table.printers import FORMATS, markdown, print_table
from archdsl.tables.table.table import Row, Status, row_of

__all__ = ["FORMATS", "Row", "Status", "markdown", "print_table", "row_of"]
