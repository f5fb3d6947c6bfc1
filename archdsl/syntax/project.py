"""A spec and the files it uses, read from disk.

A file may only use files below the project's root: the nearest folder above the spec that holds
a ``pyproject.toml`` or a ``.git``, or else the spec's own folder.
"""

from __future__ import annotations

import os.path
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import dropwhile, islice
from pathlib import Path
from typing import TypeVar

from archdsl.diagnostics import Collector, Diagnostic, Label
from archdsl.source import SourceFile, Span
from archdsl.syntax import nodes
from archdsl.syntax.parser import parse

LARGEST_FILE = 8 * 2**20
MOST_FILES = 1000
LONGEST_CIRCLE = 8
"""Files that are named of those that use each other in a circle."""

Definition = TypeVar("Definition", nodes.Block, nodes.Net)
ROOT_MARKS = (".git", "pyproject.toml")


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Project:
    """One spec with everything it uses, known by identity.

    ``nets`` are those of the spec itself, in its order.

    ``paths`` are all files it was looked for in, the spec's own first: also those that are missing.
    """

    source: SourceFile
    sources: tuple[SourceFile, ...]
    nets: tuple[nodes.Net, ...]
    blocks: Mapping[str, nodes.Block]
    own_blocks: tuple[nodes.Block, ...]
    paths: tuple[Path, ...] = ()


def read_project(path: Path, name: str | None = None) -> tuple[Project, tuple[Diagnostic, ...]]:
    """Read a spec from a file and follow its ``use`` statements."""
    reader = _Reader(_root_of(path.resolve().parent))
    shown = str(path) if name is None else name
    source = reader.load(path, shown, None)
    return reader.project(source or SourceFile(shown, ""), path.resolve(), source is not None)


def read_text(
    text: str | bytes, name: str = "<text>", folder: Path | None = None
) -> tuple[Project, tuple[Diagnostic, ...]]:
    """Read a spec from memory; ``use`` looks in ``folder``, by default the current one."""
    here = (Path.cwd() if folder is None else folder).resolve()
    reader = _Reader(_root_of(here))
    source = reader.decode(
        text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text, name, None
    )
    return reader.project(source or SourceFile(name, ""), here / name, source is not None)


def read_source(path: Path, name: str) -> tuple[SourceFile | None, tuple[Diagnostic, ...]]:
    """Return the text of one file alone, None with the reason where it cannot be read."""
    reader = _Reader(path.parent)
    return reader.load(path, name, None), reader.found.sorted()


def decode_source(data: bytes, name: str) -> tuple[SourceFile | None, tuple[Diagnostic, ...]]:
    """Return bytes as the text that they are of, None with the reason where they are none."""
    reader = _Reader(Path())
    return reader.decode(data, name, None), reader.found.sorted()


def _root_of(folder: Path) -> Path:
    for candidate in (folder, *folder.parents):
        if any((candidate / mark).exists() for mark in ROOT_MARKS):
            return candidate
    return folder


class _Reader:
    """Loads files once each, in the order they are first used, and gathers what they define."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.found = Collector()
        self.sources: list[SourceFile] = []
        self.done: set[Path] = set()
        self.wanted: list[Path] = []
        self.blocks: dict[str, nodes.Block] = {}

    def project(
        self, source: SourceFile, path: Path, readable: bool
    ) -> tuple[Project, tuple[Diagnostic, ...]]:
        file = self._read(source, path) if readable else nodes.File((), (), ())
        nets: dict[str, nodes.Net] = {}
        for net in file.nets:
            self._define(net, nets)
        project = Project(
            source,
            tuple(self.sources),
            tuple(nets.values()),
            self.blocks,
            file.blocks,
            tuple(dict.fromkeys((path, *self.wanted))),
        )
        return project, self.found.sorted()

    def _read(self, source: SourceFile, path: Path) -> nodes.File:
        """Parse a file and, depth first but without recursion, the files it uses."""
        main = self._parse(source, path)
        # The files around the one that is read, in order, each with what it has yet to use.
        trail: dict[Path, Iterator[nodes.Use]] = {path: iter(main.uses)}
        while trail:
            here = next(reversed(trail))
            use = next(trail[here], None)
            if use is None:
                del trail[here]
                continue
            target = self._target(use, here.parent)
            if target is None:
                continue
            if target in trail:
                self._cycle(use, target, trail)
            elif target not in self.done:
                self.wanted.append(target)
                used = self.load(target, _shown(target, path, source.name), use.span)
                if used is not None:
                    file = self._parse(used, target)
                    trail[target] = iter(file.uses)
        return main

    def _parse(self, source: SourceFile, path: Path) -> nodes.File:
        self.done.add(path)
        self.sources.append(source)
        file, found = parse(source)
        self.found.extend(found)
        for block in file.blocks:
            self._define(block, self.blocks)
        return file

    def _define(self, new: Definition, table: dict[str, Definition]) -> None:
        old = table.setdefault(new.name.text, new)
        if old is new:
            return
        word = "block" if isinstance(new, nodes.Block) else "net"
        self.found.add(
            Diagnostic(
                "duplicate-name",
                f"there are two {word}s called `{new.name.text}`",
                (Label(new.name.span), Label(old.name.span, "the first is here")),
            )
        )

    def _target(self, use: nodes.Use, folder: Path) -> Path | None:
        label = Label(use.span)
        if not use.path or "\0" in use.path or Path(use.path).is_absolute():
            self.found.add(
                Diagnostic(
                    "use-outside-project",
                    "`use` takes a path from this file's own folder",
                    (label,),
                    help='write `use "blocks.arch"`',
                )
            )
            return None
        try:
            target = (folder / use.path).resolve()
        except (OSError, RuntimeError):
            target = folder / use.path
        if not target.is_relative_to(self.root):
            self.found.add(
                Diagnostic(
                    "use-outside-project",
                    f"`{use.path}` lies outside of the project",
                    (label,),
                    notes=(f"the project is the folder `{self.root.name}`",),
                )
            )
            return None
        if len(self.done) >= MOST_FILES:
            self.found.add(
                Diagnostic("too-many-files", f"more than {MOST_FILES} files are used", (label,))
            )
            return None
        return target

    def _cycle(self, use: nodes.Use, target: Path, trail: Iterable[Path]) -> None:
        inside = dropwhile(lambda path: path != target, trail)
        names = [path.name for path in islice(inside, LONGEST_CIRCLE)]
        shown = [f"`{name}`" for name in names]
        shown += ["…"] if len(names) == LONGEST_CIRCLE else []
        circle = " → ".join((*shown, shown[0]))
        self.found.add(
            Diagnostic(
                "cyclic-use", f"files use each other in a circle: {circle}", (Label(use.span),)
            )
        )

    def load(self, path: Path, name: str, span: Span | None) -> SourceFile | None:
        """Return the file's text, or None after reporting why there is none."""
        try:
            if path.is_dir():
                return self._unreadable(name, "it is a folder", span)
            if not path.is_file():
                exists = path.exists()
                why = "it is not a regular file" if exists else "there is no such file"
                return self._unreadable(name, why, span)
            with path.open("rb") as file:
                data = file.read(LARGEST_FILE + 1)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            return self._unreadable(name, why[0].lower() + why[1:], span)
        return self.decode(data, name, span)

    def decode(self, data: bytes, name: str, span: Span | None) -> SourceFile | None:
        if len(data) > LARGEST_FILE:
            return self._unreadable(name, f"it is larger than {LARGEST_FILE // 2**20} MiB", span)
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            readable = data[: error.start].decode("utf-8-sig", errors="replace")
            rest = data[error.start : error.start + 200].decode("utf-8", errors="replace")
            source = SourceFile(name, readable + rest)
            self.found.add(
                Diagnostic(
                    "not-text",
                    f"`{name}` is not UTF-8 text: byte {error.start:,} is "
                    f"0x{data[error.start]:02x}",
                    (Label(source.span(len(readable), len(readable) + 1)),),
                    help="save it as UTF-8",
                )
            )
            return None
        return SourceFile(name, text.replace("\r\n", "\n").replace("\r", "\n"))

    def _unreadable(self, name: str, why: str, span: Span | None) -> None:
        labels = () if span is None else (Label(span),)
        self.found.add(Diagnostic("unreadable-file", f"cannot read `{name}`: {why}", labels))


def _shown(target: Path, main: Path, main_name: str) -> str:
    """Return the name a used file is shown under: as seen from where the main file was named."""
    relative = os.path.relpath(target, main.parent)
    return os.path.normpath(os.path.join(os.path.dirname(main_name), relative))
