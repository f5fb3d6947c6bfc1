"""The protocol: what the page asks and is answered, and who is not answered at all."""

from __future__ import annotations

import asyncio
import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from starlette.datastructures import Headers
from starlette.testclient import TestClient

import archdsl.preview.session
from archdsl.preview.app import LARGEST_BODY
from archdsl.preview.assets import ASSETS
from archdsl.preview.disk import LARGEST_TEXT, read
from archdsl.preview.guard import refusal
from archdsl.preview.hub import Hub
from archdsl.preview.session import Session
from tests.cli.specs import SOUND, SOUND_PARAMS, TYPO

SAFE = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-resource-policy": "same-origin",
}


def test_the_page_allows_its_own_files_and_nothing_else(client: TestClient) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == rules["frame-ancestors"] == "'none'"
    assert rules["script-src"] == rules["connect-src"] == "'self'"
    nonce = re.fullmatch("'self' 'nonce-([\\w-]{22})'", rules["style-src"])
    assert nonce is not None
    assert f'content="{nonce[1]}"' in answer.text
    assert "<script>" not in answer.text
    again = client.get("/").headers["content-security-policy"]
    assert nonce[1] not in again, "a nonce is used once"


@pytest.mark.parametrize("path", ["/", "/api/start", "/nothing", *(f"/{name}" for name in ASSETS)])
def test_every_answer_is_marked_as_private(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert {name: headers[name] for name in SAFE} == SAFE
    assert "default-src 'none'" in headers["content-security-policy"]


@pytest.mark.parametrize("name", ASSETS)
def test_the_pages_files_are_there(client: TestClient, name: str) -> None:
    answer = client.get(f"/{name}")
    assert answer.status_code == 200
    assert len(answer.content) > 1000
    assert answer.headers["content-type"].startswith("text/")


@pytest.mark.parametrize(
    "path",
    ["/small.arch", "/../small.arch", "/%2e%2e/small.arch", "/preview.js/../../app.py", "/app.py"],
)
def test_no_file_is_served_by_its_path(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_start_tells_of_the_spec(client: TestClient, spec: Path) -> None:
    told = client.get("/api/start").json()
    assert told["name"] == "small.arch"
    assert [each["name"] for each in told["vocabulary"]["operators"]].count("conv") == 1


def test_check_answers_with_the_diagram_or_with_what_is_wrong(client: TestClient) -> None:
    sound = client.post("/api/check", json={"text": SOUND, "net": None}).json()
    assert sound["sound"]
    assert sound["totals"]["params"] == SOUND_PARAMS
    assert sound["document"]["name"] == "small"
    wrong = client.post("/api/check", json={"text": TYPO, "net": None}).json()
    assert not wrong["sound"]
    assert wrong["document"] is None
    assert wrong["diagnostics"][0]["code"] == "unknown-operator"
    table = client.post("/api/summary", json={"key": sound["key"]}).json()
    assert table["title"].startswith("small: 8×8×3")
    assert client.post("/api/summary", json={"key": "0"}).status_code == 404


def test_save_writes_the_spec_once_and_only_over_what_was_seen(
    client: TestClient, session: Session, spec: Path
) -> None:
    base = read(spec).digest
    asked = {"spec": session.id, "text": "# mine\n", "base": base}
    answer = client.post("/api/save", json=asked)
    assert answer.status_code == 200
    assert spec.read_text() == "# mine\n"
    assert answer.json()["digest"] == read(spec).digest
    again = client.post("/api/save", json=asked | {"text": "# newer\n"})
    assert again.status_code == 409
    assert again.json()["now"]["text"] == "# mine\n"
    assert spec.read_text() == "# mine\n"


def test_save_refuses_another_spec_and_half_a_character(
    client: TestClient, session: Session, spec: Path
) -> None:
    asked = {"spec": session.id, "text": "# mine\n", "base": read(spec).digest}
    assert client.post("/api/save", json=asked | {"spec": "other"}).status_code == 409
    half = json.dumps(asked | {"text": "\ud83d"}).encode()
    headers = {"content-type": "application/json"}
    assert client.post("/api/save", content=half, headers=headers).status_code == 422
    assert spec.read_text() == SOUND


def test_half_a_character_is_checked_all_the_same(client: TestClient) -> None:
    body = json.dumps({"text": SOUND + "# \ud83d", "net": None}).encode()
    answer = client.post("/api/check", content=body, headers={"content-type": "application/json"})
    assert answer.json()["sound"]


JSON = "application/json"


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b'{"text": "", "net": null}', "text/plain", 415),
        (b'{"text": "", "net": null}', "application/x-www-form-urlencoded", 415),
        (b'{"text": "", "net": null}', "", 415),
        (b"", JSON, 400),
        (b"{", JSON, 400),
        (b'{"text": "\xff"}', JSON, 400),
        (b"[" * 200_000, JSON, 400),
        (b'{"text": ' + b"9" * 10_000 + b"}", JSON, 400),
        (b"[]", JSON, 400),
        (b"{}", JSON, 422),
        (b'{"text": 1, "net": null}', JSON, 422),
        (b'{"text": "", "net": 1}', JSON, 422),
        (b'{"text": "' + b"#" * (LARGEST_TEXT + 1) + b'", "net": null}', JSON, 413),
        (b" " * (LARGEST_BODY + 1), JSON, 413),
    ],
    ids=lambda value: repr(value[:24]) if isinstance(value, bytes) else None,
)
def test_malformed_questions_are_refused_with_a_reason(
    client: TestClient, body: bytes, media_type: str, status: int
) -> None:
    answer = client.post("/api/check", content=body, headers={"content-type": media_type})
    assert answer.status_code == status
    assert answer.json()["error"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/api/check", 405), ("POST", "/", 405), ("PUT", "/api/save", 405), ("GET", "/x", 404)],
)
def test_wrong_ways_are_named(client: TestClient, method: str, path: str, status: int) -> None:
    assert client.request(method, path).status_code == status


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "localhost.evil.example:80",
     "127.0.0.2", "0.0.0.0:8000", "[::1]evil", "127.0.0.1:x", "127.0.0.1:", "", "user@127.0.0.1",
     "127.0.0.1:8000:9", "localhost:123456"],
)  # fmt: skip
def test_other_hosts_are_refused(client: TestClient, host: str) -> None:
    assert client.get("/api/start", headers={"host": host}).status_code == 403


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:1234", "LOCALHOST", "[::1]:8000"])
def test_names_of_this_machine_are_answered(client: TestClient, host: str) -> None:
    assert client.get("/api/start", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "http://localhost:8000", "http://127.0.0.1:8001",
     "https://127.0.0.1:8000", "http://127.0.0.1:8000.evil.example", ""],
)  # fmt: skip
def test_other_origins_are_refused_even_to_look(
    client: TestClient, session: Session, spec: Path, origin: str
) -> None:
    headers = {"origin": origin}
    assert client.get("/api/start", headers=headers).status_code == 403
    asked = {"spec": session.id, "text": "", "base": read(spec).digest}
    assert client.post("/api/save", json=asked, headers=headers).status_code == 403
    assert spec.read_text() == SOUND


def test_the_pages_own_origin_is_answered(client: TestClient) -> None:
    headers = {"origin": "http://127.0.0.1:8000", "sec-fetch-site": "same-origin"}
    asked = {"text": SOUND, "net": None}
    assert client.post("/api/check", json=asked, headers=headers).status_code == 200


def test_other_sites_may_link_to_the_page_and_not_embed_it() -> None:
    other = {"host": "localhost", "sec-fetch-site": "cross-site"}
    link = other | {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    assert refusal(Headers(link)) is None
    assert refusal(Headers(link | {"sec-fetch-dest": "iframe"})) is not None
    assert refusal(Headers(other | {"sec-fetch-mode": "no-cors"})) is not None


def test_two_hosts_are_no_host() -> None:
    raw = [(b"host", b"localhost"), (b"host", b"localhost")]
    assert refusal(Headers(raw=raw)) is not None


def test_a_bug_in_a_check_is_told_and_the_next_one_works(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise ZeroDivisionError("of all things")

    with monkeypatch.context() as patch:
        patch.setattr(archdsl.preview.session, "look_at", fail)
        answer = client.post("/api/check", json={"text": SOUND, "net": None})
    assert answer.status_code == 500
    assert "ZeroDivisionError: of all things" in answer.json()["error"]
    assert client.post("/api/check", json={"text": SOUND, "net": None}).status_code == 200


def event(sent: bytes) -> tuple[str, dict[str, object]]:
    name, data = sent.decode().strip().split("\n")
    return name.removeprefix("event: "), json.loads(data.removeprefix("data: "))


def test_events_tell_the_file_as_it_is_and_as_it_becomes(session: Session, spec: Path) -> None:
    async def listen() -> list[tuple[str, dict[str, object]]]:
        hub = Hub(session)
        watching = asyncio.create_task(hub.watch())
        events = hub.events(hub.join())
        try:
            assert (await anext(events)).startswith(b"retry: ")
            heard = [event(await anext(events))]
            spec.write_text("# new\n")
            heard.append(event(await asyncio.wait_for(anext(events), 30)))
            spec.unlink()
            heard.append(event(await asyncio.wait_for(anext(events), 30)))
            hub.close()
            with pytest.raises(StopAsyncIteration):
                await anext(events)
        finally:
            watching.cancel()
        return heard

    # In a thread of its own: the browser of other tests may have left a loop running in this one.
    with ThreadPoolExecutor(1) as pool:
        first, second, third = pool.submit(lambda: asyncio.run(listen())).result()
    assert (first[0], first[1]["text"]) == ("state", SOUND)
    assert (second[0], second[1]["text"], second[1]["used"]) == ("change", "# new\n", False)
    assert third[1]["missing"]


def test_events_tell_of_used_files(session: Session, spec: Path) -> None:
    session.check('use "blocks.arch"\n' + SOUND, None)
    spec.with_name("blocks.arch").write_text("block a { relu }\n")
    changes = [found for _ in range(5) if (found := session.changes()) is not None]
    assert [change["used"] for change in changes] == [True]


def test_a_file_that_is_no_text_any_more_is_told(session: Session, spec: Path) -> None:
    spec.write_bytes(b"\xff")
    assert "not UTF-8" in str(session.state()["problem"])
