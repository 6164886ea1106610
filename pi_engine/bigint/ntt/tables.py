"""The tables of one transform size, built once and kept."""

import math
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pi_engine.bigint.buffers.kernel_record import KernelRecord
from pi_engine.bigint.buffers.shown_memory import aligned_zeros
from pi_engine.bigint.ntt.description import layout
from pi_engine.bigint.ntt.description import record as at
from pi_engine.bigint.ntt.description.layout import state_doubles
from pi_engine.bigint.ntt.description.primes import PRIMES, balanced
from pi_engine.bigint.ntt.description.record import Scratch, scratch_of
from pi_engine.bigint.ntt.description.roots import (
    OUTER_ANGLES,
    TURN,
    bit_reversed_powers,
    conjugate_rows,
    seeds_of,
    unit,
)
from pi_engine.bigint.ntt.description.sizes import Size
from pi_engine.bigint.ntt.transform_kernels import build_tables


@cache
def quarter_table(primes: int, count: int) -> NDArray[Any]:
    """e(β(j)/4), j < count, float64[primes][count]."""
    table = aligned_zeros((primes, count))
    for k in range(primes):
        table[k] = [balanced(value, PRIMES[k]) for value in bit_reversed_powers(k, count, TURN, 4)]
    return table


@dataclass(frozen=True, eq=False)
class TransformPlan:
    """The tables of one size, for all its primes: what its records point to, so that they live as long as it does.

    Attributes:
        size: which transform it is.
        scratch: what a pass needs.
        constants: float64[primes][CONSTANTS], of each prime, as `layout` says.
        quarters: float64[primes][quarter_count], e(β(j)/4).
        row_seeds: float64[primes][rows + 1][row_passes], the roots of unity that a row's twiddles are made from.
        conjugates: int64[rows], the row of row_seeds from which the inverse of a row is made.
        column_tables: float64[primes][2·outer_radix][part_doubles], the twiddles of the parts, and of the conjugate parts.
        offsets: int64[2][digits][8], the byte and the bit in it where each digit of eight coefficients begins.
        powers: float64[primes][digits][2], 2^β and that over p.
        beta_scales: 2^β, 2^−β, and the number whose ulp is 2^β.
        cofactors: float64[primes + 1][2·digits + 1], balanced digits of −∏p and of ∏p over each prime.
        packing: int64[4][8], as `crt_and_carry.pack` says.
    """

    size: Size
    scratch: Scratch
    constants: NDArray[np.float64]
    quarters: NDArray[np.float64]
    row_seeds: NDArray[np.float64]
    conjugates: NDArray[np.int64]
    column_tables: NDArray[np.float64]
    offsets: NDArray[np.int64]
    powers: NDArray[np.float64]
    beta_scales: NDArray[np.float64]
    cofactors: NDArray[np.float64]
    packing: NDArray[np.int64]
    records: dict[tuple[range, bool, bool, int], NDArray[np.int64]] = field(default_factory=dict)

    def record(
        self, primes: range | None = None, *, streaming: bool = False, one_row: bool = False, row_stride: int = 0
    ) -> NDArray[np.int64]:
        """The record for these primes, by default all; to be used as long as the plan is kept.

        one_row: of a matrix of one row, whose columns are transformed as they are: what is asked for is their residues.
        row_stride: of a matrix whose rows are a given number of doubles apart, for one prime.
        """
        key = primes or range(self.size.primes), streaming, one_row, row_stride
        row = self.records.get(key)
        if row is None:
            made = _record(self, key[0], streaming=streaming, one_row=one_row, row_stride=row_stride)
            # of two threads that find none, both must have the one that is kept: kernels know its address alone
            row = self.records.setdefault(key, made)
        return row


def _record(
    plan: TransformPlan, primes: range, *, streaming: bool, one_row: bool, row_stride: int
) -> NDArray[np.int64]:
    size, k = plan.size, primes.start
    outer_radix, column_levels, rows = (1, 0, 1) if one_row else (size.outer_radix, size.column_levels, size.rows)
    numbers = {
        at.PRIMES: len(primes), at.DIGITS: size.digits, at.BETA: size.beta, at.BITS: size.coefficient_bits,
        at.OUTER_RADIX: outer_radix, at.COLUMN_LEVELS: column_levels, at.ROW_PASSES: size.row_passes, at.ROWS: rows,
        at.COLUMNS: size.columns, at.ROW_STRIDE: row_stride or size.row_stride, at.PRIME_STRIDE: size.prime_stride,
        at.QUARTER_COUNT: size.quarter_count, at.ROW_TABLE_DOUBLES: size.row_table_doubles,
        at.PART_BYTES: 8 * size.part_doubles, at.COLUMN_TABLE_BYTES: 8 * 2 * size.outer_radix * size.part_doubles,
        at.STATE: state_doubles(size.digits), at.SPILLS: plan.scratch.spills, at.STREAMING: int(streaming),
    }  # fmt: skip
    tables = {
        at.OFFSETS_AT: plan.offsets, at.POWERS_AT: plan.powers[k:], at.CONSTANTS_AT: plan.constants[k:],
        at.COLUMN_TABLES_AT: plan.column_tables[k:], at.ROW_SEEDS_AT: plan.row_seeds[k:],
        at.CONJUGATES_AT: plan.conjugates, at.QUARTERS_AT: plan.quarters[k:], at.BETA_SCALES_AT: plan.beta_scales,
        at.COFACTORS_AT: plan.cofactors, at.PACKING_AT: plan.packing,
    }  # fmt: skip
    places = {place: int(table.ctypes.data) for place, table in tables.items()}
    return KernelRecord(at.PLACES, {**numbers, **places}).row


def make_transform_plan(size: Size) -> TransformPlan:
    """The tables of a size, some milliseconds of work."""
    constants, quarters = _constants(size), quarter_table(size.primes, size.quarter_count)
    return TransformPlan(
        size,
        scratch_of(size),
        constants,
        quarters,
        _row_seeds(size),
        np.array(conjugate_rows(size.outer_radix, size.column_levels), np.int64),
        _column_tables(size, constants, quarters),
        _digit_places(size),
        _powers_of_beta(size),
        _beta_scales(size.beta),
        _cofactors(size),
        _packing(size),
    )


def _product(size: Size) -> int:
    return math.prod(PRIMES[: size.primes])


def _constants(size: Size) -> NDArray[Any]:
    constants = aligned_zeros((size.primes, layout.CONSTANTS))
    for k, p in enumerate(PRIMES[: size.primes]):
        scale = balanced(pow(_product(size) // p * (size.points // 4), -1, p), p)
        row = constants[k]
        row[layout.PRIME] = p
        row[layout.ONE_OVER_P] = 1 / p
        row[layout.IMAGINARY] = balanced(unit(k, TURN, 4), p)
        row[layout.CUBE] = balanced(unit(k, TURN, 3), p)
        row[layout.SCALE] = scale
        row[layout.SCALE_OVER_P] = scale / p
    return constants


def _cofactors(size: Size) -> NDArray[Any]:
    count = 2 * size.digits + 1
    cofactors = aligned_zeros((size.primes + 1, count))
    cofactors[0] = _balanced_digits(-_product(size), size.beta, count)
    for k, p in enumerate(PRIMES[: size.primes]):
        # The last digit is zero: `crt_and_carry` leaves it out.
        cofactors[k + 1] = [*_balanced_digits(_product(size) // p, size.beta, count - 1), 0]
    return cofactors


def _beta_scales(beta: int) -> NDArray[Any]:
    scales = aligned_zeros((8,))
    scales[:3] = 2.0**beta, 2.0**-beta, 1.5 * 2.0 ** (52 + beta)
    return scales


def _packing(size: Size) -> NDArray[Any]:
    starts = np.arange(9) * size.coefficient_bits
    packing = aligned_zeros((4, 8), np.int64)
    packing[0] = starts[:-1] >> 3
    packing[1] = starts[:-1] & 7
    packing[2] = 63 - (starts[:-1] & 7)
    packing[3] = size.beta - (starts[1:] & 7)
    return packing


def _digit_places(size: Size) -> NDArray[Any]:
    positions = np.arange(8 * size.digits, dtype=np.int64).reshape(8, size.digits).T * size.beta
    offsets = aligned_zeros((2, size.digits, 8), np.int64)
    offsets[0] = positions >> 3
    offsets[1] = positions & 7
    return offsets


def _powers_of_beta(size: Size) -> NDArray[Any]:
    powers = aligned_zeros((size.primes, size.digits, 2))
    for k in range(size.primes):
        powers[k, 0] = 2.0**size.beta, 2.0**size.beta / PRIMES[k]
    return powers


def _row_seeds(size: Size) -> NDArray[Any]:
    nodes, levels = 1 << (2 * size.column_levels), size.row_passes
    row_seeds = aligned_zeros((size.primes, size.rows + 1, levels))
    for k in range(size.primes):
        within = bit_reversed_powers(k, nodes, 4 * TURN, size.columns)
        rows = []
        for angle in OUTER_ANGLES[size.outer_radix]:
            first = unit(k, 4 * angle, nodes * size.columns)
            rows += [seeds_of(k, first * value % PRIMES[k], levels) for value in within]
        rows.append(seeds_of(k, unit(k, 4 * TURN, size.columns), levels))
        row_seeds[k] = rows
    return row_seeds


def _column_tables(size: Size, constants: NDArray[Any], quarters: NDArray[Any]) -> NDArray[Any]:
    levels = size.column_levels
    angles = OUTER_ANGLES[size.outer_radix]
    angles += tuple(TURN - angle for angle in angles)
    tables = aligned_zeros((size.primes, len(angles), size.part_doubles))
    if not levels:
        return tables
    seeds = aligned_zeros((len(angles), levels))
    for k in range(size.primes):
        for h, angle in enumerate(angles):
            seeds[h] = seeds_of(k, unit(k, angle, 4**levels), levels)
        build_tables(
            tables[k].ctypes.data, size.part_doubles, seeds.ctypes.data, quarters[k].ctypes.data, len(angles), levels,
            constants[k].ctypes.data,
        )  # fmt: skip
        for h, angle in enumerate(angles):
            tables[k, h, -layout.FINAL_DOUBLES :] = _final_twiddles(k, angle, constants[k][layout.SCALE])
    return tables


def _final_twiddles(index: int, angle: int, scale: float) -> NDArray[Any]:
    """The twiddles of a last inverse level that multiplies by the scale; layout says where they are."""
    prime = PRIMES[index]
    root, factor = unit(index, angle, 4), int(scale)
    table: NDArray[Any] = np.zeros(layout.FINAL_DOUBLES)
    for place, value in (
        (layout.FINAL_SQUARE, root * root),
        (layout.FINAL_SQUARE_SCALED, root * root * factor),
        (layout.FINAL_ROOT, root * factor),
        (layout.FINAL_TIMES_I, root * unit(index, TURN, 4) * factor),
        (layout.FINAL_SCALE, factor),
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
def plan_for(size: Size) -> TransformPlan:
    """The plan of a size; kept until plan_for.cache_clear()."""
    return make_transform_plan(size)
