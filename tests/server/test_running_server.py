"""The server on a port: many clients at once, clients that leave, a stop while it works, ports and hosts that cannot be had."""

import json
import signal
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import pi_engine
from pi_engine.errors import PiEngineError, UsageError
from pi_engine.server.digit_service import DigitService
from pi_engine.server.running_server import RunningServer
from tests.server.loopback import EndlessDigits, answer_of

pytest.importorskip("uvicorn")


def test_many_clients_at_once(served, million, rng, connected):
    """Each gets what it has asked for, whatever the others ask at the same time."""
    text = "3" + million.text()[2:]
    plans = [[rng.randrange(10**6) for _ in range(25)] for _ in range(16)]

    def client(starts):
        connection = connected(served)
        for i, start in enumerate(starts):
            status, answer = answer_of(connection, f"/v1/pi?start={start}&numberOfDigits=100")
            assert (status, answer) == (200, {"content": text[start : start + 100]})
            if i % 8 == 0:
                string = text[start + 1 : start + 8]
                assert answer_of(connection, f"/find?q={string}")[1]["positions"] == places(text[1:], string)
            if i % 12 == 0:
                assert sum(answer_of(connection, "/stats")[1]["counts"].values()) == 10**6
        connection.close()
        return True

    with ThreadPoolExecutor(len(plans)) as pool:
        assert all(pool.map(client, plans))


def places(text, string):
    found, at = [], text.find(string)
    while at >= 0 and len(found) < 10:
        found.append(at + 1)
        at = text.find(string, at + 1)
    return found


def test_a_client_that_leaves_ends_its_search(connected):
    digits = EndlessDigits()
    with RunningServer(DigitService(digits, seconds=3600), port=0) as server:
        connection = connected(server)
        connection.request("GET", "/find?q=2")
        assert digits.begun.wait(60)
        assert not digits.ended.is_set()
        connection.close()
        assert digits.ended.wait(60)
        assert answer_of(connected(server), "/v1/info")[0] == 200


def test_others_are_answered_while_searches_run(connected):
    digits = EndlessDigits()
    with RunningServer(DigitService(digits, seconds=3600), port=0) as server:
        searching = [connected(server) for _ in range(12)]
        for connection in searching:
            connection.request("GET", "/find?q=2")
        assert digits.begun.wait(60)
        assert answer_of(connected(server), "/v1/pi?numberOfDigits=5") == (200, {"content": "31111"})
        for connection in searching:
            connection.close()


def test_a_stop_ends_searches(connected):
    digits = EndlessDigits()
    with RunningServer(DigitService(digits, seconds=3600), port=0) as server:
        connection = connected(server)
        connection.request("GET", "/find?q=2")
        assert digits.begun.wait(60)
        server.stop()
        response = connection.getresponse()
        assert (response.status, json.loads(response.read())["error"]["message"]) == (503, "the server stops")
        assert digits.ended.wait(60)
        with pytest.raises(ConnectionRefusedError):
            connected(server).connect()


def test_waiting_for_a_server_that_has_ended(served):
    served.stop()
    with pytest.raises(PiEngineError, match="the server has ended"):
        served.wait()


def test_an_interrupt_waits_for_the_end(connected):
    """The search that was running is answered before the interrupt goes on."""
    digits = EndlessDigits()
    main = threading.main_thread().ident
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    server = RunningServer(DigitService(digits, seconds=3600), port=0)
    connection = connected(server)

    def serve():
        with server:
            connection.request("GET", "/find?q=2")
            assert digits.begun.wait(60)
            threading.Timer(0.2, lambda: signal.pthread_kill(main, signal.SIGINT)).start()
            server.wait()

    try:
        with pytest.raises(KeyboardInterrupt):
            serve()
    finally:
        signal.signal(signal.SIGINT, before)
    assert server._ended.is_set()
    assert connection.getresponse().status == 503


def test_a_search_out_of_time_says_so(connected):
    with RunningServer(DigitService(EndlessDigits(), seconds=0.05), port=0) as server:
        answer = answer_of(connected(server), "/find?q=22")[1]
        assert (answer["positions"], answer["stopped"]) == ([], "time")
        assert answer["next"] == answer["searched_to"] and answer["searched_to"] % 1000 == 0
        counted = answer_of(connected(server), "/stats")[1]
        assert counted["complete"] is False and counted["counts"]["1"] == counted["counted"] > 0


def test_a_client_cannot_say_that_it_is_another(file, connected):
    with pi_engine.open(file) as digits, RunningServer(DigitService(digits), port=0, rate=0.01) as server:
        connection = connected(server)
        assert answer_of(connection, "/v1/info")[0] == 200
        for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP"):
            assert answer_of(connection, "/v1/info", **{name: "10.1.2.3"})[0] == 429


def test_pages_of_other_origins(file, connected):
    for shared, origin in ((False, None), (True, "*")):
        with pi_engine.open(file) as digits, RunningServer(DigitService(digits), port=0, shared=shared) as server:
            connection = connected(server)
            connection.request("GET", "/v1/pi", headers={"Origin": "https://pi.example"})
            response = connection.getresponse()
            response.read()
            assert response.headers["Access-Control-Allow-Origin"] == origin
            policy = "cross-origin" if shared else "same-origin"
            assert response.headers["Cross-Origin-Resource-Policy"] == policy


def test_a_port_that_is_taken(served, file):
    with pi_engine.open(file) as digits:
        service = DigitService(digits)
        with pytest.raises(
            PiEngineError, match=rf"^port {served.port} of 127\.0\.0\.1 is not available: .*--port, or 0 for any"
        ) as refused:
            RunningServer(service, port=served.port)
        assert not isinstance(refused.value, UsageError)
        for host in ("", "a b", "300.1.1.1.", "\0"):
            with pytest.raises(UsageError, match="host"):
                RunningServer(service, host=host, port=0)
        with pytest.raises(
            PiEngineError, match="is not available"
        ):  # an address that is not this machine's (TEST-NET-1)
            RunningServer(service, host="192.0.2.1", port=0)


def test_the_other_loopback(file, connected):
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    with pi_engine.open(file) as digits, RunningServer(DigitService(digits), host="::1", port=0) as server:
        assert server.url == f"http://[::1]:{server.port}/"
        assert server.on_loopback
        assert answer_of(connected(server), "/v1/pi?numberOfDigits=1")[0] == 200


def test_all_addresses(file):
    with pi_engine.open(file) as digits, RunningServer(DigitService(digits), host="0.0.0.0", port=0) as server:
        assert not server.on_loopback
        assert server.url == f"http://localhost:{server.port}/"


@pytest.mark.parametrize("name", ["pi.txt.gz", "lines.txt"])
def test_files_that_are_read_from_their_beginning(tmp_path, mpfr_digits, name, connected):
    """Their digits are put aside, and then read by several clients at once."""
    import gzip

    text = "3.\n" + "\n".join(mpfr_digits[i : i + 7] for i in range(0, 3100, 7))
    (tmp_path / name).write_bytes(gzip.compress(text.encode()) if name.endswith("gz") else text.encode())
    with pi_engine.open(tmp_path / name) as digits:
        assert not digits.random_access
        with RunningServer(DigitService(digits), port=0) as server:
            assert digits.random_access
            assert answer_of(connected(server), "/v1/pi?start=3000") == (200, {"content": mpfr_digits[2999:3099]})
