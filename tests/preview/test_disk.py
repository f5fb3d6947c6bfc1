"""The spec's file comes back as it was but for what was edited, or is not touched."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import PIPE, Popen
from threading import Barrier

import pytest

from archdsl import files
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


SAVES = 16
SAVE_ONCE = """
import sys
from pathlib import Path
from archdsl.preview.disk import Conflict, save
sys.stdin.readline()
try:
    save(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
except Conflict:
    print("conflict")
else:
    print("written")
"""


def test_of_many_saves_at_once_one_is_written(path: Path) -> None:
    path.write_text("base")
    base = read(path).digest
    start = Barrier(SAVES)

    def attempt(number: int) -> str | None:
        start.wait()
        try:
            save(path, f"text {number}", base)
        except Conflict:
            return None
        return f"text {number}"

    with ThreadPoolExecutor(SAVES) as pool:
        for _ in range(10):
            path.write_text("base")
            (written,) = [one for one in pool.map(attempt, range(SAVES)) if one is not None]
            assert path.read_text() == written
    assert list(path.parent.iterdir()) == [path]


def test_of_saves_by_many_processes_one_is_written(path: Path) -> None:
    path.write_text("base")
    base = read(path).digest
    command = [sys.executable, "-c", SAVE_ONCE, str(path)]
    processes = [
        Popen([*command, f"text {number}", base], stdin=PIPE, stdout=PIPE, text=True)
        for number in range(4)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    said = [process.communicate()[0].strip() for process in processes]
    assert sorted(said) == ["conflict"] * 3 + ["written"]
    assert path.read_text() == f"text {said.index('written')}"


def test_what_another_program_writes_meanwhile_stays(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_text("base")
    base = read(path).digest
    # The draft goes to disk after the first comparison; right then the other program writes.
    monkeypatch.setattr(os, "fsync", lambda number: path.write_text("theirs"))
    with pytest.raises(Conflict) as conflict:
        save(path, "mine", base)
    assert conflict.value.now.text == "theirs"
    assert path.read_text() == "theirs"
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_appears_meanwhile_stays(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base = read(path).digest
    monkeypatch.setattr(os, "fsync", lambda number: path.write_text("theirs"))
    with pytest.raises(Conflict):
        save(path, "mine", base)
    assert path.read_text() == "theirs"


def test_mode_and_link_survive_a_save(path: Path) -> None:
    path.write_text("base")
    path.chmod(0o640)
    link = path.with_name("link.arch")
    link.symlink_to(path.name)
    save(link, "mine", read(link).digest)
    assert link.is_symlink()
    assert path.read_text() == "mine"
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_folder_that_stays_locked_is_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fcntl = pytest.importorskip("fcntl")
    monkeypatch.setattr(files, "PATIENCE", 0.05)
    path.write_text("base")
    handle = os.open(path.parent, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    with pytest.raises(CannotWrite, match="another program keeps its folder locked"):
        save(path, "mine", read(path).digest)
    os.close(handle)
    assert path.read_text() == "base"
    save(path, "mine", read(path).digest)
