"""The kinds of faults: each changes cells of a large number where it lies, as memory, a bus or a wrong address does.

Positions count from the first cell; `towards` is +1 where later cells weigh more, as limbs do, and −1 where earlier ones do, as
digits do. Faults that are multiples of 2^61 − 1, and exchanges of limbs 61·j places apart, are none modulo that prime.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scripts.faults.memory import WORD

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

    from scripts.faults.memory import Cells, Number

M61 = 2**61 - 1
PERIOD = 61
_TRIES = 40
_CARRIES = 48
"""Cells that a carry runs through at most; where cells are random it ends in the first."""

_DIGITS = np.frombuffer(b"0123456789ABCDEF", np.uint8)


class Fault:
    """A number to be damaged, and what there is besides to damage it with."""

    def __init__(self, number: Number, others: Sequence[Cells], rng: random.Random) -> None:
        """`others` are what the number was before, and other numbers of the run."""
        self.number, self.others, self.rng = number, others, rng
        self.form, cells = number.form, number.cells
        is_text = self.form in {"digits", "hexadecimal"}
        self.cells = cells[2:] if is_text and cells[1] == ord(".") else cells
        self.count = len(self.cells)
        self.radix = {"words": WORD, "digits": 10, "hexadecimal": 16, "bytes": 256}.get(self.form, 1 << 64)
        later = self.form == "mpz" or (self.form == "limbs" and rng.random() < 0.75)
        self.towards = 1 if later else -1
        self.as_digits = is_text and rng.random() < 0.8

    def length(self, most: int) -> int:
        """Of a block: mostly one cell, or few."""
        most = max(1, min(most, self.count))
        return min(most, self.rng.choice([1, 1, 1, 2, self.rng.randint(1, 16), self.rng.randint(1, max(1, most // 4))]))

    def start(self, length: int) -> int:
        """Where a block begins: anywhere, at the first cell, or at the last that is possible."""
        last = self.count - length
        return self.rng.choice([0, last, *[self.rng.randint(0, last)] * 4])

    def noise(self, length: int) -> Cells:
        """Random cells, which are digits where the fault is one of digits."""
        if self.as_digits:
            return _DIGITS[[self.rng.randrange(self.radix) for _ in range(length)]]
        if self.form == "words" and self.rng.random() < 0.8:
            return np.array([self.rng.randrange(self.radix) for _ in range(length)], np.uint64)
        return np.frombuffer(self.rng.randbytes(length * self.cells.itemsize), self.cells.dtype)

    def add(self, position: int, amount: int) -> None:
        """Add to the number, in units of the cell at `position`, and let the carry run."""
        end = min(self.count, position + _CARRIES) if self.towards > 0 else max(-1, position - _CARRIES)
        places = range(position, end, self.towards)
        radix = self.radix
        for place in places:
            if not amount:
                break
            digit = int(self.cells[place])
            if self.form in {"digits", "hexadecimal"}:
                digit = int(chr(digit), radix) if chr(digit) in "0123456789ABCDEFabcdef" else 0
            amount, digit = divmod(digit + amount, radix)
            self.cells[place] = _DIGITS[digit] if self.form in {"digits", "hexadecimal"} else digit


def _flip(fault: Fault) -> None:
    place = fault.start(1)
    if fault.as_digits:
        fault.cells[place] = _DIGITS[fault.rng.randrange(fault.radix)]
    else:
        fault.cells[place] ^= fault.cells.dtype.type(1 << fault.rng.randrange(8 * fault.cells.itemsize))


def _carry(fault: Fault) -> None:
    bits = fault.radix.bit_length() - 1
    fault.add(fault.start(1), fault.rng.choice([-1, 1]) << fault.rng.randrange(bits))


def _zeroed(fault: Fault) -> None:
    length = fault.length(fault.count)
    start = fault.start(length)
    fault.cells[start : start + length] = _DIGITS[0] if fault.as_digits else 0


def _stale(fault: Fault) -> None:
    other = fault.rng.choice(fault.others)
    length = fault.length(min(fault.count, len(other)))
    start = fault.start(length)
    source = min(start, len(other) - length) if fault.rng.random() < 0.5 else fault.rng.randint(0, len(other) - length)
    fault.cells[start : start + length] = other[source : source + length]


def _random(fault: Fault) -> None:
    length = fault.length(fault.count)
    start = fault.start(length)
    fault.cells[start : start + length] = fault.noise(length)


def _moved(fault: Fault) -> None:
    length = fault.rng.choice([fault.count - 1, fault.length(fault.count - 1)])
    start = fault.rng.randint(0, fault.count - 1 - length)
    block, by = fault.cells[start : start + length + 1].copy(), fault.rng.choice([0, 1])
    fault.cells[start + by : start + by + length] = block[1 - by : 1 - by + length]


def _exchange(fault: Fault, distance: int, length: int) -> None:
    first = fault.rng.randint(0, fault.count - distance - length)
    x, y = (slice(start, start + length) for start in (first, first + distance))
    saved = fault.cells[x].copy()
    fault.cells[x] = fault.cells[y]
    fault.cells[y] = saved


def _exchanged(fault: Fault) -> None:
    length = fault.length(fault.count // 2)
    _exchange(fault, length, length)


def _exchanged_by_period(fault: Fault) -> None:
    distance = PERIOD * fault.rng.randint(1, (fault.count - 1) // PERIOD)
    _exchange(fault, distance, fault.length(min(distance, fault.count - distance)))


def _multiple(fault: Fault) -> None:
    times = fault.rng.choice([1, fault.rng.getrandbits(fault.rng.randint(2, 200))])
    fault.add(fault.start(1), fault.rng.choice([-1, 1]) * times * M61)


def _replaced(fault: Fault) -> None:
    if fault.form == "mpz" and fault.rng.random() < 0.25:
        shorter = fault.rng.choice([0, 0, fault.rng.randrange(fault.count)])
        fault.number.become(fault.cells[shorter:].copy(), negative=fault.rng.random() < 0.5)
        return
    whole = [other for other in fault.others if len(other) >= fault.count]
    fault.cells[:] = (
        fault.rng.choice(whole)[: fault.count] if whole and fault.rng.random() < 0.5 else fault.noise(fault.count)
    )


KINDS: dict[str, Callable[[Fault], None]] = {
    "flip": _flip,
    "carry": _carry,
    "zeroed": _zeroed,
    "stale": _stale,
    "random": _random,
    "moved": _moved,
    "exchanged": _exchanged,
    "exchanged-61j": _exchanged_by_period,
    "multiple": _multiple,
    "replaced": _replaced,
}
"""By name: a bit, ±2^k with its carry, zeros, older or foreign content, noise, a shift by one cell, exchanges of neighbours and of
cells 61·j apart, ±k·(2^61 − 1)·2^(64·i), and another number in the place of this one."""


def is_possible(kind: str, cells: int) -> bool:
    """Whether numbers of so many cells can have such a fault."""
    return kind != "exchanged-61j" or cells > PERIOD


def plant(kind: str, number: Number, others: Sequence[Cells], rng: random.Random) -> bool:
    """Damage the number; whether it differs from what it was. The leading limb of an mpz never becomes 0, which GMP forbids."""
    cells = number.cells
    others = [other for other in others if other.dtype == cells.dtype]
    if not is_possible(kind, len(cells) - 2) or (kind == "stale" and not others):
        return False
    before = number.content()
    for _ in range(_TRIES):
        KINDS[kind](Fault(number, others, rng))
        if number.content() != before and number.is_normal():
            return True
        number.restore(before)
    return False
