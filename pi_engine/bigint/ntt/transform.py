"""Transforms of long integers as steps of their own: forward, product, sum, inverse.

Each step runs one kernel on shares of its work. `primes` is a range of the size's primes: all of them at once, or one
after another where memory counts more than time.
"""

from collections.abc import Sequence

import numpy as np

from pi_engine.bigint.buffers.limbs import Limbs
from pi_engine.bigint.buffers.workers import share
from pi_engine.bigint.buffers.workspace import pool
from pi_engine.bigint.ntt.description.layout import (
    COLUMN_BLOCK,
    FORWARD_A,
    FORWARD_B,
    INVERSE,
    MULTIPLY,
    SPILL_GROUPS,
    SQUARE,
)
from pi_engine.bigint.ntt.description.record import streams
from pi_engine.bigint.ntt.description.sizes import Size
from pi_engine.bigint.ntt.tables import TransformPlan, plan_for
from pi_engine.bigint.ntt.transform_kernels import (
    add_bytes,
    columns_in_place,
    finish_columns,
    forward_columns,
    inverse_columns,
    transform_rows,
)
from pi_engine.bigint.scratch.stored_limbs import DiskLimbs, reading
from pi_engine.runtime.machine_faults import require_sound

# Points times primes (about 0.2 ms of work) below which a second thread costs more than it does: measured on Zen 5, one
# thread and two are equally fast at twice as many.
_WORK_A_THREAD = 3 << 14

_READ_LIMBS = 1 << 18
"""Limbs of an operand on disk that are in memory at a time, about, and no fewer than a row's."""


def useful_threads(size: Size, threads: int) -> int:
    """How many of `threads` a product of this size can use."""
    return max(1, min(threads, size.points * size.primes // _WORK_A_THREAD))


class Transformed:
    """A transformed operand: residues below 4·p in absolute value, at every point, for the primes of `primes`."""

    def __init__(self, plan: TransformPlan, primes: range | None = None) -> None:
        self.plan = plan
        self.primes = range(plan.size.primes) if primes is None else primes
        self.block = pool.take(8 * len(self.primes) * plan.size.prime_stride)

    def address(self, prime: int) -> int:
        """Where the residues modulo that prime start."""
        return self.block.address + 8 * (prime - self.primes.start) * self.plan.size.prime_stride

    def release(self) -> None:
        """Give the memory back to the pool; the operand is unusable afterwards."""
        pool.give(self.block)


def forward(plan: TransformPlan, jobs: Sequence[tuple[Limbs, Transformed]], primes: range, threads: int) -> None:
    """The column passes of one or more operands, of at most size.bits bits each."""
    size = plan.size
    threads = useful_threads(size, threads)
    column_blocks = size.columns // COLUMN_BLOCK
    each = plan.scratch.columns
    scratch = pool.take(each * threads)
    record = plan.record(primes, streaming=streams(size, len(jobs) * len(primes))).ctypes.data
    sources = [(operand.ctypes.data, 8 * len(operand), target.address(primes.start)) for operand, target in jobs]

    def task(thread: int, first: int, last: int) -> None:
        for job, source in enumerate(sources):
            begin, end = max(first - job * column_blocks, 0), min(last - job * column_blocks, column_blocks)
            if begin < end:
                require_sound(forward_columns(record, *source, scratch.address + each * thread, begin, end))

    share(task, column_blocks * len(jobs), threads, plan, jobs)
    pool.give(scratch)


def apply_to_rows(mode: int, a: Transformed, b: Transformed, primes: range, threads: int) -> None:
    """What `mode` (see rows) asks for, on every row modulo `primes`."""
    plan = a.plan
    threads = useful_threads(plan.size, threads)
    each = plan.scratch.rows
    scratch = pool.take(each * threads)
    record, a_at, b_at = plan.record(primes).ctypes.data, a.address(primes.start), b.address(primes.start)

    def task(thread: int, first: int, last: int) -> None:
        require_sound(transform_rows(record, mode, a_at, b_at, scratch.address + each * thread, first, last))

    share(task, len(primes) * plan.size.rows, threads, plan, a, b)
    pool.give(scratch)


def to_limbs(a: Transformed, limbs: int, threads: int, out: Limbs | None = None) -> Limbs:
    """The inverse column passes, and the lowest `limbs` limbs of the integer, written to `out` if given.

    Where the limbs are all of size.bits, what passes their end is added at their beginning.
    """
    plan = a.plan
    size, bits = plan.size, plan.size.coefficient_bits
    threads = useful_threads(size, threads)
    out = np.empty(limbs, np.uint64) if out is None else out
    out_at, out_bytes = out.ctypes.data, 8 * limbs
    spill, each = SPILL_GROUPS * bits, plan.scratch.finish
    scratch = pool.take(each * threads)
    record, data = plan.record().ctypes.data, a.address(0)
    ends: list[tuple[int, int]] = []

    def task(thread: int, first: int, last: int) -> None:
        base = scratch.address + thread * each
        require_sound(finish_columns(record, data, out_at, out_bytes, base, first, last))
        ends.append((last, base + plan.scratch.spills))

    share(task, size.columns // COLUMN_BLOCK, threads, plan, a, out)
    carry = 0
    row_bytes = size.columns // 8 * bits
    for last, spills in ends:
        end = last * (COLUMN_BLOCK // 8) * bits
        carry += add_bytes(out_at, out_bytes, end, row_bytes, spills, spill, size.rows - 1)
        end = (end + (size.rows - 1) * row_bytes) % (size.bits // 8)
        carry += add_bytes(out_at, out_bytes, end, 0, spills + (size.rows - 1) * spill, spill, 1)
    if 64 * limbs == size.bits:
        add_to_lowest(out, carry)
    pool.give(scratch)
    return out


def add_to_lowest(out: Limbs, carry: int) -> None:
    """Add what has passed the end of a number modulo 2^bits − 1 at its beginning."""
    for _ in range(3):  # a carry out of a number below 2^bits leaves one that takes it without another
        if not carry:
            break
        one = np.array([carry], np.uint64)
        carry = add_bytes(out.ctypes.data, 8 * len(out), 0, 0, one.ctypes.data, 8, 1)


def row_limbs(size: Size) -> int:
    """Limbs of an operand that a row of the matrix holds."""
    return size.columns // 8 * size.coefficient_bits // 8


def cut_rows(plan: TransformPlan, primes: range, limbs: Limbs, target: int, threads: int) -> None:
    """Cut limbs into coefficients modulo these primes, and put them at an address, row after row of the matrix."""
    size = plan.size
    row_bytes, blocks = 8 * row_limbs(size), size.columns // COLUMN_BLOCK
    record, each = plan.record(primes, one_row=True).ctypes.data, plan.scratch.columns
    scratch = pool.take(each * threads)
    source, source_bytes = limbs.ctypes.data, 8 * len(limbs)

    def task(thread: int, first: int, last: int) -> None:
        base = scratch.address + each * thread
        for row in range(first // blocks, -(-last // blocks)):
            place, at = row_bytes * row, target + 8 * size.row_stride * row
            begin, end = max(first - row * blocks, 0), min(last - row * blocks, blocks)
            require_sound(forward_columns(record, source + place, source_bytes - place, at, base, begin, end))

    share(task, -(-source_bytes // row_bytes) * blocks, threads, plan, limbs)
    pool.give(scratch)


def forward_by_rows(plan: TransformPlan, operand: DiskLimbs | Limbs, target: Transformed, threads: int) -> None:
    """The column passes of an operand that is read piece by piece: its coefficients, row after row, and then the columns in place."""
    size, primes = plan.size, target.primes
    threads, each_row = useful_threads(size, threads), row_limbs(size)
    at_once = max(1, _READ_LIMBS // each_row)
    used = -(-len(operand) // each_row)
    with reading(operand) as read:
        for start in range(0, used, at_once):
            limbs = read(each_row * start, min(each_row * at_once, len(operand) - each_row * start))
            cut_rows(plan, primes, limbs, target.address(primes.start) + 8 * size.row_stride * start, threads)
    each = 8 * COLUMN_BLOCK * size.rows
    scratch = pool.take(each * threads)
    record, data = plan.record(primes, streaming=streams(size, len(primes))).ctypes.data, target.address(primes.start)

    def transform_columns(thread: int, first: int, last: int) -> None:
        require_sound(columns_in_place(record, data, used, scratch.address + each * thread, first, last))

    share(transform_columns, size.columns // COLUMN_BLOCK, threads, plan, target)
    pool.give(scratch)


def columns_back(a: Transformed, threads: int) -> None:
    """The inverse column passes in place: the rows, one after the other, are coefficients modulo the primes of `a`."""
    plan = a.plan
    threads = useful_threads(plan.size, threads)
    each = 8 * COLUMN_BLOCK * plan.size.rows
    scratch = pool.take(each * threads)
    record, data = plan.record(a.primes).ctypes.data, a.address(a.primes.start)

    def task(thread: int, first: int, last: int) -> None:
        require_sound(inverse_columns(record, data, scratch.address + each * thread, first, last))

    share(task, plan.size.columns // COLUMN_BLOCK, threads, plan, a)
    pool.give(scratch)


def transform(operand: Limbs, size: Size, threads: int = 1) -> Transformed:
    """The transform of an operand of at most size.bits bits. Release it after use."""
    plan = plan_for(size)
    result = Transformed(plan)
    forward(plan, [(operand, result)], result.primes, threads)
    apply_to_rows(FORWARD_A, result, result, result.primes, threads)
    return result


def multiply_transformed(a: Transformed, b: Transformed, threads: int = 1) -> None:
    """Put a·b into a."""
    apply_to_rows(MULTIPLY, a, b, a.primes, threads)


def inverse(a: Transformed, limbs: int, threads: int = 1, out: Limbs | None = None) -> Limbs:
    """The lowest `limbs` limbs of the integer, modulo 2^size.bits − 1, whose transform a is.

    The transform is destroyed, but not released.
    """
    apply_to_rows(INVERSE, a, a, a.primes, threads)
    return to_limbs(a, limbs, threads, out)


def product(
    a: Limbs,
    b: Limbs,
    size: Size,
    limbs: int,
    threads: int = 1,
    *,
    low_memory: bool = False,
    out: Limbs | None = None,
) -> Limbs:
    """The lowest `limbs` limbs of a·b modulo 2^size.bits − 1; the same array twice is squared.

    They are written to `out` if given, which may not overlap the factors.

    low_memory: one prime after the other, so that only one prime's residues of b are held.
    """
    plan = plan_for(size)
    square = a is b
    mode = FORWARD_A | INVERSE | (SQUARE if square else FORWARD_B | MULTIPLY)
    x = Transformed(plan)
    for primes in [range(k, k + 1) for k in x.primes] if low_memory else [x.primes]:
        if square:
            forward(plan, [(a, x)], primes, threads)
            apply_to_rows(mode, x, x, primes, threads)
        else:
            y = Transformed(plan, primes)
            forward(plan, [(a, x), (b, y)], primes, threads)
            apply_to_rows(mode, x, y, primes, threads)
            y.release()
    result = to_limbs(x, limbs, threads, out)
    x.release()
    return result
