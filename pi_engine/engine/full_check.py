"""What `check="full"` adds to a run: π's last hexadecimal digits by BBP, and the digits once more by another way.

Which other way that is `confirmation_method` says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.engine.checks.reference import require_same_digits
from pi_engine.engine.result import Check
from pi_engine.errors import VerificationError
from pi_engine.proof.bbp.last_hex_digits import Tail, compare_tail
from pi_engine.radix import from_text
from pi_engine.runtime.display import counted
from pi_engine.runtime.machine_faults import RUN_AGAIN
from pi_engine.series.catalogue import is_catalogued

if TYPE_CHECKING:
    from collections.abc import Callable

    from pi_engine.bigint.binary_fraction import BinaryFraction
    from pi_engine.engine.checks.known import Characters
    from pi_engine.engine.planning.plan import Plan
    from pi_engine.runtime.progress import Progress

D = 163


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


def check_by_another_way(plan: Plan, text: Characters, threads: int, run_again: Callable[[Plan], Characters]) -> Check:
    """Confirm the digits by a formula of another kind, or by another series: `run_again` gives the digits of its run.

    Raises:
        VerificationError: the other way has other digits.
    """
    if plan.confirmation is None:
        return _check_by_j_invariant(plan, text, threads)
    other, expected = plan.confirmation.series.name, run_again(plan.confirmation)
    if is_catalogued(plan.series):
        if text != expected:
            raise VerificationError(f"the series {plan.series.name} and {other} have different digits: {RUN_AGAIN}")
    else:
        require_same_digits(plan.series, text, expected)
    return Check(
        "other series",
        "passed",
        f"{counted(plan.digits, 'digit')} compared with those of a run with the series {other}",
    )


def _check_by_j_invariant(plan: Plan, text: Characters, threads: int) -> Check:
    from pi_engine.proof.j_invariant.near_integer import confirm

    found = confirm(D, from_text(text[:].replace(".", ""), threads=threads), plan.digits, threads=threads)
    if found.confirmed != plan.digits:
        raise VerificationError(
            f"position {found.confirmed + 1}: the j-invariant of e^(π√{D}) confirms the digits before, and not this one"
        )
    return Check(
        "near-integer", "passed", f"{counted(plan.digits, 'digit')} compared with those by the j-invariant of e^(π√{D})"
    )
