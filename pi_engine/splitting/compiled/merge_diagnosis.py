"""A merge of large nodes that, where it goes wrong, says what is known of its operands: whether one of them had gone bad before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.errors import MiscalculationError
from pi_engine.splitting.compiled.upper_tree import merge_large

if TYPE_CHECKING:
    from pi_engine.splitting.compiled.upper_tree import LargeNode, Number


def merge_with_diagnosis(left: LargeNode, right: LargeNode, threads: int) -> LargeNode:
    """What `merge_large` makes; an error has the operands that are still in memory.

    Raises:
        MiscalculationError: a number of the new node has not the residues that it must have.
    """
    try:
        return merge_large(left, right, threads)
    except MiscalculationError as error:
        names = ("P₁", "Q₁", "T₁", "P₂", "Q₂", "T₂")
        for name, number in zip(names, (*left[:3], *right[:3]), strict=True):
            if number is not None and number.is_there:
                error.operands[name] = _known(number, threads)
        raise


def _known(number: Number, threads: int) -> dict[str, object]:
    """Length, hash, and whether the limbs are what they were when the number was made."""
    from xxhash import xxh3_128_hexdigest

    sound = None if number.residues is None else number.read(threads) == number.residues[0]
    return {"limbs": len(number), "xxh3_128": xxh3_128_hexdigest(number.limbs.data), "sound": sound}
