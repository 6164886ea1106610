"""The server on a port, in a thread of its own."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import sys
import threading
from typing import TYPE_CHECKING, NoReturn, Self

from pi_engine.errors import PiEngineError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pi_engine.server.digit_service import DigitService

DEFAULT_HOST, DEFAULT_PORT, DEFAULT_RATE = "127.0.0.1", 8314, 50.0

_LONGEST_HEAD = 16384
"""Bytes of a request's first line and headers."""

_STOP_SECONDS = 1
"""How long answers may take that have begun when the server is stopped; searches end at once."""


def require_server() -> None:
    """Be certain that what serves is installed.

    Raises:
        PiEngineError: it is not.
    """
    missing = []
    try:
        import starlette  # noqa: F401
    except ImportError:
        missing.append("starlette")
    try:
        import uvicorn  # noqa: F401
    except ImportError:
        missing.append("uvicorn")
    if missing:
        from pi_engine.runtime.installation import command_to_install

        isnt = f"{' and '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} not installed"
        raise PiEngineError(f"serve needs {isnt}: run {command_to_install(' '.join(missing), 'serve')}")


class RunningServer:
    """Serves digits from when the context is entered until it is left.

    Attributes:
        host: the address that it listens at.
        port: the port, also where a free one was asked for.
        url: of its page.
    """

    def __init__(
        self,
        service: DigitService,
        *,
        host: str = DEFAULT_HOST,
        port: int = DEFAULT_PORT,
        listener: socket.socket | None = None,
        rate: float = DEFAULT_RATE,
        shared: bool = False,
        log: Callable[[str], None] | None = None,
    ) -> None:
        """Take the port; requests are answered when the context is entered.

        Args:
            service: what is served; it stays open as long as the server runs.
            host: address or name of this machine: on loopback, as by default, only its own programs reach the server.
            port: 0 for any that is free.
            listener: what `listen` has given for this host, if the port was taken before the digits were opened.
            rate: requests a second that each client may make, on average; 0 for any number.
            shared: whether pages of other origins may read the answers (CORS).
            log: is given a line for each request.

        Raises:
            UsageError: there is no such host.
            PiEngineError: the port cannot be had, or Starlette or uvicorn is not installed.
        """
        require_server()
        import uvicorn
        from starlette.middleware.cors import CORSMiddleware

        from pi_engine.server import http_connection
        from pi_engine.server.client_rates import ClientRates
        from pi_engine.server.http_application import HttpApplication
        from pi_engine.server.request_gate import RequestGate

        self._socket = listener or listen(host, port)
        self.host, self.port = self._socket.getsockname()[:2]
        address = ipaddress.ip_address(self.host.partition("%")[0])
        self.on_loopback = address.is_loopback
        shown = "localhost" if address.is_unspecified else self.host
        self.url = f"http://{f'[{shown}]' if ':' in shown else shown}:{self.port}/"
        self._application = HttpApplication(service)
        application = self._application.asgi()
        if shared:
            application.add_middleware(CORSMiddleware, allow_origins=["*"])
        gate = RequestGate(
            application,
            ClientRates(rate),
            hosts={"localhost", host.lower()} if self.on_loopback else None,
            shared=shared,
            log=log,
        )
        config = uvicorn.Config(
            gate,
            loop="asyncio",
            http=type(
                "LimitedConnection", (http_connection.HttpConnection,), {"most": http_connection.most_connections()}
            ),
            backlog=http_connection.BACKLOG,
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            log_level="critical",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=_STOP_SECONDS,
            h11_max_incomplete_event_size=_LONGEST_HEAD,
        )
        self._server = uvicorn.Server(config)
        self._failure: BaseException | None = None
        # Thread.join, when an interrupt ends it, takes the thread for ended (Python 3.11 and 3.12, bpo-45274)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="pi-engine-server", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def wait(self) -> NoReturn:
        """Serve on; only an exception, such as an interrupt's, ends the waiting.

        Raises:
            PiEngineError: the server has ended by itself.
        """
        self._ended.wait()
        raise PiEngineError(f"the server has ended: {self._failure or 'nobody asked for it'}") from self._failure

    def stop(self) -> None:
        """Answer what has been asked, and end; searches and counts end early."""
        self._application.stop()
        self._server.should_exit = True
        if self._thread.ident is not None:
            self._ended.wait(2 * _STOP_SECONDS)
        self._application.close()
        self._socket.close()

    def _serve(self) -> None:
        try:
            asyncio.run(self._server.serve(sockets=[self._socket]))
        except BaseException as error:  # noqa: BLE001 (the thread that waits raises it)
            self._failure = error
        finally:
            self._ended.set()


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens already, so that the system keeps who comes before the server is ready.

    Raises:
        UsageError: there is no such host.
        PiEngineError: the port cannot be had.
    """
    if not host:
        raise UsageError("the host is empty: give an address of this machine, like 127.0.0.1")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise UsageError(
            f"there is no host {host!r} to listen at: give an address of this machine, like 127.0.0.1"
        ) from error
    family, kind, protocol, _, address = found[0]
    listener = socket.socket(family, kind, protocol)
    try:
        if sys.platform != "win32":  # where it would share the port with whoever has it
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
    except OSError as error:
        listener.close()
        raise PiEngineError(
            f"port {port} of {host} is not available: {error.strerror or error}; choose another with --port, or 0 for any free port"
        ) from error
    return listener
