"""What `check="full"` adds to a run: π's last hexadecimal digits by BBP, and the digits once more by another way.

The other way is the j-invariant of e^(π√163) where that is affordable, and a run with another series beyond.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.errors import VerificationError
from pi_engine.radix import from_text
from pi_engine.result import Check
from pi_engine.verify.tail import Tail, compare_tail

if TYPE_CHECKING:
    from collections.abc import Callable

    from pi_engine.plan import Plan
    from pi_engine.runtime.progress import Progress
    from pi_engine.series.evaluation import BinaryFraction

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


def check_by_another_way(
    plan: Plan, text: str, value_hash: int, threads: int, run_again: Callable[[str], int]
) -> Check:
    """Confirm the digits by a formula of another kind, or by another series: `run_again` gives its hash.

    Raises:
        VerificationError: the other way has other digits.
    """
    if j_invariant_is_used(plan.digits, plan.base):
        from pi_engine.verify.near_integer import confirm

        found = confirm(D, from_text(text.replace(".", ""), threads=threads), plan.digits, threads=threads)
        if found.confirmed != plan.digits:
            raise VerificationError(
                f"position {found.confirmed + 1}: the j-invariant of e^(π√{D}) confirms the digits before, and not this one"
            )
        return Check("near-integer", "passed", f"all {plan.digits} digits by the j-invariant of e^(π√{D})")
    other = other_series(plan.series.name)
    if run_again(other) != value_hash:
        raise VerificationError(f"the series {plan.series.name} and {other} have different digits: run again")
    return Check("other series", "passed", f"the digits' hash is that of a run with the series {other}")
