"""What every request passes before it is answered, and every answer on its way back."""

from __future__ import annotations

import ipaddress
import logging
import re
import time
from typing import TYPE_CHECKING

from pi_engine.server.http_errors import HttpError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from pi_engine.server.client_rates import ClientRates

LONGEST_ADDRESS = 2048
"""Bytes of path and query together: twice as long as the longest string."""

MOST_AT_ONCE = 512
"""Requests that are being answered."""

_LOG = logging.getLogger(__name__)

_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = (
    (b"content-security-policy", _PAGE_POLICY.encode("ascii")),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cache-control", b"no-cache"),
)


class RequestGate:
    """An ASGI application around another: it refuses what is too much or not meant for this server, adds headers, and keeps a log."""

    def __init__(
        self,
        application: ASGIApp,
        rates: ClientRates,
        *,
        hosts: Collection[str] | None,
        shared: bool,
        log: Callable[[str], None] | None = None,
    ) -> None:
        """Stand before `application`.

        Args:
            application: answers what passes.
            rates: of requests by client.
            hosts: names that a request may use for this server, in lower case; None for any.
            shared: whether pages of other origins may read the answers.
            log: is given a line for each answer.
        """
        self._application, self._rates, self._hosts, self._log = application, rates, hosts, log
        policy = b"cross-origin" if shared else b"same-origin"
        self._headers = [*_HEADERS, (b"cross-origin-resource-policy", policy)]
        self._at_once = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        begin = time.perf_counter()
        status = 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message.get("headers", ()), *self._headers]}
            await send(message)

        self._at_once += 1
        try:
            self._require_admission(scope)
            await self._application(scope, receive, answer)
        except HttpError as error:
            await error.response()(scope, receive, answer)
        except Exception as error:  # noqa: BLE001 (a bug, which has been answered: the server goes on)
            _LOG.warning("pi-engine: a bug: %s %s: %s: %s", scope["method"], scope["path"], type(error).__name__, error)
        finally:
            self._at_once -= 1
        if self._log is not None:
            query = scope["query_string"].decode("latin-1")
            place = scope["path"] + (f"?{query}" if query else "")
            milliseconds = 1000 * (time.perf_counter() - begin)
            self._log(f'{_client(scope)} "{scope["method"]} {place}" {status} {milliseconds:.1f} ms')

    def _require_admission(self, scope: Scope) -> None:
        """Refuse a request for another host, with too long an address, of a client that asks too often, or where there are too many.

        Raises:
            HttpError: 421, 414, 429 or 503.
        """
        if self._hosts is not None:
            host = host_name(next((value for name, value in scope["headers"] if name == b"host"), b""))
            if host not in self._hosts and not _is_loopback(host):
                raise HttpError(421, "this server answers only to the name localhost, and was asked by another name")
        if len(scope["raw_path"] or b"") + len(scope["query_string"]) > LONGEST_ADDRESS:
            raise HttpError(414, f"the address is longer than {LONGEST_ADDRESS} bytes")
        if wait := self._rates.seconds_to_wait(_client(scope)):
            raise HttpError(429, "too many requests: wait, then go on more slowly", retry_after=wait)
        if self._at_once > MOST_AT_ONCE:
            raise HttpError(503, "too many clients ask at the same time", retry_after=1)


def host_name(header: bytes) -> str:
    """The name in a Host header, in lower case, without port and the brackets of an IPv6 address; "" if it is not one."""
    match = re.fullmatch(rb"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::[0-9]{0,5})?", header)
    return (match[1] or match[2]).decode("ascii").lower() if match else ""


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _client(scope: Scope) -> str:
    client = scope.get("client")
    return client[0] if client else "unknown"
