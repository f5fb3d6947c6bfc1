"""Texts of people are texts in every format, whatever is in them; each format has a reader."""

from __future__ import annotations

import ast
import html
import json
import re
import subprocess
import sysconfig
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import graphviz
import pypdfium2
import pytest
from click.testing import CliRunner

import archdsl
from archdsl.cli import main
from archdsl.escaping import (
    dot_html,
    dot_text,
    html_text,
    json_in_html,
    json_text,
    line_text,
    mermaid_text,
    python_text,
    xml_text,
)
from archdsl.network import Network
from archdsl.pytorch.python_source.helpers import helper_names
from tests.hostile import TEXTS

PURE = Path(sysconfig.get_path("scripts")) / "graphviz-pure"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("text", TEXTS)
def test_python_reads_a_text_back(text: str) -> None:
    source = f'def f():\n    """{python_text(text)}"""  # {python_text(text)}\n    return 1\n'
    source.encode("utf-8")
    (function,) = ast.parse(source).body
    assert isinstance(function, ast.FunctionDef)
    assert len(function.body) == 2
    shown = re.sub("[\ud800-\udfff]", "\ufffd", text)  # Python makes no class with half of a pair
    assert ast.get_docstring(function, clean=False) == shown
    assert python_text(text).isprintable()


@pytest.mark.parametrize("text", TEXTS)
def test_xml_reads_a_text_back(text: str) -> None:
    tree = ElementTree.fromstring(f'<a b="{xml_text(text)}">{xml_text(text)}</a>')
    shown = re.sub(
        "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\ud800-\udfff]", "\ufffd", text
    )
    assert tree.text == tree.get("b") == shown
    assert not list(tree)


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.mark.parametrize("text", TEXTS)
def test_html_reads_a_text_and_data_back(text: str) -> None:
    reader = Reader()
    reader.feed(f"<p>{html_text(text)}</p><script>{json_in_html({text: text})}</script>")
    assert reader.tags == ["p", "script"]
    assert reader.texts[-1] == json_in_html({text: text})
    assert html.unescape(html_text("<a href='&amp;'>")) == "<a href='&amp;'>"
    assert json.loads(json_in_html({text: text})) == {text: text}
    assert json.loads(json_text({text: [text]}, 1)) == {text: [text]}
    json_text(text).encode("utf-8")


def texts_drawn(dot: graphviz.Digraph) -> list[str]:
    done = subprocess.run(
        [PURE, "-Tsvg"], input=dot.source.encode(), capture_output=True, check=True
    )
    tree = ElementTree.fromstring(done.stdout)
    return ["".join(text.itertext()).replace("\xa0", " ") for text in tree.iter(f"{SVG}text")]


@pytest.mark.parametrize("text", [text for text in TEXTS if line_text(text).strip()])
def test_graphviz_draws_a_text_as_it_is(text: str) -> None:
    dot = graphviz.Digraph(dot_text(text))
    dot.node("one", dot_text(text, "below"), tooltip=dot_text(text))
    dot.node("two", f"<<B>{dot_html(text)}</B>>")
    shown = line_text(text)
    first, below, second = texts_drawn(dot)
    assert (first.strip(), below, second.strip()) == (shown.strip(), "below", shown.strip())


@pytest.mark.parametrize("text", TEXTS)
def test_mermaid_keeps_a_text_inside_of_its_quotes(text: str) -> None:
    """Mermaid 11 showed each of these texts as it is; here its entities are read back."""
    written = mermaid_text(text)
    assert not {*written} & set('"<>&`*\\|[]{}~$\n')
    assert re.sub("#([0-9]+);", lambda sign: chr(int(sign[1])), written) == line_text(text)
    assert all(
        re.match("#[0-9]+;", written[found.start() :]) for found in re.finditer("#", written)
    )


SMALL = "net small { input 8x8x3; b 4; b 5 }\nblock b(c) { conv 3x3 c; relu }\n"
FORMATS = ("svg", "pdf", "png", "dot", "mmd", "json")


@pytest.fixture(scope="module")
def small() -> Network:
    return archdsl.load(SMALL)


@pytest.mark.parametrize("text", TEXTS)
def test_pictures_take_any_title(small: Network, text: str) -> None:
    drawn = {format: small.draw(format, title=text) for format in FORMATS if format != "png"}
    for made in drawn.values():
        made if isinstance(made, bytes) else made.encode("utf-8")
    tree = ElementTree.fromstring(drawn["svg"])
    assert not [one for one in tree.iter() if one.tag.removeprefix(SVG) in ("script", "b", "TABLE")]
    assert len(pypdfium2.PdfDocument(BytesIO(drawn["pdf"]))) == 1  # type: ignore[arg-type]
    shown = [*json.loads(drawn["json"]).values()]
    assert shown
    subprocess.run(
        [PURE, "-Tsvg"], input=str(drawn["dot"]).encode(), capture_output=True, check=True
    )
    lines = str(drawn["mmd"]).splitlines()
    assert lines == [one for one in str(drawn["mmd"]).split("\n") if one]
    assert len(lines) == len(str(small.draw("mmd")).splitlines())


NAMES = [text for text in TEXTS if "/" not in text and "\x00" not in text and len(text) < 60]


@pytest.mark.parametrize("name", [f"{name}.arch" for name in NAMES])
def test_files_of_any_name_compile_and_are_drawn(tmp_path: Path, name: str) -> None:
    """Surrogates stand for bytes of a file's name that are no UTF-8."""
    try:
        (tmp_path / name).write_text(SMALL, encoding="utf-8")
    except (OSError, UnicodeError):
        pytest.skip("this file system has no such names")
    network = archdsl.load(tmp_path / name)
    tree = ast.parse(network.source())
    classes = [node for node in tree.body[1:] if not isinstance(node, ast.Import | ast.ImportFrom)]
    functions = [node.name for node in classes if isinstance(node, ast.FunctionDef)]
    assert [type(node) for node in classes[: -len(functions)]] == [ast.ClassDef, ast.ClassDef]
    assert set(functions) < set(helper_names())
    docs = [
        ast.get_docstring(node, clean=False) for node in tree.body if isinstance(node, ast.ClassDef)
    ]
    assert docs[0] == f"Block b, first used in {name}, line 1."
    page = network.page()
    page.encode("utf-8")
    (data,) = re.findall('<script type="application/json" id="network">(.*?)</script>', page, re.S)
    assert json.loads(data)["name"] == "small"
    for format in ("py", "html", "svg", "json", "mmd", "dot"):
        out = tmp_path / f"out.{format}"
        command = "compile" if format == "py" else "render"
        done = CliRunner().invoke(main, [command, str(tmp_path / name), "-o", str(out)])
        assert done.exit_code == 0, done.output
        out.read_text(encoding="utf-8")
