"""Digits on their way to where nothing can be read back, stdout, a device or a pipe: compared as they are handed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.digits.text.text_hash import TextHash
from pi_engine.errors import VerificationError
from pi_engine.runtime.machine_faults import RUN_AGAIN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pi_engine.engine.result import ComputeResult


def watched(pieces: Iterable[str], result: ComputeResult) -> Iterator[str]:
    """Pieces of text, passed on; after the last one all their digits are compared with the residues that the result must have.

    Blanks, line breaks and the point do not count. Where the result has no residues, nothing is compared.

    Raises:
        VerificationError: they differ.
    """
    if result.residues is None:
        yield from pieces
        return
    found = TextHash(result.base, tuple(result.residues), result.digits, result.threads)
    for piece in pieces:
        yield piece
        try:
            found.update(piece.replace("\n", "").replace(" ", "").replace(".", ""))
        except ValueError:
            raise _changed() from None
    require_residues(found.values, result)


def require_text(result: ComputeResult) -> None:
    """Read the digits of a result once more, if only a part has been shown.

    Raises:
        VerificationError: they are not those that were computed.
    """
    for _ in watched(result.pieces(), result):
        pass


def require_residues(found: Sequence[int], result: ComputeResult) -> None:
    """Compare what was found, modulus after modulus, with the residues that the result must have, if it has some.

    Raises:
        VerificationError: they differ.
    """
    if result.residues is not None and list(found) != list(result.residues.values()):
        raise _changed()


def _changed() -> VerificationError:
    return VerificationError(
        f"the digits changed in memory after they had been checked, so what was printed may be wrong: {RUN_AGAIN}"
    )
