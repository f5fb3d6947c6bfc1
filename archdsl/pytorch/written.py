"""Python source run as a module: the classes that debuggers, copies and other processes see.

Each text is run once and is a Python module of its own while anything of it is alive. Its lines
are known to tracebacks, debuggers and :mod:`inspect`, and its objects are pickled with the text,
so that another process needs neither a file nor the spec.
"""

from __future__ import annotations

import hashlib
import linecache
import sys
from collections import OrderedDict
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from threading import Lock
from types import ModuleType
from typing import Any
from weakref import WeakValueDictionary

HOME = "archdsl.written"
MOST = 256
"""Texts kept for when they are asked for again; older ones live with what was made of them."""

_lock = Lock()
_alive: WeakValueDictionary[str, ModuleType] = WeakValueDictionary()
_recent: OrderedDict[str, ModuleType] = OrderedDict()


def run(text: str, title: str) -> ModuleType:
    """Return the Python module of a text; the same text gives the same module."""
    with _lock:
        module = _alive.get(text)
        if module is None:
            module = _alive[text] = _executed(text, title)
        _recent[text] = module
        _recent.move_to_end(text)
        _show(module, text)
        while len(_recent) > MOST:
            _, oldest = _recent.popitem(last=False)
            _hide(oldest)
    return module


@dataclass(frozen=True, slots=True)
class _Loader:
    """What Python asks for the lines of a module; there is no file."""

    text: str
    title: str

    def get_source(self, name: str) -> str:
        return self.text


def _executed(text: str, title: str) -> ModuleType:
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    module = ModuleType(f"{HOME}.{title}_{digest}")
    module.__file__ = f"<{title}.py, written by archdsl, {digest}>"
    loader: Any = _Loader(text, title)
    module.__loader__ = loader
    module.__spec__ = ModuleSpec(module.__name__, loader, origin=module.__file__)
    space = vars(module)
    exec(compile(text, module.__file__, "exec", dont_inherit=True), space)
    for value in tuple(space.values()):
        if isinstance(value, type) and value.__module__ == module.__name__:
            _pickle_with_text(value, module)
    return module


def _pickle_with_text(cls: type, module: ModuleType) -> None:
    """Let objects of a class take their source along; the class keeps its module alive."""

    def reduced(self: Any, protocol: Any) -> Any:
        if type(self) is not cls:
            # A class derived from ours elsewhere is found where it was written.
            return super(cls, self).__reduce_ex__(protocol)
        loader: Any = module.__loader__
        made = (loader.text, loader.title, cls.__name__)
        if isinstance(self, tuple):
            return _revive, (*made, *self)
        return _revive, made, self.__getstate__()

    setattr(cls, "__reduce_ex__", reduced)  # noqa: B010


def _revive(text: str, title: str, name: str, *fields: Any) -> Any:
    """Return an object of a class in the module of ``text``, as yet without its state."""
    cls: Any = getattr(run(text, title), name)
    return cls.__new__(cls, *fields)


def _show(module: ModuleType, text: str) -> None:
    file = module.__file__ or ""
    if sys.modules.get(module.__name__) is not module or file not in linecache.cache:
        sys.modules[module.__name__] = module
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)


def _hide(module: ModuleType) -> None:
    sys.modules.pop(module.__name__, None)
    linecache.cache.pop(module.__file__ or "", None)
