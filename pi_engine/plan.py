"""What a computation will do and need, decided before it starts."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pi_engine.bigint.product import transform_is_usable
from pi_engine.errors import CapacityError
from pi_engine.kernels import fast_path_is_stored, fast_path_pays
from pi_engine.radix import fraction_bits
from pi_engine.runtime import memory
from pi_engine.runtime.capacity import at_most, largest_that_fits, not_enough_memory
from pi_engine.runtime.memory import THREAD_BYTES, format_bytes, kernel_bytes
from pi_engine.series import get
from pi_engine.series.evaluation import GUARD
from pi_engine.series.tail import all_terms
from pi_engine.verify.reference import PROVED, is_run_again

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pi_engine.series import HypergeometricSeries, PiSeries

GUARD_BITS = 64
"""The first attempt leaves the last digit open with a probability of 2^−60."""

GMP_BITS = (2**31 - 1) * 64
"""GMP counts limbs in C ints; beyond, products can be silently wrong (gmpy2 issue 576)."""

MOST_DIGITS = 10**15
"""Beyond the integers of GMP by far, and within what double precision can plan."""

_INTERPRETER_BYTES = 20 << 20
"""What the process has allocated before the computation starts: 13 MiB."""

_FAST_BYTES_PER_BIT = 1.85
_FAST_BYTES_PER_BIT_COMBINED = 5.5
"""The numbers of the compiled path, in bytes per bit of the fraction, by whether several sums are combined. With `_FAST_KEPT`
they bound what benchmarks/memory.py found at 2·10^4 … 10^8 digits; 10^9 digits of Chudnovsky's series took 1.85 in all."""

_FAST_ROOT_BITS = 3.5
_FAST_BYTES_PER_ROOT_BIT = 0.8
_FAST_MOST_BYTES_PER_BIT = 10.0
"""What slow series take besides: so many bytes per bit that Q at the root of the tree has, before common factors and rounding,
beyond so many times the fraction's; and the most per bit of the fraction in all. The slowest that was measured, whose Q has
84 times its bits, took 6.4."""

_FAST_KEPT = 1.7
_FAST_KEPT_BYTES = 128 << 20
"""What steps leave to the next ones though those take memory of their own (`bigint.workspace`), as a part of these numbers,
and at most."""

_LIBRARIES, _FAST_LIBRARIES, _THREAD_SPACE = 24 << 20, 260 << 20, 80 << 20
_TERMS_IN_THREADS = 4000
"""Address space that is not memory: libraries on gmpy2's path and on the compiled one, and of each thread where there are several
its stack and its heap, which glibc reserves as a whole. With `ulimit -v`, 10^6 digits on the compiled path took 383 MB with
one thread and 463 MB with two, of which 46 were memory; 3·10^7 digits 826 MB, 287 of them memory, and 10^8 1732 MB and 998,
because workspace that is mapped piece by piece (`bigint.arena`) is used less well."""

_BYTES_PER_ROOT_BIT = 2.8
"""The numbers of gmpy2's path in bytes per bit of Q at the root of the tree, of which N digits have 7.5 N, or of twice the
fraction: 1.3 with one thread, 2.1 to 2.6 with more, at 3·10^5 … 2·10^7 digits."""


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
        memory_bytes: an upper bound of what the process will have allocated at once, `runtime.memory.peak_memory`.
        address_bytes: of address space, touched or not, as `ulimit -v` and `-d` count it, at most.
        integer_bits: of the largest integer, or more.
        fast: whether to take the compiled path.
    """

    series: PiSeries
    digits: int
    base: int
    guard_bits: int
    fraction_bits: int
    terms: tuple[int, ...]
    memory_bytes: int
    address_bytes: int
    integer_bits: float
    fast: bool

    @property
    def combines(self) -> bool:
        """Whether the sum is put together from several, or from one with a coefficient."""
        return _combines(self.series)


def _combines(series: PiSeries) -> bool:
    return len(series.components) > 1 or series.components[0].coefficient != 1


def make_plan(
    series: PiSeries,
    digits: int,
    base: int,
    *,
    guard_bits: int = GUARD_BITS,
    threads: int = 1,
    fast: bool | None = None,
    check: str = "fast",
) -> Plan:
    """Terms and precision for ⌊π·base^digits⌋; on the compiled path where that pays, unless `fast` says.

    Memory and integers are also those of the confirmation where there is one: where `check` is "full", or the series is
    not of the catalogue.

    Raises:
        UsageError: the series converges too slowly for any number of digits.
    """
    series.require_computable(digits, base)
    bits = fraction_bits(digits, base, guard_bits)
    fast = fast_path_pays(int(bits * math.log10(2))) if fast is None else fast
    terms = all_terms(series, bits + GUARD)
    need = _peak_bytes(series, terms, bits, threads, fast=fast)
    integer = _largest_integer_bits(series, terms, bits)
    if check == "full":
        need_then, integer_then = _confirmation(series, digits, base, guard_bits, threads, fast=fast)
        need, integer = max(need, need_then), max(integer, integer_then)
    elif is_run_again(series, digits, check):
        again = make_plan(get(PROVED), digits, base, guard_bits=guard_bits, threads=threads, fast=fast)
        need, integer = max(need, again.memory_bytes + digits), max(integer, again.integer_bits)
    space = need + _unused_address_space(need, threads if max(terms) >= _TERMS_IN_THREADS else 1, fast=fast)
    return Plan(series, digits, base, guard_bits, bits, terms, need, space, integer, fast)


def _confirmation(
    series: PiSeries, digits: int, base: int, guard_bits: int, threads: int, *, fast: bool
) -> tuple[int, float]:
    """What `check="full"` takes after the digits are there: bytes, those of the digits included, and integer bits."""
    from pi_engine.full_check import j_invariant_is_used, other_series

    if j_invariant_is_used(digits, base):
        from pi_engine.verify.near_integer import needed_bytes

        return needed_bytes(digits, threads) + digits, 0.0
    again = make_plan(get(other_series(series.name)), digits, base, guard_bits=guard_bits, threads=threads, fast=fast)
    return again.memory_bytes + digits, again.integer_bits


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


def _largest_integer_bits(series: PiSeries, terms: tuple[int, ...], bits: int) -> float:
    """Bits of the largest integer, or more.

    It is the root's radicand, 2w + 64 bits, the fraction times 5^N, below 2w, or one of the last merge, a little more than T.
    """
    return max(largest_root_bits(series, terms) * 1.01, 3.0 * bits) + 128


def _peak_bytes(series: PiSeries, terms: tuple[int, ...], bits: int, threads: int, *, fast: bool) -> int:
    """What the process allocates at once, at most: see `runtime.memory.peak_memory`."""
    root = largest_root_bits(series, terms)
    own = _INTERPRETER_BYTES + min(threads, max(terms)) * THREAD_BYTES
    if not fast:
        return own + math.ceil(_BYTES_PER_ROOT_BIT * max(root, 2.0 * bits))
    each = _FAST_BYTES_PER_BIT_COMBINED if _combines(series) else _FAST_BYTES_PER_BIT
    slow = _FAST_BYTES_PER_ROOT_BIT * max(0.0, root - _FAST_ROOT_BITS * bits)
    numbers = math.ceil(min(each * bits + slow, _FAST_MOST_BYTES_PER_BIT * bits))
    return own + kernel_bytes(stored=fast_path_is_stored()) + numbers + min(int(_FAST_KEPT * numbers), _FAST_KEPT_BYTES)


def _unused_address_space(need: int, threads: int, *, fast: bool) -> int:
    heaps = threads * _THREAD_SPACE if threads > 1 or fast else 0
    return heaps + (_FAST_LIBRARIES + need * 9 // 10 if fast else _LIBRARIES)


def make_plan_within(
    series: PiSeries,
    digits: int,
    base: int,
    *,
    guard_bits: int = GUARD_BITS,
    threads: int = 1,
    limit: int | None = None,
    check: str = "fast",
) -> Plan:
    """The fastest plan that fits in `limit` bytes, in what this process may use, and in GMP's integers.

    GMP ends the process where memory runs out, so refusing before the start is the only defence.

    Raises:
        CapacityError: none fits; the message says what the one would need that needs least, and the largest number of
            digits that would fit.
        UsageError: the series converges too slowly for any number of digits.
    """
    series.require_computable(digits, base)
    limit = usable_memory(limit)
    for plan in possible_plans(series, digits, base, guard_bits=guard_bits, threads=threads, check=check):
        if fits(plan, limit):
            return plan
    raise refusal(series, digits, base, threads=threads, limit=limit, check=check)


def usable_memory(limit: int | None = None) -> int:
    """Bytes that a computation may take: `limit`, and no more than this process may use."""
    machine = memory.memory_limit()
    return machine if limit is None else min(limit, machine)


def possible_plans(
    series: PiSeries, digits: int, base: int, *, guard_bits: int = GUARD_BITS, threads: int = 1, check: str = "fast"
) -> Iterator[Plan]:
    """A plan by each path that can run here, the one first that is finished first; none beyond `MOST_DIGITS`."""
    if digits > MOST_DIGITS:
        return
    preferred = make_plan(series, digits, base, guard_bits=guard_bits, threads=threads, check=check)
    yield preferred
    if preferred.fast or transform_is_usable():  # asked for only where it matters: it imports LLVM
        other = not preferred.fast
        yield make_plan(series, digits, base, guard_bits=guard_bits, threads=threads, fast=other, check=check)


def fits(plan: Plan, limit: int) -> bool:
    """Whether the plan stays within `limit` bytes, the process's address space, and GMP's integers."""
    space = memory.process_memory_limit()
    return (
        plan.memory_bytes <= limit and (space is None or plan.address_bytes <= space) and plan.integer_bits <= GMP_BITS
    )


def _fits_once_compiled(plan: Plan, limit: int) -> bool:
    """Whether it is only the compiler that does not fit."""
    saved = kernel_bytes(stored=False) - kernel_bytes(stored=True)
    return (
        plan.fast and not fast_path_is_stored() and fits(replace(plan, memory_bytes=plan.memory_bytes - saved), limit)
    )


def most_digits(series: PiSeries, base: int, *, threads: int = 1, limit: int, check: str = "fast") -> int:
    """The largest N that fits by any path, to two leading digits; −1 if there is none."""
    return largest_that_fits(
        lambda digits: any(
            fits(plan, limit) for plan in possible_plans(series, digits, base, threads=threads, check=check)
        )
    )


def refusal(
    series: PiSeries, digits: int, base: int, *, threads: int, limit: int, check: str = "fast"
) -> CapacityError:
    """What to say of N digits for which no plan fits."""
    remedy = at_most(most_digits(series, base, threads=threads, limit=limit, check=check))
    plans = list(possible_plans(series, digits, base, threads=threads, check=check))
    space = memory.process_memory_limit()
    if space is not None and any(plan.memory_bytes <= limit and plan.integer_bits <= GMP_BITS for plan in plans):
        need, remedy = min(plan.address_bytes for plan in plans), f"{remedy}, and more with fewer threads"
        return not_enough_memory(f"{digits:_} digits", need, space, remedy, kind=" of address space (ulimit)")
    if any(_fits_once_compiled(plan, limit) for plan in plans):
        remedy = f"{remedy}; after 'pi-engine tune', which compiles the kernels once, {digits:_} would too"
    if any(plan.integer_bits <= GMP_BITS for plan in plans):
        return not_enough_memory(f"{digits:_} digits", min(plan.memory_bytes for plan in plans), limit, remedy)
    count = f"{digits:_} digits" if plans else f"more than {MOST_DIGITS:_} digits"
    most = most_digits(series, base, threads=threads, limit=1 << 100, check=check)
    return CapacityError(
        f"{count} are too many for any machine: GMP's integers end at 2^31 − 1 limbs, enough for {most:_} digits; "
        f"here {format_bytes(limit)} may be used, and {remedy}"
    )
