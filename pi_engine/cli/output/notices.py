"""The library's warnings become lines on stderr; `--quiet` silences them, and those of the packages that it uses."""

from __future__ import annotations

import logging
import warnings

from pi_engine.cli.output.streams import say


class _Notices(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        say(record.getMessage())


def hear_warnings(*, quiet: bool) -> None:
    """Say what the library warns of from here on; nobody warns of anything if `quiet`."""
    logging.disable(logging.WARNING if quiet else logging.NOTSET)  # matplotlib tells of its folders and fonts, say
    if quiet:
        warnings.simplefilter("ignore")
    logger = logging.getLogger("pi_engine")
    if not any(isinstance(handler, _Notices) for handler in logger.handlers):
        logger.addHandler(_Notices())
