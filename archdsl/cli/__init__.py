"""The `archdsl` command: a thin shell around the library.

In come command lines; out go data on standard output, messages on standard error and an exit
code: 0 fine, 1 the spec is wrong or the result cannot be written, 2 the call is wrong, 70 a bug
in archdsl.
"""

from archdsl.cli.program import main

__all__ = ["main"]
