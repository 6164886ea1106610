"""Products of limb arrays, balanced or not, and products modulo 2^n − 1."""

import numpy as np

from pi_engine.bigint.plan import plan_for
from pi_engine.bigint.sizes import Size, cost, size_for
from pi_engine.bigint.transform import Limbs, inverse, multiply_transformed, product, transform, workspace_bytes
from pi_engine.bigint.transform_kernels import add_limbs
from pi_engine.bigint.workspace import pool

# The long operand is never cut into more pieces than its length is a multiple of the short one's.
_MAX_PIECES = 1 << 16


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
    pieces = _pieces(len(a), len(b))
    if pieces > 1:
        return _multiply_unbalanced(a, b, pieces, threads, out)
    return product(a, b, size_for(64 * limbs), limbs, threads, low_memory=low_memory, out=out)


def product_workspace(a: int, b: int, threads: int = 1, *, low_memory: bool = False) -> int:
    """Bytes of workspace, besides the result, that a product of a by b limbs takes at most.

    About 0.8 bytes a bit of the product, at most 1.1; with low_memory about 0.45, at most 0.5.
    """
    long, short = max(a, b), max(1, min(a, b))
    pieces = _pieces(long, short)
    if pieces == 1:
        return workspace_bytes(size_for(64 * (long + short)), threads, low_memory=low_memory)
    piece = -(-long // pieces) + short
    return workspace_bytes(size_for(64 * piece), threads) + 8 * piece


def multiply_cyclic(a: Limbs, b: Limbs, size: Size, threads: int = 1, *, low_memory: bool = False) -> Limbs:
    """a·b modulo 2^size.bits − 1 in size.bits/64 limbs, below the modulus.

    The operands are at most size.bits long.
    """
    result = product(a, b, size, size.bits // 64, threads, low_memory=low_memory)
    ones = np.uint64(0xFFFFFFFFFFFFFFFF)
    if result[0] == ones and result[-1] == ones and bool(np.all(result == ones)):
        result[:] = 0
    return result


def release_memory() -> None:
    """Give the pooled workspace and the tables of all sizes back; the next product of a size is slower."""
    pool.release()
    plan_for.cache_clear()


def _pieces(long: int, short: int) -> int:
    """Into how many pieces the long operand is best cut: 2/3 of a product's cost each, and 1/3 once."""
    best, fewest = cost(size_for(64 * (long + short))), 1
    if long < 2 * short:
        return 1
    for pieces in {2, 3, 4, long // (2 * short), long // short, (long + short - 1) // short}:
        if 1 < pieces <= _MAX_PIECES:
            piece = -(-long // pieces)
            estimate = cost(size_for(64 * (piece + short))) * (2 * pieces + 1) / 3
            if estimate < best:
                best, fewest = estimate, pieces
    return fewest


def _multiply_unbalanced(a: Limbs, b: Limbs, pieces: int, threads: int, out: Limbs | None) -> Limbs:
    """The long operand piece by piece; the short one is transformed once."""
    piece = -(-len(a) // pieces)
    size = size_for(64 * (piece + len(b)))
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
