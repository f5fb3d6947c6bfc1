"""What a page is told about a text."""

from __future__ import annotations

import json
from pathlib import Path

from archdsl.diagnostics.shown import MOST_SHOWN
from archdsl.preview.answer import as_json, look_at
from archdsl.preview.session import Session
from tests.cli.specs import BLOCKS, SOUND, SOUND_MACS, SOUND_PARAMS, TWO, TYPO

HERE = Path(__file__)


def test_sound_text_has_totals_and_no_findings() -> None:
    found = as_json(look_at(SOUND, HERE, None, {}))
    assert found["sound"]
    assert (found["errors"], found["warnings"], found["diagnostics"]) == (0, 0, [])
    # The input, the convolution, the pool and the linear layer.
    assert found["totals"] == {"nodes": 4, "params": SOUND_PARAMS, "macs": SOUND_MACS}


def test_places_are_counted_as_javascript_counts_them() -> None:
    # Each face is one character for Python and two for a browser.
    text = "# 😀😀\n" + TYPO
    (found,) = as_json(look_at(text, HERE, None, {}))["diagnostics"]
    (label,) = found["labels"]
    units = text.encode("utf-16-le")
    assert units[2 * label["from"] : 2 * label["to"]].decode("utf-16-le").startswith("covn")
    assert (label["file"], label["line"], label["column"]) == (HERE.name, 4, 3)


def test_edits_mend_what_they_are_offered_for() -> None:
    wrong = SOUND.replace("conv 3x3 4", "covn 3x3 4").replace(
        "linear classes", "linear classes  => 1x1x5\n  expect params = 7"
    )
    text = "# 😀\n" + wrong
    for _ in range(3):  # a misspelt operator, a shape, a total
        found = as_json(look_at(text, HERE, None, {}))
        edit = found["diagnostics"][0]["edits"][0]
        units = text.encode("utf-16-le")
        before, after = units[: 2 * edit["from"]], units[2 * edit["to"] :]
        text = (before + edit["text"].encode("utf-16-le") + after).decode("utf-16-le")
    assert as_json(look_at(text, HERE, None, {}))["diagnostics"] == []


def test_a_name_that_no_net_has_gives_way_to_the_first() -> None:
    assert look_at(TWO, HERE, "two", {}).net == "two"
    assert look_at(TWO, HERE, None, {}).net == "one"
    assert look_at(TWO, HERE, "three", {}).net == "one"


def test_blocks_alone_are_fine_and_nothing_at_all_is_not() -> None:
    blocks = as_json(look_at(BLOCKS, HERE, None, {}))
    assert blocks["blocks_alone"]
    assert blocks["errors"] == 0
    assert [block["name"] for block in blocks["blocks"]] == ["a", "b"]
    nothing = as_json(look_at("", HERE, None, {}))
    assert [one["code"] for one in nothing["diagnostics"]] == ["no-net"]


def test_settings_hold_for_the_text() -> None:
    ten = look_at(SOUND, HERE, None, {"classes": 20}).network
    assert ten is not None
    assert ten.totals.params == SOUND_PARAMS + 10 * 5


def test_a_text_that_grows_without_end_is_an_error_at_its_place() -> None:
    text = "net a {\n  input 8x8x3\n  1000 x { 1000 x { 1000 x relu } }\n}\n"
    (found,) = as_json(look_at(text, HERE, None, {}))["diagnostics"]
    assert found["code"] == "too-many-nodes"
    assert "20,000" in found["headline"]
    assert found["labels"][0]["line"] == 3


def test_errors_are_shown_before_warnings_and_not_by_the_thousand() -> None:
    spare = "".join(f"block spare{n} {{ relu }}\n" for n in range(2 * MOST_SHOWN))
    found = as_json(look_at(TYPO + spare, HERE, None, {}))
    assert len(found["diagnostics"]) == MOST_SHOWN
    assert found["diagnostics"][0]["severity"] == "error"
    assert found["warnings"] == 2 * MOST_SHOWN


def test_used_files_come_along_with_what_is_wrong_in_them(tmp_path: Path) -> None:
    (tmp_path / "blocks.arch").write_text("block a { covn 1x1 2 }\n")
    text = 'use "blocks.arch"\nuse "absent.arch"\nnet n { input 8x8x3; a }\n'
    answer = look_at(text, tmp_path / "n.arch", None, {})
    found = as_json(answer)
    assert [file["name"] for file in found["files"]] == ["blocks.arch"]
    places = {(one["code"], one["labels"][0]["file"]) for one in found["diagnostics"]}
    assert ("unreadable-file", "n.arch") in places
    # A file that is not there may come to be.
    assert answer.project.paths == tuple(
        tmp_path / name for name in ("n.arch", "blocks.arch", "absent.arch")
    )


def test_files_outside_of_the_project_stay_unread(tmp_path: Path) -> None:
    (tmp_path / "secret.arch").write_text("block secret { relu }\n")
    project = tmp_path / "project"
    project.mkdir()
    (project / "link.arch").symlink_to(tmp_path / "secret.arch")
    for way in ("../secret.arch", "link.arch", str(tmp_path / "secret.arch")):
        found = look_at(f'use "{way}"\n', project / "n.arch", None, {})
        assert next(one.code for one in found.found if one.is_error) == "use-outside-project"
        assert len(found.project.sources) == 1


def test_the_summary_belongs_to_its_check(tmp_path: Path) -> None:
    session = Session(tmp_path / "a.arch")
    key = json.loads(session.check(SOUND, None))["key"]
    table = json.loads(session.summary(key) or b"")
    headings = [heading["text"] for heading in table["headings"]]
    assert [line["cells"][0] for line in table["lines"]] == ["conv", "avgpool", "linear"]
    assert table["total"][headings.index("params")] == f"{SOUND_PARAMS:,}"
    assert session.summary("another") is None
