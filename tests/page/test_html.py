"""The page is one harmless file that may load nothing."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import archdsl
from archdsl.page import document, page
from tests.samples import INCEPTION

ROOT = Path(__file__).parents[2]
HOSTILE = """
# </script><img src=x onerror=alert(1)> <!-- <script> ]]> &amp; \u2028
net hostile { input 8x8x3; conv 3x3 4 }
"""


class Reader(HTMLParser):
    """Gathers tags with their attributes, and the text of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        self.tags.append((f"/{tag}", {}))
        self.texts.append("")

    def handle_data(self, data: str) -> None:
        if self.texts:
            self.texts[-1] += data

    def policy(self) -> str:
        metas = [attrs for tag, attrs in self.tags if tag == "meta"]
        found = [a["content"] for a in metas if a.get("http-equiv") == "Content-Security-Policy"]
        (policy,) = found
        assert policy is not None
        return policy

    def text_of(self, tag: str, number: int = 0) -> str:
        found = [text for (t, _), text in zip(self.tags, self.texts, strict=True) if t == tag]
        return found[number]


def allowed(code: str) -> str:
    return f"'sha256-{b64encode(sha256(code.encode()).digest()).decode()}'"


def test_inception_v4_is_under_400_kb_with_all_its_nodes() -> None:
    network = archdsl.load(ROOT / "specs/inception_v4.arch")
    text = page(network.ir, network.project)
    assert len(text.encode()) < 400_000
    data = json.loads(Reader(text).text_of("script"))
    assert [node["path"] for node in data["nodes"]] == list(network.ir.nodes)


def test_only_the_script_and_the_style_in_it_may_run() -> None:
    read = Reader(archdsl.load(INCEPTION).page())
    policy = dict(rule.split(" ", 1) for rule in read.policy().split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == allowed(read.text_of("script", 1))
    assert policy["style-src"] == allowed(read.text_of("style"))
    assert set(policy) == {
        "default-src", "script-src", "style-src", "img-src", "base-uri", "form-action",
    }  # fmt: skip


def test_nothing_in_it_names_another_file() -> None:
    text = archdsl.load(INCEPTION).page()
    assert [tag for tag, attrs in Reader(text).tags if {"src", "href"} & set(attrs)] == []
    assert not re.search(r"\b(?:import\(|fetch\(|XMLHttpRequest|WebSocket|url\()", text)


def test_text_of_a_spec_never_becomes_markup() -> None:
    network = archdsl.load(HOSTILE)
    text = page(network.ir, network.project)
    read = Reader(text)
    assert [tag for tag, _ in read.tags if tag in ("img", "script")] == ["script", "script"]
    assert json.loads(read.text_of("script")) == document(network.ir, network.project)


def test_equal_networks_give_equal_pages() -> None:
    assert archdsl.load(INCEPTION).page() == archdsl.load(INCEPTION).page()


def test_who_runs_no_script_reads_the_network() -> None:
    text = archdsl.load(INCEPTION).page()
    described = text[text.index("<noscript>") : text.index("</noscript>")]
    assert "<li>mixed_a inception 4 4 6 2 2 2 → 10×10×14" in described
    assert "<li>side weight 0.3 → 1×1×6" in described
