"""The method "residues": all digits of a file proved by BBP modulo random primes, without computing π."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

from pi_engine.engine.planning.fitting import usable_memory
from pi_engine.errors import UsageError, VerificationError
from pi_engine.files.comparison.by_bbp import FEWEST_DIGITS
from pi_engine.files.comparison.by_residues import (
    PRIMES,
    are_binary_digits,
    are_decimal_digits,
    miss_probability,
    most_digits,
)
from pi_engine.files.comparison.expansion import DecimalDigits
from pi_engine.files.comparison.held_digits import gathered
from pi_engine.files.methods.end_by_bbp import BYTES_PER_DIGIT
from pi_engine.files.methods.forecast_of_file import proving_by_residues
from pi_engine.files.methods.published import compared_as_published
from pi_engine.proof.bbp.bbp_sum import RESIDUE_KERNELS, python_seconds
from pi_engine.radix.integer_text import from_text_compiles
from pi_engine.runtime.limits.memory import THREAD_BYTES, kernel_bytes
from pi_engine.runtime.limits.memory_errors import not_enough_memory
from pi_engine.runtime.machine_faults import RUN_AGAIN
from pi_engine.runtime.progress import announce

if TYPE_CHECKING:
    from pi_engine.files.methods.case import FileCase
    from pi_engine.files.methods.verdict import Verification

AUTOMATIC_FROM = 1_000_000
"""Digits below which π is computed as soon as kernels are loaded."""

_BASE_BYTES = 64 << 20


def residues_can(case: FileCase) -> bool:
    """Whether the method is for this file."""
    return FEWEST_DIGITS <= case.scan.digits <= most_digits(case.scan.base)


def residues_pay(case: FileCase) -> bool:
    """Whether the method is for this file, may be faster than others, and fits in memory."""
    return (
        residues_can(case) and case.scan.digits >= AUTOMATIC_FROM and residues_need(case) <= usable_memory(case.memory)
    )


def residues_need(case: FileCase) -> int:
    """What the method allocates at once, at most; of binary, octal and hexadecimal digits a block at a time is held."""
    scan = case.scan
    if scan.base != 10:
        return _BASE_BYTES + case.threads * THREAD_BYTES + kernel_bytes(stored=False)
    compiles = from_text_compiles(scan.digits) or RESIDUE_KERNELS.would_compile(python_seconds(scan.digits, PRIMES))
    return _BASE_BYTES + case.threads * THREAD_BYTES + kernel_bytes(stored=not compiles) + BYTES_PER_DIGIT * scan.digits


def differs_by_residues(case: FileCase, *, formula: str = "bellard") -> bool:
    """Whether some digit is wrong; if none, the file is proved up to `miss_probability`.

    Raises:
        VerificationError: a check of the arithmetic failed, or the last digit stays open.
    """
    scan = case.scan
    if scan.base != 10:
        return not are_binary_digits(
            case.blocks(),
            scan.digits,
            scan.base,
            case.threads,
            progress=case.progress,
            formula=formula,
            elsewhere=case.elsewhere,
        )
    held = DecimalDigits(gathered(case.blocks(), scan.digits, scan.base), scan.digits)
    return not are_decimal_digits(held, case.threads, case.progress, formula=formula, elsewhere=case.elsewhere)


def by_residues(case: FileCase) -> Verification | None:
    """The verdict on a file whose digits are right; None where some digit is wrong, which is not known yet.

    Raises:
        UsageError: there are too few digits, or too many.
        CapacityError: it would not fit in memory.
        VerificationError: see `differs_by_residues`.
    """
    scan = case.scan
    if not residues_can(case):
        raise UsageError(
            f"the method residues is for {FEWEST_DIGITS} to {most_digits(scan.base):_} digits: use --method recompute"
        )
    need, limit = residues_need(case), usable_memory(case.memory)
    if need > limit:
        remedy = "use --method known, or a larger machine"
        raise not_enough_memory(f"{scan.digits:_} digits by the method residues", need, limit, remedy)
    announce(case.progress, partial(proving_by_residues, case, scan.digits))
    if differs_by_residues(case):
        return None
    chance = math.ceil(math.log10(miss_probability(scan.digits, scan.base)))
    return case.verdict(
        "ok",
        method="residues",
        compared=scan.digits,
        proved=f"all {scan.digits:_} digits after the point are those of π: as a binary integer they leave the same remainders as π "
        f"by {PRIMES} primes between 2^48 and 2^49, drawn at random, by Bellard's formula; a file with a wrong digit would pass "
        f"with a probability below 10^{chance}{case.without_integer()}".replace("10^-", "10^−"),
    )


def wrong_by_residues(case: FileCase) -> Verification:
    """The verdict where a digit is wrong, and nothing that finds the first fits in memory.

    Raises:
        VerificationError: by the other formula no digit is wrong.
    """
    if not differs_by_residues(case, formula="plouffe"):
        raise VerificationError(f"the two formulas contradict each other: {RUN_AGAIN}, and report it")
    return case.verdict(
        "wrong",
        method="residues",
        compared=compared_as_published(case),
        kind="residues",
        message="a digit is wrong, by the remainders of all digits; on a machine with more memory --method recompute finds the first",
    )
