"""What a network consists of and costs, as a table like the papers' table 1.

In comes a graph; out goes a :class:`Summary`, and its text, markdown, CSV or JSON form.
"""

from archdsl.tables.summary.printers import (
    FORMATS,
    HEADINGS,
    NUMBERS,
    Line,
    SummaryFormat,
    Table,
    print_summaries,
    table,
)
from archdsl.tables.summary.summarise import summarise
from archdsl.tables.summary.summary import Head, Reach, Stage, Summary

__all__ = [
    "FORMATS",
    "HEADINGS",
    "NUMBERS",
    "Head",
    "Line",
    "Reach",
    "Stage",
    "Summary",
    "SummaryFormat",
    "Table",
    "print_summaries",
    "summarise",
    "table",
]
