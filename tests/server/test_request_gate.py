"""What every request passes: other hosts, long queries, too many requests, methods, unknown addresses; and headers of answers."""

import os

import pytest

import pi_engine
from pi_engine.server.client_rates import ClientRates
from pi_engine.server.digit_service import DigitService

pytest.importorskip("starlette")

PATHS = ["/", "/page.css", "/page.js", "/icon.svg", "/v1/pi", "/v1/find?q=1", "/v1/stats", "/v1/info"]


@pytest.mark.parametrize("path", [*PATHS, "/nothing", "/v1/pi?start=-1"])
def test_headers_of_every_answer(client, path):
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cache-control"] == "no-cache"
    assert "access-control-allow-origin" not in headers
    assert "server" not in headers


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("path", PATHS)
def test_other_methods(client, method, path):
    response = client.request(method, path)
    assert response.status_code == 405
    assert set(response.headers["allow"].split(", ")) == {"GET", "HEAD"}
    assert response.json()["error"] == {"status": 405, "message": f"{method} is not answered: use GET"}


@pytest.mark.parametrize(
    "path",
    [
        "/nothing", "/v1", "/v1/", "/v1/pi/", "/V1/pi", "//v1/pi", "/favicon.ico", "/pi.txt", "/page.html", "/page/page.js",
        "/../pi.txt", "/..%2fpi.txt", "/%2e%2e/pi.txt", "/page.css/../../running_server.py", "/etc/passwd", "//etc/passwd",
        "/page.js%00", "/C:/pi.txt", "/.%5c..%5cpi.txt", "/v1/pi%2f..%2f..", "/é",
    ],
)  # fmt: skip
def test_there_is_nothing_else(client, path):
    response = client.get(path)
    assert response.status_code == 404
    assert response.json()["error"]["status"] == 404
    assert "see / for a page" in response.json()["error"]["message"]


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "192.168.1.5:8314", "[fe80::1]", "", "a b", "localhost.", "[::1", "0"],
)
def test_other_names_are_refused_on_loopback(client, host):
    """Else a page of any site could have its name lead to this machine, and read what is served here."""
    response = client.get("/v1/pi", headers={"Host": host})
    assert response.status_code == 421
    assert "by another name" in response.json()["error"]["message"]
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:8314", "127.0.0.1", "127.0.0.1:1", "127.1.2.3", "[::1]", "[::1]:8314", "localhost:"],
)
def test_names_of_loopback(client, host):
    assert client.get("/v1/pi", headers={"Host": host}).status_code == 200


def test_on_the_network_any_name_will_do(client_of, service_of):
    client = client_of(service_of("3.14159265358979"), hosts=None)
    assert client.get("/v1/pi", headers={"Host": "pi.school.example"}).status_code == 200


def test_host_names():
    from pi_engine.server.request_gate import host_name

    assert host_name(b"[::1]:80") == "::1"
    assert host_name(b"Example.org:80") == "example.org"
    assert host_name(b"user@localhost") == host_name(b"localhost:x") == host_name(b"localhost/") == ""
    assert host_name(b"localhost\n") == ""


def test_a_long_address(client):
    assert client.get("/v1/find?q=" + "1" * 1000).status_code == 200
    response = client.get("/v1/pi?x=" + "1" * 2041)
    assert (response.status_code, response.json()["error"]["message"]) == (414, "the address is longer than 2048 bytes")
    assert client.get("/v1/pi?x=" + "1" * 2040).status_code == 200
    assert client.get("/" + "x" * 2047).status_code == 404
    assert client.get("/" + "x" * 20_000).status_code == 414


def test_too_many_requests(client_of, service_of):
    now = [0.0]
    client = client_of(service_of("3.14159265358979"), rate=2.0, clock=lambda: now[0])
    assert [client.get("/v1/pi").status_code for _ in range(6)] == [200] * 4 + [429] * 2
    refused = client.get("/v1/info")
    assert refused.headers["retry-after"] == "1"
    assert refused.json()["error"]["message"].startswith("too many requests")
    now[0] += 0.5
    assert [client.get("/v1/pi").status_code for _ in range(2)] == [200, 429]
    now[0] += 1e6  # a long silence is worth no more than the burst
    assert [client.get("/v1/pi").status_code for _ in range(5)] == [200] * 4 + [429]


def test_each_client_has_a_rate_of_its_own():
    now = [0.0]
    rates = ClientRates(0.1, lambda: now[0])
    assert [rates.seconds_to_wait("a"), rates.seconds_to_wait("a"), rates.seconds_to_wait("b")] == [0, 10, 0]
    now[0] += 10
    assert rates.seconds_to_wait("a") == 0
    for i in range(10_000):
        rates.seconds_to_wait(str(i))
    assert len(rates._buckets) == 4096
    free = ClientRates(0)
    assert [free.seconds_to_wait("a") for _ in range(1000)] == [0] * 1000


def test_too_many_at_once(client_of, service_of):
    client = client_of(service_of("3.14159265358979"))
    client.application._at_once = 512
    response = client.get("/v1/pi")
    assert (response.status_code, response.headers["retry-after"]) == (503, "1")


def test_a_file_that_changes(client_of, tmp_path, million):
    million.write(tmp_path / "pi.ycd")
    with pi_engine.open(tmp_path / "pi.ycd") as digits:
        client = client_of(DigitService(digits))
        assert client.get("/v1/pi").status_code == 200
        with (tmp_path / "pi.ycd").open("r+b") as file:
            file.seek(300)
            file.write(bytes(1000))
        for path in ("/v1/pi?start=500", "/v1/find?q=0000000000", "/v1/stats"):
            response = client.get(path)
            assert response.status_code == 500
            assert (
                response.json()["error"]["message"]
                == "pi.ycd changed while it was read: try again when nothing writes to it"
            )


@pytest.mark.parametrize("damage", ["word", "end"])
def test_a_corrupt_file(client_of, tmp_path, million, damage):
    """The digits before the damage are served, and no folder is told."""
    million.write(tmp_path / "pi.ycd")
    with (tmp_path / "pi.ycd").open("r+b") as file:
        if damage == "word":
            file.seek(200_000)
            file.write(b"\xff" * 16)
    with pi_engine.open(tmp_path / "pi.ycd") as digits:
        client = client_of(DigitService(digits))
        if damage == "end":
            os.truncate(tmp_path / "pi.ycd", 200_000)
        assert client.get("/v1/pi?start=1&numberOfDigits=4").json() == {"content": "1415"} or damage == "end"
        for path in ("/v1/pi?start=474500", "/v1/find?q=00000000000", "/v1/stats"):
            response = client.get(path)
            assert response.status_code == 500
            message = response.json()["error"]["message"]
            assert message.startswith("pi.ycd") and str(tmp_path) not in message
            assert ("does not hold" if damage == "word" else "changed") in message


def test_a_bug_is_answered_and_said(client_of, service_of, said):
    service = service_of("3.14159265358979")

    def broken(*_):
        raise ZeroDivisionError("secret")

    service.text = broken
    response = client_of(service).get("/v1/pi")
    assert response.status_code == 500
    assert response.json() == {"error": {"status": 500, "message": "the server could not answer: its owner sees why"}}
    assert response.headers["x-content-type-options"] == "nosniff"
    assert said() == ["pi-engine: a bug: GET /v1/pi: ZeroDivisionError: secret"]


def test_an_error_of_a_set_names_no_folder(service_of, tmp_path):
    service = service_of("3.14159265358979")
    assert service.without_folders(f"{tmp_path}/pi-1.ycd is truncated") == "pi-1.ycd is truncated"


def test_the_log(client_of, service_of):
    lines = []
    client = client_of(service_of("3.14159265358979"), log=lines.append)
    client.get("/v1/pi?start=1")
    client.get("/nothing%0A")
    assert lines[0].startswith('127.0.0.1 "GET /v1/pi?start=1" 200 ') and lines[0].endswith(" ms")
    assert " 404 " in lines[1]


def test_random_addresses_are_answered(client, rng):
    """Whatever is asked for, the answer is JSON, or the page, with a status that blames who asks, and never a failure."""
    words = [
        "v1", "pi", "find", "stats", "info", "/", "//", "..", "?", "&", "=", "start", "numberOfDigits", "radix", "q", "limit",
        "0", "1", "10", "16", "762", "-1", "999999", "9" * 25, "a", "%", "%2f", "%3F", "%00", "%ff", "%D9%A1", "+", "#", ";", ",",
    ]  # fmt: skip
    seen = set()
    for _ in range(200):
        path = rng.choice(["/", "/v1/pi?", "/v1/find?q=", "/stats"]) + "".join(rng.choices(words, k=rng.randint(0, 6)))
        response = client.request(rng.choice(["GET", "GET", "GET", "HEAD", "POST"]), path)
        assert response.status_code in {200, 400, 404, 405}, path
        seen.add(response.status_code)
        if response.content and response.headers["content-type"] == "application/json":
            assert ("error" in response.json()) == (response.status_code != 200), path
    assert {200, 400, 404} <= seen
