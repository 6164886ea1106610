"""What shows more of a file than published digits do: recomputation, which proves it, and BBP, which can be deceived."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from pi_engine.digits.common.constants import PI
from pi_engine.engine.compute import compute
from pi_engine.engine.planning.fitting import usable_memory
from pi_engine.errors import UsageError, VerificationError
from pi_engine.files.comparison.by_bbp import FEWEST_DIGITS, LOCATING
from pi_engine.files.comparison.diagnosis import diagnosed, with_integer
from pi_engine.files.comparison.difference import Difference, first_difference, only_first
from pi_engine.files.comparison.held_digits import HeldDigits, gathered, held
from pi_engine.files.methods.forecast_of_file import (
    bisecting_by_bbp,
    proving_by_bbp,
    proving_by_residues,
    recomputing,
    total,
)
from pi_engine.files.methods.proof_by_residues import by_residues, residues_pay, wrong_by_residues
from pi_engine.files.methods.published import compared_as_published, wrong_as_published
from pi_engine.files.methods.verdict import all_right
from pi_engine.radix.kernels.binary_words import computed_as, words_in_base
from pi_engine.radix.kernels.digit_words import DIGITS_PER_WORD
from pi_engine.runtime.display import counted
from pi_engine.runtime.limits.memory_errors import not_enough_memory
from pi_engine.runtime.machine_faults import RUN_AGAIN
from pi_engine.runtime.progress import announce

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pi_engine.files.methods.case import FileCase
    from pi_engine.files.methods.end_by_bbp import Deceived, Survival
    from pi_engine.files.methods.verdict import Verification
    from pi_engine.runtime.progress import Progress, Step


_BEYOND = 100
"""Digits that are computed behind the file's last one: they tell whether that is rounded, and where digits near it belong."""


class Method(NamedTuple):
    """A way to look at all digits of a file.

    Attributes:
        fits: whether it can be had for this file, on this machine.
        steps: what it does for a file of this many digits that are right, with predicted seconds.
        run: gives the verdict.
        proves: whether no wrong digit escapes it.
    """

    fits: Callable[[FileCase], bool]
    steps: Callable[[FileCase, int], list[Step]]
    run: Callable[[FileCase], Verification]
    proves: bool = True


def recompute(case: FileCase) -> Verification:
    """Compute π to the file's length, and compare all of it."""
    return located(case, case.scan.digits)


def located(case: FileCase, digits: int) -> Verification:
    """Compute a given number of digits, or up to the end of the last word, and compare them with the file's.

    Where they are all of the file's, all are compared, and it is told what has happened to them; else up to the first wrong one.
    """
    scan = case.scan
    width = DIGITS_PER_WORD[scan.base]
    digits = min(scan.digits, -(-digits // width) * width)
    whole = digits == scan.digits
    more = digits + _BEYOND if whole and case.fits(digits + _BEYOND) else digits
    announce(case.progress, partial(recomputing, case, digits))
    progress = case.part_progress()
    count, base = computed_as(more, scan.base)
    result = compute(count, base=base, threads=case.threads, memory=case.memory, progress=progress)
    progress("comparison", 0, 0)
    before = (scan.integer or PI.whole(scan.base))[-1]
    expected = words_in_base(result.words, more, scan.base)
    difference = first_difference(expected, digits, case.blocks(), scan.base, before) if digits else None
    if difference is not None and whole:
        theirs = held(case.blocks(), digits, scan.base)
        difference = diagnosed(HeldDigits(expected, more, scan.base), theirs, before)
    elif difference is not None:
        difference = only_first(difference)
    integer = scan.integer if case.file.header_digits is None else ""  # what a header has is compared by itself
    difference = with_integer(difference, integer, scan.head, scan.base)
    passed = ", ".join(check.name for check in result.checks if check.status == "passed")
    made = f"computed here by the {result.series.capitalize()} series, whose run passed its checks ({passed})"
    if result.repairs:
        made += f" and repeated {counted(len(result.repairs), 'step')} that had failed one"
    if difference is not None:
        compared, right = digits if whole else difference.position, max(0, difference.position - 1)
        verb = "was" if compared == 1 else "were"
        proved = (
            f"{compared:_} of {counted(scan.digits, 'digit')} {verb} compared with those of π, {made}; "
            f"the {counted(right, 'digit')} before position {difference.position:_} are right; this one is not"
        )
        return case.verdict("wrong", method="recompute", compared=compared, difference=difference, proved=proved)
    if case.locating or digits < scan.digits:
        raise VerificationError(
            f"one of the first {digits:_} digits is wrong by what is published, or by BBP, but all equal those computed here: "
            f"{RUN_AGAIN}, and report it"
        )
    proved = f"{all_right(digits)}, {made}{case.without_integer()}" if digits else "there are no digits after the point"
    return case.verdict("ok", method="recompute", compared=digits, proved=proved)


def prove_by_residues(case: FileCase) -> Verification:
    """Compare all digits with π modulo random primes; where a digit is wrong, find the first as can be had here.

    Raises:
        UsageError, CapacityError, VerificationError: as `by_residues`.
    """
    found = by_residues(case)
    if found is not None:
        return found
    case = replace(case, locating=True)
    if _recompute_fits(case):
        return located(case, case.scan.digits)
    found = by_bbp(case) if _bbp_fits(case) else None
    return found if found is not None and found.status == "wrong" else wrong_by_residues(case)


def by_bbp(case: FileCase) -> Verification:
    """Compare the end of the digits' binary expansion with BBP; where they differ, find the first wrong digit by bisection.

    Where nothing differs the file is "unproved", unless all of it is the beginning that is computed: `files.comparison.by_bbp` says
    which wrong digits escape.

    Raises:
        UsageError: the digits are not decimal, or too few.
        CapacityError: it would not fit in memory.
        VerificationError: a check of the arithmetic failed.
    """
    scan = case.scan
    if scan.base != 10:
        raise UsageError(
            f"the method bbp is for decimal digits, and these are of base {scan.base}: use --method recompute"
        )
    if not _bbp_can(case):
        has = counted(scan.digits, "digit")
        raise UsageError(
            f"the method bbp is for {FEWEST_DIGITS} digits of base 10 or more, and the file has {has}: use --method recompute"
        )
    need, limit = _bbp_need(case), usable_memory(case.memory)
    if need > limit:
        remedy = "use --method known, or a larger machine"
        raise not_enough_memory(f"{counted(scan.digits, 'digit')} by the method bbp", need, limit, remedy)
    from pi_engine.files.methods.end_by_bbp import examine

    announce(case.progress, partial(proving_by_bbp, case, scan.digits))
    words = gathered(case.blocks(), scan.digits, scan.base)
    integer = scan.integer or PI.integer
    found = examine(
        words,
        scan.digits,
        integer=integer,
        threads=case.threads,
        progress=_progress_of_bbp(case),
        elsewhere=case.elsewhere,
    )
    return _verdict_by_bbp(case, found)


def _verdict_by_bbp(case: FileCase, found: Survival | Difference | Deceived) -> Verification:
    """The verdict on what BBP has shown."""
    from pi_engine.files.methods.end_by_bbp import HEAD_DIGITS, Deceived

    scan = case.scan
    if isinstance(found, Difference):
        compared = f"{found.position:_} of {counted(scan.digits, 'digit')}"
        proved = (
            f"{compared} were compared with those of π: by BBP and by residues modulo random primes those before position "
            f"{found.position:_} are right, and this one is not"
        )
        return case.verdict("wrong", method="bbp", compared=found.position, difference=only_first(found), proved=proved)
    if isinstance(found, Deceived):
        message = (
            f"BBP sees a wrong digit at position {found.position:_}, and by residues digits before it are wrong too: "
            "--method recompute finds the first"
        )
        return case.verdict(
            "wrong", method="bbp", compared=compared_as_published(case, HEAD_DIGITS), kind="residues", message=message
        )
    if scan.differs is not None or scan.refuted_by_hash is not None:  # digits that deceive BBP
        return wrong_as_published(case)
    if found.head == scan.digits:
        proved = f"all {found.head:_} digits after the point equal those of π computed here{case.without_integer()}"
        return case.verdict("ok", method="bbp", compared=found.head, proved=proved)
    last = found.position + len(found.digits) - 1
    return case.verdict(
        "ok",
        method="bbp",
        compared=compared_as_published(case, found.head),
        proved=f"the first {found.head:_} digits equal those computed here, {scan.compared} groups of published digits agree, and the "
        f"fraction that all {scan.digits:_} digits stand for has the hexadecimal digits of π at {found.position:_} to "
        f"{last:_}, by Bellard's formula; not seen is an error that is a multiple of 2^−j: it changes digits from about 0.301·j "
        f"on, and no hexadecimal digit behind j/4{case.without_integer()}",
    )


def _progress_of_bbp(case: FileCase) -> Progress:
    """The progress of the method bbp: where it has found an error, other work comes than was announced."""
    announced = False

    def report(phase: str, done: int, total: int) -> None:
        nonlocal announced
        if phase == LOCATING and not announced:
            announced = True
            announce(case.progress, partial(_bisection, case, case.scan.digits))
        case.progress(phase, done, total)

    return report


def _bisection(case: FileCase, digits: int) -> list[Step]:
    return [bisecting_by_bbp(case, digits)]


def _bbp_can(case: FileCase) -> bool:
    return case.scan.base == 10 and case.scan.digits >= FEWEST_DIGITS


def _bbp_need(case: FileCase) -> int:
    from pi_engine.files.methods.end_by_bbp import needed_bytes

    return needed_bytes(case.scan.digits, case.threads)


def _bbp_fits(case: FileCase) -> bool:
    return _bbp_can(case) and _bbp_need(case) <= usable_memory(case.memory)


def _recompute_fits(case: FileCase) -> bool:
    return case.fits(case.scan.digits)


METHODS = {
    "recompute": Method(_recompute_fits, recomputing, recompute),
    "residues": Method(residues_pay, proving_by_residues, prove_by_residues),
    "bbp": Method(_bbp_fits, proving_by_bbp, by_bbp, proves=False),
}
"""What looks at all digits of a file. A new method is a row here."""


def chosen(case: FileCase, methods: Iterable[Method]) -> Method | None:
    """The method to take if none was asked for: the fastest proof that fits here, else the fastest method, else None."""
    fitting = [method for method in methods if method.fits(case)]
    eligible = [method for method in fitting if method.proves] or fitting
    digits = case.scan.digits
    return min(eligible, key=lambda method: total(method.steps(case, digits)), default=None)
