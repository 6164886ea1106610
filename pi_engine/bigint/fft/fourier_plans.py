"""The tables of one size of the complex transform, built once and kept."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from pi_engine.bigint.buffers.kernel_record import KernelRecord
from pi_engine.bigint.buffers.shown_memory import aligned_zeros
from pi_engine.bigint.fft.description import fft_record as at
from pi_engine.bigint.fft.description.unit_roots import HALF_LOG, ORDER_LOG, binary_seeds, odd_seeds
from pi_engine.bigint.fft.fourier_kernels import expand_seeds, fill_roots

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pi_engine.bigint.fft.description.fft_sizes import FourierSize


@dataclass(frozen=True, eq=False)
class FourierPlan:
    """The tables of one size: what its record points to, so that they live as long as it does.

    Attributes:
        size: which transform it is.
        levels: float64[nodes][3][2], the twiddles w, w², w³ of the nodes of all levels of radix 4, from the first ring on.
        halves: float64[nodes][2], the twiddle of each node of the level of radix 2, if there is one.
        tails: float64[nodes][TAIL_DOUBLES], those of the last two steps.
        fields: int64[FIELD_WORDS], see `fft_record`.
        record: the row that kernels read.
    """

    size: FourierSize
    levels: NDArray[np.float64]
    halves: NDArray[np.float64]
    tails: NDArray[np.float64]
    fields: NDArray[np.int64]
    record: NDArray[np.int64]

    @cached_property
    def address(self) -> int:
        """Where the record is."""
        return int(self.record.ctypes.data)


_NODES_AT_ONCE = 512


def _on_a_line(values: NDArray[Any]) -> NDArray[Any]:
    """A copy that begins on a cache line."""
    copy = aligned_zeros(values.shape, values.dtype)
    copy[...] = values
    return copy


@cache
def _binary_roots() -> NDArray[np.float64]:
    """Float64[2][2^HALF_LOG][4]: e(j/2^HALF_LOG) and e(j/2^ORDER_LOG)."""
    seeds = binary_seeds()
    tables = np.empty((2, 1 << HALF_LOG, 4))
    for table, row in zip(tables, seeds, strict=True):
        expand_seeds(table.ctypes.data, row.ctypes.data, HALF_LOG)
    return tables


_odd_roots = cache(odd_seeds)


def unit_roots(numerators: NDArray[np.int64], denominator: int) -> NDArray[np.float64]:
    """The real and the imaginary parts of e(numerator/denominator), float64[2][…], off by half an ulp; numerators from 0 on.

    Raises:
        ValueError: the denominator is not an odd number times a power of two up to 2^ORDER_LOG.
    """
    log = (denominator & -denominator).bit_length() - 1
    if log > ORDER_LOG:
        raise ValueError(f"no roots of unity of order {denominator}: at most 2^{ORDER_LOG} times an odd number")
    odd = denominator >> log
    numbers = np.ascontiguousarray(numerators, np.int64)
    upper, lower = _binary_roots()
    roots = np.empty((2, *numbers.shape))
    fill_roots(
        roots.ctypes.data, numbers.ctypes.data, numbers.size, log, odd, upper.ctypes.data, lower.ctypes.data,
        _odd_roots(odd).ctypes.data,
    )  # fmt: skip
    return roots


def _children(angles: NDArray[np.int64], denominator: int, radix: int) -> NDArray[np.int64]:
    """The angles over radix·denominator of the roots of all nodes below."""
    return (angles[:, None] + denominator * np.arange(radix)).ravel()


def _twiddles(angles: NDArray[np.int64], denominator: int, radix: int) -> NDArray[np.float64]:
    """Float64[nodes][radix − 1][2]: w, …, w^(radix − 1) of nodes with roots e(angle/denominator)."""
    return np.moveaxis(unit_roots(angles[:, None] * np.arange(1, radix), radix * denominator), 0, -1)


def _tails(angles: NDArray[np.int64], denominator: int) -> NDArray[np.float64]:
    """The table of the last two steps, some nodes after others: what is intermediate then takes no new memory from the system."""
    table = aligned_zeros((len(angles), at.TAIL_DOUBLES))
    for first in range(0, len(angles), _NODES_AT_ONCE):
        some = angles[first : first + _NODES_AT_ONCE]
        tails = table[first : first + _NODES_AT_ONCE]
        tails[:, :6] = _twiddles(some, denominator, 4).reshape(-1, 6)
        inner = _twiddles(_children(some, denominator, 4), 4 * denominator, 4).reshape(-1, 4, 3, 2)
        tails[:, 8:] = np.moveaxis(inner, 1, 3).reshape(-1, 24)
    return table


def make_fourier_plan(size: FourierSize) -> FourierPlan:
    """The tables of a size, some 50 ns a point."""
    denominator = 4 * size.radix
    angles = 1 + 4 * np.arange(size.radix, dtype=np.int64)  # of the roots of x^M − i, in radix parts
    levels = [np.zeros((0, 3, 2))]
    for _ in range(size.quarterings):
        levels.append(_twiddles(angles, denominator, 4))
        angles, denominator = _children(angles, denominator, 4), 4 * denominator
    halves = np.zeros((0, 1, 2))
    if size.halving:
        halves = _twiddles(angles, denominator, 2)
        angles, denominator = _children(angles, denominator, 2), 2 * denominator
    tail_table = _tails(angles, denominator)
    level_table, half_table = map(_on_a_line, (np.concatenate(levels), halves[:, 0]))
    fields = _on_a_line(_fields(size.bits))
    scale, epsilon = np.array([1 / size.points, size.epsilon]).view(np.int64).tolist()
    values = {
        at.POINTS: size.points, at.RADIX: size.radix, at.QUARTERINGS: size.quarterings, at.HALVING: int(size.halving),
        at.DIGIT_BITS: size.bits, at.OPERAND_BYTES: size.operand_bytes, at.SECOND_LOAD: _second_load(size.bits),
        at.SCALE: scale, at.EPSILON: epsilon, at.FIELDS_AT: fields.ctypes.data,
        at.LEVELS_AT: level_table.ctypes.data, at.HALVES_AT: half_table.ctypes.data, at.TAILS_AT: tail_table.ctypes.data,
    }  # fmt: skip
    return FourierPlan(size, level_table, half_table, tail_table, fields, KernelRecord(at.PLACES, values).row)


def _second_load(bits: int) -> int:
    return (7 + 4 * bits) // 8


def _fields(bits: int) -> NDArray[np.int64]:
    """The table that `fft_record` describes; eight fields, each with the bit below it, begin at bit 7 of the byte before them."""
    fields = np.zeros(at.FIELD_WORDS, np.int64)
    starts = 7 + bits * np.arange(8)
    taken = starts - 8 * _second_load(bits) * (np.arange(8) >= 4)
    fields[at.SHUFFLE : at.SHIFTS_LEFT] = (taken[:, None] // 8 + np.arange(4)).astype(np.uint8).ravel().view(np.int64)
    shifts = np.array([31 - bits - starts % 8, np.full(8, 31 - bits)], np.int32)
    fields[at.SHIFTS_LEFT : at.FIELD_BYTES] = shifts.ravel().view(np.int64)
    fields[at.FIELD_BYTES : at.PACK_LEFT] = starts // 8
    ends = 2 * bits * np.array(at.DIGIT_ORDER)
    fields[at.PACK_LEFT :] = np.array([ends % 8, 2 * bits - ends % 8, ends // 8]).ravel()
    return fields


MADE_LATER_POINTS = 20_000
"""Points from which the tables of a size are not made for its first rings. To make them takes a millisecond or more, as long as the complex
transform gains in ten products and more; a computation has three rings of a size, with two products each, or one with seven."""

RINGS_BEFORE = 3
"""Rings of such a size that are made by the number-theoretic transform."""

_asked_for: Counter[FourierSize] = Counter()


def tables_pay(size: FourierSize, *, asked: bool = True) -> bool:
    """Whether the tables of a size are worth making: at once if they are short, otherwise once enough rings have asked for them.

    asked: count this as such a ring.
    """
    if size.points < MADE_LATER_POINTS or _asked_for[size] >= RINGS_BEFORE:
        return True
    _asked_for[size] += asked
    return False


@cache
def fourier_plan_for(size: FourierSize) -> FourierPlan:
    """The plan of a size; kept until fourier_plan_for.cache_clear()."""
    return make_fourier_plan(size)
