"""Digits of a sequence as arrays of numbers: of a slice as Python means it, with memory for those digits alone."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

from pi_engine.sequence.access.digit_access import values_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pi_engine.sequence.digit_sequence import DigitSequence


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
