"""The methods that prove a whole file, and find the first digit that is wrong: recomputation, and BBP."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pi_engine.digits.constants import PI
from pi_engine.engine import compute
from pi_engine.errors import UsageError, VerificationError
from pi_engine.plan import usable_memory
from pi_engine.radix.words import DIGITS_PER_WORD
from pi_engine.runtime.capacity import not_enough_memory
from pi_engine.runtime.threads import available_threads
from pi_engine.verify.by_bbp import FEWEST_DIGITS
from pi_engine.verify.difference import Difference, first_difference

if TYPE_CHECKING:
    from collections.abc import Callable

    from pi_engine.file_case import FileCase
    from pi_engine.verification import Verification


class Method(NamedTuple):
    """A way to prove a whole file.

    Attributes:
        fits: whether it can be had for this file, on this machine.
        seconds: about how long it takes for so many digits, to choose by.
        run: gives the verdict.
    """

    fits: Callable[[FileCase], bool]
    seconds: Callable[[int], float]
    run: Callable[[FileCase], Verification]


def recompute(case: FileCase) -> Verification:
    """Compute π to the file's length, and compare all of it."""
    assert case.survey is not None
    return located(case, case.survey.digits)


def located(case: FileCase, digits: int) -> Verification:
    """Compute so many digits, or up to the end of the last word, and compare them with the file's."""
    survey = case.survey
    assert survey is not None
    width = DIGITS_PER_WORD[survey.base]
    digits = min(survey.digits, -(-digits // width) * width)
    result = compute(digits, base=survey.base, threads=case.threads, memory=case.memory, progress=case.progress)
    integer = survey.integer or PI.integer
    difference = first_difference(result.words, digits, case.blocks(), survey.base, integer) if digits else None
    passed = ", ".join(check.name for check in result.checks if check.status == "passed")
    made = f"computed here by the {result.series.capitalize()} series, whose run passed its checks ({passed})"
    if difference is not None:
        before = difference.position - 1
        proved = (
            f"the {before:_} digits before position {difference.position:_} are those of π, {made}; this one is not"
        )
        return case.verdict("wrong", method="recompute", difference=difference, proved=proved)
    if digits < survey.digits:
        raise VerificationError(
            f"among the first {digits:_} digits one differs from those published, but none from those computed here: "
            "run again, and report it if it recurs"
        )
    proved = f"all {digits:_} digits after the point equal those of π {made}{case.without_integer()}"
    return case.verdict("ok", method="recompute", proved=proved)


def by_bbp(case: FileCase) -> Verification:
    """Compare the end of the digits' binary expansion with BBP; where they differ, find the first wrong digit by bisection.

    Raises:
        UsageError: the digits are hexadecimal, or too few.
        CapacityError: it would not fit in memory.
        VerificationError: BBP and what is published contradict each other.
    """
    survey = case.survey
    assert survey is not None
    if not _bbp_can(case):
        raise UsageError(f"the method bbp is for {FEWEST_DIGITS} decimal digits or more: use --method recompute")
    need, limit = _bbp_need(case), usable_memory(case.memory)
    if need > limit:
        remedy = "use --method known, or a larger machine"
        raise not_enough_memory(f"{survey.digits:_} digits by the method bbp", need, limit, remedy)
    from pi_engine.proof_by_bbp import gathered, prove

    words = gathered(case.blocks(), survey.digits)
    threads = available_threads() if case.threads is None else case.threads
    found = prove(words, survey.digits, integer=survey.integer or PI.integer, threads=threads, progress=case.progress)
    if isinstance(found, Difference):
        before = found.position - 1
        proved = (
            f"the {before:_} digits before position {found.position:_} are those of π, and this one is not, by BBP where their "
            "binary expansion leaves that of π"
        )
        return case.verdict("wrong", method="bbp", difference=found, proved=proved)
    if survey.differs is not None or survey.refuted_by_hash is not None:
        raise VerificationError("BBP finds these digits to be π's, what is published does not: report this as a bug")
    last = found.position + len(found.digits) - 1
    return case.verdict(
        "ok",
        method="bbp",
        proved=f"the first {found.head:_} digits equal those computed here, {survey.compared} groups of published digits agree, and the "
        f"fraction that all {survey.digits:_} digits stand for has the hexadecimal digits of π at {found.position:_} to "
        f"{last:_}, by Bellard's formula: of wrong digits only such escape it as change π by a multiple of a power of 1/2, "
        f"and they would be more than a half of all up to the last of them{case.without_integer()}",
    )


def _bbp_can(case: FileCase) -> bool:
    assert case.survey is not None
    return case.survey.base == 10 and case.survey.digits >= FEWEST_DIGITS


def _bbp_need(case: FileCase) -> int:
    from pi_engine.proof_by_bbp import needed_bytes

    assert case.survey is not None
    return needed_bytes(case.survey.digits, available_threads() if case.threads is None else case.threads)


def _bbp_fits(case: FileCase) -> bool:
    return _bbp_can(case) and _bbp_need(case) <= usable_memory(case.memory)


def _recompute_fits(case: FileCase) -> bool:
    assert case.survey is not None
    return case.fits(case.survey.digits)


METHODS = {
    # measured with kernels loaded, docs/files.md: 0.3, 1.8 and 18 s at 10^6, 10^7 and 10^8 digits; 0.4, 1.2 and 9.5 s
    "recompute": Method(_recompute_fits, lambda digits: 0.1 + 0.17e-6 * digits, recompute),
    "bbp": Method(_bbp_fits, lambda digits: 0.3 + 0.09e-6 * digits, by_bbp),
}
"""What proves a file whole, besides published hashes. A new method is a row here."""
