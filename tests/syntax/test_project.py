"""Files that use each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from archdsl.check import check
from archdsl.diagnostics import Diagnostic
from archdsl.syntax import Project, read_project

NET = "net n { input 8x8x8; A }\n"
A = "block A { relu }\n"


def project(root: Path, files: dict[str, str]) -> tuple[Project, tuple[Diagnostic, ...]]:
    """Write files below a project folder and read ``main.arch``."""
    (root / "project").mkdir()
    (root / "project" / ".git").mkdir()
    for name, text in files.items():
        path = root / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, newline="")
    return read_project(root / "project" / "main.arch", "main.arch")


def test_paths_start_at_the_file_that_names_them(tmp_path: Path) -> None:
    files = {
        "main.arch": 'use "parts/a.arch"\n' + NET,
        "parts/a.arch": 'use "../b.arch"\nuse "c.arch"\nblock A { B; C }\n',
        "b.arch": "block B { relu }\n",
        "parts/c.arch": "block C { tanh }\n",
    }
    read, found = project(tmp_path, files)
    assert found == ()
    assert sorted(read.blocks) == ["A", "B", "C"]
    assert [source.name for source in read.sources] == [
        "main.arch",
        "parts/a.arch",
        "b.arch",
        "parts/c.arch",
    ]
    checked, found = check(read, read.nets[0])
    assert found == ()
    assert checked is not None


def test_a_file_used_twice_counts_once(tmp_path: Path) -> None:
    files = {
        "main.arch": 'use "a.arch"\nuse "a.arch"\nuse "./b.arch"\n' + NET,
        "a.arch": A,
        "b.arch": 'use "a.arch"\n',
    }
    assert project(tmp_path, files)[1] == ()


def test_a_circle_is_named(tmp_path: Path) -> None:
    files = {
        "main.arch": 'use "a.arch"\n' + NET,
        "a.arch": 'use "b.arch"\n' + A,
        "b.arch": 'use "c.arch"\n',
        "c.arch": 'use "a.arch"\n',
    }
    (found,) = project(tmp_path, files)[1]
    assert found.code == "cyclic-use"
    assert "`a.arch` → `b.arch` → `c.arch` → `a.arch`" in found.headline
    assert str(found.span) == "c.arch:1:1"


@pytest.mark.parametrize("path", ["../outside.arch", "a/../../outside.arch", "/etc/passwd"])
def test_nothing_outside_of_the_project_is_read(path: str, tmp_path: Path) -> None:
    (tmp_path / "outside.arch").write_text(A)
    found = project(tmp_path, {"main.arch": f'use "{path}"\n' + NET})[1]
    assert [one.code for one in found] == ["use-outside-project"]


def test_links_do_not_lead_out_of_the_project(tmp_path: Path) -> None:
    (tmp_path / "outside.arch").write_text(A)
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "link.arch").symlink_to(tmp_path / "outside.arch")
    (tmp_path / "project" / "main.arch").write_text('use "link.arch"\n' + NET)
    (tmp_path / "project" / "pyproject.toml").write_text("")
    found = read_project(tmp_path / "project" / "main.arch")[1]
    assert [one.code for one in found] == ["use-outside-project"]


def test_links_in_a_circle_are_unreadable(tmp_path: Path) -> None:
    (tmp_path / "a.arch").symlink_to(tmp_path / "b.arch")
    (tmp_path / "b.arch").symlink_to(tmp_path / "a.arch")
    (tmp_path / "main.arch").write_text('use "a.arch"\n' + NET)
    found = read_project(tmp_path / "main.arch")[1]
    assert [one.code for one in found] == ["unreadable-file"]


def test_without_marks_the_specs_own_folder_is_the_project(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "a.arch").write_text(A)
    (tmp_path / "deep" / "main.arch").write_text('use "../a.arch"\n' + NET)
    found = read_project(tmp_path / "deep" / "main.arch")[1]
    assert [one.code for one in found] == ["use-outside-project"]


@pytest.mark.parametrize(
    ("name", "why"), [("none.arch", "there is no such file"), ("folder", "it is a folder")]
)
def test_what_cannot_be_read_says_why(name: str, why: str, tmp_path: Path) -> None:
    files = {"main.arch": f'use "{name}"\n' + NET, "folder/x.arch": ""}
    (found,) = project(tmp_path, files)[1]
    assert found.code == "unreadable-file"
    assert why in found.headline


def test_a_missing_spec_has_no_place_but_a_name(tmp_path: Path) -> None:
    (found,) = read_project(tmp_path / "none.arch")[1]
    assert (found.code, found.span) == ("unreadable-file", None)


def test_blocks_of_all_files_share_their_names(tmp_path: Path) -> None:
    files = {"main.arch": 'use "a.arch"\n' + NET + A, "a.arch": A}
    (found,) = project(tmp_path, files)[1]
    assert found.code == "duplicate-name"
    assert sorted(label.span.source.name for label in found.labels) == ["a.arch", "main.arch"]


def test_mistakes_of_all_files_come_together(tmp_path: Path) -> None:
    files = {
        "main.arch": 'use "a.arch"\nuse "b.arch"\nnet n { conv 3x3, 8 }\n',
        "a.arch": "block A { relu",
        "b.arch": "block B { 4 * A }",
    }
    found = project(tmp_path, files)[1]
    assert [(one.code, one.span and one.span.source.name) for one in found] == [
        ("syntax", "main.arch"),
        ("unclosed-bracket", "a.arch"),
        ("syntax", "b.arch"),
    ]
