"""Integers as callers give them: int, mpz and numpy integers alike, and nothing that is merely equal to one."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import SupportsIndex

    from gmpy2 import mpz


def as_mpz(value: SupportsIndex, taker: str) -> mpz:
    """The value as an mpz: itself if it is one, so that an object that is given twice stays one; else a copy, in linear time.

    Args:
        value: int, bool, mpz, xmpz, or whatever else Python takes as an index, such as numpy integers.
        taker: the function or the argument that the error names.

    Raises:
        TypeError: it is not an integer; a float is not one, though it may be whole.
    """
    from gmpy2 import mpz  # not for series, which take small integers, and whose names a shell completes

    if type(value) is mpz:
        return value
    return mpz(value if type(value) is int else as_int(value, taker))


def as_int(value: SupportsIndex, taker: str) -> int:
    """The value as an int.

    Args:
        value: as for `as_mpz`.
        taker: as for `as_mpz`.

    Raises:
        TypeError: as for `as_mpz`.
    """
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(f"{taker} takes int, mpz or numpy integers, not {type(value).__name__}") from None
