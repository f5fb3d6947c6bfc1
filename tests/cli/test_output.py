"""Results are written whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from archdsl.cli.console import Failure
from archdsl.cli.output import write_whole
from archdsl.files import CannotWrite, write_together


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "result.svg"


def test_new_file_has_the_mode_of_a_new_file(target: Path) -> None:
    old = os.umask(0o027)
    try:
        write_whole(target, "é\n")
    finally:
        os.umask(old)
    assert target.read_bytes() == "é\n".encode()
    assert target.stat().st_mode & 0o777 == 0o640


def test_existing_file_keeps_its_mode(target: Path) -> None:
    target.write_text("old")
    target.chmod(0o604)
    write_whole(target, b"new")
    assert target.read_text() == "new"
    assert target.stat().st_mode & 0o777 == 0o604


def test_link_stays_a_link(target: Path) -> None:
    link = target.with_name("link.svg")
    link.symlink_to(target)
    write_whole(link, "new")
    assert link.is_symlink()
    assert target.read_text() == "new"


@pytest.mark.parametrize(
    ("step", "code", "reason"),
    [
        ("fsync", errno.ENOSPC, "no space left on device"),
        ("replace", errno.EACCES, "permission denied"),
        ("open", errno.EROFS, "read-only file system"),
    ],
)
def test_failure_keeps_the_old_file(
    target: Path, monkeypatch: pytest.MonkeyPatch, step: str, code: int, reason: str
) -> None:
    target.write_text("old")
    target.chmod(0o604)

    def fail(*arguments: object, **options: object) -> None:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patch:
        patch.setattr(os, step, fail)
        with pytest.raises(Failure) as failure:
            write_whole(target, "new")
    assert str(failure.value) == f"cannot write `{target}`: {reason}"
    assert target.read_text() == "old"
    assert target.stat().st_mode & 0o777 == 0o604
    assert list(target.parent.iterdir()) == [target]


def test_interruption_leaves_no_draft(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_whole(target, "new")
    assert list(target.parent.iterdir()) == []


def test_missing_folder_is_named(target: Path) -> None:
    path = target.parent / "no" / "x.svg"
    with pytest.raises(Failure, match="there is no folder") as failure:
        write_whole(path, "new")
    assert str(path.parent) in str(failure.value)


def test_folder_is_not_replaced(target: Path) -> None:
    target.mkdir()
    with pytest.raises(Failure, match="it is a folder"):
        write_whole(target, "new")
    assert target.is_dir()


def test_circle_of_links_is_an_error(target: Path) -> None:
    other = target.with_name("other.svg")
    target.symlink_to(other)
    other.symlink_to(target)
    with pytest.raises(Failure, match="cannot write"):
        write_whole(target, "new")


def test_device_takes_the_data_and_stays(target: Path) -> None:
    write_whole(Path(os.devnull), "new")
    assert Path(os.devnull).is_char_device()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
def test_full_device_is_an_error() -> None:
    with pytest.raises(Failure, match="no space left on device"):
        write_whole(Path("/dev/full"), "new")


def test_files_that_belong_together_are_all_written_or_none_is(tmp_path: Path) -> None:
    model, data = tmp_path / "n.onnx", tmp_path / "n.onnx.data"
    write_together({model: b"new", data: b"weights"})
    assert (model.read_bytes(), data.read_bytes()) == (b"new", b"weights")
    data.unlink()
    data.mkdir()
    with pytest.raises(CannotWrite, match=r"cannot write `.*n.onnx.data`: it is a folder"):
        write_together({model: b"newer", data: b"weights"})
    assert model.read_bytes() == b"new"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["n.onnx", "n.onnx.data"]
