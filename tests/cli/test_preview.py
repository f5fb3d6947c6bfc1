"""`archdsl preview` as a command: what it says, and how it ends."""

from __future__ import annotations

import builtins
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import Run
from tests.cli.specs import SOUND, TWO
from tests.preview.running import interrupt, running


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "small.arch"
    path.write_text(SOUND)
    return path


def test_ctrl_c_ends_it_in_good_order(spec: Path) -> None:
    with running(spec) as preview:
        assert preview.address.startswith("http://127.0.0.1:")
        code, said = interrupt(preview.process)
    assert code == 0
    assert "the preview has ended" in said


def test_ctrl_c_ends_it_while_pages_listen_and_a_text_is_checked(spec: Path) -> None:
    with running(spec) as preview, preview.connect() as page, preview.connect() as other:
        page.sendall(b"GET /api/events HTTP/1.1\r\nhost: localhost\r\n\r\n")
        assert page.recv(12) == b"HTTP/1.1 200"
        other.sendall(b"POST /api/check HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n")
        code, said = interrupt(preview.process)
    assert code == 0
    assert "Traceback" not in said


def test_it_listens_on_this_machine_only(spec: Path) -> None:
    with running(spec) as preview:
        shown = subprocess.run(["ss", "-ltn"], capture_output=True, text=True, check=False).stdout
        own = [line.split()[3] for line in shown.splitlines() if f":{preview.port} " in line]
        if own:
            assert own == [f"127.0.0.1:{preview.port}"]
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.2", preview.port), timeout=5)


def test_a_port_that_is_taken_is_named(spec: Path, run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run("preview", str(spec), "--no-open", "--port", str(port))
    assert result.exit_code == 1
    assert f"cannot listen on port {port}: another program uses it" in result.output


@pytest.mark.parametrize(
    ("content", "why"),
    [(None, "there is no such file"), (b"\xff", "it is not UTF-8 text")],
    ids=["missing", "binary"],
)
def test_what_cannot_be_shown_is_said(
    tmp_path: Path, run: Run, content: bytes | None, why: str
) -> None:
    if content is not None:
        (tmp_path / "a.arch").write_bytes(content)
    result = run("preview", "a.arch", "--no-open")
    assert result.exit_code == 1
    assert f"cannot read `a.arch`: {why}" in result.output


def test_a_folder_is_no_spec(tmp_path: Path, run: Run) -> None:
    result = run("preview", str(tmp_path), "--no-open")
    assert result.exit_code == 1
    assert "it is a folder" in result.output


def test_a_net_that_is_not_there_is_named(tmp_path: Path, run: Run) -> None:
    (tmp_path / "two.arch").write_text(TWO)
    result = run("preview", "two.arch", "--no-open", "--net", "three")
    assert result.exit_code == 1
    assert "there is no net `three` in `two.arch`; its nets: `one`, `two`" in result.output


@pytest.fixture
def without_server(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def absent(name: str, *rest: Any, **more: Any) -> Any:
        if name.partition(".")[0] == "uvicorn":
            raise ModuleNotFoundError("No module named 'uvicorn'", name="uvicorn")
        return real(name, *rest, **more)

    monkeypatch.delitem(sys.modules, "archdsl.preview.serve", raising=False)
    monkeypatch.setattr(builtins, "__import__", absent)


@pytest.mark.usefixtures("without_server")
def test_a_missing_extra_is_named(spec: Path, run: Run) -> None:
    result = run("preview", str(spec), "--no-open")
    assert result.exit_code == 1
    assert "this needs uvicorn" in result.output
    assert "pip install 'archdsl[preview]'" in result.output


@pytest.mark.parametrize("option", ["--port=70000", "--port=x", "--set=classes", "--open=yes"])
def test_wrong_options_are_refused(spec: Path, run: Run, option: str) -> None:
    assert run("preview", str(spec), "--no-open", option).exit_code == 2


def test_parameters_are_set_for_the_page(spec: Path) -> None:
    with running(spec, "--set", "classes=20") as preview, preview.connect() as connection:
        connection.sendall(
            b"GET /api/start HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
        )
        received = bytearray()
        while chunk := connection.recv(65536):
            received += chunk
    assert b'"settings":{"classes":"20"}' in received
