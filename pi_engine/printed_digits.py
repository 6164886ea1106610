"""Digits on their way out of the program, to where nothing can be read back: compared as they were handed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.bigint.moduli import Residues, moduli, power_residues
from pi_engine.errors import VerificationError
from pi_engine.radix import DigitHash

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pi_engine.result import ComputeResult

_KERNEL_FROM = 10_000
"""Digits of a piece from which a kernel that is loaded hashes it."""


def watched(pieces: Iterable[str], result: ComputeResult) -> Iterator[str]:
    """The same pieces of text; after the last one all their digits are compared with the residues that the result must have.

    Blanks, line breaks and the point do not count. Where the result has no residues, nothing is compared.

    Raises:
        VerificationError: they differ.
    """
    if result.residues is None:
        yield from pieces
        return
    total = Residues((0, 0))
    for piece in pieces:
        yield piece
        digits = piece.replace("\n", "").replace(" ", "").replace(".", "")
        total = total * power_residues(result.base, len(digits)) + _residues(digits, result)
    _require(total, result)


def require_text(result: ComputeResult) -> None:
    """Read the digits of a result once more, of which only a part has been shown.

    Raises:
        VerificationError: they are not those that were computed.
    """
    for _ in watched(result.pieces(), result):
        pass


def _residues(digits: str, result: ComputeResult) -> Residues:
    try:
        if result.path == "compiled" and result.base == 10 and len(digits) >= _KERNEL_FROM:
            from pi_engine.radix import word_text

            return word_text.text_residues(digits, result.threads)
        digit_hash = DigitHash(result.base, moduli())
        digit_hash.update(digits)
    except ValueError:
        raise _changed() from None
    return Residues((digit_hash.values[0], digit_hash.values[1]))


def _require(total: Residues, result: ComputeResult) -> None:
    assert result.residues is not None
    # those of the result are by modulus, as they were when it was made
    if dict(zip(moduli(), total.values, strict=True)) != result.residues:
        raise _changed()


def _changed() -> VerificationError:
    return VerificationError(
        "the digits changed in memory after they had been checked, so what was printed may be wrong: run again, and if it "
        "happens twice test the memory of this machine"
    )
