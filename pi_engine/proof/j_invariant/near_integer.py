"""How near e^(π√d) is to an integer, and the proof of π's digits by the j-invariant.

For an order of discriminant −D and class number 1, D ≡ d as in `rational_j`, j is an integer J at τ = (1 + √−d)/2 or
√−D/2. j is a power series in q with |q| = e^(−s), s = π√d for d ≡ 0, 3 modulo 4 and 2π√d else. So from digits π̃ follow
s̃, e^(−s̃), and by theta functions j̃ = j(s̃); were π̃ equal to π, then j̃ = J exactly.

**What |j̃ − J| says about π̃.** With ρ = j̃/J − 1 and κ = E₆/E₄ = d ln|j|/ds, the mean value theorem gives

    ln(1 + ρ) = κ(ξ)·(s̃ − s), ξ between s and s̃.

If |q| ≤ 1/4000 all along, which holds for 3.14 < π, π̃ < 3.15 and each J but 0 and 1728, then κ lies between 0.7 and 1.3
and |dκ/ds| < 2000·|q|: from the derivatives of E₂, E₄, E₆ (Ramanujan 1916) it is −744q·(1 ± 0.1). So

    s̃ − s = ln(1 + ρ)/κ(s̃)·(1 + η), |η| < 3000·|q|·|s̃ − s|,

an interval around π that is known as precisely as j̃ is: not only whether the digits are right, but which is wrong.

**Precision.** With n bits after the point, in units of 2^−n: π̃ is within 1, √d within 1, so s̃ within √d + π + 1 < 17;
e^s̃ has the relative error 18, t·x of `theta` 2^16, x their sum. (x − 256)³/x² and (x − 16)³/x multiply a relative error
of x by less than 3, for x ≥ 98; so ρ is within 2^18 + 8 < 2^19 units, and, as κ > 0.7 and s = √d·π with d ≥ 2, π within
2^19. n = N·log₂ 10 + guard bits, 64 at first: the interval's ends are within 2^−45 of the N-th digit.

**What it proves.** π's digits rest on 3.14 < π < 3.15 (Archimedes), on j being J there (complex multiplication), and on
this arithmetic: a Taylor series for exp and the duplication of theta functions. No series for π enters.
Sources: Cox, Primes of the form x² + ny², section 11; Chudnovsky and Chudnovsky 1988.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import gmpy2
from gmpy2 import mpfr, mpz

from pi_engine.bigint.division import divide, isqrt, transform_use
from pi_engine.bigint.product import multiply
from pi_engine.errors import UsageError
from pi_engine.proof.j_invariant.confirmation import Confirmation, NearInteger
from pi_engine.proof.j_invariant.exponential import exponential
from pi_engine.proof.j_invariant.theta import weber_power
from pi_engine.radix import fraction_bits, to_text
from pi_engine.radix.integer_text import from_text_compiles
from pi_engine.runtime.compilation.kernel_set import KernelUse
from pi_engine.runtime.display import counted
from pi_engine.runtime.integers import as_int, as_mpz
from pi_engine.runtime.limits.address_space import libraries_size, require_address_space, threads_size
from pi_engine.runtime.limits.memory import THREAD_BYTES, kernel_bytes, memory_limit
from pi_engine.runtime.limits.memory_errors import at_most, largest_that_fits, not_enough_memory
from pi_engine.runtime.thread_count import thread_count
from pi_engine.series.modular_forms.class_number import LARGEST_COUNTED, class_number
from pi_engine.series.modular_forms.rational_j import RATIONAL_J, discriminant_of

if TYPE_CHECKING:
    from typing import SupportsIndex

GUARD_BITS = 64

ERROR_BITS = 19
"""π̃'s interval is off by less than 2^ERROR_BITS units of the last bit: see above."""

LEAST_DIGITS = 50
"""Fewer are checked together with the next ones, because the bounds need 3.14."""

SHOWN = 50
"""Digits after the point of e^(π√d) that are shown."""

BYTES_PER_DIGIT, BASE_BYTES = 40, 24 << 20
"""Peak memory of π and `confirm`, by digits (32 at 2·10^6 and 10^7), and of the process without kernels (19 MiB)."""

LARGEST_D = 10**8
"""e^(π√d) then has 13 643 digits before the point."""


def digits_of_pi_needed(d: int, digits: int) -> int:
    """How many digits of π `near_integer` takes to look at `digits` of them and to show the value."""
    require_usable(d, digits)
    return max(digits, LEAST_DIGITS, digits_before_point(d) + SHOWN + 30)


def digits_before_point(d: int) -> int:
    """How many digits e^(π√d) has before the point, at most."""
    return math.ceil(math.pi * math.sqrt(d) / math.log(10))


def require_usable(d: int, digits: int) -> None:
    """Refuse what has no meaning here.

    Raises:
        UsageError: the message says which argument, and what it may be.
    """
    if not 1 <= d <= LARGEST_D:
        raise UsageError(f"D must be a whole number from 1 to {LARGEST_D:_}")
    if digits < 1:
        raise UsageError("the number of digits must be 1 or more")


def needed_bytes(digits: int, threads: int) -> int:
    """What π and `confirm` allocate at once, at most."""
    used = kernels_used(digits)
    kernels = kernel_bytes(stored=not used.compile) if used.load else 0
    return BASE_BYTES + threads * THREAD_BYTES + kernels + BYTES_PER_DIGIT * digits


def kernels_used(digits: int) -> KernelUse:
    """What `confirm` loads and compiles."""
    compiles = from_text_compiles(digits)
    return transform_use(math.ceil(digits * math.log2(10))) | KernelUse(load=compiles, compile=compiles)


def require_memory(d: int, digits: int) -> None:
    """Refuse what would not fit in memory.

    Raises:
        CapacityError: the message says how many digits would.
    """
    if proves_digits(d):
        limit, threads = memory_limit(), thread_count(None)
        need = needed_bytes(digits, threads)
        if need > limit:
            most = largest_that_fits(lambda count: needed_bytes(count, threads) <= limit)
            raise not_enough_memory(counted(digits, "digit"), need, limit, at_most(most))
        used = kernels_used(digits)
        require_address_space(
            libraries_size(kernels=used.load, compiler=used.compile)
            + threads_size(threads)
            + 2 * BYTES_PER_DIGIT * digits
        )


def near_integer(
    d: SupportsIndex,
    pi: SupportsIndex,
    digits: SupportsIndex,
    *,
    looked_at: SupportsIndex | None = None,
    threads: SupportsIndex | None = None,
) -> NearInteger:
    """e^(π√d) from pi = ⌊π·10^digits⌋, and the proof of the first `looked_at` digits (all by default) where there is one.

    `digits` must be `digits_of_pi_needed` or more.

    Raises:
        TypeError: an argument is not an integer.
        UsageError: d is not usable, or there are too few digits.
        VerificationError: the arithmetic went wrong.
    """
    d, pi, digits = as_int(d, "d"), as_mpz(pi, "pi"), as_int(digits, "digits")
    looked_at = digits if looked_at is None else as_int(looked_at, "looked_at")
    if digits < digits_of_pi_needed(d, looked_at):
        raise UsageError(f"e^(π√{d}) needs {counted(digits_of_pi_needed(d, looked_at), 'digit')} of π, not {digits}")
    threads = thread_count(threads)
    discriminant = discriminant_of(d)
    j = RATIONAL_J.get(discriminant)
    confirmation = None
    if proves_digits(d):
        found = confirm(d, pi, digits, threads=threads)
        wrong = found.first_wrong
        confirmation = Confirmation(
            looked_at, min(found.confirmed, looked_at), wrong if wrong is not None and wrong <= looked_at else None
        )
    value, nearest, distance, nines = _value(d, pi, digits)
    return NearInteger(
        d,
        looked_at,
        value,
        nearest,
        distance,
        nines,
        discriminant,
        class_number(discriminant) if discriminant <= LARGEST_COUNTED else None,
        j,
        confirmation,
    )


def confirm(
    d: SupportsIndex,
    pi: SupportsIndex,
    digits: SupportsIndex,
    *,
    threads: SupportsIndex | None = None,
    guard_bits: int = GUARD_BITS,
) -> Confirmation:
    """How many digits of pi = ⌊π·10^digits⌋ the j-invariant of e^(π√d) proves; digits ≥ LEAST_DIGITS.

    Where the guard bits leave open whether the last digit is right, more of them are taken.

    Cost: most of it e^s, O(M(digits)·log² digits).

    Raises:
        TypeError: an argument is not an integer.
        UsageError: j is not an integer there, or stationary, so that nothing can be proved; or pi is not 3 and `digits`
            digits.
        VerificationError: the arithmetic went wrong.
    """
    d, pi, digits, threads = as_int(d, "d"), as_mpz(pi, "pi"), as_int(digits, "digits"), thread_count(threads)
    if not proves_digits(d):
        raise UsageError(f"e^(π√{d}) proves no digits of π: j is not an integer there, or stationary")
    if digits < LEAST_DIGITS:
        raise UsageError(f"give at least {LEAST_DIGITS} digits of π")
    leading = _quotient(pi, digits, 64)
    if not 3 <= leading < 4:
        raise UsageError(f"this is not 3 and {counted(digits, 'digit')}")
    if not 3.14 < leading < 3.15:
        right = 1 if to_text(pi)[1] == "1" else 0
        return Confirmation(digits, right, right + 1)
    while True:
        low, high = _interval(d, pi, digits, guard_bits, threads)
        if low == high or not low <= pi <= high or guard_bits > 64 * GUARD_BITS:
            return _compared(pi, low, high, digits)
        guard_bits *= 2


def proves_digits(d: int) -> bool:
    """Whether j is an integer there, and not one of the two where an error in π moves j only by its square or cube."""
    return RATIONAL_J.get(discriminant_of(d), 0) not in {0, 1728}


def _interval(d: int, pi: mpz, digits: int, guard_bits: int, threads: int) -> tuple[mpz, mpz]:
    """(⌊a⌋, ⌊b⌋) with a ≤ π·10^digits ≤ b, for 3.14 < pi/10^digits < 3.15."""
    n = fraction_bits(digits, 10, guard_bits)
    rho, s_over_pi = _deviation(d, pi, digits, n, threads)
    precision = 2 * guard_bits + 64
    with gmpy2.context(precision=precision, emax=gmpy2.get_emax_max(), emin=gmpy2.get_emin_min()):
        root = gmpy2.sqrt(mpfr(d)) * s_over_pi
        q = gmpy2.exp(-root * _quotient(pi, digits, precision))
        change = gmpy2.log1p(rho) / _kappa(-q if d % 4 == 3 else q)
        middle = -change / root
        radius = abs(middle) * (4000 * q * abs(change) + mpfr(2) ** (20 - precision)) + mpfr(2) ** (ERROR_BITS - n)
        unit = mpfr(10) ** digits
        low, high = (mpz(gmpy2.floor(end * unit)) for end in (middle - radius, middle + radius))
    return pi + low, pi + high


def _deviation(d: int, pi: mpz, digits: int, n: int, threads: int) -> tuple[mpfr, int]:
    """ρ = j̃/J − 1 within 2^19·2^−n, and s/(π√d), with n bits after the point."""
    J = abs(RATIONAL_J[discriminant_of(d)])
    pi_fraction = divide(pi << (n - digits), mpz(5) ** digits, threads=threads)
    # π√d, or where d is four times the number in τ = √−(d/4) half of it: −ln of the nome of the theta functions.
    s = multiply(pi_fraction, isqrt(mpz(d) << (2 * n), threads=threads), threads=threads) >> (n + (d % 4 == 0))
    mantissa, exponent = exponential(s, n, n, threads=threads)
    nome = divide(mpz(1) << (n - exponent), mantissa, threads=threads)
    x = multiply(weber_power(nome, n, threads), mantissa, threads=threads) >> -exponent
    y = x - (mpz(256 if d % 4 == 3 else 16) << n)
    cube = multiply(multiply(y, y, threads=threads) >> n, y, threads=threads) >> n
    expected = J * (multiply(x, x, threads=threads) >> n if d % 4 == 3 else x)
    with gmpy2.context(precision=256, emax=gmpy2.get_emax_max(), emin=gmpy2.get_emin_min()):
        return mpfr(cube - expected) / mpfr(expected), 2 if d % 4 in {1, 2} else 1


def _kappa(q: mpfr) -> mpfr:
    """E₆/E₄ at q, |q| ≤ 1/4000, to the current precision: E₄ = 1 + 240·Σ n³qⁿ/(1 − qⁿ), E₆ = 1 − 504·Σ n⁵qⁿ/(1 − qⁿ)."""
    power, n, E4, E6 = q, 1, mpfr(1), mpfr(1)
    while n**5 * abs(power) > mpfr(2) ** -gmpy2.get_context().precision:
        term = power / (1 - power)
        E4 += 240 * n**3 * term
        E6 -= 504 * n**5 * term
        power, n = power * q, n + 1
    return E6 / E4


def _compared(pi: mpz, low: mpz, high: mpz, digits: int) -> Confirmation:
    """What is proved about the digits of pi by low ≤ ⌊π·10^digits⌋ ≤ high."""
    if pi == low == high:
        return Confirmation(digits, digits, None)
    texts = [to_text(number)[1:] for number in (pi, low, high)]
    confirmed = next(i for i, some in enumerate(zip(*texts, strict=True)) if len(set(some)) > 1)
    return Confirmation(digits, confirmed, None if low <= pi <= high else confirmed + 1)


def _quotient(pi: mpz, digits: int, precision: int) -> mpfr:
    """pi/10^digits as a float."""
    with gmpy2.context(precision=precision, emax=gmpy2.get_emax_max()):
        return mpfr(pi) / mpfr(10) ** digits


def _value(d: int, pi: mpz, digits: int) -> tuple[str, mpz, str, int]:
    """e^(π√d) as text, its nearest integer, the distance as text, and how many nines or zeros follow the point; texts are truncated.

    80 digits after the point are right, as pi has 80 digits more than e^(π√d) has before the point.
    """
    before = digits_before_point(d)
    precision = math.ceil((before + SHOWN + 40) * math.log2(10)) + 16
    with gmpy2.context(precision=precision):
        value = gmpy2.exp(_quotient(pi, digits, precision) * gmpy2.sqrt(mpfr(d)))
        nearest = mpz(gmpy2.rint(value))
        distance = value - nearest
        scaled = mpz(gmpy2.floor(value * mpfr(10) ** SHOWN)).digits()
        nines = -math.floor(float(gmpy2.log10(abs(distance)))) - 1
        return f"{scaled[:-SHOWN]}.{scaled[-SHOWN:]}", nearest, f"{distance:.19Ze}", nines
