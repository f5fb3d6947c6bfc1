"""What all tests share: the random tests' settings, and stored output that can be refreshed."""

from __future__ import annotations

import ctypes
import gc
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from hypothesis import HealthCheck, settings

GOLDEN = Path(__file__).parent / "golden"

SLOW_DRAWS = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)

# Every run draws the same examples, so that a failure is a change and not chance. To look for
# new ones: HYPOTHESIS_PROFILE=search pytest …
settings.register_profile("ci", derandomize=True, deadline=None, suppress_health_check=SLOW_DRAWS)
settings.register_profile("search", deadline=None, suppress_health_check=SLOW_DRAWS)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="rewrite the stored outputs under tests/golden with what the code gives now",
    )


class Golden(Protocol):
    def __call__(self, text: str, suffix: str = "txt", name: str | None = None) -> None: ...


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Hold text against ``tests/golden/<test file>/<test name>.<suffix>``.

    ``name`` tells several texts of one test apart.
    """

    def check(text: str, suffix: str = "txt", name: str | None = None) -> None:
        stem = request.node.name if name is None else f"{request.node.name}-{name}"
        stem = re.sub(r"[^\w.-]+", "-", stem).strip("-")
        path = GOLDEN / request.path.stem / f"{stem}.{suffix}"
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            return
        assert path.exists(), f"there is no {path}; `pytest --update-golden` writes it"
        assert text == path.read_bytes().decode("utf-8")

    return check


MUCH = 2**30
"""Bytes that a worker may hold after a test before it gives back what it can."""


@pytest.fixture(autouse=True)
def memory_is_given_back() -> Iterator[None]:
    """Let the system have what large networks leave free: two workers share a small machine."""
    yield
    statm = Path("/proc/self/statm")
    if statm.exists() and int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") > MUCH:
        gc.collect()
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A Chromium without a window: the one that ARCHDSL_CHROMIUM names, or one on PATH.

    Where there is none its tests are skipped, and fail in continuous integration (CI=true), where
    nobody would see that they are. ARCHDSL_CHROMIUM=none skips them there as well.
    Playwright drives one at a time in a process, so everything that needs a browser shares it.
    """
    named = os.environ.get("ARCHDSL_CHROMIUM")
    if named == "none":
        pytest.skip("ARCHDSL_CHROMIUM=none: tests of pages are left out")
    found = named or next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        why = "there is no Chromium: put one on PATH, or name it in ARCHDSL_CHROMIUM"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=found, args=list(FLAGS))
        yield opened
        opened.close()
