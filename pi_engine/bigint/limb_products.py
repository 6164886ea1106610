"""Products of limb arrays, balanced or not."""

import numpy as np

from pi_engine.bigint.buffers.limbs import Limbs
from pi_engine.bigint.buffers.workspace import pool
from pi_engine.bigint.fft.description.fft_record import workspace_of
from pi_engine.bigint.fft.description.fft_sizes import fourier_size_for
from pi_engine.bigint.fft.fourier_multiplication import product_by_fourier
from pi_engine.bigint.fft.fourier_plans import fourier_plan_for
from pi_engine.bigint.ntt.description.record import workspace_bytes
from pi_engine.bigint.ntt.description.sizes import Size, cost, size_for, sizes_for
from pi_engine.bigint.ntt.tables import plan_for
from pi_engine.bigint.ntt.transform import inverse, multiply_transformed, product, transform
from pi_engine.bigint.ntt.transform_kernels import add_limbs
from pi_engine.bigint.product import thresholds
from pi_engine.runtime.compilation.kernel_folder import has_avx512

FOURIER_BELOW = (4_000_000 if not has_avx512() else 6_000_000) // 64
"""Limbs of a product from which the number-theoretic transform makes it on one thread, if `tune` has not measured that. On AVX2 (Zen 3,
512 KiB of L2) that takes 1.3 times as long at 0.8 to 2.5 million bits, and as long from 3 to 10 million."""

SHARED_FOURIER_BELOW = (2_700_000 if not has_avx512() else 6_000_000) // 64
"""The same where all threads share it, which have two such caches: two threads take 1.4 times as long to 2 million bits, 0.9 at 3
million, and 0.6 at 6 million. With registers of eight doubles (Zen 4) a prototype of the complex one was the faster one to 8
million bits."""

FOURIER_PROPORTION = 4
"""How much longer one factor may be than the other for a complex transform of both together: beyond, pieces take less."""

# The long operand is never cut into more pieces than its length is a multiple of the short one's.
_MAX_PIECES = 1 << 16

# Bytes of workspace a bit of the product, at most, where memory counts more than time: from two million bits on there is
# always a size that needs no more. Three primes in one piece never do: four residues of 8 bytes to a coefficient of 62 bits.
LOW_MEMORY_BYTES_A_BIT = 0.5


def multiply_limbs(
    a: Limbs, b: Limbs, threads: int = 1, *, low_memory: bool = False, out: Limbs | None = None
) -> Limbs:
    """a·b in len(a) + len(b) limbs, least significant first, in `out` if given; the same array twice is squared.

    Cost: about that of the transforms of both and of the product. Workspace: `product_workspace`.
    """
    if len(a) < len(b):
        a, b = b, a
    limbs = len(a) + len(b)
    if out is not None and len(out) != limbs:
        raise ValueError(f"the product has {limbs} limbs, not {len(out)}")
    if not len(b):
        out = np.empty(limbs, np.uint64) if out is None else out
        out[:] = 0
        return out
    if not low_memory and _is_complex(len(a), len(b), threads):
        out = np.empty(limbs, np.uint64) if out is None else out
        if product_by_fourier(a, b, out):
            return out
    if not low_memory:
        return product_by_ntt(a, b, threads, out)
    pieces, size = _least_memory(len(a), len(b), threads)
    if pieces > 1:
        return _multiply_unbalanced(a, b, pieces, size, threads, out=out)
    return product(a, b, size, limbs, threads, low_memory=True, out=out)


def fourier_below(threads: int) -> int:
    """Limbs of a product from which the number-theoretic transform makes it."""
    measured = thresholds()
    if threads == 1:
        return measured.product // 64 if measured.product else FOURIER_BELOW
    return measured.shared_product // 64 if measured.shared_product else SHARED_FOURIER_BELOW


def _is_complex(long: int, short: int, threads: int) -> bool:
    """Whether the complex transform makes the product, if it can prove it."""
    return long + short < fourier_below(threads) and long <= FOURIER_PROPORTION * short


def product_by_ntt(a: Limbs, b: Limbs, threads: int = 1, out: Limbs | None = None) -> Limbs:
    """a·b as `multiply_limbs` has it, by the number-theoretic transform at every size, for len(a) ≥ len(b) ≥ 1."""
    pieces, size = _cheapest(len(a), len(b))
    if pieces > 1:
        return _multiply_unbalanced(a, b, pieces, size, threads, out=out)
    return product(a, b, size, len(a) + len(b), threads, out=out)


def product_workspace(a: int, b: int, threads: int = 1, *, low_memory: bool = False) -> int:
    """Bytes of workspace, besides the result, that a product of a by b limbs takes at most.

    About 0.8 bytes a bit of the product, at most 1.1, and 1.35 where the complex transform makes it; with low_memory about 0.45, from
    two million bits on at most 0.5.
    """
    long, short = max(a, b), max(1, min(a, b))
    if not low_memory and _is_complex(long, short, threads):
        size = fourier_size_for(64 * (long + short))
        assert size is not None, "a product of this length has a size"
        return workspace_of(size, 2)
    way = _least_memory(long, short, threads) if low_memory else _cheapest(long, short)
    return _workspace(long, short, *way, threads, low_memory=low_memory)


def release_kept() -> None:
    """Give the pooled workspace and the tables of all sizes back; the next product of a size is slower."""
    pool.release()
    plan_for.cache_clear()
    fourier_plan_for.cache_clear()


def _ways(long: int, short: int) -> list[tuple[float, int, Size]]:
    """Numbers of pieces into which the long operand may be cut, each with its cost and its size, cheapest first.

    A piece costs 2/3 of a product, and the short operand's transform 1/3 once.
    """
    size = size_for(64 * (long + short))
    ways = [(cost(size), 1, size)]
    if long >= 2 * short:
        for pieces in {2, 3, 4, long // (2 * short), long // short, (long + short - 1) // short}:
            if 1 < pieces <= _MAX_PIECES:
                size = size_for(64 * (-(-long // pieces) + short))
                ways.append((cost(size) * (2 * pieces + 1) / 3, pieces, size))
    return sorted(ways, key=lambda way: way[:2])


def _cheapest(long: int, short: int) -> tuple[int, Size]:
    """Pieces and their size: the fastest way to the product."""
    return _ways(long, short)[0][1:]


def _least_memory(long: int, short: int, threads: int) -> tuple[int, Size]:
    """Pieces and their size: the fastest way within LOW_MEMORY_BYTES_A_BIT, or, of a small product, the smallest.

    Besides the cheapest size of every number of pieces, these are all sizes for the product in one piece.
    """
    bits = 64 * (long + short)
    whole = [(cost(size), 1, size) for size in sizes_for(bits)]
    ways = sorted(_ways(long, short) + whole, key=lambda way: way[:2])

    def need(way: tuple[float, int, Size]) -> int:
        return _workspace(long, short, *way[1:], threads, low_memory=True)

    return next((way for way in ways if need(way) <= LOW_MEMORY_BYTES_A_BIT * bits), min(ways, key=need))[1:]


def _workspace(long: int, short: int, pieces: int, size: Size, threads: int, *, low_memory: bool) -> int:
    """Bytes of workspace of one way; a product in pieces has two operands modulo all primes at a time, and a part of the result."""
    if pieces == 1:
        return workspace_bytes(size, threads=threads, low_memory=low_memory)
    return workspace_bytes(size, threads=threads) + 8 * (-(-long // pieces) + short)


def _multiply_unbalanced(a: Limbs, b: Limbs, pieces: int, size: Size, threads: int, *, out: Limbs | None) -> Limbs:
    """The long operand piece by piece; the short one is transformed once."""
    piece = -(-len(a) // pieces)
    short = transform(b, size, threads)
    out = np.empty(len(a) + len(b), np.uint64) if out is None else out
    out[:] = 0
    for start in range(0, len(a), piece):
        part = a[start : start + piece]
        x = transform(part, size, threads)
        multiply_transformed(x, short, threads)
        found = inverse(x, len(part) + len(b), threads)
        x.release()
        add_limbs(out.ctypes.data + 8 * start, len(out) - start, found.ctypes.data, len(found))
    short.release()
    return out
