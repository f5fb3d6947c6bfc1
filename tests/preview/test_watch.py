"""Changes are noticed once, whichever way a program writes files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archdsl.preview.watch import GONE_AFTER, SURE_AFTER, Watcher


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a.arch"
    path.write_text("one")
    return path


def after(watcher: Watcher, looks: int) -> list[Path]:
    """Return what some looks in a row notice."""
    return [path for _ in range(looks) for path in watcher.poll()]


def test_a_file_at_rest_is_quiet(path: Path) -> None:
    assert after(Watcher([path]), 3 * SURE_AFTER) == []


def test_a_change_is_told_once(path: Path) -> None:
    watcher = Watcher([path])
    path.write_text("another")
    assert after(watcher, 3 * SURE_AFTER) == [path]


def test_a_change_counts_when_the_file_has_come_to_rest(path: Path) -> None:
    watcher = Watcher([path])
    path.write_text("half")
    assert after(watcher, 1) == []
    path.write_text("half and the other half")
    assert after(watcher, 1) == []
    assert after(watcher, 1) == [path]


def test_replacing_the_file_is_a_change(path: Path) -> None:
    watcher = Watcher([path])
    draft = path.with_name("draft")
    draft.write_text("two")
    draft.replace(path)
    assert after(watcher, 3) == [path]


def test_same_size_and_time_do_not_hide_a_change(path: Path) -> None:
    watcher = Watcher([path])
    before = path.stat()
    path.write_text("two")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert after(watcher, 3 * SURE_AFTER) == [path]


def test_touching_a_file_is_no_change(path: Path) -> None:
    watcher = Watcher([path])
    os.utime(path, ns=(0, 0))
    assert after(watcher, 3 * SURE_AFTER) == []


def test_removing_and_writing_again_is_one_change(path: Path) -> None:
    watcher = Watcher([path])
    path.unlink()
    assert after(watcher, GONE_AFTER - 1) == []
    path.write_text("two")
    assert after(watcher, 3) == [path]


def test_a_file_that_stays_away_is_gone(path: Path) -> None:
    watcher = Watcher([path])
    path.unlink()
    assert after(watcher, 3 * GONE_AFTER) == [path]
    path.write_text("one")
    assert after(watcher, 3) == [path]


def test_only_the_files_followed_now_count(path: Path) -> None:
    other = path.with_name("b.arch")
    watcher = Watcher([path])
    watcher.follow([path, other])
    other.write_text("new")
    assert after(watcher, 3) == [other]
    watcher.follow([path])
    other.write_text("newer")
    path.write_text("newer")
    assert after(watcher, 3) == [path]


def test_what_cannot_be_read_differs_from_what_is_gone(path: Path) -> None:
    watcher = Watcher([path])
    path.unlink()
    path.mkdir()
    assert after(watcher, 3 * SURE_AFTER) == [path]
    path.rmdir()
    assert after(watcher, GONE_AFTER + SURE_AFTER) == [path]
