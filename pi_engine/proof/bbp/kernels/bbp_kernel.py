"""Σ ± 2^(e − s·k) / (a·k + b) modulo 1, the inner sum of a BBP formula: vectors of modular powers in doubles.

Each lane raises 2 to its own exponent modulo its own m = a·k + b < 2^44, from the exponent's top bits down: a squaring
and, where the bit is set, a doubling, both in one product x·r with x = r or 2r. UNITS vectors are in flight, because a
squaring has a latency of some twenty cycles and a throughput of two and a half.

Bounds. Let |r| ≤ m, so |x·r| ≤ 2m². h = x·r rounded, fms(x, r, h) its error, exactly: at most 2^-53·2m² ≤ 2^-8·m.
q = ⌊h/m⌉ from fma(h, 1/m, M) − M, M = 1.5·2^52, |q| ≤ 2m < 2^51; 1/m and the sum round once each, so q misses h/m by at
most 1/2 + 2^-53·2m ≤ 1/2 + 2^-8. h and q·m are integers, their difference is below 2^53, so fnma(q, m, h) is exact and
r = fnma(q, m, h) + error satisfies |r| ≤ (1/2 + 2^-7)·m, as an exact integer. The first r is 2^u ≤ m.

The fraction r/m is then taken in two digits of 48 bits: q₀ = ⌊2^48·r/m⌉, |q₀| < 2^48, whose remainder
2^48·r − q₀·m is exact and at most (1/2 + 2^-4)·m, since 2^48·r·(1/m) misses by at most 2^-53·2^48·0.51·2; and q₁ = ⌊2^48·remainder/m⌉,
|q₁| < 2^48, which misses by at most 1/2 + 2^-4. So a term's fraction is wrong by at most TERM_ERROR_SIXTEENTHS = 9 sixteenths of 2^-96.
The digits are summed as integers in the bits of fma(·, ·, M), whose count·bits(M) is taken off afterwards; q₁ of
CHUNK terms stays below 2^63.

The integers (2^e − r)/m are taken modulo primes p between 2^48 and 2^49. That makes no division: a running fraction S/D
becomes (S·m + (x − r)·D)/(D·m), where x is 2^e modulo p. All numbers are exact integers in doubles, and products are reduced as
above: for |u·v| ≤ U·p with U < 2^51, h = u·v rounded misses by at most 2^-53·U·p, which fms gives exactly, and q = ⌊h/p⌉ misses
h/p by at most 1/2 + 2^-53·U. So the result is at most (1/2 + 2^-52·U)·p, and below 2^53 on the way:

    x times the power of a step, |x| ≤ 0.6·p, half of p:    U ≤ 0.3·p < 2^47.3,     below 0.54·p
    D·m, |D| ≤ 0.6·p, m < 2^44:                             U ≤ 0.6·2^44,           below 0.51·p
    (x − r)·D, |r| < 2^44 ≤ p/16:                           U ≤ 0.34·p < 2^47.5,    below 0.55·p
    S·m, |S| ≤ 1.1·p:                                       U ≤ 1.1·2^44,           below 0.51·p

and S, the sum of the last two, is below 1.1·p < 2^50.
"""

from pi_engine.bigint.vectors.load_store import load_integers, load_vector, load_word, store_vector, store_word
from pi_engine.bigint.vectors.simd import (
    bits_of,
    broadcast,
    broadcast_integer,
    doubles_of,
    fma,
    fms,
    fnma,
    shift_left,
    shift_right,
)
from pi_engine.bigint.vectors.words import is_sealed
from pi_engine.proof.bbp.kernels import bbp_layout as at
from pi_engine.proof.bbp.kernels.bbp_layout import (
    BASES,
    CHUNK,
    DENOMINATOR,
    EACH_PRIME,
    INVERSES,
    LANE_COUNT,
    MODULI,
    NUMERATOR,
    ONE_OVER_PRIME,
    POWERS,
    PRIME,
    REMAINING,
    RUNNING,
    SCRATCH,
    STEP_POWER,
    SUMS,
    TERMS_IN_FLIGHT,
    UNITS,
    VECTOR,
)
from pi_engine.runtime.compilation.routine import kernel, routine

_ROUNDER = 1.5 * 2.0**52
_ROUNDER_BITS = 0x4338000000000000
_ONE_BITS = 0x3FF0000000000000
_BIT_52 = 1 << 52
_DIGIT = 2.0**48
_DIGIT_BITS = 48
_DIGIT_MASK = (1 << 48) - 1


@kernel("int64(int64[::1])")
def sum_fractions(record):
    """The sum of `_sum_terms` without primes; compiled for itself it takes 5 % less time. Returns 0 if the record is damaged, else 1."""
    if not is_sealed(record):
        return 0
    _sum_terms(record, 0)
    return 1


@kernel("int64(int64[::1])")
def sum_residues(record):
    """The sum of `_sum_terms`. Returns 0 if the record is damaged, else 1."""
    if not is_sealed(record):
        return 0
    _sum_terms(record, record[at.PRIMES])
    return 1


@routine(forceinline=True)
def _sum_terms(record, primes):
    """Add up the terms that the record describes (`bbp_layout`): fractions, and integers modulo primes.

    FIRST is even, END − FIRST a multiple of TERMS_IN_FLIGHT, no exponent negative, every A·k + B < 2^44. The scratch memory is
    SCRATCH doubles at an address that is a multiple of 64; it begins with 0, 1, 2, 3 times STEP as integers and 0, 1, 2, 3
    times A as doubles. EACH_PRIME doubles more for each prime are p, 1/p and 2^(−STEP·TERMS_IN_FLIGHT) modulo p in all lanes, and for
    each term in flight 2^(EXPONENT − STEP·k) modulo p of the first k, 0 and 1. In the last two a fraction is left, whose sign is that
    of the lane's terms. The result is three words: the sum of the fractions in integers, units of 2^-48 and of 2^-96.
    """
    start, last, exponent, step = record[at.FIRST], record[at.END], record[at.EXPONENT], record[at.STEP]
    a, b, alternating, scratch = record[at.A], record[at.B], record[at.ALTERNATING], record[at.SCRATCH_AT]
    result = record[at.RESULT_AT]
    whole = 0
    high = 0
    low = 0
    squarings = 53
    bits = 0
    while start < last:
        end = min(start + CHUNK, last)
        store_vector(scratch, SUMS, doubles_of(broadcast_integer(0)))
        store_vector(scratch, SUMS + VECTOR, doubles_of(broadcast_integer(0)))
        k = start
        while k < end:
            while bits < 44 and (2 << bits) <= a * k + b:
                bits += 1
            while squarings > 0 and ((exponent - step * k) >> (squarings - 1)) <= bits:
                squarings -= 1
            _begin(k, exponent, step, a, b, squarings, scratch)
            for _ in range(squarings):
                _square(scratch)
            _add_fractions(scratch)
            for i in range(primes):
                _add_integers(scratch, SCRATCH + EACH_PRIME * i)
            k += TERMS_IN_FLIGHT
        offset = (end - start) // LANE_COUNT * _ROUNDER_BITS
        high += _lane_sum(scratch, SUMS, offset, alternating)
        low += _lane_sum(scratch, SUMS + VECTOR, offset, alternating)
        high += low >> _DIGIT_BITS
        low &= _DIGIT_MASK
        whole += high >> _DIGIT_BITS
        high &= _DIGIT_MASK
        start = end
    store_word(result, whole)
    store_word(result + 8, high)
    store_word(result + 16, low)


@routine(forceinline=True)
def _add_fractions(scratch):
    """Add both digits of the fractions of all terms in flight to the sums."""
    high_bits = load_integers(scratch, SUMS)
    low_bits = load_integers(scratch, SUMS + VECTOR)
    for unit in range(UNITS):
        place = VECTOR * unit
        m = load_vector(scratch, MODULI + place)
        inverse = load_vector(scratch, INVERSES + place)
        scaled = load_vector(scratch, POWERS + place) * broadcast(_DIGIT)
        digit = fma(scaled, inverse, broadcast(_ROUNDER))
        high_bits = high_bits + bits_of(digit)
        rest = fnma(digit - broadcast(_ROUNDER), m, scaled) * broadcast(_DIGIT)
        low_bits = low_bits + bits_of(fma(rest, inverse, broadcast(_ROUNDER)))
    store_vector(scratch, SUMS, doubles_of(high_bits))
    store_vector(scratch, SUMS + VECTOR, doubles_of(low_bits))


@routine(forceinline=True)
def _lane_sum(scratch, place, offset, alternating):
    """The lanes of a sum together, each less what rounding has added to its bits, with the sign of its terms."""
    total = 0
    for lane in range(LANE_COUNT):
        lane_sum = load_word(scratch + 8 * (place + lane)) - offset
        if alternating != 0 and lane % 2 == 1:
            total -= lane_sum
        else:
            total += lane_sum
    return total


@routine(forceinline=True)
def _add_integers(scratch, prime):
    """Add the integers of all terms in flight to their running fractions modulo one prime, and go on to the next powers of 2."""
    p = load_vector(scratch, prime + PRIME)
    inverse = load_vector(scratch, prime + ONE_OVER_PRIME)
    following = load_vector(scratch, prime + STEP_POWER)
    for unit in range(UNITS):
        place = VECTOR * unit
        m = load_vector(scratch, MODULI + place)
        x = load_vector(scratch, prime + RUNNING + place)
        denominator = load_vector(scratch, prime + DENOMINATOR + place)
        integer = _product(x - load_vector(scratch, POWERS + place), denominator, p, inverse)
        numerator = _product(load_vector(scratch, prime + NUMERATOR + place), m, p, inverse) + integer
        store_vector(scratch, prime + NUMERATOR + place, numerator)
        store_vector(scratch, prime + DENOMINATOR + place, _product(denominator, m, p, inverse))
        store_vector(scratch, prime + RUNNING + place, _product(x, following, p, inverse))


@routine(forceinline=True)
def _product(x, y, p, inverse):
    """x·y modulo p, exactly, within the bounds above."""
    h = x * y
    q = fma(h, inverse, broadcast(_ROUNDER)) - broadcast(_ROUNDER)
    return fnma(q, p, h) + fms(x, y, h)


@routine(forceinline=True)
def _begin(k, exponent, step, a, b, squarings, scratch):
    """m, 1/m, the power of the exponent's top bits, and the bits that remain, the next one at place 52."""
    lanes = load_integers(scratch, BASES)
    lanes_of_m = load_vector(scratch, BASES + VECTOR)
    for unit in range(UNITS):
        place = VECTOR * unit
        here = k + place
        m = broadcast(float(a * here + b)) + lanes_of_m
        e = broadcast_integer(exponent - step * here) - lanes
        top = shift_right(e, broadcast_integer(squarings)) + broadcast_integer(1023)
        store_vector(scratch, MODULI + place, m)
        store_vector(scratch, INVERSES + place, broadcast(1.0) / m)
        store_vector(scratch, POWERS + place, doubles_of(shift_left(top, broadcast_integer(52))))
        store_vector(scratch, REMAINING + place, doubles_of(shift_left(e, broadcast_integer(53 - squarings))))


@routine(forceinline=True)
def _square(scratch):
    """One squaring of every power in flight, doubled where the exponent's next bit is set."""
    for unit in range(UNITS):
        place = VECTOR * unit
        r = load_vector(scratch, POWERS + place)
        m = load_vector(scratch, MODULI + place)
        remaining = load_integers(scratch, REMAINING + place)
        factor = doubles_of(broadcast_integer(_ONE_BITS) + (remaining & broadcast_integer(_BIT_52)))
        x = r * factor
        h = x * r
        q = fma(h, load_vector(scratch, INVERSES + place), broadcast(_ROUNDER)) - broadcast(_ROUNDER)
        store_vector(scratch, POWERS + place, fnma(q, m, h) + fms(x, r, h))
        store_vector(scratch, REMAINING + place, doubles_of(remaining + remaining))
