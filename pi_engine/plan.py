"""What a computation will do and need, decided before it starts."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pi_engine.errors import CapacityError
from pi_engine.kernels import fast_path_is_stored, fast_path_pays
from pi_engine.radix import fraction_bits
from pi_engine.runtime import memory
from pi_engine.series.evaluation import GUARD
from pi_engine.series.tail import all_terms

if TYPE_CHECKING:
    from pi_engine.series import HypergeometricSeries, PiSeries

GUARD_BITS = 64
"""The first attempt leaves the last digit open with a probability of 2^−60."""

GMP_BITS = (2**31 - 1) * 64
"""GMP counts limbs in C ints; beyond, products can be silently wrong (gmpy2 issue 576)."""

_MOST_DIGITS = 10**15
"""Beyond the integers of GMP by far, and within what double precision can plan."""

_INTERPRETER_BYTES = 32 << 20
"""The process before the computation starts."""

_THREAD_BYTES = 3 << 20
"""A thread's stack and what its allocator holds back."""

_FAST_BYTES = 80 << 20
"""What the compiled path takes besides its numbers where its kernels are stored: numpy, LLVM, kernels and tables."""

_COMPILING_BYTES = 288 << 20
"""The same where they are yet to be compiled, or have been in this process: Numba and its compiler too."""

_FAST_BYTES_PER_ROOT_BIT = 0.85
"""As below, on the compiled path, of the Q of which nothing has been removed: 0.75 at 10^8 digits, 0.82 in base 16, 0.64 at
3·10^7, 0.74 for Machin's formula there, and 0.37 for Ramanujan's series."""

_FAST_KEPT = 1.2
_FAST_KEPT_BYTES = 128 << 20
"""What steps leave to the next ones though those take memory of their own (`bigint.workspace`), as a part of these numbers,
and at most: 0.84 and 54 MB at 10^7 digits, 0.98 and 76 MB there in base 16."""

_BYTES_PER_ROOT_BIT = 3.0
"""Peak memory above these, in bytes per bit of Q at the root of the tree, of which N digits have 7.5 N. Found by
benchmarks/memory.py at 10^5 … 3·10^7 digits: 1.2 to 2.9, the most with two threads and the small sizes."""


@dataclass(frozen=True)
class Plan:
    """The parameters of one attempt at N digits.

    Attributes:
        series: what is summed.
        digits: N, the digits after the point.
        base: 10 or 16.
        guard_bits: bits of the fraction beyond those that N digits hold.
        fraction_bits: w, bits of the binary fraction.
        terms: of each component.
        memory_bytes: the estimated peak of the process's resident memory.
        fast: whether to take the compiled path.
    """

    series: PiSeries
    digits: int
    base: int
    guard_bits: int
    fraction_bits: int
    terms: tuple[int, ...]
    memory_bytes: int
    fast: bool

    @property
    def combines(self) -> bool:
        """Whether the sum is put together from several, or from one with a coefficient."""
        return len(self.terms) > 1 or self.series.components[0].coefficient != 1


def make_plan(
    series: PiSeries,
    digits: int,
    base: int,
    *,
    guard_bits: int = GUARD_BITS,
    threads: int = 1,
    fast: bool | None = None,
) -> Plan:
    """Terms and precision for ⌊π·base^digits⌋; on the compiled path where that pays, unless `fast` says."""
    series.require_computable(digits, base)
    bits = fraction_bits(digits, base, guard_bits)
    fast = fast_path_pays(int(bits * math.log10(2))) if fast is None else fast
    terms = all_terms(series, bits + GUARD)
    return Plan(
        series, digits, base, guard_bits, bits, terms, _peak_bytes(series, terms, bits, threads, fast=fast), fast
    )


def root_bits(series: HypergeometricSeries, terms: int) -> float:
    """Bits of Q, and nearly of T, over `terms` terms: log₂ ∏ q(k) ≈ n·log₂ q_d + d·log₂ n!, d the degree.

    And where lower coefficients count, for each 2^i ≤ k < 2^(i+1) what they add at k = 2^i at most.
    """
    leading = abs(series.q.leading)
    bits = terms * math.log2(leading) + series.q.degree * math.lgamma(terms + 1) / math.log(2)
    k = 1
    while k <= terms:
        whole = sum(abs(c) * k**i for i, c in enumerate(series.q.coefficients))
        bits += min(k, terms + 1 - k) * (math.log2(whole) - math.log2(leading * k**series.q.degree))
        k *= 2
    return bits


def largest_root_bits(series: PiSeries, terms: tuple[int, ...]) -> float:
    """Bits of the largest Q of a component."""
    return max(root_bits(component.sum, count) for component, count in zip(series.components, terms, strict=True))


def _peak_bytes(series: PiSeries, terms: tuple[int, ...], bits: int, threads: int, *, fast: bool) -> int:
    kernels = 0
    if fast:
        kernels = _COMPILING_BYTES if "numba" in sys.modules or not fast_path_is_stored() else _FAST_BYTES
    each = _FAST_BYTES_PER_ROOT_BIT if fast else _BYTES_PER_ROOT_BIT
    numbers = math.ceil(each * max(largest_root_bits(series, terms), 2.0 * bits))
    if fast:
        numbers += min(int(_FAST_KEPT * numbers), _FAST_KEPT_BYTES)
    return _INTERPRETER_BYTES + min(threads, max(terms)) * _THREAD_BYTES + kernels + numbers


def make_plan_within(
    series: PiSeries,
    digits: int,
    base: int,
    *,
    guard_bits: int = GUARD_BITS,
    threads: int = 1,
    limit: int | None = None,
) -> Plan:
    """A plan that fits in `limit` bytes, in what this process may use, and in GMP's integers.

    GMP ends the process where memory runs out, so refusing before the start is the only defence.

    Raises:
        CapacityError: it would not fit; the message says the largest number of digits that would.
        UsageError: the series converges too slowly for any number of digits.
    """
    series.require_computable(digits, base)
    plan = make_plan(series, digits, base, guard_bits=guard_bits, threads=threads) if digits <= _MOST_DIGITS else None
    machine = memory.memory_limit()
    limit = machine if limit is None else min(limit, machine)
    if plan is not None and plan.fast and not _fits(plan, limit):  # the plain path needs less
        plan = make_plan(series, digits, base, guard_bits=guard_bits, threads=threads, fast=False)
    if plan is not None and _fits(plan, limit):
        return plan
    count = f"{digits:_} digits" if digits <= _MOST_DIGITS else f"more than {_MOST_DIGITS:_} digits"
    if plan is not None and plan.memory_bytes > limit:
        need = f"need about {format_bytes(plan.memory_bytes)} of memory, and {format_bytes(limit)} may be used"
    else:
        need = "need integers beyond GMP's limit of 2^31 − 1 limbs"
    largest = _largest_that_fits(series, base, threads, limit)
    remedy = f"at most {largest:_} would fit" if largest >= 0 else "not even one would fit"
    raise CapacityError(f"{count} {need}: {remedy}")


def _fits(plan: Plan, limit: int) -> bool:
    """Whether the plan stays within `limit` bytes and within GMP's integers.

    The largest integers are the root's radicand, 2w + 64 bits, the fraction times 5^N, below 2w, and those of the
    last merge, a little more than T.
    """
    largest = max(largest_root_bits(plan.series, plan.terms) * 1.01, 3.0 * plan.fraction_bits) + 128
    return plan.memory_bytes <= limit and largest <= GMP_BITS


def _largest_that_fits(series: PiSeries, base: int, threads: int, limit: int) -> int:
    """The largest N whose plan fits, rounded down to two leading digits; −1 if there is none."""

    def within(digits: int) -> bool:
        return _fits(make_plan(series, digits, base, threads=threads, fast=False), limit)

    if not within(0):
        return -1
    low, high = 0, 1
    while within(high):
        low, high = high, 2 * high
    while high - low > max(1, low // 1000):
        middle = (low + high) // 2
        if within(middle):
            low = middle
        else:
            high = middle
    step = int(10 ** max(0, len(str(low)) - 2))
    return low - low % step


def format_bytes(count: int) -> str:
    """Like `8.0 GiB`; whole bytes below 1 KiB."""
    size = float(count)
    for unit in ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB"):
        if size < 1024 or unit == "PiB":
            break
        size /= 1024
    return f"{count} bytes" if unit == "bytes" else f"{size:.1f} {unit}"
