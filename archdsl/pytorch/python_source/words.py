"""What generated Python can call its classes, parameters and values."""

from __future__ import annotations

import keyword

from archdsl.graph.names import MODULE_ATTRIBUTES
from archdsl.safe_names import Rules

_BUILTINS = """
    ArithmeticError AssertionError AttributeError BaseException BaseExceptionGroup BlockingIOError
    BrokenPipeError BufferError BytesWarning ChildProcessError ConnectionAbortedError
    ConnectionError ConnectionRefusedError ConnectionResetError DeprecationWarning EOFError
    Ellipsis EncodingWarning EnvironmentError Exception ExceptionGroup FileExistsError
    FileNotFoundError FloatingPointError FutureWarning GeneratorExit IOError ImportError
    ImportWarning IndentationError IndexError InterruptedError IsADirectoryError KeyError
    KeyboardInterrupt LookupError MemoryError ModuleNotFoundError NameError NotADirectoryError
    NotImplemented NotImplementedError OSError OverflowError PendingDeprecationWarning
    PermissionError ProcessLookupError PythonFinalizationError RecursionError ReferenceError
    ResourceWarning RuntimeError RuntimeWarning StopAsyncIteration StopIteration SyntaxError
    SyntaxWarning SystemError SystemExit TabError TimeoutError TypeError UnboundLocalError
    UnicodeDecodeError UnicodeEncodeError UnicodeError UnicodeTranslateError UnicodeWarning
    UserWarning ValueError Warning WindowsError ZeroDivisionError abs aiter all anext any ascii bin
    bool breakpoint bytearray bytes callable chr classmethod compile complex delattr dict dir
    divmod enumerate eval exec filter float format frozenset getattr globals hasattr hash hex id
    input int isinstance issubclass iter len list locals map max memoryview min next object oct
    open ord pow print property range repr reversed round set setattr slice sorted staticmethod
    str sum super tuple type vars zip
"""
BUILTINS = frozenset(_BUILTINS.split())
"""What Python knows without an import; a test holds the list against Python's own.

Python's own list is longer in a notebook, and the same spec is to give the same source anywhere.
"""

OWN = frozenset(
    {
        *("self", "torch", "nn", "F", "Tensor", "NamedTuple", "OrderedDict", "Any"),
        *("TYPE_CHECKING", "sized", "Callable", "Generator", "Sequence", "math", "fewest"),
    }
)
"""What generated source calls things itself."""

_TAKEN = frozenset(keyword.kwlist) | BUILTINS | OWN

CLASSES = Rules(taken=_TAKEN, prefix="Net", joint="")
PARAMETERS = Rules(taken=_TAKEN | MODULE_ATTRIBUTES, prefix="value")
"""A constructor keeps some of its parameters as attributes of the module."""
VALUES = Rules(taken=_TAKEN, prefix="copy")
"""Values of a forward; a step whose name begins with a digit is a copy of a repeat."""

FIELDS = Rules(taken=_TAKEN | {"count", "index"}, prefix="output")
"""Fields of a named tuple; `count` and `index` are methods of every tuple."""

ATTRIBUTES = Rules(taken=frozenset(keyword.kwlist))
"""What can stand behind a dot, and before an equals sign in a call; else the name is a text."""
