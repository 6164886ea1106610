"""Digits of a sequence as numbers: one, or an array of those of a slice as Python means it, with memory for these alone."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

from pi_engine.runtime.display import counted
from pi_engine.sequence.access.digit_access import values_of

if TYPE_CHECKING:
    from typing import SupportsIndex

    import numpy as np
    from numpy.typing import NDArray

    from pi_engine.sequence.digit_sequence import DigitSequence


def item(digits: DigitSequence, key: SupportsIndex) -> int:
    """The digit at a place; negative ones count from the end.

    Raises:
        IndexError: there is no such place.
        TypeError: the key is neither an integer nor a slice.
    """
    try:
        place = operator.index(key)
    except TypeError:
        raise TypeError(f"digits are taken by an integer or a slice, not {type(key).__name__}") from None
    place += len(digits) if place < 0 else 0
    if place >= 0 and len(found := values(digits, place, place + 1)):
        return int(found[0])
    raise IndexError(f"there are {counted(len(digits), 'digit')} after the point")


def sliced(digits: DigitSequence, key: slice) -> NDArray[np.uint8]:
    """The digits that a slice of the sequence stands for; its length is asked for only where the slice needs it."""
    step = 1 if key.step is None else operator.index(key.step)
    if step > 0 and key.stop is not None:
        start, stop = operator.index(key.start or 0), operator.index(key.stop)
        if start >= 0 and stop >= 0:
            return values(digits, start, stop, step)
    start, stop, step = key.indices(len(digits))
    if step > 0:
        return values(digits, start, stop, step)
    count = len(range(start, stop, step))
    return values(digits, start + (count - 1) * step, start + 1, -step)[::-1]


def values(digits: DigitSequence, start: int, stop: int, step: int = 1) -> NDArray[np.uint8]:
    """Every `step`th digit from place `start` on."""
    import numpy as np

    pieces, at = [np.empty(0, np.uint8)], start
    for piece in digits.characters(start, max(start, stop)):
        pieces.append(values_of(piece[-(at - start) % step :: step], digits.base))
        at += len(piece)
    return np.concatenate(pieces)
