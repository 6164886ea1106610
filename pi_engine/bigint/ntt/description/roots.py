"""Roots of unity modulo the primes by their angles, as the tables of a transform take them."""

from __future__ import annotations

from functools import cache

from pi_engine.bigint.ntt.description.primes import PRIMES, balanced, root_of_unity

TURN = 105 << 30
"""A whole turn: angles are integers, so that the exponent of a root of unity is its angle."""
OUTER_ANGLES = {
    1: (0,),
    2: (0, TURN // 2),
    3: (0, TURN // 3, 2 * TURN // 3),
    6: tuple(k * TURN // 6 for k in (0, 2, 4, 3, 5, 1)),
}


@cache
def unit(index: int, angle: int, parts: int = 1) -> int:
    """e(angle / parts) modulo PRIMES[index]: the chosen root of unity of that angle."""
    exponent, rest = divmod(angle, parts)
    if rest:
        raise ValueError(f"no root of unity of {angle}/{parts} of {TURN} parts of a turn modulo {PRIMES[index]}")
    return pow(root_of_unity(index, TURN), exponent, PRIMES[index])


def bit_reversed_powers(index: int, count: int, step: int, parts: int) -> list[int]:
    """e(β(j)·step / parts) for j < count, a power of two, β(j) being j reversed behind the binary point."""
    prime = PRIMES[index]
    powers = [1]
    while len(powers) < count:
        factor = unit(index, step, parts * 2 * len(powers))
        powers += [value * factor % prime for value in powers]
    return powers


def seeds_of(index: int, last: int, levels: int) -> list[int]:
    """e(θ/4), e(θ/16), …, e(θ/4^levels), from the last of them."""
    prime = PRIMES[index]
    seeds = [balanced(last, prime)]
    for _ in range(levels - 1):
        square = last * last % prime
        last = square * square % prime
        seeds.append(balanced(last, prime))
    return seeds[::-1]


def conjugate_rows(outer_radix: int, column_levels: int) -> list[int]:
    """The row of angle 1 − θ for every row; a last, imaginary row of angle 1 for row 0."""
    nodes = 1 << (2 * column_levels)
    angles = OUTER_ANGLES[outer_radix]
    result = []
    for angle in angles:
        if angle:
            mirror = angles.index(TURN - angle) * nodes
            result += [mirror + nodes - 1 - j for j in range(nodes)]
        else:
            result.append(outer_radix * nodes)
            result += [(3 << (j.bit_length() - 1)) - 1 - j for j in range(1, nodes)]
    return result
