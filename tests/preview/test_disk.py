"""The spec's file comes back as it was but for what was edited, or is not touched."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archdsl.files import CannotWrite
from archdsl.preview.disk import LARGEST_TEXT, Conflict, Unreadable, read, save


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.arch"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["unix", "windows", "old-mac"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "marked"])
def test_line_ends_and_mark_survive_an_edit(path: Path, end: str, mark: bytes) -> None:
    path.write_bytes(mark + end.join(("block é {", "}", "")).encode())
    found = read(path)
    assert found.text == "block é {\n}\n"
    written = save(path, "block é {\n  relu\n}\n", found.digest)
    assert path.read_bytes() == mark + end.join(("block é {", "  relu", "}", "")).encode()
    assert written == read(path)


def test_save_refuses_what_another_program_wrote(path: Path) -> None:
    path.write_text("mine")
    began = read(path)
    path.write_text("theirs")
    with pytest.raises(Conflict) as conflict:
        save(path, "edited", began.digest)
    assert conflict.value.now.text == "theirs"
    assert path.read_text() == "theirs"
    # Once that has been seen, it may be replaced.
    save(path, "edited", conflict.value.now.digest)
    assert path.read_text() == "edited"


def test_missing_file_is_written_again_and_not_by_accident(path: Path) -> None:
    gone = read(path)
    assert gone.is_missing
    save(path, "new", gone.digest)
    assert path.read_text() == "new"
    with pytest.raises(Conflict):
        save(path, "newer", gone.digest)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"net \xff {}", "it is not UTF-8 text: byte 4 is no letter"),
        (b"#" * (LARGEST_TEXT + 1), "it is larger than 1 MiB"),
    ],
    ids=["binary", "large"],
)
def test_what_no_editor_can_show_is_refused(path: Path, content: bytes, why: str) -> None:
    path.write_bytes(content)
    with pytest.raises(Unreadable, match=why):
        read(path)
    with pytest.raises(CannotWrite, match=why):
        save(path, "text", "")
    assert path.read_bytes() == content


def test_folders_and_pipes_are_no_specs(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="it is a folder"):
        read(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Unreadable, match="not a regular file"):
        read(tmp_path / "pipe")


def test_failed_save_leaves_the_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_text("old")

    def fail(number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(CannotWrite, match="no space left on device"):
        save(path, "new", read(path).digest)
    assert path.read_text() == "old"
    assert list(path.parent.iterdir()) == [path]
