"""What a computation hands back: the digits in their forms, how long it took, and what was checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from gmpy2 import mpz

from pi_engine.radix import from_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from pi_engine.verify.tail import Tail


@dataclass(frozen=True)
class Check:
    """One check of a result: its name, "passed" or "skipped", and what exactly it has compared."""

    name: str
    status: Literal["passed", "skipped"]
    detail: str


@dataclass(frozen=True, eq=False)
class ComputeResult:
    """N digits of π after the point, truncated, never rounded.

    Attributes:
        digits: N.
        base: 10 or 16.
        series: the name of the series that was summed.
        threads: how many threads it was allowed.
        hash: value mod 2^61 − 1.
        residues: value by modulus, for 2^61 − 1 and the random prime that the checks used; None with check="none".
        seconds: wall-clock seconds by phase, and "total".
        checks: what has been checked, in the order in which it was.
        path: "compiled" where the kernels computed, "gmpy2" where GMP alone did.
        peak_memory_bytes: the largest resident size of the process up to the end of the computation.
        tail: π's hexadecimal digits that BBP gave, with check="full".
    """

    digits: int
    base: int
    series: str
    threads: int
    hash: int
    seconds: dict[str, float]
    checks: list[Check]
    path: Literal["compiled", "gmpy2"]
    peak_memory_bytes: int
    tail: Tail | None
    residues: dict[int, int] | None
    _text: str = field(repr=False)

    @cached_property
    def value(self) -> mpz:
        """⌊π·base^N⌋, converted back from the digits when it is first asked for."""
        digits = self._text.replace(".", "")
        return from_text(digits) if self.base == 10 else mpz(digits, 16)

    def text(self) -> str:
        """`3.` and the N digits, a str of 2 + N characters; `3` for N = 0. Hexadecimal digits are upper case."""
        return self._text

    def pieces(self, size: int = 1 << 20) -> Iterator[str]:
        """The text in pieces of at most `size` characters, for streaming."""
        for start in range(0, len(self._text), size):
            yield self._text[start : start + size]

    @property
    def fraction_text(self) -> str:
        """The N digits after the point."""
        return self._text[2:]

    @cached_property
    def words(self) -> NDArray[np.uint64]:
        """The digits after the point, 19 (base 16: 16) a word, first digit most significant, zero-padded at the end."""
        from pi_engine.radix.words import digit_words

        return digit_words(self.fraction_text, self.base)

    def write(
        self,
        path: str | Path,
        *,
        overwrite: bool = False,
        format: str | None = None,  # noqa: A002 (the name of the option)
        block_size: int | None = None,
    ) -> list[Check]:
        """Write the digits to `path`: the file appears whole or not at all, and is re-read and compared.

        Args:
            path: the file; for a set of .ycd files `NAME.ycd`, which stands for `NAME/NAME - 0.ycd` and so on.
            overwrite: whether an existing file may be replaced.
            format: "text", "gz", "xz", "zst" or "ycd"; by default what the suffix of `path` stands for, else text.
            block_size: digits of each file of a .ycd set.

        Returns:
            The check of the file; none where it could not be read back, because it is a device or a pipe.

        Raises:
            UsageError: the file exists and `overwrite` is false, the folder is missing, or the format cannot be written.
            OutputError: the system refuses to write.
            CapacityError: the disk is full.
            VerificationError: what was re-read differs from the result; no file is left.
        """
        from pi_engine.digits.formats import format_to_write
        from pi_engine.digits.text_file import write_text_file

        form = format_to_write(path, format)
        if form == "text" and block_size is None:
            was_read = write_text_file(
                path, self.pieces(), digits=self.digits, base=self.base, expected_hash=self.hash, overwrite=overwrite
            )
        else:
            from pi_engine.digits.blocks import blocks_of_words
            from pi_engine.digits.writer import write_digits

            was_read = write_digits(
                path,
                blocks_of_words(self.words, self.digits, self.base),
                digits=self.digits,
                base=self.base,
                form=form,
                block_size=block_size,
                overwrite=overwrite,
                expected_hash=self.hash,
                threads=self.threads,
            ).read_back
        return [Check("file", "passed", "the hash of the file as read back is that of the value")] if was_read else []
