"""Measure and read all that a report says, part by part."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from pi_engine.convergence.measure import measure_convergence
from pi_engine.errors import PiEngineError, UsageError, VerificationError
from pi_engine.report.measured.digit_facts import digit_facts
from pi_engine.report.measured.drawings import draw_all
from pi_engine.report.measured.findings import CheckedComputation, Findings
from pi_engine.report.measured.machine_facts import machine_facts
from pi_engine.report.measured.missing_parts import LeftOut
from pi_engine.report.measured.speed_figures import measure_speed, read_bench, require_measurable
from pi_engine.runtime.progress import PhaseClock, silent, within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pi_engine.files.methods.verdict import Verification
    from pi_engine.report.measured.digit_facts import DigitFacts
    from pi_engine.runtime.progress import Progress
    from pi_engine.sequence.digit_sequence import DigitSequence
    from pi_engine.statistics.summary import Statistics

SECONDS = 20.0
"""For the speed of computations, unless told otherwise."""

METHODS = ("auto", "known", "none")
"""How a file is compared with π."""

_CHECKED_DIGITS = 10**6
"""Digits of the computation with all checks, at most: beyond them the check by the j-invariant is not made."""

_TERMS = 20
_TIMED_DIGITS = 10_000
"""Digits at which sums of series are timed."""


def gather(
    digits: DigitSequence,
    *,
    file: str | None = None,
    sizes: Sequence[int] = (),
    seconds: float = SECONDS,
    bench: str | None = None,
    verify: str = "auto",
    threads: int | None = None,
    progress: Progress | None = None,
) -> Findings:
    """All that a report on these digits says.

    Args:
        digits: what the report looks at.
        file: their file's name; None for digits that were computed.
        sizes: of the computations that are timed; by default those that `seconds` allow.
        seconds: for timing computations.
        bench: a file that `pi-engine bench --json` has printed, in place of timing.
        verify: "auto" compares the file with π, by the method that `verify` chooses; "known" compares it with published digits alone;
            "none" does neither.
        threads: all by default.
        progress: called as (phase, done, total).

    Raises:
        UsageError: an argument is not usable, or there are no digits.
        CorruptFileError: the file is damaged.
        CapacityError, VerificationError: see `pi_engine.compute`.
    """
    if verify not in METHODS:
        raise UsageError(f"method {verify!r} is not known: choose one of {', '.join(METHODS)}")
    if bench is not None and sizes:
        raise UsageError("the sizes come from the file of figures: leave the others out")
    progress = silent if progress is None else progress
    require_measurable(sizes, threads)
    speed = read_bench(bench) if bench is not None else None
    made = dt.datetime.now(dt.UTC)
    clock = PhaseClock()
    with clock.phase("reading the digits"):
        progress("reading", 0, 0)
        facts = digit_facts(digits.with_random_access(), file)
    with clock.phase("computing with all checks"):
        checked = _checked(digits, facts, threads, progress)
    if speed is None:
        with clock.phase("timing computations"):
            speed = measure_speed(sizes, seconds=seconds, threads=threads, progress=progress)
    with clock.phase("convergence of series"):
        convergence = measure_convergence(
            terms=_TERMS, digits=(_TIMED_DIGITS,), threads=threads, progress=within(progress, "convergence")
        )
    found = Findings(made, machine_facts(), speed, convergence, facts, checked)
    with clock.phase("verification"):
        found.verification = _verified(facts, verify, threads, progress, found.left_out)
    with clock.phase("statistics"):
        found.statistics = _statistics(digits, threads, progress, found.left_out)
    with clock.phase("pictures"):
        found.pictures = draw_all(digits, progress, found.left_out)
    found.seconds = {**clock.seconds, "total": clock.total()}
    return found


def _checked(digits: DigitSequence, facts: DigitFacts, threads: int | None, progress: Progress) -> CheckedComputation:
    """A computation of as many digits, or of _CHECKED_DIGITS, with all checks.

    Raises:
        VerificationError: digits that this program has computed are others.
    """
    from pi_engine.engine.compute import compute

    base = 16 if facts.base == 16 else 10
    result = compute(
        min(facts.digits, _CHECKED_DIGITS),
        base=base,
        threads=threads,
        check="full",
        progress=within(progress, "computing with all checks"),
    )
    agreeing = None
    if base == facts.base:
        agreeing = _agreeing(digits.text(0, result.digits), result.fraction_text)
        if agreeing < result.digits and facts.file is None:
            raise VerificationError(
                f"position {agreeing + 1}: {facts.name} has another digit than a computation with all checks: run again with "
                "--no-cache, and report it if it recurs"
            )
    return CheckedComputation(result.digits, base, result.path, result.seconds["total"], result.checks, agreeing)


def _agreeing(found: str, computed: str) -> int:
    """How many digits of two texts of one length agree before the first that differs."""
    if found == computed:
        return len(computed)
    return next(i for i, (a, b) in enumerate(zip(found, computed, strict=True)) if a != b)


def _verified(
    facts: DigitFacts, method: str, threads: int | None, progress: Progress, left_out: list[LeftOut]
) -> Verification | None:
    """The verdict on the file."""
    if facts.file is None or method == "none":
        return None
    if facts.file == "-":
        left_out.append(
            LeftOut("verification", "standard input can be read only once; save it to a file and name the file")
        )
        return None
    from pi_engine.files.verify import verify_file

    base = facts.base if facts.format != "ycd" else None
    return verify_file(facts.file, method, base=base, threads=threads, progress=within(progress, "verification"))


def _statistics(
    digits: DigitSequence, threads: int | None, progress: Progress, left_out: list[LeftOut]
) -> Statistics | None:
    """The statistics of all digits, where SciPy is installed."""
    from pi_engine.statistics.significance import require_scipy
    from pi_engine.statistics.summary import statistics_of

    try:
        require_scipy()
    except PiEngineError as error:
        left_out.append(LeftOut("statistics", str(error)))
        return None
    return statistics_of(
        digits.characters(),
        digits.base,
        digits=len(digits),
        name=digits.name,
        threads=threads,
        progress=within(progress, "statistics"),
    )
