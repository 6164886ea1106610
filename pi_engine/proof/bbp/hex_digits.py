"""Hexadecimal digits of π at a position, without those before it.

Bailey, Borwein, Plouffe: On the rapid computation of various polylogarithmic constants, Math. Comp. 66 (1997).

One evaluation gives the fraction x of 16^n·π with an error ε that is known, so about (96 − log₂ of the terms)/4 digits; more digits,
or one that ε leaves open, come from evaluations further on: with y the fraction of 16^(n+s)·π, 16^s·x − y is the integer of
the s digits between, up to the errors. That it *is* within them of an integer checks both evaluations against each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.errors import UsageError, VerificationError
from pi_engine.proof.bbp.bbp_formulas import FORMULAS
from pi_engine.proof.bbp.bbp_sum import Fraction, fraction_at, prepare
from pi_engine.proof.bbp.kernels.bbp_layout import FRACTION_BITS
from pi_engine.runtime.integers import as_int
from pi_engine.runtime.machine_faults import RUN_AGAIN
from pi_engine.runtime.progress import part_of, silent
from pi_engine.runtime.thread_count import thread_count

if TYPE_CHECKING:
    from typing import SupportsIndex

    from pi_engine.proof.bbp.bbp_formulas import BBPFormula
    from pi_engine.proof.bbp.bbp_sum import Summation
    from pi_engine.runtime.progress import Progress

LAST_POSITION = 10**12
LARGEST_COUNT = 10_000
_ONE = 1 << FRACTION_BITS
_SPARE_BITS = 8
"""Bits between the error and the digits that are taken: one evaluation in 128 leaves its last digit open."""


def hex_digits(
    position: SupportsIndex,
    *,
    count: SupportsIndex = 14,
    formula: str = "bellard",
    threads: SupportsIndex | None = None,
    progress: Progress | None = None,
    elsewhere: Summation | None = None,
) -> str:
    """The `count` hexadecimal digits of π that begin at `position`; 1 is the first after the point. Upper case.

    Every digit is certain: the error of the sum is bounded, and if it leaves a digit open, more is computed. The
    first ten digits or more cost one evaluation, which takes position·log(position) steps. Each further ten or so
    cost one more. What adds up the terms is `elsewhere`, if it is given.

    Raises:
        TypeError: position, count or threads is not an integer.
        UsageError: position is not in 1 … 10^12, count not in 1 … 10 000, or there is no such formula.
        VerificationError: two evaluations contradict each other.
    """
    position, count = require_digits(position, count, formula)
    report = silent if progress is None else progress
    return _digits(FORMULAS[formula], position - 1, count, thread_count(threads), report, elsewhere)


def require_digits(position: SupportsIndex, count: SupportsIndex, formula: str) -> tuple[int, int]:
    """Position and count, if they can be asked for.

    Raises:
        TypeError, UsageError: as `hex_digits`.
    """
    position, count = as_int(position, "position"), as_int(count, "count")
    if not 1 <= position <= LAST_POSITION:
        raise UsageError("the position must be from 1, the first digit after the point, to 10^12")
    if not 1 <= count <= LARGEST_COUNT:
        raise UsageError("the count must be from 1 to 10000: 'compute --base 16' is the way to more digits")
    if formula not in FORMULAS:
        raise UsageError(f"there is no formula {formula!r}: choose {' or '.join(FORMULAS)}")
    return position, count


def _digits(  # noqa: PLR0917 (called from one place)
    formula: BBPFormula, offset: int, count: int, threads: int, progress: Progress, elsewhere: Summation | None
) -> str:
    """The digits after 16^offset·π's point."""
    found, evaluations = "", -(-count // _digits_each(offset))
    prepare(offset + count, evaluations, elsewhere)
    here = fraction_at(formula, offset, threads, part_of(progress, 0, evaluations), elsewhere=elsewhere)
    evaluation = 0
    while True:
        step = reliable_digits(here)
        wanted = count - len(found)
        if wanted <= step and (digits := certain_digits(here, wanted)) is not None:
            return found + digits
        step = min(step, wanted)
        evaluation = min(evaluation + 1, evaluations - 1)
        report = part_of(progress, evaluation, evaluations)
        after = fraction_at(formula, offset + len(found) + step, threads, report, elsewhere=elsewhere)
        found += digits_between(here, after, step)
        if len(found) >= count:
            return found
        here = after


def _digits_each(offset: int) -> int:
    """About how many digits an evaluation will be good for: so that progress knows how many there will be."""
    return max(1, (FRACTION_BITS - _SPARE_BITS - (3 * offset + 64).bit_length()) // 4)


def reliable_digits(fraction: Fraction) -> int:
    """How many hexadecimal digits an evaluation is good for, at least 1."""
    return max(1, (FRACTION_BITS - fraction.error.bit_length() - _SPARE_BITS) // 4)


def certain_digits(fraction: Fraction, count: int) -> str | None:
    """The first `count` digits, or None where the error leaves them open."""
    scale = FRACTION_BITS - 4 * count
    low, high = (fraction.units - fraction.error) >> scale, (fraction.units + fraction.error) >> scale
    return f"{low:0{count}X}" if low == high else None


def digits_between(here: Fraction, after: Fraction, step: int) -> str:
    """The `step` digits by which `after` is further on.

    Raises:
        VerificationError: the two contradict each other.
    """
    difference = (here.units << 4 * step) - after.units
    digits = (difference + _ONE // 2) >> FRACTION_BITS
    if abs(difference - (digits << FRACTION_BITS)) > (here.error << 4 * step) + after.error:
        raise VerificationError(f"two evaluations contradict each other: {RUN_AGAIN}, and report it")
    return f"{digits % 16**step:0{step}X}"
