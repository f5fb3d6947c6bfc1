"""A server that is sent anything at all answers or hangs up, and stays up."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator

import pytest

from archdsl.preview.hub import MOST_LISTENERS
from tests.cli.specs import SOUND
from tests.preview.running import Preview, exchange, request, running, status


@pytest.fixture(scope="module")
def preview(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Preview]:
    spec = tmp_path_factory.mktemp("malformed") / "small.arch"
    spec.write_text(SOUND)
    with running(spec) as preview:
        yield preview


LOCAL = b"host: localhost\r\nconnection: close\r\n\r\n"
QUESTION = json.dumps({"text": SOUND, "net": None}).encode()


def test_the_same_question_without_a_mistake_is_answered(preview: Preview) -> None:
    answer = exchange(preview, request("POST", "/api/check", preview.port, QUESTION))
    assert status(answer) == 200
    assert b'"sound":true' in answer


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200) + b"\r\n\r\n", {400}),
        (b"hello\r\n\r\n", {400}),
        (b"GET / HTTP/9.9\r\nconnection: close\r\n\r\n", {400, 403, 505}),
        (b"GET /\xff HTTP/1.1\r\nhost: localhost\r\n\r\n", {400}),
        (b"GET / HTTP/1.1\r\n\r\n", {400}),
        (b"GET / HTTP/1.0\r\n\r\n", {403}),
        (b"GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n", {400, 403}),
        (b"GET / HTTP/1.1\r\nhost: localhost\r\nno colon\r\n\r\n", {400}),
        (b"GET / HTTP/1.1\r\nhost: localhost\r\nx: " + b"y" * 100_000 + b"\r\n\r\n", {400, 431}),
        (b"GET /" + b"y" * 100_000 + b" HTTP/1.1\r\nhost: localhost\r\n\r\n", {400, 414, 431}),
        (b"CONNECT evil.example:443 HTTP/1.1\r\n" + LOCAL, {404, 405}),
        (b"GET http://evil.example/ HTTP/1.1\r\n" + LOCAL, {404}),
        (b"OPTIONS * HTTP/1.1\r\n" + LOCAL, {404, 405}),
        (b"GET /..%2f..%2fetc/passwd HTTP/1.1\r\n" + LOCAL, {404}),
        (b"GET /%ff%fe HTTP/1.1\r\n" + LOCAL, {404}),
    ],
    ids=lambda value: repr(value[:30]) if isinstance(value, bytes) else "",
)  # fmt: skip
def test_malformed_requests_are_refused(preview: Preview, sent: bytes, expected: set[int]) -> None:
    assert status(exchange(preview, sent)) in expected
    assert preview.is_up()


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"content_length": "-1"}, {400}),
        ({"content_length": "ten"}, {400}),
        ({"content_length": "9" * 30}, {400, 413, None}),
        ({"content_length": "3"}, {400}),
        ({"transfer_encoding": "chunked", "content_length": "3"}, {400, None}),
        ({"transfer_encoding": "wrong"}, {400, 501}),
    ],
    ids=str,
)
def test_wrong_lengths_are_refused(
    preview: Preview, headers: dict[str, str], expected: set[int | None]
) -> None:
    sent = request("POST", "/api/check", preview.port, QUESTION, **headers)
    assert status(exchange(preview, sent, ends=True)) in expected
    assert preview.is_up()


def test_a_body_that_stops_half_way_is_forgotten(preview: Preview) -> None:
    sent = request("POST", "/api/check", preview.port, QUESTION)
    for length in range(0, len(sent), 40):
        exchange(preview, sent[:length], ends=True)
    assert preview.is_up()


def test_a_body_larger_than_any_spec_is_refused_before_it_is_all_there(preview: Preview) -> None:
    with preview.connect() as connection:
        head = request("POST", "/api/check", preview.port, QUESTION, content_length=str(2**30))
        connection.sendall(head[: -len(QUESTION)])
        try:
            for _ in range(2**30 // 2**16):
                connection.sendall(bytes(2**16))
        except (ConnectionResetError, BrokenPipeError):
            pass
        else:
            pytest.fail("a gigabyte was taken")
    assert preview.is_up()


def test_slow_and_silent_connections_keep_nobody_waiting(preview: Preview) -> None:
    sent = request("POST", "/api/check", preview.port, QUESTION)
    waiting = [preview.connect() for _ in range(20)]
    try:
        for number, connection in enumerate(waiting):
            connection.sendall(sent[: number * 12])
        answer = exchange(preview, sent)
        assert status(answer) == 200
    finally:
        for connection in waiting:
            connection.close()
    assert preview.is_up()


def test_answers_that_nobody_waits_for_are_dropped(preview: Preview) -> None:
    sent = request("POST", "/api/check", preview.port, QUESTION)
    events = request("GET", "/api/events", preview.port)
    for _ in range(20):
        for one in (sent, events):
            with preview.connect() as connection:
                connection.sendall(one)
    assert preview.is_up()


def test_more_pages_than_there_is_room_for_are_told_so(preview: Preview) -> None:
    events = request("GET", "/api/events", preview.port)
    many = [preview.connect() for _ in range(MOST_LISTENERS + 10)]
    try:
        for connection in many:
            connection.sendall(events)
        answers = [connection.recv(12) for connection in many]
        assert preview.is_up()
    finally:
        for connection in many:
            connection.close()
    # Pages of the tests before may not be gone yet.
    assert answers.count(b"HTTP/1.1 503") >= 10
    assert b"HTTP/1.1 200" in answers


def test_a_page_that_leaves_makes_room_for_another(preview: Preview) -> None:
    events = request("GET", "/api/events", preview.port)
    for _ in range(2 * MOST_LISTENERS):
        for _ in range(200):
            with preview.connect() as connection:
                connection.sendall(events)
                answer = connection.recv(12)
            if answer == b"HTTP/1.1 200":
                break
        assert answer == b"HTTP/1.1 200"


def test_random_damage_is_survived(preview: Preview) -> None:
    chance = random.Random(4)
    whole = request("POST", "/api/check", preview.port, QUESTION)
    for _ in range(150):
        damaged = bytearray(whole)
        for _ in range(chance.randint(1, 12)):
            at = chance.randrange(len(damaged))
            match chance.randrange(3):
                case 0:
                    damaged[at] = chance.randrange(256)
                case 1:
                    del damaged[at : at + chance.randint(1, 20)]
                case _:
                    damaged[at:at] = chance.randbytes(chance.randint(1, 20))
        answer = exchange(preview, bytes(damaged), ends=True)
        assert status(answer) in (None, 200, *range(400, 500), 501, 505)
    assert preview.is_up()


def test_a_hostile_text_is_answered_while_others_are(preview: Preview) -> None:
    text = "net a {\n  input 8x8x3\n" + "  conv 1x1 3 -> " * 20_000 + "relu\n}\n"
    hostile = json.dumps({"text": text, "net": None}).encode()
    with preview.connect() as connection:
        connection.sendall(request("POST", "/api/check", preview.port, hostile))
        assert preview.is_up()
        received = bytearray()
        while chunk := connection.recv(65536):
            received += chunk
    assert b"too-many-nodes" in received
