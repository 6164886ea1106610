"""Digits to serve, and a client of the interface that needs no port."""

import asyncio
import contextlib
import http.client

import pytest

import pi_engine
from pi_engine.server.client_rates import ClientRates
from pi_engine.server.digit_service import DigitService
from pi_engine.server.running_server import RunningServer

ADDRESS = "http://127.0.0.1:8314"


@pytest.fixture
def service_of(tmp_path):
    """A function that makes a file of a text, and a service of its digits."""
    with contextlib.ExitStack() as stack:

        def make(text, *, name="pi.txt", seconds=10.0):
            (tmp_path / name).write_text(text)
            return DigitService(stack.enter_context(pi_engine.open(tmp_path / name)), seconds=seconds)

        yield make


class Client:
    """Asks an ASGI application, one request after another."""

    def __init__(self, application):
        self.application = application
        self._httpx = pytest.importorskip("httpx")

    def request(self, method, path, **options):
        return asyncio.run(self._request(method, path, **options))

    async def _request(self, method, path, **options):
        transport = self._httpx.ASGITransport(self.application, client=("127.0.0.1", 50_000))
        async with self._httpx.AsyncClient(transport=transport) as client:
            return await client.request(method, ADDRESS + path, **options)

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def head(self, path):
        return self.request("HEAD", path)


def client_for(service, stack, *, rate=0.0, clock=None, hosts=("localhost",), **options):
    """A client of a service's interface, as it is on loopback; the stack closes it."""
    pytest.importorskip("starlette")
    from pi_engine.server.http_application import HttpApplication
    from pi_engine.server.request_gate import RequestGate

    application = HttpApplication(service)
    stack.callback(application.close)
    rates = ClientRates(rate) if clock is None else ClientRates(rate, clock)
    return Client(RequestGate(application.asgi(), rates, hosts=hosts, shared=False, **options))


@pytest.fixture
def client_of():
    """A function that gives a client of a service, see `client_for`."""
    with contextlib.ExitStack() as stack:
        yield lambda service, **options: client_for(service, stack, **options)


@pytest.fixture(scope="module")
def client(tmp_path_factory, mpfr_digits):
    """A client; the digits are 3100 of π."""
    path = tmp_path_factory.mktemp("served") / "pi.txt"
    path.write_text(f"3.{mpfr_digits}")
    with contextlib.ExitStack() as stack:
        yield client_for(DigitService(stack.enter_context(pi_engine.open(path))), stack)


@pytest.fixture(scope="module")
def ask(client):
    """A function that asks for an address, and gives status and object."""

    def get(address, **options):
        response = client.get(address, **options)
        return response.status_code, response.json()

    return get


@pytest.fixture(scope="module")
def file(tmp_path_factory, million):
    path = tmp_path_factory.mktemp("served") / "pi.ycd"
    million.write(path)
    return path


@pytest.fixture
def served(file):
    with pi_engine.open(file) as digits, RunningServer(DigitService(digits), port=0, rate=0) as server:
        yield server


@pytest.fixture
def connected():
    """A function that makes a connection to a server."""
    with contextlib.ExitStack() as stack:

        def make(server):
            connection = http.client.HTTPConnection(server.host, server.port, timeout=60)
            stack.callback(connection.close)
            return connection

        yield make
