"""Connections on a port: what is no request, those that ask for nothing, and how many there may be."""

import contextlib
import http.client
import json
import socket

import pytest

import pi_engine
from pi_engine.server.digit_service import DigitService
from pi_engine.server.running_server import RunningServer
from tests.server.loopback import EndlessDigits, answer_of

pytest.importorskip("uvicorn")


@pytest.mark.parametrize(
    "request_",
    [
        b"nonsense\r\n\r\n",
        b"GET /v1/pi HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 2_000_000,
    ],
)
def test_what_is_no_request(served, request_, connected):
    with socket.create_connection((served.host, served.port), timeout=60) as connection:
        with contextlib.suppress(ConnectionError):  # what is too long is not read to its end
            connection.sendall(request_)
        answer = http.client.HTTPResponse(connection)
        with contextlib.closing(answer):
            answer.begin()
            assert answer.status == 400
            assert json.loads(answer.read())["error"]["message"] == "Invalid HTTP request received"
    assert answer_of(connected(served), "/v1/info")[0] == 200


def test_a_connection_that_asks_for_nothing_is_closed(file, connected, monkeypatch):
    """Also one that begins a request and does not end it; one that waits for an answer stays."""
    monkeypatch.setattr("pi_engine.server.http_connection.SECONDS_TO_ASK", 0.2)
    digits = EndlessDigits()
    with RunningServer(DigitService(digits, seconds=1), port=0) as server:
        waiting = connected(server)
        waiting.request("GET", "/find?q=2")
        for begun in (b"", b"GET /v1/pi HTTP/1.1\r\nHost: loc"):
            with socket.create_connection((server.host, server.port), timeout=60) as silent:
                silent.sendall(begun)
                assert silent.recv(1000) == b""
        assert waiting.getresponse().status == 200


def test_connections_are_limited(file, connected, monkeypatch):
    monkeypatch.setattr("pi_engine.server.http_connection.most_connections", lambda: 3)
    with pi_engine.open(file) as digits, RunningServer(DigitService(digits), port=0) as server:
        first = [connected(server) for _ in range(3)]
        for connection in first:
            assert answer_of(connection, "/v1/info")[0] == 200
        with socket.create_connection((server.host, server.port), timeout=60) as more:
            assert more.recv(1000) == b""
        first[0].close()
        for _ in range(1000):  # until the server has heard of it
            with contextlib.suppress(ConnectionError):
                assert answer_of(connected(server), "/v1/info")[0] == 200
                break
        assert answer_of(first[1], "/v1/info")[0] == 200


def test_connections_leave_room_for_files():
    import resource

    from pi_engine.server.http_connection import BACKLOG, most_connections

    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    assert 1 <= most_connections() <= 1000
    assert most_connections() + BACKLOG < files or most_connections() == 1


def test_a_websocket_is_no_other_way_in(served, connected):
    """An upgrade is not made: the answer is that of the address."""
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Key": "x" * 22 + "==",
        "Sec-WebSocket-Version": "13",
    }
    assert answer_of(connected(served), "/v1/pi?numberOfDigits=1", **upgrade) == (200, {"content": "3"})
