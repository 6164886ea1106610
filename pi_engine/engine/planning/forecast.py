"""How long a run will take, phase by phase, before it starts: a model of its cost for progress bars and for estimates.

The seconds of each phase were measured with 2 threads on one machine (AMD Zen 4) at powers of ten. Between them the model
interpolates, and beyond them it goes on, as a power of the number of digits. Another machine is compared with that one by the
time of one product of GMP, and another series by its predicted cost (`series.model.hypergeometric`). Expect a third more or less.
"""

from __future__ import annotations

import functools
import math
import time
from typing import TYPE_CHECKING

from pi_engine.runtime.progress import Step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pi_engine.engine.planning.plan import Plan

LOADING_SECONDS = 0.3
"""Importing numpy and LLVM and loading stored kernels, which is a part of the first sum of a process."""

_PRODUCT_BITS = 1 << 20
_PRODUCT_SECONDS = 0.0033
"""GMP's product of two numbers of this many bits on the machine that the tables are of."""

_DIGITS = (1e4, 1e5, 1e6, 1e7, 1e8, 1e9)
_COMPILED: Mapping[str, Sequence[float]] = {
    "sum": (0.0012, 0.0060, 0.034, 0.45, 7.4, 108.0),
    "root": (0.0001, 0.0008, 0.003, 0.019, 0.24, 3.1),
    "division": (0.0002, 0.0020, 0.008, 0.062, 0.74, 9.6),
    "conversion": (0.0004, 0.0030, 0.010, 0.085, 1.05, 13.5),
    "check": (0.0003, 0.0006, 0.002, 0.014, 0.15, 1.5),
}
_PLAIN: Mapping[str, Sequence[float]] = {
    "sum": (0.0008, 0.017, 0.31, 4.2, 60.0, 820.0),
    "root": (0.0001, 0.0025, 0.048, 0.72, 9.0, 110.0),
    "division": (0.0001, 0.0020, 0.045, 0.62, 8.0, 100.0),
    "conversion": (0.0002, 0.0060, 0.11, 1.6, 22.0, 280.0),
    "check": (0.0003, 0.0010, 0.007, 0.07, 0.7, 7.0),
}
"""Phase → seconds at each of `_DIGITS`."""

_BY_DISK: Mapping[str, float] = {"sum": 1.4, "root": 2.1, "division": 3.0, "conversion": 1.5}
"""How many times as long the phases of a run take on disk: 10^8 digits in 256 MiB beside the same in memory, in turn, on a
disk that reads 0.8 GB a second and writes 1.4."""

_SECOND_THREAD = 0.93
"""What each further thread adds on the compiled path, the first one being 1 (two threads at 10^9 digits: 1.93)."""

_SECOND_THREAD_PLAIN = 0.6
"""What each further thread adds to the sum on the plain path; its other phases use one thread."""

_MOST_THREADS = 16
"""Threads beyond these are not counted on: memory limits them, and no more were measured."""

_BBP_SECONDS = 1.1e-8
"""One evaluation of BBP, for each hexadecimal position before it, 2 threads, at 10^8."""

_TO_BINARY_SECONDS = 3.3e-8
"""Decimal digits to a binary fraction: each digit, 2 threads, at 10^8."""

_CONFIRMATION_SECONDS = 1.5e-6
"""The j-invariant, a digit, at 10^6."""

_RAMANUJAN_COST = 1.78
"""Ramanujan's series beside Chudnovsky's: it confirms that one, which confirms all others."""


def forecast(plan: Plan, threads: int, check: str = "fast") -> list[Step]:
    """The phases of a computation by this plan in the order in which they come; several components repeat theirs.

    Args:
        plan: what will be done.
        threads: how many it may use.
        check: "none", "fast" or "full".
    """
    from pi_engine.engine.checks.reference import is_run_again
    from pi_engine.engine.planning.backend import BACKEND
    from pi_engine.series.lookup import get

    digits = max(1.0, plan.fraction_bits * math.log10(2))
    cost = plan.series.cost / get("chudnovsky").cost
    each = _seconds(digits, threads, compiled=plan.compiled)
    if plan.scratch:
        each = {phase: seconds * _BY_DISK.get(phase, 1.0) for phase, seconds in each.items()}
    steps = []
    if plan.kernels == "to be compiled":
        steps.append(Step("compilation", BACKEND.missing_seconds() * machine_factor()))
    loading = LOADING_SECONDS * machine_factor() if plan.kernels in ("stored", "to be compiled") else 0.0
    components = len(plan.terms)
    for _ in range(components):
        steps.append(Step("sum", each["sum"] * cost / components + loading))
        loading = 0.0
        if check != "none":
            steps.append(Step("check", each["check"] / (2 * components)))
        if plan.combines:
            steps.append(Step("division", each["division"]))
    steps += [Step("root", each["root"]), Step("division", each["division"])]
    if check == "full":
        steps.append(Step("BBP", bbp_seconds(plan.fraction_bits / 4, threads)))
    steps.append(Step("conversion", each["conversion"] if plan.base == 10 else each["check"]))
    if check != "none":
        steps.append(Step("check", each["check"] / 2))
    if check == "full" or is_run_again(plan.series, plan.digits, check):
        steps.append(Step("confirmation", _confirmation_seconds(plan, digits, threads, check)))
    return steps


def seconds_by_phase(steps: Sequence[Step]) -> dict[str, float]:
    """The seconds of steps of the same phase together, and their "total"."""
    found: dict[str, float] = {}
    for phase, seconds in steps:
        found[phase] = found.get(phase, 0.0) + seconds
    return {**found, "total": sum(found.values())}


def _confirmation_seconds(plan: Plan, digits: float, threads: int, check: str) -> float:
    """All digits once more, by the j-invariant or by another series: see `confirmation_method`."""
    from pi_engine.engine.planning.confirmation_method import j_invariant_is_used

    if check == "full" and j_invariant_is_used(plan.digits, plan.base):
        return _CONFIRMATION_SECONDS * digits * machine_factor()
    again = _seconds(digits, threads, compiled=plan.compiled)
    again["sum"] *= _RAMANUJAN_COST if plan.series.name == "chudnovsky" else 1.0
    return sum(again.values())


def bbp_seconds(position: float, threads: int) -> float:
    """One evaluation of BBP at that hexadecimal position, which gives a dozen digits."""
    bits = math.log2(position + 2) / math.log2(1e8)
    return _BBP_SECONDS * position * bits * 2 / _speedup(threads, 1.0) * machine_factor()


def conversion_to_binary_seconds(digits: float, threads: int) -> float:
    """Decimal digits to a binary fraction, on the path that a computation of as many digits takes."""
    from pi_engine.engine.planning.backend import BACKEND

    if not BACKEND.pays(int(digits)):
        return 2 * _seconds(digits, threads, compiled=False)["conversion"]
    bits = math.log2(digits + 2) / math.log2(1e8)
    return _TO_BINARY_SECONDS * digits * bits * 2 / _speedup(threads, _SECOND_THREAD) * machine_factor()


def reference_seconds(digits: float, threads: int, *, compiled: bool = True) -> dict[str, float]:
    """Seconds of "sum", "root", "division", "conversion" and "check" of Chudnovsky's series, on the machine that the tables are of."""
    table = _COMPILED if compiled else _PLAIN
    found = {}
    for name, measured in table.items():
        seconds = _interpolated(digits, measured)
        if compiled:
            seconds *= _speedup(2, _SECOND_THREAD) / _speedup(threads, _SECOND_THREAD)
        elif name == "sum":
            seconds *= _speedup(2, _SECOND_THREAD_PLAIN) / _speedup(threads, _SECOND_THREAD_PLAIN)
        found[name] = seconds
    return found


def _seconds(digits: float, threads: int, *, compiled: bool) -> dict[str, float]:
    """The same on this machine."""
    found = reference_seconds(digits, threads, compiled=compiled)
    return {name: seconds * machine_factor() for name, seconds in found.items()}


def _speedup(threads: int, each: float) -> float:
    return 1 + each * (min(threads, _MOST_THREADS) - 1)


def _interpolated(digits: float, measured: Sequence[float]) -> float:
    """A power of the digits between two measurements, and beyond the last the power between the last two."""
    i = min(len(_DIGITS) - 2, max(0, int(math.log10(digits)) - int(math.log10(_DIGITS[0]))))
    exponent = math.log(measured[i + 1] / measured[i]) / math.log(_DIGITS[i + 1] / _DIGITS[i])
    return float(measured[i] * (digits / _DIGITS[i]) ** exponent)


@functools.cache
def machine_factor() -> float:
    """How many times as long as on the machine of the tables one product of GMP takes here; found in some ten milliseconds.

    Processor time, so that other processes do not count.
    """
    import gmpy2

    a = (gmpy2.mpz(1) << _PRODUCT_BITS) // 3
    b = (gmpy2.mpz(1) << _PRODUCT_BITS) // 7
    fastest = math.inf
    for _ in range(3):
        start = time.thread_time()
        product = a * b
        fastest = min(fastest, time.thread_time() - start)
        del product
    return fastest / _PRODUCT_SECONDS
