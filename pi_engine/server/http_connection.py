"""One connection of a client: how many there may be, how long it may take to ask, and what it is told where it speaks no HTTP."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from uvicorn.protocols.http.h11_impl import H11Protocol

from pi_engine.runtime.system.process_facts import soft_limit

if TYPE_CHECKING:
    import asyncio
    from typing import Any

SECONDS_TO_ASK = 10.0
"""A connection is closed that has asked for nothing in this time: open ones are limited, and others wait for them."""

BACKLOG = 128
"""Connections that the system holds back. The loop takes this many at once."""

_MOST = 1000
_OTHER_FILES = 64
"""Descriptors for files, pipes and libraries."""


def most_connections() -> int:
    """How many may be open, by the process's limit of open files: what the loop takes at once has to fit beside them."""
    files = soft_limit("RLIMIT_NOFILE")
    if files is None:
        return _MOST
    return max(min(files - BACKLOG - _OTHER_FILES, _MOST), 1)


class HttpConnection(H11Protocol):
    """uvicorn's connection, which is closed where there are too many, or where no request comes."""

    most = _MOST

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection, or close it at once."""
        super().connection_made(transport)
        if len(self.connections) > self.most:
            transport.close()
            return
        self._seen: Any = None
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop watching."""
        super().connection_lost(exc)
        if hasattr(self, "_watching"):
            self._watching.cancel()

    def _watch(self) -> None:
        self._watching = self.loop.call_later(SECONDS_TO_ASK, self._look)

    def _look(self) -> None:
        """Close the connection if nothing is being answered and nothing has been since the last look."""
        cycle: Any = self.cycle  # None before the first request
        answering = cycle is not None and not cycle.response_complete
        if not answering and cycle is self._seen:
            self.transport.close()
            return
        self._seen = cycle
        self._watch()

    def send_400_response(self, msg: str) -> None:
        """Say that this is not a request, as all errors are said."""
        body = json.dumps({"error": {"status": 400, "message": msg.rstrip(".")}})
        head = "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nX-Content-Type-Options: nosniff\r\n"
        rest = f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}"
        self.transport.write(f"{head}{rest}".encode("ascii"))
        self.transport.close()
