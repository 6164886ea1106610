"""A long array of words on disk, in pieces: what numpy's array is to those who read slices of it one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

import numpy as np

from pi_engine.bigint.scratch.scratch_file import padded

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pi_engine.bigint.scratch.scratch_file import ScratchFile
    from pi_engine.bigint.scratch.scratch_space import ScratchSpace


class StoredWords:
    """`length` words, in pieces of `each`; the last piece that was read is kept for the next slice.

    Slices are arrays, copies of what is on disk.
    """

    def __init__(self, space: ScratchSpace, length: int, each: int) -> None:
        """Reserve their place; all pieces are to be written before they are read."""
        self.each = each
        self._length = length
        self._step = padded(8 * each)
        self._file: ScratchFile = space.file(self._step * -(-length // each))
        self._last: tuple[int, NDArray[np.uint64]] = (-1, np.empty(0, np.uint64))

    def __len__(self) -> int:
        return self._length

    def write(self, first: int, words: NDArray[np.uint64]) -> None:
        """Write whole pieces. The first begins with word `first`; only the last one may be shorter.

        Raises:
            CapacityError, OutputError: the disk fails.
        """
        self._last = (-1, self._last[1][:0])
        for place in range(0, len(words), self.each):
            piece = np.ascontiguousarray(words[place : place + self.each])
            self._file.write((first + place) // self.each * self._step, piece.ctypes.data, 8 * len(piece))

    def _piece(self, number: int) -> NDArray[np.uint64]:
        last, words = self._last
        if last != number:
            words = np.empty(self.each, np.uint64)
            self._file.read(number * self._step, words.ctypes.data)
            self._last = number, words
        return words

    @overload
    def __getitem__(self, key: int) -> int: ...
    @overload
    def __getitem__(self, key: slice) -> NDArray[np.uint64]: ...

    def __getitem__(self, key: int | slice) -> int | NDArray[np.uint64]:
        """A word, or an array of neighbours.

        Raises:
            VerificationError: the disk gave back other bytes than were written.
            OutputError: the disk fails.
        """
        if not isinstance(key, slice):
            place = range(self._length)[key]
            return int(self._piece(place // self.each)[place % self.each])
        start, stop, step = key.indices(self._length)
        assert step == 1, "words on disk are read as they follow each other"
        found = np.empty(max(stop - start, 0), np.uint64)
        for first in range(start // self.each * self.each, stop, self.each):
            begin, end = max(first, start), min(first + self.each, stop)
            if begin < end:
                found[begin - start : end - start] = self._piece(first // self.each)[begin - first : end - first]
        return found

    def shorten(self, length: int, last: int) -> None:
        """Forget all words except `length`; the last of them is to be another."""
        self._length = length
        first = (length - 1) // self.each * self.each
        words = self[first:length]
        words[-1] = last
        self.write(first, words)
