"""Errors of the server: a status and a JSON object that says what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from collections.abc import Mapping


class HttpError(Exception):
    """What a request is refused with."""

    def __init__(self, status: int, message: str, *, retry_after: int | None = None) -> None:
        """Refuse with this status and message; `retry_after` seconds another try may succeed."""
        super().__init__(message)
        self.status, self.message, self.retry_after = status, message, retry_after

    def response(self) -> JSONResponse:
        """The answer."""
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        return error_response(self.status, self.message, headers)


def error_response(status: int, message: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """An error as JSON."""
    return JSONResponse({"error": {"status": status, "message": message}}, status, headers)
