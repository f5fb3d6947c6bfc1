from __future__ import annotations

import json
from pathlib import Path

import pytest

import archdsl
from archdsl import drawing as target
from archdsl.cli import drawing, render
from archdsl.drawing import Direction, Heat, Label, Style
from tests.cli.running import ROOT, Run
from tests.cli.specs import SOUND, TWO, TYPO

BLOCKS = """\
net blocky {
  input 8x8x3
  stem
  3 x module
  linear_head { avgpool global; linear 10 }
}
block stem { conv 3x3 4 }
block module { concat { conv 1x1 2; conv 3x3 2 } }
"""
STARTS = {
    "svg": b"<",
    "png": b"\x89PNG",
    "pdf": b"%PDF",
    "dot": b"digraph",
    "mmd": b"flowchart",
    "mermaid": b"flowchart",
    "json": b"{",
}


@pytest.fixture
def spec() -> str:
    Path("a.arch").write_text(BLOCKS)
    return "a.arch"


def test_suffix_says_the_format(run: Run) -> None:
    Path("a.arch").write_text(SOUND)
    for suffix, start in STARTS.items():
        result = run("render", "a.arch", "-o", f"a.{suffix}")
        assert (result.exit_code, result.output) == (0, "")
        assert Path(f"a.{suffix}").read_bytes().startswith(start)


def test_standard_output_is_dot_unless_told(run: Run) -> None:
    Path("a.arch").write_text(SOUND)
    assert run("render", "a.arch").stdout.startswith("digraph")
    assert "</svg>" in run("render", "a.arch", "-o", "-", "--format", "svg").stdout


def test_unknown_suffix_is_a_wrong_call(run: Run) -> None:
    Path("a.arch").write_text(SOUND)
    for name in ("a.gif", "a", "folder/"):
        result = run("render", "a.arch", "-o", name)
        assert result.exit_code == 2
        assert "`.svg`, `.png`, `.pdf`, `.dot`, `.mmd`, `.json`, `.html`" in result.stderr


def test_wrong_spec_writes_nothing(run: Run) -> None:
    Path("a.arch").write_text(SOUND)
    Path("b.arch").write_text(TYPO)
    Path("small.svg").write_text("old")
    result = run("render", "a.arch", "b.arch", "-o", "{net}.svg")
    assert result.exit_code == 1
    assert Path("small.svg").read_text() == "old"


def test_each_network_gets_its_file(run: Run) -> None:
    Path("two.arch").write_text(TWO)
    assert run("render", "two.arch", "-o", "{net}.dot").exit_code == 0
    assert sorted(path.name for path in Path().glob("*.dot")) == ["one.dot", "two.dot"]


def test_drawings_follow_one_another_on_standard_output_as_dot_alone(run: Run) -> None:
    Path("two.arch").write_text(TWO)
    assert run("render", "two.arch").stdout.count("digraph") == 2
    for format in ("svg", "png", "pdf", "mermaid", "json", "html"):
        result = run("render", "two.arch", "--format", format)
        assert (result.exit_code, result.stdout) == (2, "")
        assert "{net}." in result.stderr


def test_nothing_goes_to_standard_output_where_one_network_cannot_be_drawn(run: Run) -> None:
    Path("a.arch").write_text(BLOCKS)
    Path("b.arch").write_text(SOUND)
    result = run("render", "a.arch", "b.arch", "--only", "module.1")
    assert (result.exit_code, result.stdout) == (1, "")


def test_networks_of_one_name_cannot_share_a_file(run: Run, spec: str) -> None:
    Path("b.arch").write_text(BLOCKS)
    result = run("render", spec, "b.arch", "-o", "{net}.svg")
    assert result.exit_code == 2
    assert "two networks of one name would go to `blocky.svg`" in result.stderr


def test_networks_cannot_share_a_file(run: Run) -> None:
    Path("two.arch").write_text(TWO)
    result = run("render", "two.arch", "-o", "x.dot")
    assert result.exit_code == 2
    assert "{net}.dot" in result.stderr
    assert not Path("x.dot").exists()


def test_output_that_cannot_be_written_is_one_line(run: Run) -> None:
    Path("a.arch").write_text(SOUND)
    Path("folder.svg").mkdir()
    for name in ("no/a.svg", "folder.svg"):
        result = run("render", "a.arch", "-o", name)
        assert result.exit_code == 1
        assert result.stderr.startswith(f"archdsl: cannot write `{name}`: ")
        assert result.stderr.count("\n") == 1


def test_the_command_offers_what_drawings_have() -> None:
    assert [style.value for style in Style] == list(drawing.STYLES)
    assert [one.value for one in Direction] == list(drawing.DIRECTIONS)
    assert [label.value for label in Label] == list(drawing.LABELS)
    assert [heat.value for heat in Heat] == list(drawing.HEATS)
    assert list(target.THEMES) == list(drawing.THEMES)
    assert set(render.FORMATS) == {*target.FORMATS, render.PAGE}
    assert render.ALIASES == target.ALIASES


def test_options_reach_the_drawing(run: Run, spec: str) -> None:
    result = run(
        *("render", spec, "--format", "json", "--style", "paper", "--expand", "module"),
        *("--direction", "lr", "--labels", "names,macs", "--heat", "params", "--title", "Mine"),
        "--no-legend",
    )
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert (found["title"], found["style"], found["direction"]) == ("Mine", "paper", "LR")
    assert found["scale"]["heat"] == "params"
    assert found["legend"] is False
    assert "3 × module" in [
        one["title"] for one in found["overview"]["members"] if one["kind"] == "group"
    ]
    assert {edge["label"] for edge in found["overview"]["edges"]} == {""}


def test_the_command_and_the_network_draw_the_same(run: Run, spec: str) -> None:
    network = archdsl.load(spec)
    for words, options in (
        ((), {}),
        (("--style", "paper", "--theme", "dark"), {"style": "paper", "theme": "dark"}),
        (("--expand", "stem", "--expand", "module"), {"expand": ["stem", "module"]}),
        (("--depth", "1", "--labels", "none"), {"depth": 1, "labels": "none"}),
        (("--only", "module.1", "--heat", "macs"), {"only": "module.1", "heat": "macs"}),
    ):
        for format in ("json", "dot", "svg"):
            result = run("render", spec, "--format", format, *words)
            drawn = network.draw(format, **options)  # pyright: ignore[reportArgumentType]
            text = drawn.decode() if isinstance(drawn, bytes) else drawn
            assert result.stdout == text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--expand", "modul"), "no block `modul` to unfold; did you mean `module`?"),
        (("--only", "module.7"), "no step `module.7`; did you mean"),
        (("--style", "full", "--expand", "stem"), "leave out `expand`, or give a `depth`"),
        (("--style", "table", "--heat", "macs"), "takes no `heat`"),
    ],
)
def test_what_cannot_be_drawn_is_one_line(
    run: Run, spec: str, words: tuple[str, ...], message: str
) -> None:
    result = run("render", spec, "-o", "x.svg", *words)
    assert result.exit_code == 1
    assert result.stderr.startswith("archdsl: cannot draw blocky: ")
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert not Path("x.svg").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("-o", "x.svg", "--style", "fancy"), "'fancy' is not one of"),
        (("-o", "x.svg", "--theme", "pink"), "'pink' is not one of"),
        (("-o", "x.svg", "--labels", "shape"), "`shape` is none of shapes, params, macs, names"),
        (("-o", "x.svg", "--labels", "none,macs"), "`none` does not go with others"),
        (("-o", "x.svg", "--depth", "-1"), "-1"),
        (("-o", "x.svg", "--dpi", "300"), "`--dpi` is the resolution of a png"),
        (("-o", "x.png", "--dpi", "5"), "36<=x<=1200"),
        (("-o", "x.html", "--style", "paper"), "`--style` is for figures: a page has all"),
        (("-o", "x.html", "--split"), "`--split` is for figures"),
        (("--split",), "`--split` writes several files"),
        (("-o", "-", "--split"), "`--split` writes several files"),
        (("-o", "x.svg", "--split", "--style", "table"), "a table is one file"),
        (("-o", "x.svg", "--format", "pdf"), "named as svg, and `--format` says pdf"),
        (("-o", "{block}.html"), "`{block}` is for figures"),
        (("-o", ""), "the name of the output is empty"),
        (("-o", "x.svg", "--expand", ""), "'--expand': the name is empty"),
        (("-o", "x.svg", "--only", ""), "'--only': the name is empty"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(
    run: Run, spec: str, words: tuple[str, ...], message: str
) -> None:
    result = run("render", spec, *words)
    assert result.exit_code == 2
    assert message in result.stderr
    assert [path.name for path in Path().iterdir()] == [spec]


def test_split_writes_a_file_for_each_block(run: Run, spec: str) -> None:
    result = run("render", spec, "-o", "fig.json", "--split")
    assert (result.exit_code, result.output) == (0, "")
    found = {path.name: json.loads(path.read_text()) for path in Path().glob("*.json")}
    assert sorted(found) == [
        "fig-linear_head.json",
        "fig-module.json",
        "fig-stem.json",
        "fig.json",
    ]
    assert all(one["panels"] == [] for one in found.values())
    assert found["fig-module.json"]["title"] == "module"
    assert [one["title"] for one in found["fig.json"]["overview"]["members"]] == [
        "input",
        "stem",
        "3 × module",
        "linear_head",
    ]


def test_the_path_says_where_the_names_of_blocks_belong(run: Run, spec: str) -> None:
    Path("out").mkdir()
    assert run("render", spec, "-o", "out/{net}_{block}.svg").exit_code == 0
    assert sorted(path.name for path in Path("out").iterdir()) == [
        "blocky_linear_head.svg",
        "blocky_module.svg",
        "blocky_overview.svg",
        "blocky_stem.svg",
    ]


def test_nothing_is_split_where_nothing_is_folded(run: Run, spec: str) -> None:
    Path("plain.arch").write_text(SOUND)
    for words in (("plain.arch",), (spec, "--expand", "all"), (spec, "plain.arch")):
        result = run("render", *words, "-o", "{net}.svg", "--split")
        assert result.exit_code == 1
        assert "nothing to split" in result.stderr
        assert not list(Path().glob("*.svg"))


def test_networks_that_are_split_cannot_share_files(run: Run, spec: str) -> None:
    Path("b.arch").write_text(BLOCKS.replace("net blocky", "net other"))
    result = run("render", spec, "b.arch", "-o", "fig.svg", "--split")
    assert result.exit_code == 2
    assert "{net}.svg" in result.stderr
    Path("b.arch").write_text(BLOCKS)
    assert run("render", spec, "b.arch", "-o", "{net}.dot", "--split").exit_code == 2


def test_a_large_drawing_is_drawn_with_a_hint_to_fold_it(run: Run) -> None:
    steps = "\n".join(["conv 3x3 8"] * 4)
    text = f"net large {{ input 8x8x8; 260 x part }}\nblock part {{ {steps} }}"
    Path("large.arch").write_text(text)
    result = run("render", "large.arch", "--style", "full", "--format", "dot")
    assert result.exit_code == 0
    assert result.stderr == (
        "archdsl: the drawing of large has 1,041 boxes: `--style blocks` folds blocks and repeats\n"
    )
    assert run("render", "large.arch", "--format", "dot").stderr == ""


def test_too_large_a_drawing_is_refused(run: Run) -> None:
    Path("large.arch").write_text("net n { input 8x8x8; 2500 x A }\nblock A { conv 3x3 8 }")
    result = run("render", "large.arch", "--style", "full", "-o", "x.svg")
    assert result.exit_code == 1
    assert "2,501 boxes" in result.stderr
    assert "the style `blocks` folds" in result.stderr


def test_a_page_is_written_by_its_suffix(run: Run, spec: str) -> None:
    pytest.importorskip("archdsl.page")
    assert run("render", spec, "-o", "x.html").exit_code == 0
    assert Path("x.html").read_text() == archdsl.load(spec).draw("html")
    with pytest.raises(target.DrawingError, match="takes no options of figures"):
        archdsl.load(spec).draw("html", style="paper")


def test_the_examples_of_the_help_run(run: Run) -> None:
    epilog = render.render.epilog or ""
    examples = [line.split() for line in epilog.splitlines() if line.startswith("  archdsl ")]
    assert len(examples) == 8
    here = Path().resolve()
    Path("out").mkdir()
    for words in examples[:-1]:
        call = [word.replace("'", "") for word in words[1:] if word not in (">>", "notes.md")]
        at = call.index(next(word for word in call if word.endswith(".arch")))
        name = call[at].replace("*", "nin")
        call[at] = str(ROOT / name)
        call = [
            f"{here}/{word}" if word.endswith((".svg", ".pdf", ".png")) else word for word in call
        ]
        assert run(*call).exit_code == 0, words
