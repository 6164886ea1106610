"""How much memory and address space a sum and its digits take, at most, and how much disk a checkpoint: the model that plans are made by.

benchmarks/memory.py measures what it bounds of memory; docs/memory.md has the table. docs/checkpoints.md has what checkpoints took.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

from pi_engine.engine.evaluation.pi_fraction import FUSED_FROM_BITS, LARGEST_WORD
from pi_engine.runtime.limits.address_space import libraries_size, mapped_size, threads_size
from pi_engine.runtime.limits.memory import THREAD_BYTES

if TYPE_CHECKING:
    from pi_engine.series.model.hypergeometric import HypergeometricSeries
    from pi_engine.series.model.pi_series import PiSeries
    from pi_engine.series.model.polynomial import IntegerPolynomial

_INTERPRETER_BYTES = 20 << 20
"""What the process has allocated before the computation starts: 13 MiB."""

_COMPILED_BYTES_PER_BIT = 1.85
_COMPILED_BYTES_PER_BIT_COMBINED = 3.3
"""The numbers of the compiled path, in bytes per bit of the fraction, by whether several sums are combined. With `_COMPILED_KEPT`
they bound what benchmarks/memory.py found at 10^5 … 10^8 digits; 10^9 digits of Chudnovsky's series took 1.85 in all."""

_COMPILED_ROOT_BITS = 3.2
_COMPILED_BYTES_PER_ROOT_BIT, _COMPILED_CHUNK_BITS = 0.65, 1 << 28
_COMPILED_BYTES_PER_LONG_BIT, _COMPILED_MOST_LONG_BYTES = 0.2, 2.0
"""What slow series take besides, by the bits of Q at the root of the tree, before common factors and rounding, beyond this multiple
of the fraction's. The first part is that of one chunk of the tree (`splitting.compiled.compiled_tree`), which all of these bits are
until there are several chunks; the second that of the nodes above, as long as the fraction: at most this many bytes for each of
its bits. A series whose Q has 74 times the fraction's bits took 190 MiB with one thread at 10^6 digits, 302 with eight, and 234 with two
at 3·10^6."""

_COMPILED_KEPT = 2.2
_COMPILED_KEPT_BYTES = 128 << 20
"""What steps leave to the next ones though those take memory of their own (`bigint.buffers.workspace`), as a part of these numbers,
and at most."""

_SCRATCH_BYTES_PER_BIT = 0.005
_SCRATCH_LEAST_BYTES = 56 << 20
"""The same of a run on disk, whose numbers are there and in memory piece by piece: a chunk of the sum, panels of a
transform, and pieces; and of all digits what is between the leaves of the conversion, an eightieth of them."""

_SCRATCH_ROOT_BITS = 5.0
"""The longest sums that can be on disk, by the bits of Q at the root of the tree and those of the fraction: Chudnovsky's series
has 2 to 3 times the fraction's, Ramanujan's 3 to 4.5. Nodes that outgrow the fraction lose what no digit needs."""

_SCRATCH_DISK_BYTES_PER_BIT = 1.8
"""What a run on disk has there at once, at most: the remainders of a product modulo all primes, and the numbers that wait."""

_BYTES_PER_ROOT_BIT = 2.8
"""The numbers of the plain path in bytes per bit of Q at the root of the tree (N digits have 7.5 N), or of twice the
fraction: 1.3 with one thread, 2.1 to 2.6 with more, at 3·10^5 … 2·10^7 digits."""

_UNUSED_SPACE, _COMPILED_UNUSED_SPACE = 1.15, 1.9
_SPARE_SPACE = 32 << 20
"""Address space of the numbers, as a multiple of their memory: blocks of many sizes leave gaps, and workspace that is mapped
piece by piece (`bigint.buffers.arena`) has larger ones. And what is mapped besides, by the C library and by modules of Python."""


_TERMS_IN_THREADS = 4000
"""A sum of fewer terms takes the plain path in one thread."""


_CHECKPOINT_NUMBERS = 4.0
"""Sum, root and fraction, by the bits of the fraction: two numbers and one for each of the others, and all are there as the last of
them is written."""

_CHECKPOINT_NODES_PER_ROOT_BIT, _CHECKPOINT_NODES_PER_LONG_BIT, _CHECKPOINT_NODES_PER_BIT = 1.6, 0.35, 7.0
"""What nodes of several chunks take besides, in two generations and with the one that is being written: by the bits of Q at the root of
the tree, and less by these where nodes outgrow the fraction, whose bits count then, too. With every node written, Chudnovsky's series
took 6.7 times the fraction's bits in all, with 1.9 and 2.1 times its bits at the root; Ramanujan's 7.4 with 2.6; Euler's 12.8 with 18; and
the slowest series, level1-7, 30 with 58."""

_CHECKPOINT_FILES_BYTES = 1 << 20
"""Manifests, headers, hashes, and the blocks of the file system that files do not fill."""


def combines(series: PiSeries) -> bool:
    """Whether the sum is put together from several, or from one with a coefficient."""
    return len(series.components) > 1 or series.components[0].coefficient != 1


def workers(threads: int, terms: int, *, compiled: bool, evaluates: bool) -> int:
    """How many threads a run begins besides the first, at most; `evaluates` tells whether BBP has a kernel, and threads of its own."""
    of_sum = threads if threads > 1 and (compiled or terms >= _TERMS_IN_THREADS) else 0
    return of_sum + (threads if evaluates else 0)


def process_bytes(threads: int) -> int:
    """What the process allocates besides numbers and kernels, with a given number of threads besides the first."""
    return _INTERPRETER_BYTES + threads * THREAD_BYTES


def numbers_bytes(series: PiSeries, terms: tuple[int, ...], bits: int, *, compiled: bool) -> int:
    """What the numbers of a run take at once, its digits included."""
    root = largest_root_bits(series, terms)
    if not compiled:
        return math.ceil(_BYTES_PER_ROOT_BIT * max(root, 2.0 * bits))
    each = _COMPILED_BYTES_PER_BIT_COMBINED if combines(series) else _COMPILED_BYTES_PER_BIT
    beyond = max(0.0, root - _COMPILED_ROOT_BITS * bits)
    chunk = _COMPILED_BYTES_PER_ROOT_BIT * min(beyond, _COMPILED_CHUNK_BITS)
    above = min(_COMPILED_BYTES_PER_LONG_BIT * beyond, _COMPILED_MOST_LONG_BYTES * bits)
    numbers = math.ceil(each * bits + chunk + above)
    return numbers + min(int(_COMPILED_KEPT * numbers), _COMPILED_KEPT_BYTES)


def can_use_scratch(series: PiSeries, terms: tuple[int, ...], bits: int) -> bool:
    """Whether the bounds of a run on disk hold: one sum, not much longer than its fraction, and a root and a quotient in one."""
    form = series.closed_form
    one_sum = not combines(series) and largest_root_bits(series, terms) <= _SCRATCH_ROOT_BITS * bits
    return one_sum and form.power == 1 and 1 < form.radicand <= LARGEST_WORD and bits >= FUSED_FROM_BITS


def scratch_numbers_bytes(bits: int) -> int:
    """What the numbers of a run on disk take in memory at once, its digits included."""
    return math.ceil(_SCRATCH_BYTES_PER_BIT * bits) + _SCRATCH_LEAST_BYTES


def scratch_disk_bytes(bits: int) -> int:
    """What a run on disk has there at once."""
    return math.ceil(_SCRATCH_DISK_BYTES_PER_BIT * bits)


def address_bytes(numbers: int, threads: int, *, compiled: bool, kernels: bool, compiler: bool) -> int:
    """The most address space of the process while numbers take these bytes, with these threads besides the first."""
    used = math.ceil((_COMPILED_UNUSED_SPACE if compiled else _UNUSED_SPACE) * numbers)
    libraries = libraries_size(kernels=kernels, compiler=compiler)
    return mapped_size() + libraries + threads_size(threads) + used + _SPARE_SPACE


def memory_within(space: int, memory: int, address: int) -> int:
    """Bytes of memory that a compiled run may take whose address space is limited to `space` bytes.

    memory, address: what it takes at least. Numbers beyond that take `_COMPILED_UNUSED_SPACE` times their bytes of address space.
    """
    return memory + math.floor((space - address) / _COMPILED_UNUSED_SPACE)


def largest_root_bits(series: PiSeries, terms: tuple[int, ...]) -> float:
    """Bits of the largest Q of a component."""
    return max(root_bits(component.sum, count) for component, count in zip(series.components, terms, strict=True))


def root_bits(series: HypergeometricSeries, terms: int) -> float:
    """Bits of Q, and nearly of T, over `terms` terms: log₂ ∏ q(k) ≈ n·log₂ q_d + d·log₂ n!, d the degree.

    And where lower coefficients count, for each 2^i ≤ k < 2^(i+1) what they add at k = 2^i at most.
    """
    return _product_bits(series.q, terms)


@lru_cache(maxsize=64)
def _product_bits(q: IntegerPolynomial, terms: int) -> float:
    """The same of a polynomial; a plan asks for it several times."""
    leading, degree = abs(q.leading), q.degree
    bits = terms * math.log2(leading) + degree * math.lgamma(terms + 1) / math.log(2)
    sizes = [abs(c) for c in reversed(q.coefficients)]
    for i in range(terms.bit_length()):
        whole = 0
        for c in sizes:
            whole = (whole << i) + c
        bits += min(1 << i, terms + 1 - (1 << i)) * (math.log2(whole) - math.log2(leading << (i * degree)))
    return bits


def checkpoint_bytes(series: PiSeries, terms: tuple[int, ...], bits: int, *, compiled: bool) -> int:
    """The disk that the checkpoint of a run takes at once, at most, if every record is written that could be."""
    roots = [root_bits(component.sum, count) for component, count in zip(series.components, terms, strict=True)]
    numbers = _CHECKPOINT_NUMBERS * bits
    if compiled:
        if max(roots) > _COMPILED_CHUNK_BITS:
            root = max(roots)
            long = _CHECKPOINT_NODES_PER_BIT * bits + _CHECKPOINT_NODES_PER_LONG_BIT * root
            numbers += min(_CHECKPOINT_NODES_PER_ROOT_BIT * root, long)
        numbers += 2.0 * (len(roots) - 1) * bits
    elif combines(series):  # whose sums are kept as they are
        numbers += 2.0 * sum(roots)
    return math.ceil(numbers / 8) + _CHECKPOINT_FILES_BYTES
