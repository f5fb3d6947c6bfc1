"""A small spec in a folder of its own, and the application that shows it, in this process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from archdsl.preview.app import make_app
from archdsl.preview.hub import Hub
from archdsl.preview.session import Session
from tests.cli.specs import SOUND


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "small.arch"
    path.write_text(SOUND, encoding="utf-8")
    return path


@pytest.fixture
def session(spec: Path) -> Session:
    return Session(spec)


@pytest.fixture
def client(session: Session) -> Iterator[TestClient]:
    app = make_app(session, Hub(session))
    with TestClient(app, base_url="http://127.0.0.1:8000") as client:
        yield client
