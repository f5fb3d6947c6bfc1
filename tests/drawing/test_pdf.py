"""PDF and PNG, read back by other programs."""

from __future__ import annotations

import ctypes
import os
import struct
import subprocess
import sys
from collections import Counter

import pypdfium2
import pypdfium2.raw
import pytest

from archdsl.drawing.figure import Figure, Part, Rect, Text
from archdsl.drawing.options import DrawingError
from archdsl.drawing.pdf import LIKE, to_pdf
from archdsl.drawing.png import to_png
from tests.drawing.figures import ROOT, figure_of

FIGURES = [
    ("googlenet", "labels"),
    ("inception_resnet_v2", "paper"),
    ("resnet50", "full"),
    ("u_net", "heat"),
]
some_figures = pytest.mark.parametrize(
    ("name", "form"), FIGURES, ids=[f"{n}-{f}" for n, f in FIGURES]
)


@some_figures
def test_pdf_has_all_text_to_select(name: str, form: str) -> None:
    figure = figure_of(name, form)
    page = pypdfium2.PdfDocument(to_pdf(figure))[0]
    found = Counter(page.get_textpage().get_text_range().split())
    # The reader joins what stands close together, so letters are counted rather than words.
    wanted = "".join(text.text for text in figure.every_text()).translate(LIKE)
    letters = Counter("".join(found.elements()))
    assert letters == Counter(wanted.replace(" ", ""))


@some_figures
def test_pdf_is_vectors_with_embedded_fonts(name: str, form: str) -> None:
    document = pypdfium2.PdfDocument(to_pdf(figure_of(name, form)))
    kinds = Counter(one.type for one in document[0].get_objects())
    assert kinds[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE] == 0
    assert kinds[pypdfium2.raw.FPDF_PAGEOBJ_TEXT] > 0
    assert kinds[pypdfium2.raw.FPDF_PAGEOBJ_PATH] > 0
    for one in document[0].get_objects([pypdfium2.raw.FPDF_PAGEOBJ_TEXT]):
        font = pypdfium2.raw.FPDFTextObj_GetFont(one.raw)
        assert pypdfium2.raw.FPDFFont_GetIsEmbedded(font) == 1


def test_pdf_is_as_large_as_the_figure_and_named_after_it() -> None:
    figure = figure_of("googlenet", "blocks")
    document = pypdfium2.PdfDocument(to_pdf(figure))
    assert len(document) == 1
    assert document[0].get_size() == pytest.approx((figure.width, figure.height), abs=0.01)
    about = document.get_metadata_dict()
    assert about["Title"] == "googlenet"
    assert about["Subject"] == figure.description
    headings = [mark.get_title() for mark in document.get_toc()]
    assert "conv2" in headings


def test_folded_boxes_of_a_pdf_lead_to_their_panels() -> None:
    figure = figure_of("googlenet", "blocks")
    document = pypdfium2.PdfDocument(to_pdf(figure))
    page = document[0]
    raw, at, link = pypdfium2.raw, ctypes.c_int(0), pypdfium2.raw.FPDF_LINK()
    leading: list[int] = []
    while raw.FPDFLink_Enumerate(page.raw, ctypes.byref(at), ctypes.byref(link)):
        place = raw.FPDFLink_GetDest(document.raw, link)
        leading.append(raw.FPDFDest_GetDestPageIndex(document.raw, place))
    assert leading == [0] * sum(part.link is not None for part in figure.parts)
    assert leading


def test_a_figure_larger_than_a_page_may_be_is_scaled() -> None:
    part = Part("p", (), (Text(10, 20_000, "here", 9, "#000000"),))
    figure = Figure(100, 28_800, "long", "", "#ffffff", (part,))
    page = pypdfium2.PdfDocument(to_pdf(figure))[0]
    assert page.get_size() == pytest.approx((50, 14_400))
    assert to_png(figure, 18)[16:24] == struct.pack(">II", 25, 7200)


@pytest.mark.parametrize("dpi", [72, 144, 300])
def test_png_has_as_many_pixels_as_asked_for(dpi: int) -> None:
    figure = figure_of("nin", "blocks")
    png = to_png(figure, dpi)
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    assert width == pytest.approx(figure.width * dpi / 72, abs=1)
    assert height == pytest.approx(figure.height * dpi / 72, abs=1)


def test_png_shows_the_colours_of_the_figure() -> None:
    figure = Figure(10, 10, "", "", "#16191d", (Part("p", (), (Rect(5, 0, 5, 10, "#ff8000"),)),))
    page = pypdfium2.PdfDocument(to_pdf(figure))[0]
    image = page.render(scale=4).to_pil().convert("RGB")
    assert image.getpixel((4, 20)) == (0x16, 0x19, 0x1D)
    assert image.getpixel((36, 20)) == (0xFF, 0x80, 0x00)


def test_a_png_that_no_program_opens_is_refused() -> None:
    figure = figure_of("nin", "blocks")
    with pytest.raises(DrawingError, match=r"at 10000 dpi .* million pixels; \d+ dpi is the most"):
        to_png(figure, 10_000)


PROGRAM = """
import hashlib, sys, archdsl
from archdsl.drawing import Options, Style, draw
graph = archdsl.load("specs/nin.arch").ir
for style in Style:
    for format in ("svg", "pdf", "png"):
        drawn = draw(graph, format, Options(style=style), dpi=48)
        drawn = drawn.encode() if isinstance(drawn, str) else drawn
        print(style.value, format, hashlib.sha256(drawn).hexdigest())
"""


def test_pictures_are_byte_equal_across_processes() -> None:
    def run(seed: str) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", PROGRAM]
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout

    first = run("1")
    assert len(set(first.split()[2::3])) == 12
    assert run("2") == first
