"""The library's warnings become lines on stderr; `--quiet` silences them."""

from __future__ import annotations

import logging

from pi_engine.cli.output import say


class _Notices(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        say(record.getMessage())


def hear_warnings(*, quiet: bool) -> None:
    """Say what the library warns of from here on, or only its errors if `quiet`."""
    logger = logging.getLogger("pi_engine")
    logger.setLevel(logging.ERROR if quiet else logging.WARNING)
    if not any(isinstance(handler, _Notices) for handler in logger.handlers):
        logger.addHandler(_Notices())
