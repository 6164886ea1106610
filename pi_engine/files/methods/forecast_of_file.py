"""How long the steps of a verification will take, for progress and for the choice of a method; a model, as `forecast`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pi_engine.digits.common.formats import COMPRESSED
from pi_engine.engine.planning.forecast import bbp_seconds, conversion_to_binary_seconds, forecast, seconds_by_phase
from pi_engine.engine.planning.plan import make_plan
from pi_engine.errors import PiEngineError
from pi_engine.files.comparison.by_bbp import BISECTION, EVALUATIONS, LOCATING
from pi_engine.files.comparison.by_residues import PRIMES
from pi_engine.proof.bbp.bbp_sum import KERNEL_FROM, RESIDUE_KERNELS, python_seconds
from pi_engine.radix.kernels.binary_words import computed_as
from pi_engine.runtime.progress import Step, steps_within
from pi_engine.series.lookup import get

if TYPE_CHECKING:
    from pi_engine.files.methods.case import FileCase

_READ_SECONDS = 2.5e-9
_READ_COMPRESSED_SECONDS = 12e-9
"""A digit: reading, counting and hashing it."""

_RESIDUES = 1.35
"""An evaluation of BBP that gives residues too, by one that does not: 1.3 at 10^7 and 3·10^7 digits, Zen 4."""

_COMPARE_SECONDS = 1e-9
"""A digit: reading it once more and comparing it."""


def reading(case: FileCase, digits: int) -> Step:
    """The pass over a file of about `digits` digits."""
    each = _READ_COMPRESSED_SECONDS if case.file.format in COMPRESSED else _READ_SECONDS
    return Step("read", each * digits)


def recomputing(case: FileCase, digits: int) -> list[Step]:
    """Computing `digits` digits and comparing them; for the first wrong one, where something is known to be wrong."""
    try:
        count, base = computed_as(digits, case.file.base or 10)
        plan = make_plan(get("chudnovsky"), count, base, threads=case.threads)
    except (PiEngineError, OverflowError):  # it will be refused where it is made
        return []
    steps = [*forecast(plan, case.threads), Step("comparison", _COMPARE_SECONDS * digits)]
    return steps_within(steps, LOCATING) if case.locating else steps


def proving_by_bbp(case: FileCase, digits: int) -> list[Step]:
    """The method "bbp" on digits that are right."""
    each = bbp_seconds(digits * math.log(10, 16), case.threads)
    return [
        Step("first digits", 0.05),
        Step("conversion", conversion_to_binary_seconds(digits, case.threads)),
        Step("BBP", EVALUATIONS * each),
    ]


def proving_by_residues(case: FileCase, digits: int) -> list[Step]:
    """The method "residues" on digits that are right."""
    position, binary = digits * math.log(case.scan.base, 16), case.scan.base != 10
    seconds = _RESIDUES * bbp_seconds(position, case.threads)
    if position >= KERNEL_FROM and not RESIDUE_KERNELS.loaded():
        seconds += RESIDUE_KERNELS.missing_seconds()
    steps = [Step("BBP", min(seconds, python_seconds(position, PRIMES)))]
    return steps if binary else [Step("conversion", conversion_to_binary_seconds(digits, case.threads)), *steps]


def bisecting_by_bbp(case: FileCase, digits: int) -> Step:
    """What the method "bbp" takes more to find the first wrong digit, at the most."""
    each = bbp_seconds(digits * math.log(10, 16), case.threads)
    return Step(LOCATING, (BISECTION + math.log2(digits + 2)) * each)


def total(steps: list[Step]) -> float:
    """The seconds of all steps."""
    return seconds_by_phase(steps)["total"]
