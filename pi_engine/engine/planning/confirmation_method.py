"""By which other way a full check confirms the digits, and what that takes: decided where runs are planned.

It is the j-invariant of e^(π√163) where that is affordable, and a run with another series beyond.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.engine.checks.reference import PROVED, is_run_again
from pi_engine.errors import CapacityError

if TYPE_CHECKING:
    from pi_engine.runtime.compilation.kernel_set import KernelUse
    from pi_engine.series.model.pi_series import PiSeries

J_INVARIANT_DIGITS = 1_000_000
"""Up to here the j-invariant is used: two seconds; a run with another series takes less from here on."""

LEAST_J_INVARIANT_DIGITS = 50


def j_invariant_is_used(digits: int, base: int) -> bool:
    """Whether the other way is the j-invariant."""
    return base == 10 and LEAST_J_INVARIANT_DIGITS <= digits <= J_INVARIANT_DIGITS


def other_series(name: str) -> str:
    """The series that confirms the one of this name."""
    return "ramanujan" if name == "chudnovsky" else "chudnovsky"


def second_series(series: PiSeries, digits: int, base: int, check: str) -> str | None:
    """The series whose run confirms the digits of this one; None where no second run does.

    A plan counts what that run needs, so that it is refused before the first one, and `Plan.confirmation` is its plan.
    """
    if is_run_again(series, digits, check):
        return PROVED
    if check != "full" or j_invariant_is_used(digits, base):
        return None
    return other_series(series.name)


def kernels_of_checks(digits: int, base: int, bits: int) -> KernelUse:
    """What BBP at the end of a given number of bits, and the j-invariant where it is used, load and compile."""
    try:
        from pi_engine.proof.bbp.last_hex_digits import kernel_use_of_tail  # not for the plan of a small run

        used = kernel_use_of_tail(bits)
        if j_invariant_is_used(digits, base):
            from pi_engine.proof.j_invariant.near_integer import kernels_used

            used |= kernels_used(digits)
    except (CapacityError, ImportError, OSError):
        # `ulimit -v` leaves no address space for LLVM: the plan will be refused for it
        from pi_engine.runtime.compilation.kernel_set import KernelUse

        return KernelUse(load=True, compile=False)
    return used


def confirmation_bytes(digits: int, base: int) -> int:
    """What the numbers of the j-invariant take at once besides the digits; 0 where it is not used."""
    if not j_invariant_is_used(digits, base):
        return 0
    from pi_engine.proof.j_invariant.near_integer import BYTES_PER_DIGIT

    return BYTES_PER_DIGIT * digits + digits
