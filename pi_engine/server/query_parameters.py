"""What stands behind the question mark of an address, checked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pi_engine.server.http_errors import HttpError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_LARGEST = 2**63 - 1
"""The public interface reads integers of 64 bits."""

_INTEGER = re.compile(r"-?[0-9]{1,30}")
_SHOWN = 40


class QueryParameters:
    """The parameters of one request. Each may be given once. One that is empty counts as left out."""

    def __init__(self, items: Iterable[tuple[str, str]], *, known: Collection[str] | None = None) -> None:
        """Take names and values; with `known`, refuse any other name.

        Raises:
            HttpError: 400, for a name that is repeated or not known.
        """
        self._values: dict[str, str] = {}
        for name, value in items:
            if known is not None and name not in known:
                raise HttpError(400, f"there is no parameter {shown(name)}: give {' or '.join(known) or 'none'}")
            if name in self._values:
                raise HttpError(400, f"{shown(name)} is given twice: give it once")
            self._values[name] = value

    def text(self, name: str) -> str:
        """The value, "" where it is left out."""
        return self._values.get(name, "")

    def integer(self, name: str, default: int, least: int, most: int | None = None) -> int:
        """The value as an integer from `least` to `most`.

        Raises:
            HttpError: 400, for anything else.
        """
        text = self.text(name)
        if not text:
            return default
        if not _INTEGER.fullmatch(text) or abs(int(text)) > _LARGEST:
            raise HttpError(400, f"{name} is not a whole number of at most 64 bits: {shown(text)}")
        value = int(text)
        if value < 0:
            raise HttpError(400, f"{name} is negative: {value}")
        if value < least:
            raise HttpError(400, f"{name} must be at least {least}, not {value}")
        if most is not None and value > most:
            raise HttpError(400, f"{name} must be at most {most}, not {value}")
        return value


def shown(text: str) -> str:
    """What a client has sent, quoted for a message and cut."""
    return repr(text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…")
