"""Constants and tables of one transform size, built once and kept."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pi_engine.bigint.layout import (
    CONSTANTS,
    CUBE,
    FINAL_DOUBLES,
    FINAL_ROOT,
    FINAL_SCALE,
    FINAL_SQUARE,
    FINAL_SQUARE_SCALED,
    FINAL_TURNED,
    IMAGINARY,
    ONE_OVER_P,
    PRIME,
    SCALE,
    SCALE_OVER_P,
    table_doubles,
)
from pi_engine.bigint.primes import PRIMES, balanced, root_of_unity
from pi_engine.bigint.sizes import Size
from pi_engine.bigint.transform_kernels import build_tables

TURN = 105 << 30
"""A whole turn: angles are integers, so that the exponent of a root of unity is its angle."""
HEAD_ANGLES = {
    1: (0,),
    2: (0, TURN // 2),
    3: (0, TURN // 3, 2 * TURN // 3),
    6: tuple(k * TURN // 6 for k in (0, 2, 4, 3, 5, 1)),
}


def aligned(shape: tuple[int, ...], dtype: type[np.generic] = np.float64) -> NDArray[Any]:
    """An array of zeros that starts at a multiple of 64 bytes."""
    count = int(np.prod(shape))
    memory: NDArray[Any] = np.zeros(count + 8, dtype)
    start = -(memory.ctypes.data // 8) % 8
    return memory[start : start + count].reshape(shape)


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


def conjugate_rows(heads: int, column_levels: int) -> list[int]:
    """The row of angle 1 − θ for every row; a last, imaginary row of angle 1 for row 0."""
    nodes = 1 << (2 * column_levels)
    angles = HEAD_ANGLES[heads]
    result = []
    for angle in angles:
        if angle:
            mirror = angles.index(TURN - angle) * nodes
            result += [mirror + nodes - 1 - j for j in range(nodes)]
        else:
            result.append(heads * nodes)
            result += [(3 << (j.bit_length() - 1)) - 1 - j for j in range(1, nodes)]
    return result


@cache
def quarter_table(primes: int, count: int) -> NDArray[Any]:
    """e(β(j)/4), j < count, float64[primes][count]."""
    table = aligned((primes, count))
    for k in range(primes):
        table[k] = [balanced(value, PRIMES[k]) for value in bit_reversed_powers(k, count, TURN, 4)]
    return table


class Plan:
    """What the kernels need for one size, as arrays (kept alive here) and their addresses (`…_at`)."""

    # A column pass that writes more than 8 MiB bypasses the caches: its rows would not stay there until they are read.
    # Measured: at 4 MB 4 % slower, at 15 MB 6 %, at 40 and 150 MB a fifth faster than to ask for the lines and write them.
    STREAMING_DOUBLES = (8 << 20) // 8
    CONSTANTS_BYTES = 8 * CONSTANTS

    def __init__(self, size: Size) -> None:
        self.size = size
        self.mask = (1 << size.beta) - 1
        self.row_stride = size.columns + 8
        self.prime_stride = size.rows * self.row_stride
        self.row_passes = size.row_levels - 1
        self.quarter_count = max(size.columns // 16, (1 << 2 * size.column_levels) // 4, 4)
        self.quarters = quarter_table(size.primes, self.quarter_count)
        self.quarters_at = self.quarters.ctypes.data
        self.row_table_doubles = table_doubles(self.row_passes)
        self._make_constants()
        self._make_extraction()
        self._make_row_seeds()
        self._make_column_tables()

    def _make_constants(self) -> None:
        size = self.size
        primes = PRIMES[: size.primes]
        product = 1
        for p in primes:
            product *= p
        self.constants = aligned((size.primes, CONSTANTS))
        count = 2 * size.digits + 1
        self.cofactors = aligned((size.primes + 1, count))
        self.cofactors[0] = _balanced_digits(-product, size.beta, count)
        for k, p in enumerate(primes):
            scale = balanced(pow(product // p * (size.points // 4), -1, p), p)
            row = self.constants[k]
            row[PRIME] = p
            row[ONE_OVER_P] = 1 / p
            row[IMAGINARY] = balanced(unit(k, TURN, 4), p)
            row[CUBE] = balanced(unit(k, TURN, 3), p)
            row[SCALE] = scale
            row[SCALE_OVER_P] = scale / p
            # The last digit is zero: `crt` leaves it out.
            self.cofactors[k + 1] = [*_balanced_digits(product // p, size.beta, count - 1), 0]
        self.beta_scales = aligned((8,))
        self.constants_at, self.cofactors_at = self.constants.ctypes.data, self.cofactors.ctypes.data
        self.beta_scales_at = self.beta_scales.ctypes.data
        self.beta_scales[:3] = 2.0**size.beta, 2.0**-size.beta, 1.5 * 2.0 ** (52 + size.beta)

    def _make_extraction(self) -> None:
        size = self.size
        positions = np.arange(8 * size.digits, dtype=np.int64).reshape(8, size.digits).T * size.beta
        starts = np.arange(9) * size.coefficient_bits
        self.packing = aligned((4, 8), np.int64)
        self.packing[0] = starts[:-1] >> 3
        self.packing[1] = starts[:-1] & 7
        self.packing[2] = 63 - (starts[:-1] & 7)
        self.packing[3] = size.beta - (starts[1:] & 7)
        self.offsets = aligned((2, size.digits, 8), np.int64)
        self.offsets[0] = positions >> 3
        self.offsets[1] = positions & 7
        self.powers = aligned((size.primes, size.digits, 2))
        self.packing_at, self.offsets_at = self.packing.ctypes.data, self.offsets.ctypes.data
        self.powers_at = self.powers.ctypes.data
        for k in range(size.primes):
            self.powers[k, 0] = 2.0**size.beta, 2.0**size.beta / PRIMES[k]

    def _make_row_seeds(self) -> None:
        size = self.size
        nodes = 1 << (2 * size.column_levels)
        levels = self.row_passes
        self.row_seeds = aligned((size.primes, size.rows + 1, levels))
        for k in range(size.primes):
            within = bit_reversed_powers(k, nodes, 4 * TURN, size.columns)
            rows = []
            for angle in HEAD_ANGLES[size.heads]:
                head = unit(k, 4 * angle, nodes * size.columns)
                rows += [seeds_of(k, head * value % PRIMES[k], levels) for value in within]
            rows.append(seeds_of(k, unit(k, 4 * TURN, size.columns), levels))
            self.row_seeds[k] = rows
        self.conjugates = np.array(conjugate_rows(size.heads, size.column_levels), np.int64)
        self.row_seeds_at, self.row_seeds_bytes = self.row_seeds.ctypes.data, self.row_seeds.strides[0]
        self.conjugates_at = self.conjugates.ctypes.data

    def _make_column_tables(self) -> None:
        size = self.size
        levels = size.column_levels
        angles = HEAD_ANGLES[size.heads]
        angles += tuple(TURN - angle for angle in angles)
        self.head_doubles = table_doubles(levels) + FINAL_DOUBLES
        self.column_tables = aligned((size.primes, len(angles), self.head_doubles))
        self.column_tables_at = self.column_tables.ctypes.data
        self.column_table_bytes = 8 * len(angles) * self.head_doubles
        self.head_bytes = 8 * self.head_doubles
        if not levels:
            return
        seeds = aligned((len(angles), levels))
        for k in range(size.primes):
            for h, angle in enumerate(angles):
                seeds[h] = seeds_of(k, unit(k, angle, 4**levels), levels)
            build_tables(
                self.column_tables[k].ctypes.data, self.head_doubles, seeds.ctypes.data,
                self.quarters[k].ctypes.data, len(angles), levels, self.constants[k].ctypes.data,
            )  # fmt: skip
            for h, angle in enumerate(angles):
                self.column_tables[k, h, -FINAL_DOUBLES:] = _final_twiddles(k, angle, self.constants[k][SCALE])


def _final_twiddles(index: int, angle: int, scale: float) -> NDArray[Any]:
    """The twiddles of a last inverse level that multiplies by the scale; layout says where they are."""
    prime = PRIMES[index]
    root, factor = unit(index, angle, 4), int(scale)
    table: NDArray[Any] = np.zeros(FINAL_DOUBLES)
    for place, value in (
        (FINAL_SQUARE, root * root),
        (FINAL_SQUARE_SCALED, root * root * factor),
        (FINAL_ROOT, root * factor),
        (FINAL_TURNED, root * unit(index, TURN, 4) * factor),
        (FINAL_SCALE, factor),
    ):
        twiddle = balanced(value, prime)
        table[place], table[place + 1] = twiddle, twiddle / prime
    return table


def _balanced_digits(value: int, beta: int, count: int) -> list[int]:
    """`count` digits of β bits, from the lowest, each in [-2^(β-1), 2^(β-1))."""
    half = 1 << (beta - 1)
    digits = []
    for _ in range(count):
        digit = (value + half) % (2 * half) - half
        digits.append(digit)
        value = (value - digit) >> beta
    if value:
        raise ValueError(f"a product of primes needs more than {count} digits of {beta} bits")
    return digits


@cache
def plan_for(size: Size) -> Plan:
    """The plan of a size; kept until plan_for.cache_clear()."""
    return Plan(size)
