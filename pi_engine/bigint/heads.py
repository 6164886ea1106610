"""The first step of the column pass, where the number of rows is 2, 3 or 6 times a power of four."""

from pi_engine.bigint.butterflies import split3
from pi_engine.bigint.layout import CUBE, ONE_OVER_P, PRIME, STRIP, WIDE
from pi_engine.bigint.modular import reduce
from pi_engine.bigint.simd import broadcast_wide
from pi_engine.bigint.simd_memory import load_double, load_wide, store
from pi_engine.runtime.compilation import routine


@routine
def split_heads(x, heads, quantity, constants):
    """Split `heads` (1, 2, 3 or 6) contiguous parts of `quantity` doubles by the roots of x^heads = 1."""
    p = broadcast_wide(load_double(constants, PRIME))
    one_over_p = broadcast_wide(load_double(constants, ONE_OVER_P))
    groups = 1
    if heads % 2 == 0:
        groups = 2
        half = heads // 2 * quantity
        for i in range(0, half, WIDE):
            low, high = load_wide(x, i), load_wide(x, i + half)
            if heads == 2 and quantity == STRIP:
                # No column pass follows, and rows begin with a lazy one.
                store(x, i, reduce(low + high, one_over_p, p))
                store(x, i + half, reduce(low - high, one_over_p, p))
            else:
                store(x, i, low + high)
                store(x, i + half, low - high)
    if heads % 3 == 0:
        cube = broadcast_wide(load_double(constants, CUBE))
        cube_q = cube * one_over_p
        sign = broadcast_wide(1.0)
        for _group in range(groups):
            for i in range(0, quantity, WIDE):
                # The ring x^3 = −1 is x^3 = 1 with −x for x.
                y0, y1, y2 = split3(
                    reduce(load_wide(x, i), one_over_p, p),
                    reduce(load_wide(x, i + quantity) * sign, one_over_p, p),
                    reduce(load_wide(x, i + 2 * quantity), one_over_p, p),
                    cube, cube_q, p,
                )  # fmt: skip
                store(x, i, y0)
                store(x, i + quantity, y1)
                store(x, i + 2 * quantity, y2)
            x += 24 * quantity
            sign = broadcast_wide(-1.0)
