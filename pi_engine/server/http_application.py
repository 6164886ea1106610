"""The addresses of the server, and what is answered there."""

from __future__ import annotations

import time
from importlib.resources import files
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pi_engine.errors import PiEngineError, UsageError
from pi_engine.runtime.display import counted
from pi_engine.runtime.thread_count import available_threads
from pi_engine.server.digit_service import LONGEST_STRING, MOST_DIGITS, MOST_PLACES
from pi_engine.server.digit_tally import DIGITS
from pi_engine.server.http_errors import HttpError, error_response
from pi_engine.server.query_parameters import QueryParameters, shown
from pi_engine.server.reading_threads import ReadingThreads

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from pi_engine.server.digit_service import DigitService

PUBLIC_RADIX = 10
"""The base that the public interface takes if none is given."""

_USUAL_DIGITS, _USUAL_PLACES = 100, 10
_READERS = 8
_WAITING = 256
_PAGE = {
    "/": ("page.html", "text/html"),
    "/page.css": ("page.css", "text/css"),
    "/page.js": ("page.js", "text/javascript"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
}


class HttpApplication:
    """Answers requests about the digits of one service."""

    def __init__(self, service: DigitService) -> None:
        """Serve the digits of `service`."""
        self._service = service
        self._reading = ReadingThreads("reading", _READERS, _WAITING)
        self._searching = ReadingThreads("search", max(available_threads(), 2), _WAITING)

    def asgi(self) -> Starlette:
        """The application for a server."""
        routes = [
            Route("/v1/pi", self.pi),
            *(Route(path, self.find) for path in ("/v1/find", "/find")),
            *(Route(path, self.stats) for path in ("/v1/stats", "/stats")),
            Route("/v1/info", self.info),
            *(Route(path, _static(name, kind)) for path, (name, kind) in _PAGE.items()),
        ]
        application = Starlette(
            routes=routes,
            exception_handlers={
                HttpError: _refused,
                HTTPException: _refused_by_starlette,
                PiEngineError: self._failed,
                Exception: _broken,
            },
        )
        application.router.redirect_slashes = False
        return application

    def stop(self) -> None:
        """Have searches and counts end soon; any thread may ask for it."""
        self._reading.stop()
        self._searching.stop()

    def close(self) -> None:
        """Let the threads go, after all requests have been answered."""
        self._reading.close()
        self._searching.close()

    async def pi(self, request: Request) -> Response:
        """`/v1/pi`: digits, with the meaning of the public interface at pi.delivery."""
        query = QueryParameters(request.query_params.multi_items())
        radix = query.integer("radix", PUBLIC_RADIX, 0)
        self._require_radix(radix)
        start = query.integer("start", 0, 0)
        count = query.integer("numberOfDigits", _USUAL_DIGITS, 0, MOST_DIGITS)
        self._require_position(start, self._service.length)
        text = await self._reading.run(request, lambda _: self._service.text(start, count))
        return JSONResponse({"content": text.lower()})

    async def find(self, request: Request) -> Response:
        """`/v1/find`: where a digit string stands."""
        query = QueryParameters(request.query_params.multi_items(), known=("q", "limit", "start"))
        string = self._string(query.text("q"))
        limit = query.integer("limit", _USUAL_PLACES, 1, MOST_PLACES)
        start = query.integer("start", 1, 1)
        self._require_position(start, max(self._service.length, 1))
        until = self._service.deadline()

        def work(unwanted: Callable[[], bool]) -> JSONResponse:
            _require_time(until)
            found = self._service.find(string, start=start, limit=limit, until=until, unwanted=unwanted)
            return JSONResponse(
                {
                    "q": string,
                    "radix": self._service.base,
                    "start": start,
                    "positions": found.positions,
                    "searched_to": found.searched_to,
                    "stopped": found.stopped,
                    "next": found.continues,
                    "probability": self._service.probability(string),
                }
            )

        return await self._searching.run(request, work)

    async def stats(self, request: Request) -> Response:
        """`/v1/stats`: how often each digit occurs."""
        QueryParameters(request.query_params.multi_items(), known=())
        until = self._service.deadline()

        def work(unwanted: Callable[[], bool]) -> JSONResponse:
            _require_time(until)
            tally = self._service.count(until=until, unwanted=unwanted)
            base = self._service.base
            return JSONResponse(
                {
                    "radix": base,
                    "digits": self._service.length,
                    "counted": tally.counted,
                    "complete": tally.complete,
                    "counts": dict(zip(DIGITS, tally.counts, strict=False)),
                    "chi_square": tally.chi_square,
                    "degrees_of_freedom": base - 1,
                    "p_value": tally.p_value,
                    "entropy_bits": tally.entropy_bits,
                }
            )

        return await self._searching.run(request, work)

    async def info(self, request: Request) -> Response:
        """`/v1/info`: which digits these are, and what a request may ask for."""
        QueryParameters(request.query_params.multi_items(), known=())
        return JSONResponse(
            {
                "name": self._service.name,
                "radix": self._service.base,
                "digits": self._service.length,
                "most_digits": MOST_DIGITS,
                "most_positions": MOST_PLACES,
                "longest_string": LONGEST_STRING,
                "seconds": self._service.seconds,
            }
        )

    def _require_radix(self, radix: int) -> None:
        held = self._service.base
        if radix not in {2, 8, 10, 16}:
            raise HttpError(400, f"radix must be either 10 or 16, not {radix}")
        if radix != held:
            raise HttpError(
                400,
                f"there are no digits of radix {radix}: ask with radix={held}",
            )

    def _require_position(self, start: int, last: int) -> None:
        if start > last:
            length = counted(self._service.length, "digit")
            raise HttpError(400, f"start is out of range: {self._service.name} has {length} after the point")

    def _string(self, text: str) -> str:
        if not text:
            raise HttpError(400, "q is missing: give the digits to search for, like q=14159")
        if len(text) > LONGEST_STRING:
            raise HttpError(400, f"q has {len(text)} characters: search for at most {LONGEST_STRING} digits")
        from pi_engine.search.patterns import DigitString, checked

        try:
            string = checked(text, self._service.base)
        except UsageError as error:
            raise HttpError(400, f"q: {error}") from error
        assert isinstance(string, DigitString)
        return string.text

    async def _failed(self, request: Request, error: Exception) -> Response:  # noqa: ARG002 (Starlette's signature)
        """The digits could not be read: the file has changed, is damaged, or is out of reach."""
        return error_response(500, self._service.without_folders(str(error)))


def _require_time(until: float) -> None:
    """A request that has waited too long for a thread is not begun."""
    if time.monotonic() >= until:
        raise HttpError(503, "the server is busy with other searches", retry_after=1)


def _static(name: str, kind: str) -> Callable[[Request], Awaitable[Response]]:
    content = files("pi_engine.server").joinpath("page", name).read_bytes()

    async def answer(request: Request) -> Response:  # noqa: ARG001 (Starlette's signature), RUF029
        return Response(content, media_type=kind)

    return answer


async def _refused(request: Request, error: Exception) -> Response:  # noqa: ARG001 (Starlette's signature)
    assert isinstance(error, HttpError)
    return error.response()


async def _refused_by_starlette(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    messages = {
        404: f"there is nothing at {shown(request.scope['path'])}: see / for a page, and /v1/pi, /v1/find, /v1/stats and /v1/info",
        405: f"{request.method} is not answered: use GET",
    }
    return error_response(error.status_code, messages.get(error.status_code, error.detail), error.headers)


async def _broken(request: Request, error: Exception) -> Response:  # noqa: ARG001 (Starlette's signature)
    """A bug: Starlette raises the error again, for whoever runs the application to report."""
    return error_response(500, "the server could not answer: its owner sees why")
