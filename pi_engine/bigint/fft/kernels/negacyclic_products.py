"""Products modulo 2^n + 1, n = `FourierSize.ring_bits`: the ring that the complex transform works in, by itself.

The transform multiplies modulo x^N + 1, x = 2^b, so that what passes the end of a product is subtracted at its beginning. Operands are
below 2^(n − b), so that their signed digits fit; a product is written in n bits, except for −1 ≡ 2^n, which does not fit (MINUS_ONE).

An operand keeps the square of its norm behind its points. A product of two has the product of both there, and a sum (√s + √t)² for
those of its terms: ε times the root of it is the bound of a coefficient's error (`error_bound`).

`steps_in_ring` makes a product, or a step of one. Other threads take part that are in `help_in_rings` then, where they wait for the next
product with the same memory. All claim columns and rings, so that nobody waits for a thread that has not begun.
"""

import numpy as np

from pi_engine.bigint.fft.description import fft_record as at
from pi_engine.bigint.fft.kernels.atomic_steps import add_to, look, publish, wait_a_little, wait_for
from pi_engine.bigint.fft.kernels.digit_carries import add_left_over, left_over
from pi_engine.bigint.fft.kernels.fourier_products import (
    error_of,
    finish_part,
    forward_part,
    forward_step,
    is_proved,
    square_root_of,
)
from pi_engine.bigint.fft.kernels.ring_passes import ADD, JOIN, MULTIPLY, SPLIT_X, SUBTRACT, pass_rings, pass_some_rings
from pi_engine.bigint.vectors.load_store import load_double, load_integer, store_double
from pi_engine.bigint.vectors.words import claim, is_sealed_at, store
from pi_engine.runtime.compilation.routine import kernel, routine

ZERO = np.uint64(0)


@routine
def columns_of(record):
    """Columns of the first step, each of RADIX points."""
    return load_integer(record, at.POINTS) // load_integer(record, at.RADIX)


@routine
def ring_limbs(record):
    """Limbs of n bits."""
    return 2 * load_integer(record, at.POINTS) * load_integer(record, at.DIGIT_BITS) // 64


@routine
def _join_streams(out, record, scratch, last, above):
    """Add what the streams of columns before `last` have left over; `above` and what passes the end of all of it is returned."""
    radix, bits = load_integer(record, at.RADIX), load_integer(record, at.DIGIT_BITS)
    stream_bytes, out_bytes = columns_of(record) // 8 * bits, 8 * ring_limbs(record)
    for stream in range(2 * radix):
        value = left_over(scratch + at.STREAMS_AT + at.STREAM_BYTES * stream, bits)
        above += add_left_over(out, out_bytes, stream_bytes * stream + last // 8 * bits, value)
    return above


@routine
def _wrap(out, limbs, above):
    """Add −above, for 2^n ≡ −1; returns whether the number is −1, and what is written not."""
    for _ in range(4):  # the second time it is 1 or −1, and the third time the number is −1 and will be the fifth
        if above == 0:
            break
        above = add_left_over(out, 8 * limbs, 0, -above)
    return above != 0


@routine
def finish_in_ring(out, x, record, scratch):
    """The last step, and the number modulo 2^n + 1 at `out`. Returns the largest distance, infinite for −1."""
    last = columns_of(record)
    limbs = ring_limbs(record)
    distance = finish_part(out, limbs, x, record, scratch, (0, last))
    if not distance < 1.0:
        return np.inf
    return np.inf if _wrap(out, limbs, _join_streams(out, record, scratch, last, 0)) else distance


@routine
def ring_product(out, a, n, factor, record, workspace):
    """Write n limbs at a times a transformed factor, modulo 2^n + 1, at `out`; returns whether that is proved. By one thread."""
    step = load_integer(record, at.OPERAND_BYTES)
    scratch = workspace + step
    squares = forward_step(workspace, a, n, record, scratch)
    pass_rings(SPLIT_X | MULTIPLY | JOIN, workspace, factor, record)
    distance = finish_in_ring(out, workspace, record, scratch)
    return is_proved(error_of(squares, load_double(factor + step, 0), record), distance)


@routine
def _forward(job, record, shared, scratch):
    """The first steps of the operands that are given as limbs, columns by columns."""
    x, a, n, y, b, m = job
    columns = columns_of(record)
    pieces = _pieces(columns)
    each = columns // pieces
    first, last = (0 if n >= 0 else pieces), (2 * pieces if m >= 0 else pieces)
    for _ in range(2 * pieces + 1):
        piece = first + claim(np.uint64(shared + at.FORWARD_CLAIMED))
        if piece >= last:
            break
        second = piece >= pieces
        start = each * (piece - pieces if second else piece)
        target, source, limbs = (y, b, m) if second else (x, a, n)
        found = forward_part(target, source, limbs, record, scratch, (start, start + each))
        store_double(shared + at.SQUARES_AT, piece, found)
        add_to(np.uint64(shared + at.FORWARD_MADE), 1)
    wait_for(np.uint64(shared + at.FORWARD_MADE), last - first)


@routine
def _pieces(columns):
    """Into how many pieces columns are cut for the threads: of whole chunks, and all of the same length."""
    pieces = at.PIECES
    while pieces > 1 and columns < pieces * at.CHUNK:
        pieces >>= 1
    return pieces


@routine
def _rings(mode, x, y, record, shared):
    """The passes over the rings of the first step, ring by ring."""
    radix = load_integer(record, at.RADIX)
    for _ in range(radix + 1):
        ring = claim(np.uint64(shared + at.RINGS_CLAIMED))
        if ring >= radix:
            break
        pass_some_rings(mode, x, y, record, (ring, ring + 1))
        add_to(np.uint64(shared + at.RINGS_MADE), 1)
    wait_for(np.uint64(shared + at.RINGS_MADE), radix)


@routine
def _finish(out, x, record, shared, scratches):
    """The last step, columns by columns; each piece's streams have a scratch of their own."""
    columns = columns_of(record)
    pieces = _pieces(columns)
    each = columns // pieces
    for _ in range(pieces + 1):
        piece = claim(np.uint64(shared + at.FINISH_CLAIMED))
        if piece >= pieces:
            break
        place = scratches + at.SCRATCH_BYTES * piece
        ends = each * piece, each * (piece + 1)
        found = finish_part(out, ring_limbs(record), x, record, place, ends)
        store_double(shared + at.DISTANCES_AT, piece, found)
        add_to(np.uint64(shared + at.FINISH_MADE), 1)
    wait_for(np.uint64(shared + at.FINISH_MADE), pieces)


@routine
def _norm_of_result(mode, job, record, shared):
    """Note the squares of the operands' norms, and what stands for that of the result; returns it."""
    x, _, n, y, _, m = job
    size = load_integer(record, at.OPERAND_BYTES)
    pieces = _pieces(columns_of(record))
    found = load_double(x + size, 0)
    if n >= 0:
        found = 0.0
        for piece in range(pieces):
            found += load_double(shared + at.SQUARES_AT, piece)
    other = found
    if m >= 0:
        other = 0.0
        for piece in range(pieces):
            other += load_double(shared + at.SQUARES_AT, pieces + piece)
        store_double(y + size, 0, other)
    elif y != x:
        other = load_double(y + size, 0)
    if mode & MULTIPLY:
        found *= other
    elif mode & (ADD | SUBTRACT):
        root = square_root_of(found) + square_root_of(other)
        found = root * root
    store_double(x + size, 0, found)
    return found


@routine
def _take_part(thread, shared):
    """Work on the job in what is shared, as long as there is anything to claim."""
    mode, out, record, scratches = (
        load_integer(shared, at.MODE),
        load_integer(shared, at.OUT),
        load_integer(shared, at.RECORD),
        load_integer(shared, at.SCRATCHES),
    )
    job = _operands(shared)
    if job[2] >= 0 or job[5] >= 0:
        # a scratch for each thread: that of each piece of the last step is needed later
        _forward(job, record, shared, scratches + at.SCRATCH_BYTES * thread)
    _rings(mode, job[0], job[3], record, shared)
    if mode & JOIN:
        _finish(out, job[0], record, shared, scratches)


@routine
def _operands(shared):
    """x, a, n, y, b, m as `steps_in_ring` has them."""
    return (
        load_integer(shared, at.X),
        load_integer(shared, at.A),
        load_integer(shared, at.N),
        load_integer(shared, at.Y),
        load_integer(shared, at.B),
        load_integer(shared, at.M),
    )


@kernel("void(int64, int64)")
def help_in_rings(thread, shared):
    """Take part in every product with the same `shared`, as one of threads 1 to PIECES − 1, until CLOSED is not 0."""
    open_at, inside, closed = np.uint64(shared + at.OPEN), np.uint64(shared + at.INSIDE), np.uint64(shared + at.CLOSED)
    last, looks = np.int64(0), np.int64(0)
    while look(closed) == 0:
        number = look(open_at)
        if number in (0, last):
            looks = wait_a_little(looks)
            continue
        add_to(inside, 1)
        # whoever ends the job waits for all that are inside: it is open as long as this thread is
        if look(open_at) == number:
            _take_part(thread, shared)
            looks = np.int64(0)
        last = number
        add_to(inside, -1)


@kernel("int64(int64, int64, int64, int64, int64, int64, int64, int64, int64, int64, int64)")
def steps_in_ring(mode, out, x, a, n, y, b, m, record, shared, scratches):
    """Transform n limbs at `a` to x and m limbs at `b` to y, make what `mode` (`ring_passes`) says, and write the number x at `out`.

    n, m: −1 for an operand that is transformed. out: `ring_limbs` limbs, where `mode` has JOIN; else what is in x is kept as it is.
    shared: SHARED_BYTES on a cache line, all 0 before the first product. scratches: PIECES times SCRATCH_BYTES.

    Returns PROVED, UNPROVED, MINUS_ONE (proved, and not written) or DAMAGED.
    """
    if not is_sealed_at(np.uint64(record), at.RECORD_FIELDS):
        return at.DAMAGED
    for counter in range(at.FORWARD_CLAIMED, at.FINISH_MADE + 1, 64):
        store(np.uint64(shared + counter), 0, ZERO)
    values = mode, out, x, a, n, y, b, m, record, scratches
    for i in range(10):
        store(np.uint64(shared), at.MODE + i, np.uint64(values[i]))
    number = load_integer(shared + at.NUMBER, 0) + 1
    store(np.uint64(shared + at.NUMBER), 0, np.uint64(number))
    publish(np.uint64(shared + at.OPEN), number)
    _take_part(0, shared)
    publish(np.uint64(shared + at.OPEN), 0)
    looks = np.int64(0)
    while look(np.uint64(shared + at.INSIDE)) > 0:
        looks = wait_a_little(looks)
    job = _operands(shared)
    error = load_double(record, at.EPSILON) * square_root_of(_norm_of_result(mode, job, record, shared))
    if not mode & JOIN:
        return at.PROVED
    columns, distance = columns_of(record), 0.0
    pieces = _pieces(columns)
    for piece in range(pieces):
        distance = max(distance, load_double(shared + at.DISTANCES_AT, piece))
    if not is_proved(error, distance):
        return at.UNPROVED
    above = 0
    for piece in range(pieces):
        last = columns // pieces * (piece + 1)
        above = _join_streams(out, record, scratches + at.SCRATCH_BYTES * piece, last, above)
    return at.MINUS_ONE if _wrap(out, ring_limbs(record), above) else at.PROVED
