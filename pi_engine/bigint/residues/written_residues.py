"""Residues as text, which goes with a number to wherever it waits, and is compared when it comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.bigint.residues.moduli import Residues, moduli

if TYPE_CHECKING:
    from collections.abc import Callable


class DamagedRecordError(ValueError):
    """A record is what was written, and yet cannot be what it should be."""


def written(found: Residues | None) -> list[str] | None:
    """Residues for a record's fields."""
    return None if found is None else [str(value) for value in found.values]


def read_residues(value: object) -> Residues | None:
    """Residues from a record's fields.

    Raises:
        DamagedRecordError: they are not residues.
    """
    if value is None:
        return None
    if isinstance(value, list) and len(value) == len(moduli()):
        numbers = [int(text) for text in value if isinstance(text, str) and text.isdecimal() and len(text) < 20]
        if len(numbers) == len(value) and all(map(int.__lt__, numbers, moduli())):
            return Residues((numbers[0], numbers[1]))
    raise DamagedRecordError("its residues are not valid")


def require_residues(name: str, expected: Residues | None, find: Callable[[], Residues]) -> Residues | None:
    """The residues that a number must have, if it has them.

    Raises:
        DamagedRecordError: it has others.
    """
    if expected is not None and find() != expected:
        raise DamagedRecordError(f"its number {name} has other residues than when it was kept")
    return expected
