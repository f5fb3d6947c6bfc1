"""`archdsl fmt`: specs in one layout."""

from __future__ import annotations

import difflib
import re
from pathlib import Path

import click

from archdsl.cli.console import Failure, emit, say
from archdsl.cli.options import STDIN, one_stdin
from archdsl.cli.output import write_whole
from archdsl.cli.specs import CALL_IS_WRONG, Spec, read_stdin, report
from archdsl.diagnostics import Diagnostic
from archdsl.source import SourceFile
from archdsl.syntax import decode_source, formatted, read_source


@click.command(
    short_help="Lay out specs in one way.",
    epilog="""\b
Examples:
  archdsl fmt specs/*.arch
  archdsl fmt --check specs/*.arch
  archdsl fmt --diff draft.arch
  cat draft.arch | archdsl fmt -
""",
)
@click.argument(
    "files",
    metavar="SPEC...",
    nargs=-1,
    required=True,
    type=click.Path(allow_dash=True),
    callback=one_stdin,
)
@click.option("--check", is_flag=True, help="Write nothing; say which files would change.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
def fmt(files: tuple[str, ...], check: bool, diff: bool) -> None:
    """Lay out specs in one way: indentation, spaces, blank lines, columns.

    What a spec says stays the same, and so do its comments. Files are changed in place; `-` is
    standard input, and goes to standard output. A file with mistakes in its syntax is left alone.
    The exit code is 1 if a file has mistakes, or if one would change with `--check` or `--diff`.
    """
    code = 0
    for file in files:
        code = max(code, _format(file, check, diff))
    raise click.exceptions.Exit(code)


def _format(file: str, check: bool, diff: bool) -> int:
    original, source, found = _read(file)
    text = None
    if source is not None:
        text, found = formatted(source)
    name = "<stdin>" if file == STDIN else file
    if source is None or text is None:
        return _refuse(name, found)
    is_same = text == original
    if diff and not is_same:
        shown = difflib.unified_diff(_lines(original), _lines(text), name, name)
        emit("".join(_whole(line) for line in shown))
    if check and not is_same:
        say(f"`{name}` would be laid out otherwise")
    if check or diff:
        return 0 if is_same else 1
    if file == STDIN:
        emit(text)
    elif not is_same:
        try:
            write_whole(Path(file), text)
        except Failure as failure:
            say(str(failure))
            return 1
        emit(f"{file}: laid out anew\n")
    return 0


def _read(file: str) -> tuple[str, SourceFile | None, tuple[Diagnostic, ...]]:
    """Return a text as it is, with its own line ends, and as a source if it can be one."""
    if file == STDIN:
        data = read_stdin()
        source, found = decode_source(data, "<stdin>")
    else:
        source, found = read_source(Path(file), file)
        data = b"" if source is None else Path(file).read_bytes()
    return data.decode(errors="replace"), source, found


def _refuse(name: str, found: tuple[Diagnostic, ...]) -> int:
    spec = Spec(name, (), (), found, 0)
    report(spec)
    if spec.exit_code != CALL_IS_WRONG:
        say(f"`{name}` is left as it is")
    return spec.exit_code


def _lines(text: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _whole(line: str) -> str:
    """End a line of a difference, also the last of a text that does not end its own."""
    return line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
