"""How `bbp_kernel` lays out its record, and its scratch memory in doubles; those who call it need this without Numba."""

from pi_engine.bigint.vectors.widths import WIDTH

UNITS = 8
"""Vectors in flight."""

VECTOR = LANE_COUNT = WIDTH
TERMS_IN_FLIGHT = UNITS * VECTOR

CHUNK = 1 << 14
"""Terms whose low digits, each below 2^48, are summed before they are carried: 2^14/4·2^48·4 < 2^63."""

MODULUS_LIMIT = 1 << 44
"""What every denominator must be below."""

FRACTION_BITS = 96
"""A fraction is two digits of 48 bits."""

TERM_ERROR_SIXTEENTHS = 9
"""A term's error, in sixteenths of the last unit."""

BASES, POWERS, MODULI, INVERSES, REMAINING, SUMS = 0, 2 * VECTOR, 40, 72, 104, 136
SCRATCH = SUMS + 2 * VECTOR

PRIME_BITS = 49
"""Bits of the primes modulo which integers are taken."""

PRIME, ONE_OVER_PRIME, STEP_POWER, RUNNING, NUMERATOR, DENOMINATOR = (
    0, VECTOR, 2 * VECTOR, 3 * VECTOR, 3 * VECTOR + TERMS_IN_FLIGHT, 3 * VECTOR + 2 * TERMS_IN_FLIGHT,
)  # fmt: skip
EACH_PRIME = 3 * VECTOR + 3 * TERMS_IN_FLIGHT
"""Behind SCRATCH, for each prime: three constants in all lanes, and three numbers for each term in flight."""

FIRST, END, EXPONENT, STEP, A, B, ALTERNATING, PRIMES, SCRATCH_AT, RESULT_AT = range(10)
PLACES = RESULT_AT + 1
"""The record: the terms FIRST ≤ k < END of the sum of (−1)^k·2^(EXPONENT − STEP·k)/(A·k + B), or without signs if not ALTERNATING,
modulo how many primes its integers are taken, and the addresses of scratch memory and result."""
