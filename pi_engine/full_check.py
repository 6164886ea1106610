"""What `check="full"` adds to a run: π's last hexadecimal digits by BBP, and the digits once more by another way.

The other way is the j-invariant of e^(π√163) where that is affordable, and a run with another series beyond.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.errors import VerificationError
from pi_engine.radix import from_text
from pi_engine.result import Check
from pi_engine.series.catalogue import is_catalogued
from pi_engine.verify.reference import PROVED, is_run_again, require_equal
from pi_engine.verify.tail import Tail, compare_tail, kernel_use_of_tail

if TYPE_CHECKING:
    from collections.abc import Callable

    from pi_engine.bigint.binary_fraction import BinaryFraction
    from pi_engine.plan import Plan
    from pi_engine.runtime.kernel_set import KernelUse
    from pi_engine.runtime.progress import Progress
    from pi_engine.series import PiSeries

J_INVARIANT_DIGITS = 1_000_000
"""Up to here the j-invariant is used: two seconds; a run with another series takes less from here on."""

LEAST_J_INVARIANT_DIGITS = 50
D = 163


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
    """What BBP at the end of so many bits, and the j-invariant where it is used, load and compile."""
    try:
        used = kernel_use_of_tail(bits)
        if j_invariant_is_used(digits, base):
            from pi_engine.verify.near_integer import kernels_used

            used |= kernels_used(digits)
    except (ImportError, OSError):  # `ulimit -v` leaves no address space for LLVM: the plan will be refused for it
        from pi_engine.runtime.kernel_set import KernelUse

        return KernelUse(load=True, compile=False)
    return used


def confirmation_bytes(digits: int, base: int) -> int:
    """What the numbers of the j-invariant take at once beside the digits; 0 where it is not used."""
    if not j_invariant_is_used(digits, base):
        return 0
    from pi_engine.verify.near_integer import BYTES_PER_DIGIT

    return BYTES_PER_DIGIT * digits + digits


def check_tail(fraction: BinaryFraction, threads: int, progress: Progress) -> tuple[Check, Tail | None]:
    """Compare the end of π's binary fraction with BBP.

    Raises:
        VerificationError: they differ.
    """
    tail = compare_tail(fraction.mantissa, fraction.bits, fraction.error, threads=threads, progress=progress)
    if tail is None:
        return Check("BBP", "skipped", "the end of the fraction is beyond the positions that BBP is made for"), None
    last = tail.position + len(tail.digits) - 1
    formula = tail.formula.capitalize()
    detail = f"hexadecimal digits {tail.position} to {last} of the binary fraction, by {formula}'s formula"
    return Check("BBP", "passed", detail), tail


def check_by_another_way(plan: Plan, text: str, threads: int, run_again: Callable[[Plan], str]) -> Check:
    """Confirm the digits by a formula of another kind, or by another series: `run_again` gives the digits of its run.

    Raises:
        VerificationError: the other way has other digits.
    """
    if plan.confirmation is None:
        return _check_by_j_invariant(plan, text, threads)
    other, expected = plan.confirmation.series.name, run_again(plan.confirmation)
    if is_catalogued(plan.series):
        if text != expected:
            raise VerificationError(f"the series {plan.series.name} and {other} have different digits: run again")
    else:
        require_equal(plan.series, text, expected)
    return Check("other series", "passed", f"all {plan.digits} digits are those of a run with the series {other}")


def _check_by_j_invariant(plan: Plan, text: str, threads: int) -> Check:
    from pi_engine.verify.near_integer import confirm

    found = confirm(D, from_text(text.replace(".", ""), threads=threads), plan.digits, threads=threads)
    if found.confirmed != plan.digits:
        raise VerificationError(
            f"position {found.confirmed + 1}: the j-invariant of e^(π√{D}) confirms the digits before, and not this one"
        )
    return Check("near-integer", "passed", f"all {plan.digits} digits by the j-invariant of e^(π√{D})")
