"""The scan of a file, one pass over its digits: how many there are, and what published digits and hashes say of them."""

from __future__ import annotations

import hashlib
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np

from pi_engine.digits.text.digit_text import DigitText
from pi_engine.engine.checks.known import KnownDigits, known_digests, known_digits

if TYPE_CHECKING:
    from pi_engine.digits.common.blocks import Block, Words

HEAD = 200
"""First digits that are kept."""

FORGEABLE = "md5"
"""The algorithm whose agreement proves nothing, because two texts with one value of it can be made."""

_TAIL_WORDS = 8
"""Words of a block that are kept for known digits that go on in the next one, and for the digits before them."""


class Published(NamedTuple):
    """A published hash of the first `digits` digits, and whether theirs is the same."""

    digits: int
    algorithm: str
    agrees: bool


class Scan:
    """Takes blocks in order; a context manager, for the thread that hashes text meanwhile."""

    def __init__(self, base: int, integer: str, most_digits: int | None = None) -> None:
        """Begin.

        Args:
            base: 10 or 16.
            integer: the digit before the point, or "" where it is missing: then it is taken to be 3.
            most_digits: how many there can be at most, if that is known: published hashes of more are not prepared.
        """
        self.base, self.integer = base, integer
        self.digits = 0
        self.head = ""
        self.compared = self.reach = 0
        self.differs: KnownDigits | None = None
        self.found = self.around = ""
        self.around_start = 1
        self.hashes: list[Published] = []
        self._spans: list[tuple[int, int]] = []
        self._text = DigitText(base, most_digits or 0)
        self._entries = list(known_digits(base))
        self._tail = np.empty(0, np.uint64)
        pending = [entry for entry in known_digests(base) if most_digits is None or entry.digits <= most_digits]
        self._digests = [(entry, hashlib.new(entry.algorithm, usedforsecurity=False)) for entry in pending]
        for _, digest in self._digests:
            digest.update(b"3.")
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="pi-engine-hash")
        self._hashing: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def update(self, block: Block) -> None:
        """Take the next block. Blocks fill their words, except for the last."""
        if len(self.head) < HEAD:
            few = block.words[: _TAIL_WORDS * 2]
            self.head += self._text.text(few, min(block.digits, len(few) * self._text.width)).decode("ascii")
            self.head = self.head[:HEAD]
        self._compare(block)
        if self._digests:
            self._wait()
            self._hashing = self._pool.submit(self._hash, block, self.digits)
        self.digits += block.digits

    def finish(self) -> None:
        """No more digits come: compare leading digits that a short file has only in part, and hashes that are complete."""
        self._wait()
        self._compare_leading()

    @property
    def proved_by_hash(self) -> Published | None:
        """The longest beginning whose published hash agrees and is one that nobody can forge: its SHA-256, not its MD5."""
        return max((entry for entry in self.hashes if entry.agrees and entry.algorithm != FORGEABLE), default=None)

    @property
    def agreeing_forgeable(self) -> Published | None:
        """The longest beginning whose published MD5 agrees."""
        return max((entry for entry in self.hashes if entry.agrees and entry.algorithm == FORGEABLE), default=None)

    def compared_digits(self, beginning: int = 0) -> int:
        """How many digits were compared with those of π: the published groups, and the first `beginning`, each digit once."""
        count, reach = beginning, beginning
        for start, end in self._spans:
            count += max(0, end - max(start, reach))
            reach = max(reach, end)
        return count

    @property
    def refuted_by_hash(self) -> Published | None:
        """The shortest beginning whose published hash does not agree."""
        return min((entry for entry in self.hashes if not entry.agrees), default=None)

    def _wait(self) -> None:
        if self._hashing is not None:
            self._hashing.result()
            self._hashing = None

    def _hash(self, block: Block, start: int) -> None:
        text = memoryview(self._text.text(block.words, block.digits))
        going_on = []
        for entry, digest in self._digests:
            digest.update(text[: max(0, entry.digits - start)])
            if entry.digits <= start + block.digits:
                self.hashes.append(Published(entry.digits, entry.algorithm, digest.hexdigest() == entry.value))
            else:
                going_on.append((entry, digest))
        self._digests = going_on

    def _compare(self, block: Block) -> None:
        """Compare the published digits that end in this block, and begin in it or in the last words of the one before."""
        width = self._text.width
        end = self.digits + block.digits
        near = block.words if len(block.words) >= _TAIL_WORDS else np.concatenate([self._tail, block.words])
        while self._entries and self.differs is None:
            entry = self._entries[0]
            last = entry.start - 1 + len(entry.digits)
            if last > end:
                break
            self._entries.pop(0)
            words, first = block.words, self.digits
            if entry.start - 31 < first:
                words, first = np.concatenate([self._tail, words]), first - len(self._tail) * width
            found = self._slice(words, first, entry.start - 1, last)
            self._spans.append((entry.start - 1, last))
            if found != entry.digits:
                self.differs, self.found = entry, found
                begin = max(first, entry.start - 31)
                self.around, self.around_start = self._slice(words, first, begin, min(end, last + 30)), begin + 1
            else:
                self.compared += 1
                self.reach = max(self.reach, last)
        self._tail = near[-_TAIL_WORDS:].copy()

    def _slice(self, words: Words, first: int, start: int, end: int) -> str:
        """The digits [start, end) after the point, of words whose first digit is number `first`."""
        width = self._text.width
        a, b = (start - first) // width, -(-(end - first) // width)
        text = self._text.text(words[a:b], (b - a) * width).decode("ascii")
        return text[start - first - a * width : end - first - a * width]

    def _compare_leading(self) -> None:
        """The leading digits, as far as a short file has them."""
        leading = known_digits(self.base)[0]
        if self._entries[:1] == [leading] and self.digits:
            wanted = leading.digits[: self.digits]
            self._spans.append((0, len(wanted)))
            if self.head != wanted:
                self.differs, self.found, self.around = KnownDigits(1, wanted), self.head, self.head
            else:
                self.compared, self.reach = self.compared + 1, self.digits
