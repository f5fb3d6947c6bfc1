"""One spec in a preview: what the page asks about it, answered without any web server."""

from __future__ import annotations

import gc
import json
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from pathlib import Path
from threading import Lock
from typing import Any

from archdsl.drawing import DrawingError
from archdsl.graph import Setting, Settings
from archdsl.network import Network
from archdsl.page import document
from archdsl.preview.answer import MOST_NODES, Answer, as_json, look_at
from archdsl.preview.disk import Contents, Unreadable, read, save
from archdsl.preview.vocabulary import vocabulary
from archdsl.preview.watch import Watcher
from archdsl.tables.summary import HEADINGS, NUMBERS, Line, summarise, table

KEPT = 8
"""Checked networks that are kept for a question about their costs: one per page that is open."""

YOUNG = 100_000
"""Objects made before the garbage collector looks: a check of Inception-v4 leaves fewer."""

COLUMNS = tuple(
    at
    for at in sorted(range(len(HEADINGS)), key=lambda at: HEADINGS[at] == "branch widths")
    if HEADINGS[at] not in ("K", "M")
)
"""The summary's columns in a narrow pane: no number twice, and what is longest at the end."""

Plain = dict[str, Any]


@dataclass
class Session:
    """A spec that is looked at: its file, which net of it and with which parameters."""

    path: Path
    net: str | None = None
    settings: Settings = field(default_factory=dict[str, Setting])
    most_nodes: int = MOST_NODES

    def __post_init__(self) -> None:
        self.path = self.path.resolve()
        self.id = sha256(str(self.path).encode("utf-8", "surrogatepass")).hexdigest()[:16]
        self._lock = Lock()
        self._numbers = count(1)
        self._networks: OrderedDict[str, Network] = OrderedDict()
        self._watcher = Watcher((self.path,))

    def warm_up(self) -> None:
        """Check the file once, so that what every check needs is loaded before the first one.

        All of that stays for good, and Python's garbage collector need not go through it again.
        Nor need it go through a check's own values while there are still more to come.
        """
        with suppress(Unreadable):
            self.check(read(self.path).text, self.net)
        gc.collect()
        gc.freeze()
        gc.set_threshold(YOUNG)

    # What the page asks

    def start(self) -> Plain:
        """Return what the page begins with. Raises :class:`Unreadable`."""
        return {
            "spec": self.id,
            "name": self.path.name,
            "folder": _at_home(self.path.parent),
            "net": self.net,
            "settings": {name: str(value) for name, value in self.settings.items()},
            "vocabulary": vocabulary(),
        }

    def check(self, text: str, net: str | None) -> bytes:
        """Return JSON of what is found in a text, with the diagram's data if it is sound."""
        answer = look_at(text, self.path, net, self.settings, self.most_nodes)
        self._watcher.follow((self.path, *answer.project.paths))
        plain = as_json(answer)
        plain["key"] = self._keep(answer)
        plain["document"], plain["undrawn"] = _drawn(answer.network)
        return encode(plain)

    def summary(self, key: str) -> bytes | None:
        """Return JSON of the table of costs; None where the check it belongs to is long past."""
        with self._lock:
            network = self._networks.get(key)
        return None if network is None else encode(_table(network))

    def save(self, text: str, base: str) -> Contents:
        """Write the spec; see :func:`archdsl.preview.disk.save`."""
        return save(self.path, text, base)

    def state(self) -> Plain:
        """Return what the file holds now, as the page is told it."""
        return {"spec": self.id} | self._file()

    def changes(self) -> Plain | None:
        """Return what has changed on disk since the last time, None if nothing has."""
        changed = self._watcher.poll()
        if not changed:
            return None
        return self.state() | {"used": any(path != self.path for path in changed)}

    def _file(self) -> Plain:
        try:
            return told(read(self.path))
        except Unreadable as error:
            return {"problem": str(error)}

    def _keep(self, answer: Answer) -> str | None:
        if answer.network is None:
            return None
        with self._lock:
            key = str(next(self._numbers))
            self._networks[key] = answer.network
            if len(self._networks) > KEPT:
                self._networks.popitem(last=False)
        return key


def told(contents: Contents) -> Plain:
    """Return a file's contents as the page is told them."""
    return {
        "text": contents.text,
        "digest": contents.digest,
        "missing": contents.is_missing,
    }


def encode(plain: Plain) -> bytes:
    """Return plain data as JSON; half a character, which UTF-8 cannot hold, becomes `?`."""
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def _drawn(network: Network | None) -> tuple[Plain | None, str | None]:
    """Return the diagram's data, or None and why there is none."""
    if network is None:
        return None, None
    try:
        return document(network.ir, network.project), None
    except DrawingError as error:
        return None, str(error)


def _table(network: Network) -> Plain:
    shown = table(summarise(network.ir, depth=1))

    def line(line: Line) -> Plain:
        return {"path": line.path, "level": line.level, "cells": [line.cells[at] for at in COLUMNS]}

    return {
        "title": shown.title,
        "headings": [{"text": HEADINGS[at], "number": HEADINGS[at] in NUMBERS} for at in COLUMNS],
        "lines": [line(one) for one in shown.lines],
        "total": [shown.total[at] for at in COLUMNS],
        "heads": [line(one) for one in shown.heads],
        "facts": [list(fact) for fact in shown.facts],
    }


def _at_home(folder: Path) -> str:
    """Return a folder's path as people write it."""
    try:
        return str(Path("~") / folder.relative_to(Path.home()))
    except (ValueError, RuntimeError):
        return str(folder)
