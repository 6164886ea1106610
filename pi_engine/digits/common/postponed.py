"""A stream whose error waits until what stands before it has been read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.errors import CorruptFileError

if TYPE_CHECKING:
    from pi_engine.digits.common.source import ByteStream


class Postponed:
    """The bytes of another stream. Where that is damaged, these end first; the next read, or `require_end`, raises the error.

    So a caller that gathers a beginning gets the part that exists. Damage before the first byte is raised at once.
    """

    def __init__(self, stream: ByteStream) -> None:
        """Read from `stream`."""
        self._stream = stream
        self._some = False
        self._error: CorruptFileError | None = None

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end, and once before an error.

        Raises:
            CorruptFileError: the stream is damaged at its beginning, or its error has been postponed.
        """
        self.require_end()
        try:
            found = self._stream.read(size)
        except CorruptFileError as error:
            if not self._some:
                raise
            self._error = error
            return b""
        self._some = self._some or bool(found)
        return found

    def require_end(self) -> None:
        """Raise the error that has been postponed, if there is one.

        Raises:
            CorruptFileError: there is.
        """
        if self._error is not None:
            raise self._error
