"""A source of bytes: what was looked at is read again, and so is the error that came after it."""

import pytest

from pi_engine.digits.common.source import Source
from pi_engine.errors import CorruptFileError


class Damaged:
    """Bytes, then an error, once: as a decompressor that has ended says nothing any more."""

    def __init__(self, held):
        self.held, self.told = held, False

    def read(self, size):
        found, self.held = self.held[:size], self.held[size:]
        if not found and not self.told:
            self.told = True
            raise CorruptFileError("the data is damaged")
        return found


def test_an_error_behind_what_was_looked_at_is_raised_when_it_is_reached():
    source = Source(Damaged(b"3.14"), "pi.txt.gz")
    assert source.peek(64) == b"3.14"
    assert source.read(3) + source.read(64) == b"3.14"
    for _ in range(2):
        with pytest.raises(CorruptFileError, match="is damaged"):
            source.read(64)
    with pytest.raises(CorruptFileError, match="is damaged"):
        Source(Damaged(b""), "pi.txt.gz").peek(64)
